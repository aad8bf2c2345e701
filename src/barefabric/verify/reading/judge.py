"""The judge that reads files: every line that states a fact of the plan states it as planned."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from time import process_time

from barefabric import __version__
from barefabric.hosts.frr import NOS as HOST_NOS
from barefabric.model.contract import ContractKind
from barefabric.model.intent import ServerIntent, SwitchIntent
from barefabric.verify.reading.compare import Difference, compare
from barefabric.verify.reading.facts import server_facts, switch_facts
from barefabric.verify.reading.findings import Differing, Failed, Why, Wrong
from barefabric.verify.reading.lines import lines
from barefabric.verify.reading.rules import Fact
from barefabric.verify.verdict import FILES, NOT_READ, Count, Finding, Judgement

Files = Mapping[str, str]
"""Texts by path, of one device."""


class FilesJudge:
    """Takes devices in with their files, one at a time, and gives its word at the end."""

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._failed: dict[str, Failed] = {}
        self._read: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._files = Differing()
        self._seconds = 0.0

    def switch(self, intent: SwitchIntent, files: Files, *, edited: bool = False) -> None:
        """Read a switch. ``edited`` says that its files are not what the design renders."""
        name, nos = intent.switch.name, intent.switch.nos
        extra = frozenset(line.strip() for line in intent.extra)
        for found in self._compare(name, nos, switch_facts(intent), files):
            line = found.line
            own = line is not None and line.text in extra
            why = Why.EXTRA if own else Why.EDITED if edited else Why.WRITTEN
            self._fail(Wrong(found, f"switches/{name}", nos, why))

    def server(self, intent: ServerIntent, files: Files, *, edited: bool = False) -> None:
        """Read a server, as :meth:`switch` does."""
        name, why = intent.server.name, Why.EDITED if edited else Why.WRITTEN
        for found in self._compare(name, HOST_NOS, server_facts(intent), files, "servers"):
            self._fail(Wrong(found, f"nodes/{name}", HOST_NOS, why))

    def file(self, path: str, fault: str = "") -> None:
        """Count a file of the build. ``fault`` says how it is not what the design renders."""
        self._files.files += 1
        if fault:
            self._files.differing.append(f"{path} {fault}")

    def _compare(
        self, device: str, nos: str, planned: Iterable[Fact], files: Files, called: str = ""
    ) -> tuple[Difference, ...]:
        """Compare a device. ``called`` is what it counts as, its network OS without."""
        start = process_time()
        rules = lines(nos)
        if rules is None:
            self._unread[nos] += 1
            return ()
        self._read[called or nos] += 1
        compared = compare(device, rules, planned, files)
        self._rows.update(compared.rows)
        self._seconds += process_time() - start
        return compared.different

    def _fail(self, wrong: Wrong) -> None:
        self._failed.setdefault(wrong.difference.fact.name, Failed()).add(wrong)

    def findings(self) -> Iterator[Finding]:
        """Files that differ first, then facts by name."""
        yield from self._files.findings()
        for fact, failed in sorted(self._failed.items()):
            yield failed.finding(fact)

    def judgement(self) -> Judgement:
        """The judge's word on everything that was taken in."""
        findings = tuple(self.findings())
        rows = self._rows.total() + self._files.files
        failed = sum(found.rows for found in findings)
        contracts = len(self._rows) + bool(self._files.files)
        settings = {"read": _named(self._read)}
        if self._unread:
            settings[NOT_READ] = _named(self._unread)
        return Judgement(
            FILES,
            __version__,
            settings,
            {ContractKind.CHECK: Count(contracts, rows, rows - failed, failed)},
            findings,
            self._seconds,
            tuple(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        for nos, devices in sorted(self._unread.items()):
            yield (
                f"files not read: those of {devices:,} device{'s' if devices != 1 else ''} with "
                f"{nos}, which has no vendor_templates/{nos}/read.toml"
            )


def _named(devices: Counter[str]) -> str:
    """Kinds of devices, and how many there are of each."""
    return ", ".join(f"{nos} ({count:,})" for nos, count in sorted(devices.items())) or "nothing"
