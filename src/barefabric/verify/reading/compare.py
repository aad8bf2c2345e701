"""The facts that the files of a device state against those of the plan, in both directions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from barefabric.verify.reading.lines import Line, Lines
from barefabric.verify.reading.rules import Fact


class Difference(NamedTuple):
    """A fact that only the plan or only a file states.

    ``line`` is None where no file states it; ``path`` is the file that states it or has to.
    """

    device: str
    fact: Fact
    path: str
    line: Line | None

    def __str__(self) -> str:
        if self.line is None:
            return f"{self.device} does not say: {self.fact}"
        if self.secret:
            return f"{self.device} says: password {self.fact.of}, in clear text"
        return f"{self.device} says: {self.fact}"

    @property
    def secret(self) -> bool:
        """Whether a file states a password that is no placeholder: it is not repeated."""
        fact = self.fact
        return fact.name == "password" and not fact.value.startswith("${secret:")


class Compared(NamedTuple):
    """How many facts of each name were compared, and what differs."""

    rows: Mapping[str, int]
    different: tuple[Difference, ...]


def compare(
    device: str, rules: Lines, planned: Iterable[Fact], files: Mapping[str, str]
) -> Compared:
    """Compare the files of one device with the plan. ``files`` are texts by path.

    Planned facts that this network OS does not state are left out.
    """
    wanted = {fact for fact in planned if fact.name in rules.known}
    stated = rules.facts(files)
    if wanted == stated:
        return Compared(Counter(fact.name for fact in wanted), ())
    missing, more = sorted(wanted - stated), sorted(stated - wanted)
    found = rules.places(files, set(more))
    different = [Difference(device, f, rules.rules.file_of(f.name), None) for f in missing]
    different += [Difference(device, f, found[f].path, found[f]) for f in more]
    return Compared(Counter(fact.name for fact in wanted | stated), tuple(different))
