"""Which way flows go: packets that expire on the way, and who says so (ICMP time exceeded).

In both families: RFC 792, type 11; RFC 4443, type 3.
"""

import socket
import struct
import threading
import time
from typing import NamedTuple

from barefabric.lab.inside import network
from barefabric.lab.inside.flows import FIRST_PORT, PACKET, Flow, family_of

LONGEST = 6
"""Routers on the longest path that is looked at."""
PACE = 0.0025
"""Seconds between packets: Linux answers 1,000 a second at most (``icmp_msgs_per_sec``)."""
IP_RECVERR, IPV6_RECVERR = 11, 25
EXCEEDED = {(socket.IPPROTO_IP, IP_RECVERR): 11, (socket.IPPROTO_IPV6, IPV6_RECVERR): 3}
"""The ICMP type of a packet that expired, by the control message that it comes with."""
LIFE = {socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TTL),
        socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT)}  # fmt: skip
OFFENDER = {socket.AF_INET: (4, 4), socket.AF_INET6: (8, 16)}
"""Where an address stands in a socket's address of its family, and how long it is."""
EXTENDED = struct.Struct("=IBBBBII")
"""``struct sock_extended_err``; behind it stands the address of who reported (ip(7))."""


class Step(NamedTuple):
    """A router on the way of a flow: how far from the source, and the address it answers from."""

    flow: int
    distance: int
    address: str


class Tracer:
    """Sends packets that expire, and hears who they expired at."""

    def __init__(self, flows: list[Flow]) -> None:
        self.flows = flows
        self.sockets: dict[tuple[str, str], socket.socket] = {}
        for flow in flows:
            if flow[:2] not in self.sockets:
                self._open(flow)

    def _open(self, flow: Flow) -> None:
        """Open a socket in the source's network, in a thread that enters it."""
        faults: list[OSError] = []

        def inside() -> None:
            try:
                network.enter(flow.source)
                found = socket.socket(family_of(flow.address), socket.SOCK_DGRAM)
                self.sockets[flow.source, flow.address] = found
                found.setblocking(False)
                if found.family == socket.AF_INET6:
                    found.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
                else:
                    found.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
                found.bind((flow.address, 0))
            except OSError as fault:
                faults.append(fault)

        thread = threading.Thread(target=inside)
        thread.start()
        thread.join()
        if faults:
            self.close()
            raise faults[0]

    def close(self) -> None:
        """Close everything."""
        for found in self.sockets.values():
            found.close()

    def steps(self) -> set[Step]:
        """Every router on the way of every flow that said so."""
        found: set[Step] = set()
        for distance in range(1, LONGEST + 1):
            for number, flow in enumerate(self.flows):
                self._send(number, flow, distance)
                time.sleep(PACE)
                self._hear(self.sockets[flow.source, flow.address], found)
            time.sleep(0.3)
            for one in self.sockets.values():
                self._hear(one, found)
            if not any(step.distance == distance for step in found):
                break
        return found

    def _send(self, number: int, flow: Flow, distance: int) -> None:
        """Send one packet. An error that is waiting is reported by the first attempt alone."""
        ttl = [(*LIFE[family_of(flow.address)], struct.pack("i", distance))]
        for _ in range(2):
            try:
                self.sockets[flow.source, flow.address].sendmsg(
                    [PACKET.pack(number, distance)], ttl, 0, (flow.to, FIRST_PORT + flow.port)
                )
            except OSError:
                continue
            return

    def _hear(self, one: socket.socket, found: set[Step]) -> None:
        while True:
            try:
                raw, extra, _, _ = one.recvmsg(64, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            for level, kind, data in extra:
                exceeded = EXCEEDED.get((level, kind))
                if exceeded and len(raw) >= PACKET.size:
                    step = _step(raw, data, exceeded, one.family)
                    if step is not None:
                        found.add(step)


def _step(raw: bytes, data: bytes, exceeded: int, family: int) -> Step | None:
    """A report of an expired packet; other reports are of no interest here."""
    first, length = OFFENDER[socket.AddressFamily(family)]
    first += EXTENDED.size
    if len(data) < first + length or EXTENDED.unpack_from(data)[2] != exceeded:
        return None
    flow, distance = PACKET.unpack_from(raw)
    address = socket.inet_ntop(family, data[first : first + length])
    return Step(flow, distance, address)
