"""What each router does with routes, read from its intent, and which of it is its own.

Two leaves are alike but for a few lists: each names its own loopback, its own rack, its own
hosts. Such a list is *private*: it stays out of the signature, and a prefix that passes it marks
the router instead (see :mod:`barefabric.verify.classes`). Where a list of a slot has few
different contents they are all *public* and part of the signature.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from barefabric.model.intent import Bgp, PeerGroup
from barefabric.model.policy import CommunityList, Policy, PrefixList
from barefabric.verify.network import Config, GroupRules
from barefabric.verify.policy import ANY, Rules, compile_policy
from barefabric.verify.prefixes import ListIndex

FEW = 2
"""A slot with at most so many different contents has no private ones."""
COMMON = 4
"""Contents that more than one in so many routers of a kind have are public anyway."""


class Slot(NamedTuple):
    """A place in a policy where a prefix list stands.

    ``policy`` is a group's policy name, or the session profile and ``*`` for policies of single
    neighbors.
    """

    kind: str
    policy: str
    number: int

    @property
    def name(self) -> str:
        """The slot as marks name it: equal for all routers of a kind."""
        return f"{self.policy}:{self.number}"


class Router(NamedTuple):
    """A router's behaviour before signatures are known.

    ``single`` maps a session profile to the policies that hold for one neighbor each.
    """

    kind: str
    ecmp: int
    groups: Mapping[str, GroupRules]
    policies: Mapping[str, Rules]
    single: Mapping[str, tuple[str, ...]]


class Reader:
    """Reads routers and works out, once all are read, what is private."""

    def __init__(self, index: ListIndex, few: int = FEW) -> None:
        self.index = index
        self.few = few
        self.routers: list[Router] = []
        self._groups: dict[GroupRules, GroupRules] = {}
        self._rules: dict[Rules, Rules] = {}
        self._slots: dict[Slot, Counter[int]] = {}
        self._private: dict[Slot, set[int]] = {}
        self._signatures: dict[Hashable, int] = {}
        self._shapes: dict[Hashable, int] = {}

    def read(
        self,
        kind: str,
        bgp: Bgp,
        policies: Iterable[Policy],
        lists: Iterable[PrefixList],
        communities: Iterable[CommunityList],
    ) -> int:
        """Take one router in; its number."""
        groups = {g.profile: self._group(g) for g in bgp.groups}
        single = {
            g.profile: tuple(dict.fromkeys(n.import_policy for n in g.neighbors))
            for g in bgp.groups
            if g.neighbors and g.neighbors[0].import_policy
        }
        wanted = {name for g in groups.values() for name in (g.imports, g.exports)}
        wanted.update(name for names in single.values() for name in names)
        entries = {entry.name: entry.entries for entry in lists}
        communities_by_name = {c.name: c.community for c in communities}
        compiled = {
            policy.name: self._intern(
                compile_policy(policy, entries, communities_by_name, self.index)
            )
            for policy in policies
            if policy.name in wanted
        }
        router = Router(kind, bgp.ecmp, groups, compiled, single)
        for slot, contents in slots(router):
            self._slots.setdefault(slot, Counter())[contents] += 1
        self.routers.append(router)
        return len(self.routers) - 1

    def _group(self, group: PeerGroup) -> GroupRules:
        rules = GroupRules(
            group.import_policy,
            group.export_policy,
            group.next_hop_self,
            group.remove_private_as,
            group.send_community,
        )
        return self._groups.setdefault(rules, rules)

    def _intern(self, rules: Rules) -> Rules:
        return self._rules.setdefault(rules, rules)

    def settle(self) -> None:
        """Decide which contents are private. Call once, after the last router was read."""
        for slot, counts in self._slots.items():
            if len(counts) > self.few:
                total = counts.total()
                self._private[slot] = {c for c, n in counts.items() if n * COMMON <= total}
            else:
                self._private[slot] = set()

    def public(self) -> set[int]:
        """Contents that stand in some signature."""
        return {
            contents
            for slot, counts in self._slots.items()
            for contents in counts
            if contents not in self._private[slot]
        }

    def config(self, number: int) -> Config:
        """A router's configuration with its signature."""
        router = self.routers[number]
        key = (
            router.kind,
            router.ecmp,
            tuple(sorted(router.groups.items())),
            tuple(
                (name, self._shape(router.kind, name, router.policies[name]))
                for name in sorted(_group_policies(router))
            ),
        )
        signature = self._signatures.setdefault(key, len(self._signatures) + 10)
        return Config(signature, router.ecmp, router.groups, router.policies)

    def _shape(self, kind: str, name: str, rules: Rules) -> Hashable:
        """A policy with its private lists left out."""
        shape = []
        for number, rule in enumerate(rules.rules):
            private = self._private.get(Slot(kind, name, number), ())
            contents = "private" if rule.contents in private else rule.contents
            shape.append((rule._replace(contents=0, list_name=""), contents))
        return tuple(shape)

    def single_shape(self, number: int, profile: str, policy: str) -> int:
        """A number (from 1) for the shape of a policy that holds for one neighbor."""
        router = self.routers[number]
        rules = router.policies.get(policy)
        shape = self._shape(router.kind, f"{profile}*", rules) if rules else None
        return self._shapes.setdefault(shape, len(self._shapes) + 1)

    def private_uses(self, number: int) -> Iterator[tuple[int, Slot, str]]:
        """Private contents of a router: contents, slot, and the policy's own name."""
        router = self.routers[number]
        for name in _group_policies(router):
            yield from self._private_of(router, name, name)
        for profile, names in router.single.items():
            for name in names:
                if name in router.policies:
                    yield from self._private_of(router, f"{profile}*", name)

    def _private_of(
        self, router: Router, slot_name: str, policy: str
    ) -> Iterator[tuple[int, Slot, str]]:
        for number, rule in enumerate(router.policies[policy].rules):
            slot = Slot(router.kind, slot_name, number)
            if rule.contents in self._private.get(slot, ()):
                yield rule.contents, slot, policy


def _group_policies(router: Router) -> list[str]:
    """The policies that hold for whole groups and exist, each once."""
    names = dict.fromkeys(n for g in router.groups.values() for n in (g.imports, g.exports))
    return [name for name in names if name in router.policies]


def slots(router: Router) -> Iterator[tuple[Slot, int]]:
    """Every place where a list stands, with the list's contents."""
    for name in _group_policies(router):
        for number, rule in enumerate(router.policies[name].rules):
            if rule.contents > ANY:
                yield Slot(router.kind, name, number), rule.contents
    for profile, names in router.single.items():
        for policy in names:
            rules = router.policies.get(policy)
            for number, rule in enumerate(rules.rules if rules else ()):
                if rule.contents > ANY:
                    yield Slot(router.kind, f"{profile}*", number), rule.contents
