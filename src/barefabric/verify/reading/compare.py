"""The facts that files state against those of the plan, in both directions."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.hosts.frr import NOS as HOST_NOS
from barefabric.model.design import Design
from barefabric.verify.reading.facts import server_facts, switch_facts
from barefabric.verify.reading.rules import Fact, reader


class Compared(NamedTuple):
    """How many facts were compared, and the differences as text."""

    rows: int
    different: tuple[str, ...]


def read_files(
    design: Design, rendered: Mapping[str, Mapping[str, str]], servers: Iterable[str]
) -> Compared:
    """Compare the files of all switches and of some servers with the plan.

    ``rendered`` are files by device and path. A network OS without rules is left out: its facts
    are not counted either.
    """
    rows, different = 0, list[str]()
    for name, switch in design.switches.items():
        facts = set(switch_facts(switch_intent(design, name)))
        some = _device(name, switch.nos, facts, rendered[name])
        rows, different = rows + some.rows, [*different, *some.different]
    for name in servers:
        facts = set(server_facts(server_intent(design, name)))
        some = _device(name, HOST_NOS, facts, rendered[name]) if facts else Compared(0, ())
        rows, different = rows + some.rows, [*different, *some.different]
    return Compared(rows, tuple(different))


def _device(name: str, nos: str, planned: set[Fact], files: Mapping[str, str]) -> Compared:
    rules = reader(nos)
    if rules is None:
        return Compared(0, ())
    wanted = {fact for fact in planned if fact.name in rules.known}
    stated = rules.facts(files)
    different = [f"{name} does not say: {fact}" for fact in sorted(wanted - stated)]
    different += [f"{name} says: {_spoken(fact)}" for fact in sorted(stated - wanted)]
    return Compared(len(wanted | stated), tuple(different))


def _spoken(fact: Fact) -> str:
    """A fact in words. A password that is no placeholder is not repeated."""
    if fact.name == "password" and not fact.value.startswith("${secret:"):
        return f"password {fact.of}, in clear text"
    return str(fact)
