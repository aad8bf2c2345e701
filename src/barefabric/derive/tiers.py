"""Policies between switches: which tier passes what to which, in terms every vendor can say.

A policy holds for both families: each of its terms names a list, and a list holds prefixes of one
family, so that the other family's routes pass it by.
"""

from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from barefabric.derive import names
from barefabric.derive.prefixes import DEFAULTS
from barefabric.model.address import FAMILIES, family
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.model.policy import LAST_RESORT, Policy, PrefixList, PrefixMatch, Term

LAST_RESORT_PREFERENCE = 50
"""Local preference of the default of last resort, below the 100 that every other route has."""


def permits(*lists: str, start: int = 10) -> tuple[Term, ...]:
    """One permitting term for each list."""
    return tuple(Term(start + 10 * n, True, name) for n, name in enumerate(lists))


def lists_of(name: str, entries: Iterable[PrefixMatch]) -> tuple[PrefixList, ...]:
    """Prefixes as lists, one for each family that there is: ``FABRIC`` and ``FABRIC6``."""
    by_family: dict[str, list[PrefixMatch]] = {}
    for entry in entries:
        by_family.setdefault(family(entry.prefix), []).append(entry)
    return tuple(
        PrefixList(names.of_family(name, each), tuple(by_family[each]))
        for each in FAMILIES
        if each in by_family
    )


class Lists(NamedTuple):
    """Names of the lists that every switch has, in each family; empty for what there is not."""

    default: tuple[str, ...]
    fabric: tuple[str, ...]
    external: tuple[str, ...]


@lru_cache(maxsize=8)
def fabric_lists(design: Design) -> tuple[PrefixList, ...]:
    """Lists every switch shares: the default, the fabric's prefixes, external ones."""
    plan = design.plan
    inside = (*plan.loopbacks, *plan.racks, *plan.hosts, *plan.pods, *plan.services)
    defaults = [DEFAULTS[family] for family in design.underlay.families]
    outside = (match for match in plan.external if match.prefix not in DEFAULTS.values())
    return (
        *lists_of(names.DEFAULT_LIST, map(PrefixMatch, defaults)),
        *lists_of(names.FABRIC_LIST, inside),
        *lists_of(names.EXTERNAL_LIST, outside),
    )


@lru_cache(maxsize=8)
def common_lists(design: Design) -> Lists:
    """The names of the lists that every switch shares."""
    known = {entry.name for entry in fabric_lists(design)}

    def of(name: str) -> tuple[str, ...]:
        return tuple(each for each in names.each(FAMILIES, name) if each in known)

    return Lists(of(names.DEFAULT_LIST), of(names.FABRIC_LIST), of(names.EXTERNAL_LIST))


@lru_cache(maxsize=64)
def connected(local: tuple[str, ...]) -> Policy:
    """What a device originates of its own networks, by the names of their lists."""
    return Policy(names.CONNECTED, permits(*local))


def _from_above(group: str, lists: Lists) -> Policy:
    """What a lower tier takes: the default of last resort at a low preference, then the rest."""
    resort = [
        Term(
            10 * number,
            True,
            name,
            names.LAST_RESORT_LIST,
            local_preference=LAST_RESORT_PREFERENCE,
        )
        for number, name in enumerate(lists.default, 1)
    ]
    start = 10 * len(resort) + 10
    rest = permits(*lists.default, *lists.fabric, *lists.external, start=start)
    return Policy(names.import_of(group), (*resort, *rest))


def _last_resort(lists: Lists) -> Policy:
    """Origination of the default of last resort: it must lose against every other default."""
    terms = (
        Term(
            10 * number,
            True,
            name,
            local_preference=LAST_RESORT_PREFERENCE,
            weight=0,
            set_community=LAST_RESORT,
        )
        for number, name in enumerate(lists.default, 1)
    )
    return Policy(names.LAST_RESORT, tuple(terms))


@lru_cache(maxsize=64)
def leaf_policies(lists: Lists, upper: str, upward: tuple[str, ...]) -> tuple[Policy, ...]:
    """Leaves: what is theirs and their nodes' upwards (the lists named)."""
    return _from_above(upper, lists), Policy(names.export_of(upper), permits(*upward))


def spine_policies(lists: Lists, groups: Container[str]) -> Iterator[Policy]:
    """Spines: fabric prefixes in every direction, the default only downwards."""
    for group in (g for g in names.GROUP.values() if g in groups):
        if group == names.GROUP[Role.SUPERSPINE]:
            yield _from_above(group, lists)
            yield Policy(names.export_of(group), permits(*lists.fabric))
        else:
            yield from _downwards(group, lists)
    yield _last_resort(lists)


def _downwards(group: str, lists: Lists) -> Iterator[Policy]:
    """An upper tier towards a lower one. Borders give the default and never get one."""
    whole = permits(*lists.default, *lists.fabric, *lists.external)
    fabric = permits(*lists.fabric)
    outside = group == names.GROUP[Role.BORDER]
    yield Policy(names.import_of(group), whole if outside else fabric)
    yield Policy(names.export_of(group), fabric if outside else whole)


def superspine_policies(lists: Lists, groups: Container[str]) -> Iterator[Policy]:
    """Superspines: everything below them is a lower tier."""
    for group in (g for g in names.GROUP.values() if g in groups):
        yield from _downwards(group, lists)


def border_policies(
    lists: Lists, upper: str, local: Iterable[str], brought: Iterable[str]
) -> Iterator[Policy]:
    """Borders refuse any default of the fabric, so that the upstream's always comes back.

    ``local`` are the lists of their own prefixes, ``brought`` those of defaults that come in.
    """
    refuse = [Term(10 * n, False, name) for n, name in enumerate(lists.default, 1)]
    rest = permits(*lists.fabric, start=10 * len(refuse) + 10)
    yield Policy(names.import_of(upper), (*refuse, *rest))
    yield Policy(names.export_of(upper), permits(*local, *brought, *lists.external))
