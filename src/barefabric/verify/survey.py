"""What the judge keeps of each device's intent: little enough for the largest fabrics."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from barefabric.derive.prefixes import DEFAULTS
from barefabric.model.address import bare
from barefabric.model.design import Design
from barefabric.model.intent import Bgp, PeerGroup, ServerIntent, SwitchIntent
from barefabric.verify.cabling import Cabling
from barefabric.verify.checks.duties import check_duties
from barefabric.verify.checks.local import check_server, check_switch
from barefabric.verify.checks.pairs import PairChecks
from barefabric.verify.checks.tally import Tally
from barefabric.verify.configs import Reader
from barefabric.verify.network import DISCARD, PLAIN, Attributes
from barefabric.verify.policy import Passed, apply, compile_policy
from barefabric.verify.prefixes import ListIndex, parse

LAST_RESORT_POLICY = "LAST-RESORT"
"""The policy that originates the default of last resort has this name on every switch."""


class Facts(NamedTuple):
    """A router as its intent says it is. ``router`` is its number with the reader.

    ``addresses`` are the addresses it has beside its links: loopback, SVIs. ``groups`` are its
    peer groups without their neighbors, by session profile. ``counts`` are their neighbors.
    """

    router: int
    asn: int
    router_id: str
    ecmp: int
    networks: tuple[str, ...]
    aggregates: tuple[str, ...]
    last_resort: Mapping[str, Attributes]
    addresses: frozenset[str]
    groups: Mapping[str, PeerGroup]
    counts: Mapping[str, int]


class Survey:
    """Takes intents in, one at a time, in any order, and checks what each shows by itself."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.index = ListIndex()
        self.reader = Reader(self.index)
        self.switches: dict[str, Facts] = {}
        self.hosts: dict[str, Facts] = {}
        self.tally = Tally()
        self.pairs = PairChecks(design, self.tally)
        self._group_memo: dict[PeerGroup, PeerGroup] = {}

    @cached_property
    def cabling(self) -> Cabling:
        """The cables of the intact fabric."""
        return Cabling(self.design, self.design.cables)

    def switch(self, intent: SwitchIntent) -> Facts:
        """Take a switch in."""
        switch = intent.switch
        check_switch(self.design, intent, self.tally)
        check_duties(intent, self.tally)
        self.pairs.add(intent)
        router = self.reader.read(
            switch.role.value,
            intent.bgp,
            intent.policies,
            intent.prefix_lists,
            intent.community_lists,
        )
        own = [intent.loopback, intent.loopback6]
        own += [a for svi in intent.svis for a in (svi.address, svi.address6)]
        addresses = frozenset(bare(address) for address in own if address)
        resort = {}
        if intent.bgp.last_resort:
            resort = self._last_resort(intent)
        facts = self._facts(router, intent.bgp, addresses, resort)
        self.switches[switch.name] = facts
        return facts

    def server(self, intent: ServerIntent) -> Facts | None:
        """Take a server in; only one that routes has anything to keep."""
        check_server(self.design, intent, self.tally)
        if intent.bgp is None:
            return None
        router = self.reader.read("host", intent.bgp, intent.policies, intent.prefix_lists, ())
        addresses = frozenset(map(bare, intent.addresses))
        facts = self.hosts[intent.server.name] = self._facts(router, intent.bgp, addresses, {})
        return facts

    def _facts(
        self,
        router: int,
        bgp: Bgp,
        addresses: frozenset[str],
        resort: Mapping[str, Attributes],
    ) -> Facts:
        groups = {}
        for group in bgp.groups:
            plain = group._replace(neighbors=())
            groups[group.profile] = self._group_memo.setdefault(plain, plain)
        return Facts(
            router,
            bgp.asn,
            bgp.router_id,
            bgp.ecmp,
            bgp.networks,
            bgp.aggregates,
            resort,
            addresses,
            groups,
            {g.profile: len(g.neighbors) for g in bgp.groups},
        )

    def _last_resort(self, intent: SwitchIntent) -> dict[str, Attributes]:
        """What each default of last resort starts with, after the policy that originates it."""
        defaults = [DEFAULTS[family] for family in intent.bgp.families]
        policy = next((p for p in intent.policies if p.name == LAST_RESORT_POLICY), None)
        if policy is None:
            return dict.fromkeys(defaults, DISCARD)
        entries = {entry.name: entry.entries for entry in intent.prefix_lists}
        rules = compile_policy(policy, entries, {}, self.index).rules
        found = {}
        for default in defaults:
            matched = frozenset(self.index.matching(parse(default)))
            passed = apply(rules, matched, frozenset(), frozenset(), 0)
            if passed is not None:
                found[default] = _originated(passed)
        return found


def _originated(passed: Passed) -> Attributes:
    """A discard route as a policy lets it in."""
    return Attributes(
        PLAIN.weight if passed.weight is None else passed.weight,
        PLAIN.preference if passed.local_preference is None else passed.local_preference,
        passed.communities or frozenset(),
        discards=True,
    )
