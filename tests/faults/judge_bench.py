"""A design on the bench: change a value of it, or of one device's intent, and judge it again."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.model.cable import Cable
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.model.intent import PeerGroup, ServerIntent, SwitchIntent
from barefabric.model.policy import Policy, PrefixMatch, Term
from barefabric.model.session import Session, SessionProfile
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.judge import verify
from barefabric.verify.verdict import Verdict

TOPOLOGIES = Path(__file__).parents[2] / "topologies"


@cache
def example(name: str) -> Design:
    """An example topology, designed without a ledger."""
    return design_values(load(TOPOLOGIES / f"{name}.yaml")).design


class Bench:
    """A design and the intents of its routers, both ready to be spoilt."""

    def __init__(self, name: str) -> None:
        self.design = example(name)
        self.changes: list[Callable[[SwitchIntent], SwitchIntent]] = []
        self.server_changes: list[Callable[[ServerIntent], ServerIntent]] = []

    # The design.

    def alter(self, **values: Any) -> None:
        self.design = replace(self.design, **values)

    def sessions(
        self, wanted: Callable[[Session], bool], change: Callable[[Session], Session | None]
    ) -> None:
        """Change or (None) drop sessions. At least one must be wanted."""
        assert any(map(wanted, self.design.sessions))
        found = (change(s) if wanted(s) else s for s in self.design.sessions)
        self.alter(sessions=tuple(s for s in found if s is not None))

    def cables(
        self, wanted: Callable[[Cable], bool], change: Callable[[Cable], Cable | None]
    ) -> None:
        assert any(map(wanted, self.design.cables))
        found = (change(c) if wanted(c) else c for c in self.design.cables)
        self.alter(cables=tuple(c for c in found if c is not None))

    def profile(self, name: str, change: Callable[[SessionProfile], SessionProfile]) -> None:
        """Change a profile at both of its ends: in the table and in every session."""
        profile = change(self.design.profiles[name])
        self.alter(profiles={**self.design.profiles, name: profile})
        self.sessions(lambda s: s.profile.name == name, lambda s: s._replace(profile=profile))

    def device(self, table: str, name: str, **values: Any) -> None:
        """Change fields of a switch, a server, a rack or a cluster."""
        known = getattr(self.design, table)
        self.alter(**{table: {**known, name: replace(known[name], **values)}})

    # Intents.

    def switch(self, name: str, change: Callable[[SwitchIntent], SwitchIntent]) -> None:
        assert name in self.design.switches
        self.changes.append(lambda i: change(i) if i.switch.name == name else i)

    def bgp(self, name: str, **values: Any) -> None:
        self.switch(name, lambda i: replace(i, bgp=replace(i.bgp, **values)))

    def group(self, name: str, group: str, **values: Any) -> None:
        """Change fields of one peer group."""

        def spoil(intent: SwitchIntent) -> SwitchIntent:
            assert group in {g.name for g in intent.bgp.groups}
            groups = tuple(
                g._replace(**values) if g.name == group else g for g in intent.bgp.groups
            )
            return replace(intent, bgp=replace(intent.bgp, groups=groups))

        self.switch(name, spoil)

    def neighbors(self, name: str, group: str, change: Callable[[PeerGroup], Any]) -> None:
        """Change the neighbors of one peer group."""

        def spoil(intent: SwitchIntent) -> SwitchIntent:
            groups = tuple(
                g._replace(neighbors=tuple(change(g))) if g.name == group else g
                for g in intent.bgp.groups
            )
            assert groups != intent.bgp.groups
            return replace(intent, bgp=replace(intent.bgp, groups=groups))

        self.switch(name, spoil)

    def prefix_list(self, name: str, which: str, *entries: PrefixMatch, add: bool = True) -> None:
        """Add entries to a prefix list, or replace them all."""

        def spoil(intent: SwitchIntent) -> SwitchIntent:
            assert which in {p.name for p in intent.prefix_lists}
            lists = tuple(
                p._replace(entries=(*(p.entries if add else ()), *entries))
                if p.name == which
                else p
                for p in intent.prefix_lists
            )
            return replace(intent, prefix_lists=lists)

        self.switch(name, spoil)

    def policy(self, name: str, which: str, change: Callable[[Iterable[Term]], Any]) -> None:
        """Change the terms of a policy."""

        def spoil(intent: SwitchIntent) -> SwitchIntent:
            policies = tuple(
                Policy(p.name, tuple(change(p.terms))) if p.name == which else p
                for p in intent.policies
            )
            assert policies != intent.policies
            return replace(intent, policies=policies)

        self.switch(name, spoil)

    def host(self, name: str, change: Callable[[ServerIntent], ServerIntent]) -> None:
        assert self.design.servers[name].attach is Attach.ROUTED
        self.server_changes.append(lambda i: change(i) if i.server.name == name else i)

    # The verdict.

    def verdict(self, failures: int = 0) -> Verdict:
        """Judge what lies on the bench by the contracts of the sound design."""
        switches = [switch_intent(self.design, name) for name in self.design.switches]
        for change in self.changes:
            switches = [change(intent) for intent in switches]
        servers = [
            server_intent(self.design, s.name)
            for s in self.design.servers.values()
            if s.attach is Attach.ROUTED
        ]
        for alter in self.server_changes:
            servers = [alter(intent) for intent in servers]
        return verify(self.design, switches, servers, failures=failures)
