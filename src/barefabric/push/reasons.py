"""Why a switch stands in its wave, in one sentence that names what stays up."""

from collections import Counter
from collections.abc import Mapping, Sequence

from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.push.graph import Graph

WORDS = ("none", "one", "two", "three", "four")


def number(value: int) -> str:
    """A count as a sentence has it: words up to four, then figures."""
    return WORDS[value] if value < len(WORDS) else f"{value:,}"


class Reasons:
    """Sentences for the switches of one plan. ``order`` holds the names of each wave."""

    def __init__(self, design: Design, links: Graph, order: Sequence[Sequence[str]]) -> None:
        self._design = design
        self._links = links
        self._order = order
        self._wave = {name: place for place, names in enumerate(order) for name in names}
        # How many neighbors above each switch loses in each wave.
        self._lost = [
            Counter(low for name in names for low in links.below[name]) for names in order
        ]
        # The waves with a leaf whose mate changes later.
        self._first_halves = {
            wave
            for name, wave in self._wave.items()
            if wave and any(self._wave.get(mate, -1) > wave for mate in self._mates(name))
        }
        # How many switches there are of each kind: per pod for spines, per plane for superspines.
        self._tiers = Counter((s.role, self._group(s.name)) for s in design.switches.values())

    def _group(self, name: str) -> str:
        """The row of equal switches this one belongs to."""
        switch = self._design.switches[name]
        if switch.role is Role.SPINE:
            return switch.pod
        if switch.role is Role.SUPERSPINE:
            return " ".join(sorted(self._links.below[name]))
        return ""

    def of(self, name: str) -> str:
        """The sentence for one switch."""
        switch = self._design.switches[name]
        by_role = {
            Role.LEAF: self._leaf,
            Role.SPINE: self._tier,
            Role.SUPERSPINE: self._tier,
            Role.BORDER: self._border,
        }
        return self._canary(name) + by_role[switch.role](name)

    def _is_canary(self, name: str) -> bool:
        """The first wave is one switch, and others follow."""
        return len(self._order) > 1 and self._wave[name] == 0

    def _canary(self, name: str) -> str:
        """The word that marks the first switch."""
        if not self._is_canary(name):
            return ""
        leaf = self._design.switches[name].role is Role.LEAF
        return "canary: newest rack, " if leaf else "canary: "

    def _leaf(self, name: str) -> str:
        """A leaf: what its servers keep."""
        sole = self._links.sole_servers(name)
        exits = self._exits(name)
        if sole:
            which = self._single_homed(sole, self._links.servers_on(name))
            return "; ".join(filter(None, (which, exits)))
        mates = self._mates(name)
        if not mates:
            return (exits or "no server behind it") if not self._links.servers_on(name) else exits
        if self._is_canary(name) or len(mates) > 1:
            stays = "its pair stays up" if len(mates) == 1 else f"{number(len(mates))} stay up"
            return "; ".join(filter(None, (stays, exits)))
        return "; ".join(filter(None, (self._half_of_pair(name, mates[0]), exits)))

    def _mates(self, name: str) -> list[str]:
        """The other leaves of a leaf's rack."""
        rack = self._design.racks.get(self._design.switches[name].rack)
        return [leaf for leaf in (rack.leaves if rack else ()) if leaf != name]

    @staticmethod
    def _single_homed(sole: int, servers: int) -> str:
        """Servers that lose the network, because this leaf is their only one."""
        some = f"{sole:,} of {servers:,} servers {'loses' if sole == 1 else 'lose'}"
        which = "its servers lose" if sole == servers else some
        which = "its server loses" if sole == servers == 1 else which
        return f"single-homed: {which} the network for the time of the change"

    def _half_of_pair(self, name: str, mate: str) -> str:
        """First or second of a pair. The canary's mate is said to be what its wave is."""
        here, there = self._wave[name], self._wave.get(mate)
        if there is None:
            return "its pair stays up; no server loses both legs"
        first = there > here or (self._is_canary(mate) and here in self._first_halves)
        pair = "each pair" if len(self._order[here]) > 1 else "its pair"
        if not first:
            return f"second of {pair}"
        return f"first of {pair}; no server loses both legs"

    def _exits(self, name: str) -> str:
        """What becomes of the ways out of the fabric while this switch changes."""
        mine = self._links.upstreams.get(name, ())
        if not mine:
            return ""
        others = {
            upstream: switch
            for switch, upstreams in self._links.upstreams.items()
            for upstream in upstreams
            if switch != name
        }
        if not others:
            return f"no way out of the fabric meanwhile ({', '.join(mine)})"
        upstream, switch = next(iter(others.items()))
        more = f" and {number(len(others) - 1)} more" if len(others) > 1 else ""
        return f"{switch} keeps {upstream}{more}"

    def _border(self, name: str) -> str:
        """A border: which ways out remain."""
        borders = self._tiers[Role.BORDER, ""]
        row = "the only border" if borders == 1 else f"one of {number(borders)}"
        exits = self._exits(name)
        return f"{row}: {exits}" if exits else row

    def _tier(self, name: str) -> str:
        """A spine or superspine: what the switches below keep."""
        role = self._design.switches[name].role
        row = self._row(name)
        wave = self._wave[name]
        left = {
            lower: len(self._links.above[lower]) - self._lost[wave][lower]
            for lower in self._links.below[name]
        }
        if not left:
            return f"{row}: nothing below it"
        lower = "spine" if role is Role.SUPERSPINE else "leaf"
        cut = [device for device, uppers in left.items() if not uppers]
        if len(cut) == len(left):
            return f"{row}: no {lower} below it has another"
        if cut:
            more = f" and {number(len(cut) - 1)} more" if len(cut) > 1 else ""
            return f"{row}: {cut[0]}{more} loses its only way up"
        return f"{row}: every {lower} keeps {self._kept(left, role, wave)}"

    def _row(self, name: str) -> str:
        """How many of the kind there are: in its pod, in its plane, or in all."""
        role = self._design.switches[name].role
        tier = self._tiers[role, self._group(name)]
        if tier == 1:
            return "the only one"
        several = len(self._order[self._wave[name]]) > 1
        place = " per pod" if role is Role.SPINE else " per plane"
        return f"one of {number(tier)}{place if several else ''}"

    def _kept(self, left: Mapping[str, int], role: Role, wave: int) -> str:
        """What remains: the name where all keep the same one, else the smallest count."""
        least = min(left.values())
        down = set(self._order[wave])
        if len(down) > 1 and role is Role.SUPERSPINE:
            return number(least)
        if least == max(left.values()) == 1:
            names = {next(u for u in self._links.above[lower] if u not in down) for lower in left}
            if len(names) == 1:
                return names.pop()
        noun = "superspine" if role is Role.SUPERSPINE else "spine"
        return f"{number(least)} {noun}{'s' if least > 1 else ''}"
