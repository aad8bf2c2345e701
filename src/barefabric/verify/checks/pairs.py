"""Checks of bonds and MLAG pairs: what both leaves of a rack must agree on, member by member."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from barefabric.model.address import bare
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.model.intent import Channel, MemberPort, Mlag, SwitchIntent, Vlan
from barefabric.model.record import fields
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
    """What a leaf shows of its pair and of its bonds.

    ``below`` are the servers that its cables lead to. ``members`` are ports towards servers:
    channel, server, speed. ``channels`` are number, VLAN, MTU, MLAG id. Where these are equal on
    both leaves, all bonds are.
    """

    rack: str
    below: list[str]
    members: list[tuple[int, str, int]]
    channels: list[tuple[int, int, int, int]]
    mlag: Mlag | None
    vlans: frozenset[Vlan]
    peer_members: frozenset[tuple[str, str]]

    def has_bonds_of(self, other: "LeafSide") -> bool:
        """Whether two leaves surely have equal bonds, to equal servers."""
        return self[:4] == other[:4]

    def bonds(self) -> dict[str, BondSide]:
        """The bonds by server."""
        speeds: dict[int, set[int]] = {}
        for number, _, speed in self.members:
            speeds.setdefault(number, set()).add(speed)
        server_of = {number: server for number, server, _ in self.members}
        channels = {number: rest for number, *rest in self.channels}
        found = {}
        for number, server in server_of.items():
            if number in channels:
                vlan, mtu, mlag = channels[number]
                found[server] = BondSide(mlag, vlan, mtu, frozenset(speeds[number]))
        return found


_MEMBER = fields(MemberPort, "channel", "peer", "speed")
_CHANNEL = fields(Channel, "number", "vlan", "mtu", "mlag")
_KIND_BELOW = fields(Cable, "kind", "b")


class PairChecks:
    """Takes leaves in and compares those of a pair as soon as both are there."""

    def __init__(self, design: Design, tally: Tally) -> None:
        self.design, self.tally = design, tally
        self._waiting: dict[str, tuple[LeafSide, int]] = {}

    def add(self, intent: SwitchIntent) -> None:
        """Take one switch in."""
        switch = intent.switch
        if not switch.rack:
            return
        side = self._side(intent)
        if not switch.peer:
            self._bonds(switch.name, side)
        elif switch.peer not in self._waiting:
            self._waiting[switch.name] = side, self._bonds(switch.name, side)
        else:
            other, sound = self._waiting.pop(switch.peer)
            if sound >= 0 and other.has_bonds_of(side):
                self.tally.count("bonds", sound)
            else:
                self._bonds(switch.name, side)
            self._compare(switch.peer, other, switch.name, side)

    def missing(self) -> None:
        """After the last switch: leaves whose other leaf never came."""
        for name in self._waiting:
            self.tally.count("peer-links")
            self.tally.fault("peer-links", f"{name}: the other leaf of its pair is not there")

    def _side(self, intent: SwitchIntent) -> LeafSide:
        name, peer = intent.switch.name, intent.switch.peer
        server, cables = CableKind.SERVER, self.design.cables_by_device[name]
        members = list(map(_MEMBER, intent.members))
        return LeafSide(
            intent.switch.rack,
            [below for kind, below in map(_KIND_BELOW, cables) if kind is server],
            [member for member in members if member[1] != peer],
            list(map(_CHANNEL, intent.channels)),
            intent.mlag,
            frozenset(intent.vlans),
            frozenset((m.name, m.peer_port) for m in intent.members if m.peer == peer),
        )

    def _bonds(self, name: str, side: LeafSide) -> int:
        """Each bonded server of the rack that is cabled here has a port channel, in its VLAN.

        How many cables lead to such servers, or -1 where something is wrong.
        """
        design, bond = self.design, Attach.BOND
        vlan, servers = design.racks[side.rack].vlan, design.servers
        bonded = [server for server in side.below if servers[server].attach is bond]
        self.tally.count("bonds", len(bonded))
        if self._all_bonded(side, bonded, vlan):
            return len(bonded)
        bonds = side.bonds()
        for cable in design.cables_by_device[name]:
            if cable.kind is not CableKind.SERVER or servers[cable.b].attach is not bond:
                continue
            found = bonds.get(cable.b)
            if found is None:
                self._bond_fault(f"{name} {cable.a_port} is in no port channel: {cable.b} has LACP")
            elif found.vlan != vlan:
                self._bond_fault(f"{name}: {cable.b} is in VLAN {found.vlan}, its rack in {vlan}")
            elif len(found.speeds) > 1:
                self._bond_fault(f"{name}: members of {cable.b}'s bond have different speeds")
        return -1

    def _all_bonded(self, side: LeafSide, bonded: list[str], vlan: int) -> bool:
        """Whether all of these servers surely have a channel of one speed in a VLAN."""
        members = set(side.members)
        vlans = {number: has for number, has, _, _ in side.channels}
        return (
            len({number for number, _, _ in members}) == len(members)
            and all(vlans.get(number) == vlan for number, _, _ in members)
            and {server for _, server, _ in members}.issuperset(bonded)
        )

    def _bond_fault(self, line: str) -> None:
        self.tally.fault("bonds", line, _CAUSE, _MEND)

    def _compare(self, first: str, one: LeafSide, second: str, other: LeafSide) -> None:
        if not one.has_bonds_of(other):
            self._compare_bonds(first, one.bonds(), second, other.bonds())
        self.tally.count("peer-links", 5)
        for line in _pair_faults(first, one, second, other):
            self.tally.fault("peer-links", line, "the pair would not come up", _MEND)

    def _compare_bonds(
        self, first: str, one: Mapping[str, BondSide], second: str, other: Mapping[str, BondSide]
    ) -> None:
        for server in dict.fromkeys((*one, *other)):
            a, b = one.get(server), other.get(server)
            if a is not None and b is not None and a != b:
                for what, x, y in zip(BondSide._fields, a, b, strict=True):
                    if x != y:
                        self._bond_fault(f"{server}: {what} {x} on {first}, {y} on {second}")
            elif (a or b) is not None and (a is None or b is None):
                leg = a or b
                if leg is not None and leg.mlag and self._dual(server):
                    self._bond_fault(f"{server} has a port channel on one leaf of the pair only")

    def _dual(self, server: str) -> bool:
        cables = self.design.cables_by_device[server]
        return len({c.a for c in cables if c.kind is CableKind.SERVER}) > 1


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
    if (a.peer_address, b.peer_address) != (bare(b.address), bare(a.address)):
        yield (
            f"{first} looks for its peer at {a.peer_address} and {second} at {b.peer_address}, "
            f"but they have {a.address} and {b.address}"
        )
    if one.vlans != other.vlans:
        differ = sorted(v.number for v in one.vlans ^ other.vlans)
        yield f"VLANs differ between {first} and {second}: {', '.join(map(str, differ))}"
    if {(y, x) for x, y in one.peer_members} != set(other.peer_members) or not one.peer_members:
        yield f"the peer link's members on {first} and {second} are not the ends of its cables"
