"""Checks of bonds and MLAG pairs: what both leaves of a rack must agree on, member by member."""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.model.intent import Channel, Mlag, SwitchIntent, Vlan
from barefabric.verify.checks.tally import Tally

_CAUSE = "the two leaves would not form one bond with the server"
_MEND = "run fabric design again; if it stays, report it"


class BondSide(NamedTuple):
    """A bond as one leaf configures it."""

    mlag: int
    vlan: int
    mtu: int
    speeds: frozenset[int]


class LeafSide(NamedTuple):
    """What a leaf shows of its pair and of its bonds, by server."""

    bonds: dict[str, BondSide]
    mlag: Mlag | None
    vlans: frozenset[Vlan]
    peer_members: frozenset[tuple[str, str]]


class PairChecks:
    """Takes leaves in and compares those of a pair as soon as both are there."""

    def __init__(self, design: Design, tally: Tally) -> None:
        self.design, self.tally = design, tally
        self._waiting: dict[str, LeafSide] = {}

    def add(self, intent: SwitchIntent) -> None:
        """Take one switch in."""
        switch = intent.switch
        if not switch.rack:
            return
        side = self._side(intent)
        self._bonds(intent, side)
        if not switch.peer:
            return
        other = self._waiting.pop(switch.peer, None)
        if other is None:
            self._waiting[switch.name] = side
        else:
            self._compare(switch.peer, other, switch.name, side)

    def missing(self) -> None:
        """After the last switch: leaves whose other leaf never came."""
        for name in self._waiting:
            self.tally.count("peer-links")
            self.tally.fault("peer-links", f"{name}: the other leaf of its pair is not there")

    def _side(self, intent: SwitchIntent) -> LeafSide:
        speeds: dict[int, set[int]] = {}
        server_of: dict[int, str] = {}
        peer = set()
        for member in intent.members:
            if member.peer == intent.switch.peer:
                peer.add((member.name, member.peer_port))
                continue
            speeds.setdefault(member.channel, set()).add(member.speed)
            server_of[member.channel] = member.peer
        channels = {c.number: c for c in intent.channels}
        bonds = {
            server: _bond(channels[number], speeds[number])
            for number, server in server_of.items()
            if number in channels
        }
        return LeafSide(bonds, intent.mlag, frozenset(intent.vlans), frozenset(peer))

    def _bonds(self, intent: SwitchIntent, side: LeafSide) -> None:
        """Each bonded server of the rack that is cabled here has a port channel, in its VLAN."""
        name, design = intent.switch.name, self.design
        vlan = design.racks[intent.switch.rack].vlan
        servers = design.servers
        for cable in design.cables_by_device[name]:
            if cable.kind is not CableKind.SERVER or (servers[cable.b].attach is not Attach.BOND):
                continue
            self.tally.count("bonds")
            bond = side.bonds.get(cable.b)
            if bond is None:
                self._bond_fault(f"{name} {cable.a_port} is in no port channel: {cable.b} has LACP")
            elif bond.vlan != vlan:
                self._bond_fault(f"{name}: {cable.b} is in VLAN {bond.vlan}, its rack in {vlan}")
            elif len(bond.speeds) > 1:
                self._bond_fault(f"{name}: members of {cable.b}'s bond have different speeds")

    def _bond_fault(self, line: str) -> None:
        self.tally.fault("bonds", line, _CAUSE, _MEND)

    def _compare(self, first: str, one: LeafSide, second: str, other: LeafSide) -> None:
        for server in dict.fromkeys((*one.bonds, *other.bonds)):
            a, b = one.bonds.get(server), other.bonds.get(server)
            if a is not None and b is not None and a != b:
                for what, x, y in zip(BondSide._fields, a, b, strict=True):
                    if x != y:
                        self._bond_fault(f"{server}: {what} {x} on {first}, {y} on {second}")
            elif (a or b) is not None and (a is None or b is None):
                leg = a or b
                if leg is not None and leg.mlag and self._dual(server):
                    self._bond_fault(f"{server} has a port channel on one leaf of the pair only")
        self.tally.count("peer-links", 5)
        for line in _pair_faults(first, one, second, other):
            self.tally.fault("peer-links", line, "the pair would not come up", _MEND)

    def _dual(self, server: str) -> bool:
        cables = self.design.cables_by_device[server]
        return len({c.a for c in cables if c.kind is CableKind.SERVER}) > 1


def _bond(channel: Channel, speeds: set[int]) -> BondSide:
    return BondSide(channel.mlag, channel.vlan, channel.mtu, frozenset(speeds))


def _pair_faults(first: str, one: LeafSide, second: str, other: LeafSide) -> Iterator[str]:
    """What two leaves of a pair disagree on."""
    a, b = one.mlag, other.mlag
    if a is None or b is None:
        yield f"{first if a is None else second} has no MLAG configuration"
        return
    if a.domain != b.domain:
        yield f"MLAG domain {a.domain} on {first}, {b.domain} on {second}"
    if a.vlan != b.vlan:
        yield f"control VLAN {a.vlan} on {first}, {b.vlan} on {second}"
    if (a.peer_address, b.peer_address) != (_bare(b.address), _bare(a.address)):
        yield (
            f"{first} looks for its peer at {a.peer_address} and {second} at {b.peer_address}, "
            f"but they have {a.address} and {b.address}"
        )
    if one.vlans != other.vlans:
        differ = sorted(v.number for v in one.vlans ^ other.vlans)
        yield f"VLANs differ between {first} and {second}: {', '.join(map(str, differ))}"
    if {(y, x) for x, y in one.peer_members} != set(other.peer_members) or not one.peer_members:
        yield f"the peer link's members on {first} and {second} are not the ends of its cables"


def _bare(address: str) -> str:
    return address.partition("/")[0]
