"""What cables join: each question is answered once, when it is first asked.

Fields are taken from all cables at once with :func:`operator.itemgetter`: a large fabric has three
hundred thousand cables, and a line of Python for each of them costs more than all the sets.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import groupby

from barefabric.model.address import bare
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.model.record import fields
from barefabric.model.session import SessionKind

LinkKey = tuple[str, str, str, str, str, str]
"""Both ends of a routed link: device, port and address of each."""

_KIND, _A, _B = fields(Cable, "kind"), fields(Cable, "a"), fields(Cable, "b")
_INDEX = fields(Cable, "index")
_BOTH = fields(Cable, "a", "b")


class Cabling:
    """The cables of a design, or those that a failure leaves."""

    def __init__(self, design: Design, cables: Sequence[Cable]) -> None:
        self.design, self.cables = design, cables

    @cached_property
    def by_kind(self) -> Mapping[CableKind, list[Cable]]:
        """Cables of each kind, in order."""
        found: dict[CableKind, list[Cable]] = {kind: [] for kind in CableKind}
        for kind, some in groupby(self.cables, _KIND):
            found[kind].extend(some)
        return found

    @cached_property
    def above(self) -> Counter[str]:
        """How many cables each device has to the tier above; a server's are those to its leaves."""
        return Counter(map(_B, self.by_kind[CableKind.FABRIC] + self.by_kind[CableKind.SERVER]))

    @cached_property
    def below(self) -> Counter[str]:
        """How many cables each switch has to switches of the tier below."""
        return Counter(map(_A, self.by_kind[CableKind.FABRIC]))

    @cached_property
    def servers_at(self) -> Mapping[str, frozenset[str]]:
        """The servers that are cabled to each switch."""
        servers = below_each(map(_BOTH, self.by_kind[CableKind.SERVER]))
        return {leaf: frozenset(some) for leaf, some in servers.items()}

    @cached_property
    def peered(self) -> frozenset[tuple[str, str]]:
        """Leaves with a peer link, each as the first and as the second one."""
        peers = set(map(_BOTH, self.by_kind[CableKind.PEER]))
        return frozenset(peers | {(b, a) for a, b in peers})

    @cached_property
    def ranked(self) -> list[Cable]:
        """Cables between tiers that sessions run on, down to routed servers."""
        found = self.by_kind[CableKind.FABRIC]
        if any(p.kind is SessionKind.HOST for p in self.design.profiles.values()):
            servers, routed = self.design.servers, Attach.ROUTED
            below = self.by_kind[CableKind.SERVER]
            found = found + [c for c in below if servers[c.b].attach is routed]
        return found

    @cached_property
    def parallel(self) -> bool:
        """Whether two devices of different tiers have more than one cable between them."""
        return max(map(_INDEX, self.ranked), default=1) > 1

    @cached_property
    def ends(self) -> list[LinkKey]:
        """Both ends of each ranked cable, in order, with its IPv4 addresses."""
        return [
            (a, a_port, a_address.partition("/")[0], b, b_port, b_address.partition("/")[0])
            for _, a, a_port, b, b_port, _, _, a_address, b_address, _, _ in self.ranked
        ]

    @cached_property
    def ends6(self) -> list[LinkKey]:
        """The same with IPv6 addresses, of cables that have any."""
        return [
            (c.a, c.a_port, bare(c.a_address6), c.b, c.b_port, bare(c.b_address6))
            for c in self._ranked6
        ]

    @cached_property
    def links(self) -> Mapping[LinkKey, int]:
        """Which of several parallel cables a link is, from 1, by its ends."""
        return dict(zip(self.ends, map(_INDEX, self.ranked), strict=True))

    @cached_property
    def links6(self) -> Mapping[LinkKey, int]:
        """The same by IPv6 addresses."""
        return dict(zip(self.ends6, map(_INDEX, self._ranked6), strict=True))

    @cached_property
    def uplinks(self) -> frozenset[tuple[str, str, str, str, str]]:
        """Links to upstream routers: our switch, port and address, the router and its address."""
        return frozenset(
            (c.a, c.a_port, bare(ours), c.b, bare(theirs))
            for c in self.by_kind[CableKind.UPSTREAM]
            for ours, theirs in ((c.a_address, c.b_address), (c.a_address6, c.b_address6))
            if ours
        )

    @property
    def _ranked6(self) -> list[Cable]:
        return [cable for cable in self.ranked if cable.a_address6]


def left(design: Design, devices: Iterable[str], cables: Iterable[str]) -> list[Cable]:
    """The cables of a design without those of some devices, and without some by their keys."""
    of = design.cables_by_device
    lost: set[int] = set()
    for device in devices:
        upstream = design.upstreams.get(device)
        near = of[upstream.switch] if upstream is not None else of.get(device, ())
        lost.update(id(cable) for cable in near if device in (cable.a, cable.b))
    for key in cables:
        upper = key.split(" ")[1]
        lost.update(id(cable) for cable in of[upper] if cable.key == key)
    return [cable for cable in design.cables if id(cable) not in lost]


def below_each(ends: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The lower ends of cables or sessions by their upper ends."""
    found: dict[str, list[str]] = {}
    for a, b in ends:
        if a in found:
            found[a].append(b)
        else:
            found[a] = [b]
    return found
