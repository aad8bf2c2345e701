"""What deciding needs: the design, its computed routes, and what the lab says."""

from collections.abc import Callable, Iterable
from functools import cached_property

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.lab.client import Client
from barefabric.lab.judging import layer2
from barefabric.lab.judging.sessions import lab_sessions
from barefabric.lab.judging.tables import Facts, Names, Table, computed_table, lab_table
from barefabric.lab.types import LabPlan
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.deciding.case import Case
from barefabric.verify.sessions import Sessions
from barefabric.verify.survey import Survey
from barefabric.verify.verdict import Finding
from barefabric.verify.wiring import INTACT, Failure

LAB = "lab"
"""Name of this judge."""
SHOWN = 5
"""Lines of evidence in a finding."""
KINDS = ("routes", "sessions", "received")


class Expected:
    """What the built-in computation says of a design, intact and after failures."""

    def __init__(self, design: Design) -> None:
        survey = Survey(design)
        for name in design.switches:
            survey.switch(switch_intent(design, name))
        for name in design.servers:
            survey.server(server_intent(design, name))
        self.design = design
        self.fabric = Fabric(survey)
        self._tables: dict[Failure, Table] = {}

    @cached_property
    def computed(self) -> Computed:
        """The intact fabric."""
        return Computed(self.fabric)

    @cached_property
    def case(self) -> Case:
        """The intact fabric as the built-in judge looks at it."""
        c = self.computed
        return Case(self.fabric.survey, c.wiring, c.sessions, c.built, c.table)

    def table(self, failure: Failure = INTACT) -> Table:
        """All routes after a failure, and after what leaf pairs do about it."""
        known = self._tables.get(failure)
        if known is None:
            whole = layer2.with_pairs(self.design, failure)
            computed = Computed(self.fabric, whole) if failure != INTACT else self.computed
            known = layer2.left(self.design, failure, computed_table(computed))
            self._tables[failure] = known
        return known


class LabCase:
    """A lab in front of the judge. ``facts`` are taken once, when they are first asked for."""

    def __init__(self, expected: Expected, plan: LabPlan, client: Client) -> None:
        self.expected, self.plan, self.client = expected, plan, client
        self.design = expected.design
        self.names = Names(self.design, plan)

    @cached_property
    def facts(self) -> Facts:
        """What kernels and daemons say, of all kinds."""
        found: Facts = self.client.ask("facts")
        return found

    @cached_property
    def table(self) -> Table:
        """The kernels' routes when facts were taken."""
        return lab_table(self.names, self.facts)

    @cached_property
    def sessions(self) -> Sessions:
        """The design's sessions, sorted by what both ends say of them."""
        return lab_sessions(self.design, self.facts)

    @cached_property
    def live(self) -> Case:
        """The built-in case, with the lab's sessions."""
        case = self.expected.case
        return Case(case.survey, case.wiring, self.sessions, case.built, case.table)

    def table_now(self) -> Table:
        """The kernels' routes at this moment."""
        return lab_table(self.names, self.client.ask("facts", kinds=["routes", "received"]))

    def contracts(self, kind: ContractKind) -> list[Contract]:
        """The design's contracts of a kind."""
        return [contract for contract in self.design.contracts if contract.kind is kind]

    @property
    def without_answer(self) -> list[str]:
        """Daemons that did not answer when facts were taken."""
        return [f"{name}: {f}" for name, told in self.facts.items() for f in told["faults"]]


Look = Callable[[], Table]


def finding(
    code: str, contract: str, sentence: str, lines: Iterable[str], cause: str = "", mend: str = ""
) -> Finding:
    """A finding of the lab, of as many rows as there are lines."""
    every = list(lines)
    shown = every if len(every) <= SHOWN else every[: SHOWN - 1]
    more = [f"and {len(every) - SHOWN + 1:,} more"] if len(every) > SHOWN else []
    return Finding(code, contract, sentence, LAB, len(every), (*shown, *more), cause, mend)
