"""The stages in order: read, expand, allocate, derive. Rendering and judging build on this."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from barefabric.derive.contracts import contracts
from barefabric.derive.design import derive
from barefabric.errors import Diagnostic, FabricError
from barefabric.kubernetes.choices import check as check_choices
from barefabric.kubernetes.choices import unsupported as unsupported_components
from barefabric.kubernetes.lints import refuse as refuse_clusters
from barefabric.ledger.allocate import allocate
from barefabric.ledger.file import ledger_path, read_ledger
from barefabric.ledger.merge import refuse_clashes
from barefabric.model.design import Design
from barefabric.model.ledger import Ledger
from barefabric.model.numbers import Numbers
from barefabric.topology.attach import check_attachments
from barefabric.topology.expand import expand
from barefabric.topology.load import Loaded, load
from barefabric.vendors import catalogue


@dataclass(frozen=True)
class Designed:
    """A design with what it came from: the input, the ledger before it and the numbers."""

    loaded: Loaded
    before: Ledger
    numbers: Numbers
    design: Design


def design(path: Path) -> Designed:
    """Design the topology at ``path`` with the ledger beside it. Writes nothing.

    Raises :class:`FabricError` for anything wrong with either file.
    """
    loaded = load(path)
    lock = ledger_path(path)
    ledger = read_ledger(lock)
    refuse_clashes(ledger, lock, path)
    return design_values(loaded, ledger)


def design_values(loaded: Loaded, ledger: Ledger | None = None) -> Designed:
    """Design a loaded topology with a ledger's values (none for a new fabric)."""
    before = ledger or Ledger()
    _refuse(check_choices(loaded))
    shape = expand(loaded)
    _refuse([*check_attachments(loaded, shape)])
    numbers = allocate(loaded, shape, before)
    _refuse([*missing_vendors(loaded)] or unsupported_components(loaded))
    derived = derive(loaded, shape, numbers)
    _refuse(refuse_clusters(derived, loaded.place))
    whole = derived.promising(contracts(derived, loaded.topology.contracts))
    return Designed(loaded, before, numbers, whole)


def _refuse(found: list[Diagnostic]) -> None:
    if found:
        raise FabricError(found)


def missing_vendors(loaded: Loaded) -> Iterator[Diagnostic]:
    """One diagnostic for each network OS whose configurations cannot be written yet."""
    seen: dict[str, list[str]] = {}
    for name, kind in loaded.topology.switch_types.items():
        vendor = catalogue.vendor(kind.nos)
        if vendor is not None and not vendor.renders:
            seen.setdefault(kind.nos, []).append(name)
    ready = [n for n in catalogue.vendors() if (v := catalogue.vendor(n)) is not None and v.renders]
    for nos, names in seen.items():
        yield Diagnostic(
            "GE010",
            f"configurations for {nos} cannot be written yet; the topology itself is sound",
            tuple(loaded.place("switch_types", name, "nos") for name in names),
            allowed=f"network OSes that can be written today: {', '.join(ready)}",
            mend="use one of those for these switch types",
        )
