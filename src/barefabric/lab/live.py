"""A lab from outside: made from a topology and its build, brought up, waited for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from barefabric.errors import OutsideError, fail, typed
from barefabric.lab import preflight, runner, state
from barefabric.lab.client import Client, Event, connect, silent
from barefabric.lab.judging.case import Expected, LabCase
from barefabric.lab.judging.failures import settle
from barefabric.lab.plan import Source, lab_plan
from barefabric.lab.state import State
from barefabric.lab.types import LabPlan
from barefabric.model.design import Design
from barefabric.verify.receipt import build_digest

Report = Callable[[Event], None]
BOOT = 300.0
"""Seconds that a lab may say nothing while it comes up: a user-mode kernel is slow."""
ASKED = 3.0
"""Seconds for a lab to say how it is."""


@dataclass(frozen=True)
class Prepared:
    """A plan with the design it comes from. ``edited`` names a file that differs from the design.

    ``how`` is where it will run, ``remarks`` why not elsewhere.
    """

    design: Design
    plan: LabPlan
    edited: str
    how: str
    remarks: tuple[str, ...]


@dataclass
class Live:
    """A lab that is up, with a connection to it."""

    state: State
    plan: LabPlan
    client: Client
    expected: Expected

    @property
    def case(self) -> LabCase:
        """The lab as it is now, for the judge: facts are taken anew."""
        return LabCase(self.expected, self.plan, self.client)

    @property
    def patience(self) -> float:
        """Seconds for all routes to come up: a large lab and a user-mode kernel take longer."""
        slow = 3 if self.state.started.how == runner.UML else 1
        return slow * (60.0 + 2 * len(self.plan.hosts))

    def settle(self, patience: float | None = None) -> list[str]:
        """Wait until every kernel has the computed routes; what differs in the end."""
        case = self.case
        patience = self.patience if patience is None else patience
        lines, _ = settle(case.table_now, self.expected.table(), frozenset(), patience)
        return lines


def read_files(build: Path) -> dict[str, str]:
    """The files of a build that a lab installs: those of switches and servers."""
    found = {}
    for kind in ("switches", "nodes"):
        for path in sorted((build / kind).rglob("*")):
            if path.is_file():
                found[path.relative_to(build).as_posix()] = path.read_text(encoding="utf-8")
    return found


def prepare(topology: Path, build: Path | None, name: str, how: str) -> Prepared:
    """Plan a lab of a topology and its build, which must be there.

    Files of the build go in as they lie on the disk. Raises LAB006 without a build.
    """
    from barefabric.build import default_out, first_difference
    from barefabric.pipeline import design

    found = design(topology).design
    folder = build or default_out(found)
    if not (folder / "design.json").is_file():
        raise fail("LAB006", f"there is no build in {folder}", path=topology,
                   mend=f"fabric design {typed(topology)}")  # fmt: skip
    source = Source(
        found,
        read_files(folder),
        preflight.installed(),
        str(topology.resolve()),
        str(folder.resolve()),
        build_digest(folder),
    )
    plan = lab_plan(source, name or found.name)
    way, remarks = runner.choose(plan, how)
    return Prepared(found, plan, first_difference(found, folder), way, tuple(remarks))


def bring_up(
    prepared: Prepared,
    report: Report = silent,
    *,
    hold: bool = False,
    memory: int | None = None,
    expected: Expected | None = None,
) -> Live:
    """Bring a lab up and return when its daemons run.

    A lab that does not come up, and one that is interrupted while it does, leaves nothing behind.
    With ``hold`` it ends when this process does.
    """
    plan = prepared.plan
    folder = state.claim(plan.name)
    started = None
    try:
        state.write_plan(folder, plan)
        started = runner.start(plan, folder, prepared.how, memory)
        known = state.write(folder, plan, started)
        client = connect(started.channel, 60, lambda: state.alive(known))
        client.be_patient(BOOT)
        if hold:
            client.ask("hold", report, patience=BOOT)
        client.wait_until_up(report)
    except BaseException:
        if started is not None:
            runner.stop(state.write(folder, plan, started))
        state.forget(folder)
        raise
    return Live(known, plan, client, expected or Expected(prepared.design))


def attach(name: str = "") -> Live:
    """Connect to a lab that is up. Raises LAB003 where there is none."""
    from barefabric.pipeline import design

    known = state.find(name)
    client = connect(known.started.channel)
    expected = Expected(design(Path(known.topology)).design)
    return Live(known, state.plan_of(known), client, expected)


def status(known: State) -> Mapping[str, Any]:
    """What a lab says of itself; one that says nothing is told so."""
    try:
        with connect(known.started.channel, ASKED) as client:
            found: Mapping[str, Any] = client.ask("status", patience=ASKED, memory=True)
    except OutsideError:
        return {"state": "does not answer", "faults": [], "ended": []}
    return found
