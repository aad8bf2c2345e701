"""What the checks share: the design, the snapshot, the service, and how findings are written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from barefabric.model.contract import ContractKind
from barefabric.verify.batfish.half import ipv4_half
from barefabric.verify.batfish.service import Row, Service
from barefabric.verify.batfish.snapshot import Rendered, Snapshot
from barefabric.verify.build import Fabric
from barefabric.verify.roster import Roster
from barefabric.verify.verdict import Count, Finding, Sides

if TYPE_CHECKING:
    from barefabric.model.design import Design

BATFISH = "Batfish"
"""Name of this judge."""
SHOWN = 5
"""Lines of evidence in a finding."""
MEND = (
    "read the rendered files of the device and of the neighbors named: fabric why FILE:LINE tells "
    "where a line comes from"
)
"""What to do where the judges differ."""
BASE = "intact"
"""Name of the snapshot without failures."""


@dataclass
class Outcome:
    """Rows that one check decided for one class of contract."""

    kind: ContractKind
    contracts: int = 0
    rows: int = 0
    failed: int = 0
    undecided: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def count(self) -> Count:
        """The same as the verdict counts it."""
        held = self.rows - self.failed - self.undecided
        return Count(self.contracts, self.rows, held, self.failed, self.undecided)

    def fail(
        self,
        code: str,
        contract: str,
        sentence: str,
        lines: Iterable[str],
        cause: str = "",
        mend: str = "",
        *,
        places: Iterable[str] = (),
    ) -> None:
        """Note a finding of as many rows as there are lines; nothing where there is none.

        ``places`` are lines of rendered files that have to do with it.
        """
        evidence = list(lines)
        if evidence:
            self.failed += len(evidence)
            self.findings.append(
                Finding(
                    code,
                    contract,
                    sentence,
                    BATFISH,
                    len(evidence),
                    _shown(evidence),
                    cause,
                    mend,
                    kind=self.kind,
                    places=tuple(places),
                )
            )

    def differ(
        self, code: str, contract: str, sentence: str, sides: Sequence[Sides], cause: str = ""
    ) -> None:
        """Note that the judges differ, on as many rows as there are sides; nothing where none."""
        if not sides:
            return
        self.failed += len(sides)
        more = (f"and {len(sides) - SHOWN:,} rows more",) if len(sides) > SHOWN else ()
        self.findings.append(
            Finding(
                code,
                contract,
                sentence,
                BATFISH,
                len(sides),
                more,
                cause,
                MEND,
                kind=self.kind,
                sides=tuple(sides[:SHOWN]),
            )
        )


def _shown(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= SHOWN:
        return tuple(lines)
    return (*lines[: SHOWN - 1], f"and {len(lines) - SHOWN + 1:,} more")


class Case:
    """One design in front of the judge: the IPv4 half of it. ``fabric`` computes all of it."""

    def __init__(
        self,
        service: Service,
        snapshot: Snapshot,
        fabric: Fabric,
        rendered: Rendered | None = None,
    ) -> None:
        self.service = service
        self.rendered = rendered or {}
        self.snapshot = snapshot
        self.fabric = fabric
        self.design: Design = ipv4_half(fabric.design)
        self.roster = Roster(self.design)

    def ask(self, question: str, **parameters: Any) -> list[Row]:
        """Ask about the intact network."""
        return self.service.ask(question, BASE, **parameters)

    def contracts(self, kind: ContractKind) -> int:
        """How many contracts of a kind the design has."""
        return sum(contract.kind is kind for contract in self.design.contracts)

    def device(self, node: str) -> str:
        """The device that a node of Batfish stands for; its own name where there is none."""
        return self.snapshot.devices.get(node, node)

    def line_of(self, node: str, word: str) -> list[str]:
        """The first line of a node's rendered files that has a word, with its place in the build.

        Empty where no line has it.
        """
        name = self.device(node)
        folder = "switches" if name in self.design.switches else "nodes"
        for path, text in self.rendered.get(name, {}).items():
            for number, line in enumerate(text.splitlines(), 1):
                if word in line.split():
                    return [f"{folder}/{name}/{path}:{number}   {line.strip()}"]
        return []

    @cached_property
    def owner(self) -> Mapping[str, str]:
        """The device that has an address, by the design."""
        found: dict[str, str] = {}
        design = self.design
        for cable in design.cables:
            found[cable.a_address.partition("/")[0]] = cable.a
            found[cable.b_address.partition("/")[0]] = cable.b
        for session in design.sessions:
            found[session.a_address] = session.a
            found[session.b_address] = session.b
        for switch in design.switches.values():
            found[switch.loopback] = switch.name
        for server in design.servers.values():
            found[server.address] = server.name
        found.pop("", None)
        return found

    @cached_property
    def across(self) -> Mapping[tuple[str, str], str]:
        """The device at the other end of a port, by Batfish's names of both."""
        found: dict[tuple[str, str], str] = {}
        for a, a_port, b, b_port in self.snapshot.edges:
            found[a.lower(), a_port] = self.device(b.lower())
            found[b.lower(), b_port] = self.device(a.lower())
        return found


def node_of(row: Row) -> str:
    """The node that a row is about."""
    return str(row["Node"]["name"])
