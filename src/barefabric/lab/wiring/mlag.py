"""The daemon of a leaf in a pair: does in the lab what an MLAG control plane does on a switch.

``python3 -m barefabric.lab.wiring.mlag ORDERS``, in the leaf's own network, with orders as JSON
(:func:`barefabric.lab.wiring.pairs.daemon_orders`). It tells its partner over the peer link which
legs are up, and holds frames back or shuts ports as :mod:`barefabric.lab.wiring.partnership` says.
What it last decided lies in ``/run/mlag.json``. Standard library only.
"""

import contextlib
import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from barefabric.lab.wiring.partnership import SAYS_EVERY, Sight, Stand, decide, speaks

PORT = 5342
"""The UDP port of both paths. Cumulus' clagd has this one."""
SYS = Path("/sys/class/net")
STATE = Path("/run/mlag.json")
RTMGRP_LINK = 1
COLLECTING, DISTRIBUTING = 0x10, 0x20
"""Bits of a port's LACP state."""


class Leaf:
    """One leaf's state, its sockets, and the commands it gives."""

    def __init__(self, orders: Mapping[str, Any]) -> None:
        self.orders = orders
        self.bonds: Mapping[str, Mapping[str, Any]] = orders["bonds"]
        self.stand = Stand(frozenset(self.bonds))
        self.heard = self.beside = self.began = 0.0
        self.legs: Mapping[str, bool] = {}
        self.told: Mapping[str, bool] = {}
        self.next = 0.0
        self.written: Mapping[str, Any] = {}
        self.control = _socket(orders["address"], orders["device"])
        keepalive = orders.get("keepalive")
        self.other = _socket(keepalive["address"], keepalive["device"]) if keepalive else None
        self.events = _link_events()

    def run(self) -> None:
        """Go on until killed."""
        self._write_state()
        sources = [self.control, self.events, *([self.other] if self.other else [])]
        while True:
            wait = max(0.0, self.next - time.monotonic())
            ready, _, _ = select.select(sources, (), (), wait)
            for source in ready:
                self._read(source)
            self._say(own_legs(self.bonds))
            self._decide()

    def _read(self, source: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            data = source.recv(65536)
            if source is self.events:
                return
            message = json.loads(data)
            now = time.monotonic()
            if message["name"] != self.orders["peer"]:
                return
            if source is self.other:
                self.beside = now
                return
            if not speaks(self._sight()):
                self.began = now
            self.heard, self.legs = now, dict(message["legs"])

    def _sight(self) -> Sight:
        return Sight(
            time.monotonic(),
            is_up(self.orders["peer_link"]),
            self.heard,
            self.beside,
            self.began,
            self.legs,
        )

    def _say(self, legs: Mapping[str, bool]) -> None:
        """Tell the partner, in turn or because a leg has changed."""
        now = time.monotonic()
        if now < self.next and legs == self.told:
            return
        self.next, self.told = now + SAYS_EVERY, legs
        message = json.dumps({"name": self.orders["name"], "legs": legs}).encode()
        with contextlib.suppress(OSError):
            self.control.sendto(message, (self.orders["peer_address"], PORT))
        if self.other:
            with contextlib.suppress(OSError):
                self.other.sendto(message, (self.orders["keepalive"]["peer_address"], PORT))

    def _decide(self) -> None:
        before, self.stand = self.stand, decide(self.orders["first"], self._sight(), self.stand)
        if before.held != self.stand.held:
            names = [self.bonds[n]["name"] for n in self.stand.held if n in self.bonds]
            run(("nft", "-f", "-"), "\n".join(held_rules(names)))
        if before.shut != self.stand.shut:
            run(("ip", "-batch", "-"), "\n".join(self._port_lines(self.stand.shut)))
        self._write_state()

    def _port_lines(self, shut: bool) -> Iterator[str]:
        """Shut the servers' ports and the interfaces of their VLANs, or bring them back."""
        state = "down" if shut else "up"
        for bond in self.bonds.values():
            yield from (f"link set {port} {state}" for port in bond["ports"])
        yield from (f"link set {name} {state}" for name in self.orders["interfaces"])

    def _write_state(self) -> None:
        """Leave word of what is so now, where that has changed."""
        state = {
            "name": self.orders["name"],
            "first": self.orders["first"],
            "held": sorted(self.bonds[n]["name"] for n in self.stand.held if n in self.bonds),
            "shut": self.stand.shut,
            "speaks": speaks(self._sight()),
        }
        if state == self.written:
            return
        self.written = state
        text = json.dumps(state)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        STATE.write_text(text + "\n", encoding="utf-8")


def held_rules(names: list[str]) -> Iterator[str]:
    """Commands for ``nft`` that make these, and no others, the bonds to hold back from."""
    yield "flush set bridge mlag held"
    if names:
        elements = ", ".join(f'"{name}"' for name in sorted(names))
        yield f"add element bridge mlag held {{ {elements} }}"


def run(argv: tuple[str, ...], text: str) -> None:
    """Run a command with its input. Raises :class:`RuntimeError` with what it said."""
    done = subprocess.run(argv, input=text + "\n", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip()}")


def is_up(name: str) -> bool:
    """Whether an interface is up and has a carrier."""
    with contextlib.suppress(OSError):
        return (SYS / name / "operstate").read_text(encoding="ascii").strip() == "up"
    return False


def own_legs(bonds: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    """Whether each bond carries frames here: some port of it sends, and its partner takes them.

    A bond has a carrier a little before that; a partner that held back by then would cut the
    server off until LACP is done.
    """
    return {number: any(map(_carries, bond["ports"])) for number, bond in bonds.items()}


def _carries(port: str) -> bool:
    """Whether a port is distributing and its partner collecting (IEEE 802.1AX, 6.4.2.3)."""
    with contextlib.suppress(OSError, ValueError):
        states = SYS / port / "bonding_slave"
        ours = int((states / "ad_actor_oper_port_state").read_text(encoding="ascii"))
        theirs = int((states / "ad_partner_oper_port_state").read_text(encoding="ascii"))
        return is_up(port) and bool(ours & DISTRIBUTING and theirs & COLLECTING)
    return False


def _socket(address: str, device: str) -> socket.socket:
    """A UDP socket on one interface alone."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    made.bind((address, PORT))
    made.setblocking(False)
    return made


def _link_events() -> socket.socket:
    """A netlink socket that wakes us when an interface changes (rtnetlink(7))."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    made.bind((0, RTMGRP_LINK))
    made.setblocking(False)
    return made


def main(arguments: list[str]) -> None:
    """Be the daemon."""
    Leaf(json.loads(arguments[0])).run()


if __name__ == "__main__":
    main(sys.argv[1:])
