"""The case a judge decides on: the design, its network, the routes computed for it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from barefabric.model.address import host_route
from barefabric.model.cable import CableKind
from barefabric.model.contract import Contract, selector
from barefabric.vendors import catalogue
from barefabric.verify.build import Built
from barefabric.verify.roster import Roster, written
from barefabric.verify.sessions import Sessions
from barefabric.verify.survey import Survey
from barefabric.verify.table import Group, RouteTable
from barefabric.verify.verdict import BUILT_IN, Finding
from barefabric.verify.wiring import Wiring

SHOWN = 3
"""Lines of evidence in a finding; the number of rows says how many there are."""
UNLIMITED = 1 << 30
"""No limit known."""


@dataclass
class Outcome:
    """Rows of one contract, and what was found. Failed and undecided rows are among ``rows``.

    ``notes`` are worth knowing and change no verdict.
    """

    rows: int = 0
    failed: int = 0
    undecided: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Case:
    """Everything that deciding needs, with what it looks up often kept by."""

    def __init__(
        self, survey: Survey, wiring: Wiring, sessions: Sessions, built: Built, table: RouteTable
    ) -> None:
        self.survey, self.wiring, self.sessions = survey, wiring, sessions
        self.built, self.table = built, table
        self.design = survey.design
        self.roster = Roster(self.design)
        self._grouped: dict[str, tuple[list[tuple[Group, list[str]]], list[str]]] = {}
        self._cells: dict[str, tuple[int, ...]] = {}
        self._announcers: dict[str, Counter[str]] = {}
        self._owners: dict[str, tuple[frozenset[int], frozenset[int]]] = {}
        self._ceilings: dict[tuple[str, object], int] = {}

    @property
    def names(self) -> list[str]:
        """Device names by process."""
        return self.built.network.names

    def ceiling(self, device: str) -> int:
        """How many equal paths a switch can use at most, by its network OS and its hardware."""
        switch = self.design.switches.get(device)
        if switch is None:
            return UNLIMITED
        known = self._ceilings.get((switch.nos, switch.model))
        if known is None:
            vendor = catalogue.vendor(switch.nos)
            limits = (vendor.max_ecmp if vendor else 0, switch.model.tables.ecmp)
            known = min((limit for limit in limits if limit), default=UNLIMITED)
            self._ceilings[switch.nos, switch.model] = known
        return known

    def grouped(self, text: str) -> tuple[list[tuple[Group, list[str]]], list[str]]:
        """The prefixes of a selector by group of equals, and those that nobody originates."""
        found = self._grouped.get(text)
        if found is None:
            groups: dict[int, tuple[Group, list[str]]] = {}
            prefixes = self.roster.prefixes(text)
            missing: list[str] = []
            for group, some in groupby(prefixes, self.table.group_of.get):
                if group is None:
                    missing += some
                elif id(group) in groups:
                    groups[id(group)][1].extend(some)
                else:
                    groups[id(group)] = (group, list(some))
            found = self._grouped[text] = (list(groups.values()), missing)
        return found

    def cells_of(self, subject: str) -> tuple[int, ...]:
        """Unmarked cells that hold processes of a subject.

        Conditions on racks are left out, so that thousands of subjects share the answer: there
        may be too many cells.
        """
        found = self._cells.get(subject)
        if found is not None:
            return found
        chosen = selector(subject)
        kept = [c for c in chosen.conditions if c.key != "rack"] if chosen else []
        key = written(chosen.noun, kept) if chosen else subject
        found = self._cells.get(key)
        if found is None:
            classes = self.table.classes
            processes = (self.built.of(name) for name in self.roster.devices(key))
            bundle_of = classes.graph.bundle_of
            found = self._cells[key] = tuple(
                sorted({classes.cells[bundle_of[p]] for p in processes if p >= 0})
            )
        self._cells[subject] = found
        return found

    def above(self, device: str) -> int:
        """How many cables a device has to the tier above, or to leaves."""
        return self.survey.cabling.above[device]

    @cached_property
    def cabled(self) -> Mapping[str, list[str]]:
        """Devices above each device, one entry for each cable between tiers or to a server."""
        found: dict[str, list[str]] = {}
        for cable in self.design.cables:
            if cable.kind in (CableKind.FABRIC, CableKind.SERVER):
                found.setdefault(cable.b, []).append(cable.a)
        return found

    @cached_property
    def server_at(self) -> Mapping[str, str]:
        """The server that has an address of its own, by that address as a prefix."""
        servers = self.design.servers.values()
        found = {host_route(s.address): s.name for s in servers}
        found.update({host_route(s.address6): s.name for s in servers if s.address6})
        return found

    @cached_property
    def ends(self) -> Mapping[str, tuple[str, str]]:
        """The devices at both ends of each cable, by its key."""
        return {cable.key: (cable.a, cable.b) for cable in self.design.cables}

    @cached_property
    def below(self) -> Mapping[str, list[str]]:
        """Switches below each switch, one entry for each cable."""
        found: dict[str, list[str]] = {}
        for cable in self.design.cables:
            if cable.kind is CableKind.FABRIC:
                found.setdefault(cable.a, []).append(cable.b)
        return found

    def announcers(self, prefix: str) -> Counter[str]:
        """How many servers of each rack originate a prefix."""
        known = self._announcers.get(prefix)
        if known is None:
            servers, names = self.design.servers, self.names
            owners = [names[process] for process, _ in self.table.owners.get(prefix, ())]
            known = Counter([servers[name].rack for name in owners if name in servers])
            self._announcers[prefix] = known
        return known

    def owners(self, prefix: str) -> tuple[frozenset[int], frozenset[int]]:
        """Processes that originate a prefix, and the routers among them that are really there.

        One that discards what it has no better route for is not.
        """
        known = self._owners.get(prefix)
        if known is None:
            owners = self.table.owners[prefix]
            configs = self.built.network.configs
            every = frozenset([process for process, _ in owners])
            there = [p for p, own in owners if not own.discards and not configs[p].deaf]
            known = every, frozenset(there)
            self._owners[prefix] = known
        return known

    @cached_property
    def down_at(self) -> Mapping[str, list[str]]:
        """Sessions that are down, as text, by device."""
        found: dict[str, list[str]] = {}
        for session, reasons in self.sessions.down:
            line = f"session {session.id} is down: {'; '.join(reasons)}"
            found.setdefault(session.a, []).append(line)
            found.setdefault(session.b, []).append(line)
        return found


def finding(
    code: str,
    contract: Contract,
    rows: int,
    evidence: Iterable[str],
    *,
    cause: str = "",
    mend: str = "",
    decided: bool = True,
) -> Finding:
    """A finding of the built-in judge."""
    return Finding(
        code,
        contract.id,
        contract.sentence,
        BUILT_IN,
        rows,
        tuple(evidence),
        cause,
        mend,
        decided,
        contract.kind,
    )
