"""Two failures at a time, with those that symmetry makes equal taken together.

All pairs of 1,000 switches and their servers are 300 million. The first of a pair runs over one
failure of each class, the second over all failures; those that are equal beside that first one are
one class of pairs. Twins are counted without looking at each.
"""

from collections.abc import Hashable, Iterable, Iterator
from typing import NamedTuple

from barefabric.verify.deciding.case import Case
from barefabric.verify.failures import Candidate, FailureClass, Finder, candidates
from barefabric.verify.wiring import Failure


class _Twins(NamedTuple):
    """Failures that exchanging twins cannot tell apart, with what they touch."""

    members: list[Candidate]
    bundles: frozenset[int]
    silent: frozenset[tuple[str, ...]]


class _Single(NamedTuple):
    """A class of single failures."""

    first: Candidate
    size: int
    twins: list[_Twins]


def pair_classes(case: Case, kinds: Iterable[str]) -> list[FailureClass]:
    """All pairs of failures of these kinds, one of each class, with how many it stands for."""
    finder = Finder(case)
    singles = list(_singles(case, finder, kinds))
    found: list[FailureClass] = []
    for number, one in enumerate(singles):
        for other in singles[number:]:
            found += _pairs(finder, one, other)
    return found


def _singles(case: Case, finder: Finder, kinds: Iterable[str]) -> Iterator[_Single]:
    for kind in kinds:
        by_key: dict[Hashable, dict[Hashable, list[Candidate]]] = {}
        for candidate in candidates(case, kind):
            _, bundles = finder.bundles(candidate)
            by_key.setdefault(finder.key(candidate), {}).setdefault(bundles, []).append(candidate)
        for alike in by_key.values():
            twins = [_twins(case, finder, members) for members in alike.values()]
            yield _Single(twins[0].members[0], sum(len(t.members) for t in twins), twins)


def _twins(case: Case, finder: Finder, members: list[Candidate]) -> _Twins:
    bundles, silent = _touched(case, finder, members[0])
    return _Twins(members, bundles, silent)


def _touched(
    case: Case, finder: Finder, one: Candidate
) -> tuple[frozenset[int], frozenset[tuple[str, ...]]]:
    """Bundles and kinds of silent servers that a failure has to do with."""
    bundle_of = case.table.classes.graph.bundle_of
    processes = {device: finder.processes(device) for device, _ in one.parts}
    silent = (finder.still(device) for device, some in processes.items() if not some)
    bundles = (bundle_of[process] for some in processes.values() for process in some)
    return frozenset(bundles), frozenset(silent)


def _pairs(finder: Finder, one: _Single, other: _Single) -> Iterator[FailureClass]:
    """Classes of pairs of two classes of single failures, or within one."""
    first = one.first
    alike: dict[Hashable, list[Candidate]] = {}
    sizes: dict[Hashable, int] = {}
    for second, size in _seconds(finder, first, other):
        key = finder.key(first, second)
        alike.setdefault(key, []).append(second)
        sizes[key] = sizes.get(key, 0) + size
    done: set[Hashable] = set()
    for key, seconds in alike.items():
        number = one.size * sizes[key]
        if one is other:
            # Each pair was met from both ends: in one class of ordered pairs, or in two.
            back = finder.key(seconds[0], first)
            if back in done:
                continue
            done.add(key)
            number = number // 2 if back == key else number
        if number:
            yield FailureClass(_both(first, seconds[0]), _named(first, seconds[0]), number)


def _seconds(finder: Finder, first: Candidate, other: _Single) -> Iterator[tuple[Candidate, int]]:
    """Failures beside a first one: twins of which it touches none are equal, and counted."""
    bundles, silent = _touched(finder.case, finder, first)
    for twins in other.twins:
        if twins.bundles.isdisjoint(bundles) and twins.silent.isdisjoint(silent):
            yield twins.members[0], len(twins.members)
        else:
            yield from ((one, 1) for one in twins.members if one != first)


def _both(one: Candidate, other: Candidate) -> Failure:
    a, b = one.failure, other.failure
    return Failure(a.devices | b.devices, a.cables | b.cables)


def _named(one: Candidate, other: Candidate) -> str:
    return f"{one.name} and {other.name}"
