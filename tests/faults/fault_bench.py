"""A fabric on the bench, ready to be spoilt: its design, the intent of a device, a file.

What lies on the bench is then shown to the judges (`fault_judges`).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from fault_fabrics import Fabric, designed

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.hosts.files import server_files
from barefabric.kubernetes.files import cluster_files
from barefabric.model.cable import Cable
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.model.intent import PeerGroup, ServerIntent, SwitchIntent
from barefabric.model.policy import Policy, PrefixMatch, Term
from barefabric.model.session import Session, SessionProfile
from barefabric.render.configs import switch_files

Files = dict[str, dict[str, str]]
"""Files by switch, server or cluster, and path."""


class Bench:
    """A fabric and all that was spoilt in it. Every change must change something."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self.design = designed(fabric)
        self.changes: list[tuple[str, Callable[[SwitchIntent], SwitchIntent]]] = []
        self.server_changes: list[tuple[str, Callable[[ServerIntent], ServerIntent]]] = []
        self.edits: list[tuple[str, str, str, str]] = []
        self._files: Files | None = None

    @property
    def spoilt(self) -> bool:
        """Whether anything was changed."""
        design = self.design is not designed(self.fabric)
        return design or bool(self.changes or self.server_changes or self.edits)

    # The design.

    def alter(self, **values: Any) -> None:
        self.design = replace(self.design, **values)
        self._files = None

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
        thing = known[name]
        changed = thing._replace(**values) if isinstance(thing, tuple) else replace(thing, **values)
        self.alter(**{table: {**known, name: changed}})

    # The intent of one switch: what it is told, against the design.

    def switch(self, name: str, change: Callable[[SwitchIntent], SwitchIntent]) -> None:
        assert name in self.design.switches
        self.changes.append((name, change))
        self._files = None

    def bgp(self, name: str, **values: Any) -> None:
        self.switch(name, lambda i: replace(i, bgp=replace(i.bgp, **values)))

    def group(self, name: str, group: str, **values: Any) -> None:
        """Change fields of one peer group."""

        def spoil(intent: SwitchIntent) -> SwitchIntent:
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
            return replace(intent, bgp=replace(intent.bgp, groups=groups))

        self.switch(name, spoil)

    def prefix_list(self, name: str, which: str, *entries: PrefixMatch, add: bool = True) -> None:
        """Add entries to a prefix list, or replace them all."""

        def spoil(intent: SwitchIntent) -> SwitchIntent:
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
            return replace(intent, policies=policies)

        self.switch(name, spoil)

    def host(self, name: str, change: Callable[[ServerIntent], ServerIntent]) -> None:
        assert self.design.servers[name].attach is Attach.ROUTED
        self.server_changes.append((name, change))
        self._files = None

    # A rendered file.

    def edit(self, device: str, path: str, pattern: str, replacement: str) -> None:
        """Change a file of a switch, a server or a cluster, wherever the pattern stands in it."""
        self.edits.append((device, path, pattern, replacement))
        self._files = None

    def config(self, device: str, pattern: str, replacement: str) -> None:
        """Change what a switch is told of routing (and, on EOS, of everything else)."""
        path = "startup-config" if self.fabric.nos == "arista_eos" else "frr.conf"
        self.edit(device, path, pattern, replacement)

    # What became of it.

    def intents(self) -> list[SwitchIntent]:
        """The intents of all switches."""
        return [self._switch(name) for name in self.design.switches]

    def _switch(self, name: str) -> SwitchIntent:
        intent = switch_intent(self.design, name)
        for device, change in self.changes:
            if device == name:
                new = change(intent)
                assert new != intent, f"{name}: nothing was changed"
                intent = new
        return intent

    def server_intents(self) -> list[ServerIntent]:
        """The intents of routed servers: a bonded one has no routing to judge."""
        servers = self.design.servers.values()
        return [self._server(s.name) for s in servers if s.attach is Attach.ROUTED]

    def _server(self, name: str) -> ServerIntent:
        intent = server_intent(self.design, name)
        for device, change in self.server_changes:
            if device == name:
                new = change(intent)
                assert new != intent, f"{name}: nothing was changed"
                intent = new
        return intent

    def files(self) -> Files:
        """The files of all switches and servers."""
        if self._files is None:
            sound = {} if self.design is not designed(self.fabric) else sound_files(self.fabric)
            told = {name for name, _ in (*self.changes, *self.server_changes)}
            self._files = {
                name: dict(sound[name])
                if name in sound and name not in told
                else self._render(name)
                for name in (*self.design.switches, *self.design.servers)
            }
            self._edit(self._files)
        return self._files

    def _render(self, name: str) -> dict[str, str]:
        if name in self.design.switches:
            return dict(switch_files(self.design, self._switch(name)))
        return dict(server_files(self.design, self._server(name)))

    def manifests(self) -> Files:
        """The files of all clusters."""
        if self.design is designed(self.fabric):
            found = {name: dict(files) for name, files in sound_manifests(self.fabric).items()}
        else:
            found = _manifests(self.design)
        self._edit(found)
        return found

    def _edit(self, files: Files) -> None:
        for device, path, pattern, replacement in self.edits:
            if device in files:
                old = files[device][path]
                new = re.sub(pattern, replacement, old, flags=re.MULTILINE)
                assert new != old, f"{device}: {pattern} changes nothing in {path}"
                files[device][path] = new


def _manifests(design: Design) -> Files:
    clusters = design.clusters
    return {name: dict(cluster_files(design, clusters[name])) for name in clusters}


@cache
def sound_files(fabric: Fabric) -> Files:
    """The files of a fabric without a fault, rendered once."""
    bench, design = Bench(fabric), designed(fabric)
    return {name: bench._render(name) for name in (*design.switches, *design.servers)}


@cache
def sound_manifests(fabric: Fabric) -> Files:
    """Its manifests."""
    return _manifests(designed(fabric))
