"""UDP flows between hosts of the lab: whether packets arrive, where, and when they did not.

A flow is a source, a destination address and a destination port: flows of one pair differ by
port, so that routers spread them over equal paths (RFC 2992 calls what they hash a flow).
"""

import contextlib
import resource
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import NamedTuple, Self

from barefabric.lab.inside import network

FIRST_PORT = 20000
PORTS = 16
"""Ports that each host listens at, below those that Linux hands out to clients."""
IP_RECVTTL = 12
ANY = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104  (networks of the lab)
LIVES = {(socket.IPPROTO_IP, socket.IP_TTL), (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT)}
"""What tells how many routers a packet may still pass: the time to live, the hop limit."""
PACKET = struct.Struct("!II")
"""The number of the flow, and the packet's own."""


class Flow(NamedTuple):
    """Packets from a host's address to an address, at the n-th port."""

    source: str
    address: str
    to: str
    port: int


class Arrival(NamedTuple):
    """A packet that arrived: which one, at which host, when, and with which TTL."""

    flow: int
    packet: int
    host: str
    when: float
    ttl: int


def family_of(address: str) -> socket.AddressFamily:
    """The family of an address, by its notation."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Endpoints:
    """Sockets in the networks of hosts: one to send from each address, some to listen.

    Hosts listen in the families that there are flows of.
    """

    def __init__(self, flows: Iterable[Flow], listeners: Iterable[str]) -> None:
        self._selector = selectors.EpollSelector()
        self._sockets: list[socket.socket] = []
        self.senders: dict[tuple[str, str], socket.socket] = {}
        every = list(listeners)
        own: dict[str, set[str]] = {}
        for flow in flows:
            own.setdefault(flow.source, set()).add(flow.address)
        families = {family_of(address) for some in own.values() for address in some}
        senders = sum(len(some) for some in own.values())
        _allow_files(len(every) * PORTS * len(families) + senders + 256)
        try:
            for host in {*own, *every}:
                self._open(host, own.get(host, set()), families if host in every else set())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, host: str, own: set[str], families: set[socket.AddressFamily]) -> None:
        """Open a host's sockets, in a thread that enters its network: they stay there."""
        faults: list[OSError] = []

        def inside() -> None:
            try:
                network.enter(host)
                for address in own:
                    self.senders[host, address] = self._socket(address, 0)
                for family in families:
                    for number in range(PORTS):
                        self._listen(host, self._socket(ANY[family], FIRST_PORT + number))
            except OSError as fault:
                faults.append(OSError(f"{host}: {', '.join(own)}: {fault.strerror}"))

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if faults:
            raise faults[0]

    def _listen(self, host: str, found: socket.socket) -> None:
        if found.family == socket.AF_INET6:
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        else:
            found.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        self._selector.register(found, selectors.EVENT_READ, (host, found))

    def _socket(self, address: str, port: int) -> socket.socket:
        found = socket.socket(family_of(address), socket.SOCK_DGRAM)
        self._sockets.append(found)
        found.setblocking(False)
        if found.family == socket.AF_INET6:
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        found.bind((address, port))
        return found

    def send(self, number: int, flow: Flow, packet: int) -> None:
        """Send one packet; one that has no route is lost like any other."""
        with contextlib.suppress(OSError):
            self.senders[flow.source, flow.address].sendto(
                PACKET.pack(number, packet), (flow.to, FIRST_PORT + flow.port)
            )

    def receive(self, until: float, enough: int = 0) -> Iterable[Arrival]:
        """Packets that arrive before a time of ``time.monotonic``, or until there are enough."""
        count = 0
        while True:
            left = until - time.monotonic()
            events = self._selector.select(max(left, 0))
            for key, _ in events:
                host, found = key.data
                for arrival in _read(found, host):
                    count += 1
                    yield arrival
            if left <= 0 or (enough and count >= enough):
                return

    def close(self) -> None:
        """Close everything."""
        for found in self._sockets:
            found.close()
        self._selector.close()


def _read(found: socket.socket, host: str) -> Iterable[Arrival]:
    while True:
        try:
            raw, extra, _, _ = found.recvmsg(64, 64)
        except (BlockingIOError, ConnectionRefusedError):
            return
        if len(raw) == PACKET.size:
            ttl = next((struct.unpack("i", d[:4])[0] for *k, d in extra if tuple(k) in LIVES), 0)
            flow, packet = PACKET.unpack(raw)
            yield Arrival(flow, packet, host, time.monotonic(), ttl)


def _allow_files(count: int) -> None:
    """Raise this process's own limit on open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(max(soft, count), hard) if hard != resource.RLIM_INFINITY else max(soft, count)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def probe(
    endpoints: Endpoints, flows: list[Flow], rounds: int, seconds: float
) -> list[list[Arrival]]:
    """Send some packets on every flow; what arrived of each.

    A packet may be lost while a router asks for its neighbor's address: a flow that lost some
    is sent again in the next round.
    """
    found: list[list[Arrival]] = [[] for _ in flows]
    for turn in range(rounds):
        missing = [n for n, some in enumerate(found) if not some]
        if not missing:
            break
        for start in range(0, len(missing), 512):
            for number in missing[start : start + 512]:
                endpoints.send(number, flows[number], turn)
            for arrival in endpoints.receive(time.monotonic() + 0.01):
                found[arrival.flow].append(arrival)
        waiting = sum(not some for some in found)
        for arrival in endpoints.receive(time.monotonic() + seconds, waiting):
            found[arrival.flow].append(arrival)
    return found


class Record(NamedTuple):
    """What became of one flow: packets sent and lost, the longest gap, and the last loss.

    Times are in milliseconds, ``last`` since the measurement began; -1 where nothing was lost.
    """

    sent: int
    lost: int
    gap: float
    last: float
    first: float


class Meter:
    """Sends on every flow at a steady pace and keeps what arrived."""

    def __init__(self, endpoints: Endpoints, flows: list[Flow], interval: float) -> None:
        self.endpoints, self.flows, self.interval = endpoints, flows, interval
        self.sent: list[float] = []
        self.arrived: list[set[int]] = [set() for _ in flows]
        self.began = time.monotonic()

    def run(self, seconds: float) -> None:
        """Go on for some seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.step()

    def step(self) -> None:
        """Send one packet on every flow, and hear until the next is due."""
        due = self.began + self.interval * (len(self.sent) + 1)
        packet = len(self.sent)
        self.sent.append(time.monotonic())
        for number, flow in enumerate(self.flows):
            self.endpoints.send(number, flow, packet)
        self._hear(due)

    def settle(self, seconds: float = 0.3) -> None:
        """Hear what is still on its way."""
        self._hear(time.monotonic() + seconds)

    def _hear(self, until: float) -> None:
        for arrival in self.endpoints.receive(until):
            self.arrived[arrival.flow].add(arrival.packet)

    def lossless(self, packets: int) -> bool:
        """Whether every flow got its last packets, but for those that may still be on their way."""
        end = len(self.sent) - max(2, int(0.1 / self.interval))
        wanted = range(max(0, end - packets), end)
        return len(wanted) == packets and all(some.issuperset(wanted) for some in self.arrived)

    def records(self, first: int = 0) -> list[Record]:
        """What became of each flow since packet ``first``."""
        return [self._record(some, first) for some in self.arrived]

    def _record(self, arrived: set[int], first: int) -> Record:
        lost = [n for n in range(first, len(self.sent)) if n not in arrived]
        gap, start, before = 0.0, -1, -2
        for number in lost:
            if number != before + 1:
                start = number
            before = number
            gap = max(gap, self._next(number) - self.sent[start])
        if not lost:
            return Record(len(self.sent) - first, 0, 0.0, -1.0, -1.0)
        return Record(
            len(self.sent) - first,
            len(lost),
            round(gap * 1000, 1),
            round((self._next(lost[-1]) - self.began) * 1000, 1),
            round((self.sent[lost[0]] - self.began) * 1000, 1),
        )

    def _next(self, number: int) -> float:
        """When the packet after this one was sent: until then nothing arrived."""
        if number + 1 < len(self.sent):
            return self.sent[number + 1]
        return self.sent[number] + self.interval
