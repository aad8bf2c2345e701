"""Commands on the ledger itself: settle a merge, reclaim what is retired."""

from pathlib import Path

from barefabric.cli.output import print_result
from barefabric.errors import typed


def settle(topology: Path, keep: list[str]) -> int:
    """Drop clashing values of all names but one, then design anew to number those again."""
    from barefabric.ledger.file import ledger_path, read_ledger
    from barefabric.ledger.merge import settle as settled
    from barefabric.ledger.write import write_ledger
    from barefabric.pipeline import design_values
    from barefabric.topology.expand import expand
    from barefabric.topology.load import load

    path = ledger_path(topology)
    loaded = load(topology)
    homes = {name: server.rack for name, server in expand(loaded).servers.items()}
    ledger, dropped = settled(read_ledger(path), keep, homes)
    if not dropped:
        print_result(f"nothing to settle in {path}")
        return 0
    numbers = design_values(loaded, ledger).numbers
    write_ledger(path, numbers.ledger)
    for kind, key, value in dropped:
        entry = numbers.ledger.of(kind).get(key)
        print_result(f"{kind} {key}: {value} -> {entry.value if entry else 'gone'}")
    print_result(f"settled {len(dropped)} in {path}   next: fabric design {typed(topology)}")
    return 0


def reclaim(topology: Path, names: list[str]) -> int:
    """Forget retired entries, so that their numbers and ports can be handed out again.

    Needs the ledger alone; where there is none, the topology says whether its name is right.
    """
    from barefabric.ledger.file import ledger_path, read_ledger
    from barefabric.ledger.reclaim import reclaim as reclaimed
    from barefabric.ledger.write import write_ledger
    from barefabric.topology.source import read

    path = ledger_path(topology)
    if not path.exists():
        read(topology)
    ledger, count = reclaimed(read_ledger(path), names, path)
    if not count:
        print_result(f"nothing to reclaim in {path}")
        return 0
    write_ledger(path, ledger)
    print_result(
        f"reclaimed {count} retired entries in {path}   next: fabric design {typed(topology)}"
    )
    return 0
