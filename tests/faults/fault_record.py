"""What Batfish said of each seeded fault, kept beside the digest of exactly what it was shown."""

import json
from pathlib import Path
from typing import NamedTuple

from fault_bench import Bench
from fault_fabrics import EVERY
from fault_judges import Batfish, shown
from fault_list import SHOWN, spoilt

PATH = Path(__file__).with_name("recorded.json")
SCHEMA = "barefabric.faults/1"
SOUND = "nothing wrong"
"""Begins the name of the control: a fabric without a fault."""


class Word(NamedTuple):
    """Batfish's first findings on something, each with its code, its contract and one line."""

    shown: str
    found: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the findings."""
        return tuple(dict.fromkeys(line.partition(" ")[0] for line in self.found))


def benches() -> dict[str, Bench]:
    """Everything that Batfish is shown, by name: the controls first."""
    found = {f"{SOUND} / {fabric.name}": Bench(fabric) for fabric in EVERY}
    found.update((fault.id(fabric), spoilt(fault, fabric)) for fault, fabric in SHOWN)
    return found


def ask(batfish: Batfish, bench: Bench) -> Word:
    """Show Batfish what lies on the bench."""
    found = batfish.first(bench)
    return Word(shown(bench), tuple(f"{f.code} {f.contract}: {f.lines[0]}" for f in found))


def recorded() -> dict[str, Word]:
    """What was recorded, by name."""
    if not PATH.is_file():
        return {}
    document = json.loads(PATH.read_text(encoding="utf-8"))
    assert document["schema"] == SCHEMA
    return {
        name: Word(word["shown"], tuple(word["found"])) for name, word in document["faults"].items()
    }


def keep(words: dict[str, Word], version: str) -> None:
    """Write the record."""
    faults = {
        name: {"shown": word.shown, "found": list(word.found)} for name, word in words.items()
    }
    document = {"schema": SCHEMA, "batfish": version, "faults": faults}
    PATH.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
