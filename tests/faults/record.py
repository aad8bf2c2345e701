"""Shows Batfish every seeded fault and writes the table in docs/verification.md: `make faults`.

Needs pybatfish and a service, at BATFISH_HOST or on this machine. What Batfish was shown already,
to the byte, is not asked again, unless its name contains one of the arguments
(`make faults FAULTS_ARGS="'lost multipath'"`); `--all` asks all, and `--table` asks nothing.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from fault import Where  # noqa: E402
from fault_judges import Batfish, shown  # noqa: E402
from fault_list import SHOWN  # noqa: E402
from fault_record import Word, ask, benches, keep, recorded  # noqa: E402
from fault_table import document  # noqa: E402

from barefabric.verify.batfish.service import Service, address  # noqa: E402


def say(line: str) -> None:
    """One line for the person who waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def record(again: list[str]) -> None:
    """Ask Batfish about what it has not been shown yet, and what is named; keep its word."""
    words: dict[str, Word] = {}
    known, wanted = recorded(), benches()
    with Service(address("", os.environ)) as service:
        batfish = Batfish(service)
        for number, name in enumerate(sorted(wanted, key=follows), 1):
            bench = wanted[name]
            kept = known.get(name)
            named = "--all" in again or any(part in name for part in again)
            if named or kept is None or kept.shown != shown(bench):
                kept = ask(batfish, bench)
                say(f"{number}/{len(wanted)} {name}: {kept.found[0] if kept.found else 'nothing'}")
            words[name] = kept
            keep({**known, **words}, service.version)
        keep({name: words[name] for name in wanted}, service.version)


def follows(name: str) -> bool:
    """Whether a case comes last: one whose plan is spoilt costs as much as a whole verdict."""
    return any(fault.where is Where.DESIGN and fault.id(f) == name for fault, f in SHOWN)


def main(arguments: list[str]) -> int:
    """Record, unless only the table is wanted; write the table."""
    if "--table" not in arguments:
        record(arguments)
    document()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
