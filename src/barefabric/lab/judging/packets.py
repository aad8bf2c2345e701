"""Packets: who reaches whom, on many flows, and over how many links."""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.lab.hosts import OUTSIDE, own_address, sample
from barefabric.lab.inside.flows import PORTS
from barefabric.lab.judging.case import LabCase, finding
from barefabric.lab.judging.tables import DEFAULTS
from barefabric.model.address import family, is_ipv4
from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.deciding.case import Outcome

FLOWS = 4
"""Flows of each pair of hosts. Pairs differ by address too, so that every path is used."""
MOST_PAIRS = 5000
"""Pairs up to which all are tried; of more, every n-th."""
TTL = 64
"""What Linux sends with (``net.ipv4.ip_default_ttl``, ``net.ipv6.conf.*.hop_limit``)."""


class Row(NamedTuple):
    """One row of a contract: a source, a prefix, and the address that stands for it."""

    source: str
    prefix: str
    address: str


class Tried(NamedTuple):
    """What became of a row: flows that arrived, of how many, where, over how many links."""

    arrived: int
    sent: int
    hosts: frozenset[str]
    links: int


class Packets:
    """Sends packets for contracts; a row that two contracts name is tried once."""

    def __init__(self, case: LabCase) -> None:
        self.case = case
        self.sampled = ""
        self._tried: dict[Row, Tried] = {}

    def decide(self) -> Iterator[Outcome]:
        """Every reach contract."""
        contracts = self.case.contracts(ContractKind.REACH)
        every = [(contract, list(self._rows(contract))) for contract in contracts]
        self._try({row for _, rows in every for row in rows})
        for contract, rows in every:
            yield self._judged(contract, rows)

    def _rows(self, contract: Contract) -> Iterator[Row]:
        roster = self.case.expected.case.roster
        for text in contract.prefixes:
            for prefix in roster.prefixes(text):
                world = prefix in DEFAULTS.values()
                address = OUTSIDE[family(prefix)] if world else sample(prefix)
                for subject in contract.subjects:
                    for device in roster.devices(subject):
                        yield Row(device, prefix, address)

    def _source(self, row: Row) -> str:
        design = self.case.design
        if row.source in design.servers:
            return own_address(design.servers[row.source], row.address)
        if row.source in design.upstreams:
            return OUTSIDE[family(row.address)]
        switch = design.switches[row.source]
        return switch.loopback if is_ipv4(row.address) else switch.loopback6

    def _try(self, rows: set[Row]) -> None:
        every = sorted(rows)
        step = -(-len(every) // MOST_PAIRS)
        if step > 1:
            self.sampled = f"1 of {step} rows of {len(every):,}"
        tried = every[::step] if step else every
        flows = [
            [row.source, self._source(row), row.address, (number + index) % PORTS]
            for index, row in enumerate(tried)
            for number in range(FLOWS)
        ]
        arrived = self.case.client.ask("probe", flows=flows)
        for index, row in enumerate(tried):
            some = [a for a in arrived[index * FLOWS : (index + 1) * FLOWS] if a]
            links = max((TTL - ttl + 1 for _, ttl in some), default=0)
            hosts = frozenset(host for host, _ in some)
            self._tried[row] = Tried(len(some), FLOWS, hosts, links)

    def _judged(self, contract: Contract, rows: list[Row]) -> Outcome:
        never = "@never" in contract.expected
        limit = next((int(t[8:]) for t in contract.expected if t.startswith("@within:")), 0)
        outcome, lines = Outcome(), list[str]()
        for row in rows:
            tried = self._tried.get(row)
            if tried is None:
                continue
            outcome.rows += 1
            fault = self._fault(row, tried, never, limit)
            if fault:
                lines.append(f"{row.source} to {row.prefix} ({row.address}): {fault}")
        outcome.failed = len(lines)
        if lines:
            outcome.findings.append(
                finding("LAB035", contract.id, contract.sentence, lines,
                        "a route is missing on the way, leads elsewhere, or packets are dropped")
            )  # fmt: skip
        return outcome

    def _fault(self, row: Row, tried: Tried, never: bool, limit: int) -> str:
        if never:
            return f"{tried.arrived} of {tried.sent} flows arrive" if tried.arrived else ""
        if tried.arrived < tried.sent:
            return f"{tried.arrived} of {tried.sent} flows arrive"
        wrong = tried.hosts - self._owners(row.prefix)
        if wrong:
            return f"arrives at {', '.join(sorted(wrong))}"
        if limit and tried.links > limit:
            return f"arrives over {tried.links} links, more than {limit}"
        return ""

    def _owners(self, prefix: str) -> frozenset[str]:
        live = self.case.expected.case
        return frozenset(live.names[p] for p, own in live.table.owners.get(prefix, ()))
