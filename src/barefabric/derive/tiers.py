"""Policies between switches: which tier passes what to which, in terms every vendor can say."""

from collections.abc import Iterator
from functools import lru_cache

from barefabric.derive import names
from barefabric.derive.prefixes import DEFAULT
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.model.policy import LAST_RESORT, Policy, PrefixList, PrefixMatch, Term

LAST_RESORT_PREFERENCE = 50
"""Local preference of the default of last resort, below the 100 that every other route has."""


def permits(*lists: str, start: int = 10) -> tuple[Term, ...]:
    """One permitting term for each list."""
    return tuple(Term(start + 10 * n, True, name) for n, name in enumerate(lists))


@lru_cache(maxsize=8)
def fabric_lists(design: Design) -> tuple[PrefixList, ...]:
    """Lists every switch shares: the default, the fabric's prefixes, external ones."""
    plan = design.plan
    inside = (*plan.loopbacks, *plan.racks, *plan.hosts, *plan.pods, *plan.services)
    lists = [
        PrefixList(names.DEFAULT_LIST, (PrefixMatch(DEFAULT),)),
        PrefixList(names.FABRIC_LIST, inside),
    ]
    outside = tuple(m for m in plan.external if m.prefix != DEFAULT)
    if outside:
        lists.append(PrefixList(names.EXTERNAL_LIST, outside))
    return tuple(lists)


def connected() -> Policy:
    """What a switch originates of its own networks."""
    return Policy(names.CONNECTED, permits(names.LOCAL_LIST))


def _from_above(group: str, external: tuple[str, ...]) -> Policy:
    """What a lower tier takes: the default of last resort at a low preference, then the rest."""
    resort = Term(
        10,
        True,
        names.DEFAULT_LIST,
        names.LAST_RESORT_LIST,
        local_preference=LAST_RESORT_PREFERENCE,
    )
    rest = permits(names.DEFAULT_LIST, names.FABRIC_LIST, *external, start=20)
    return Policy(names.import_of(group), (resort, *rest))


def _last_resort() -> Policy:
    """Origination of the default of last resort: it must lose against every other default."""
    term = Term(
        10,
        True,
        names.DEFAULT_LIST,
        local_preference=LAST_RESORT_PREFERENCE,
        weight=0,
        set_community=LAST_RESORT,
    )
    return Policy(names.LAST_RESORT, (term,))


def leaf_policies(external: tuple[str, ...], upper: str) -> Iterator[Policy]:
    """Leaves: what is theirs and their nodes' upwards."""
    yield _from_above(upper, external)
    yield Policy(names.export_of(upper), permits(names.LOCAL_LIST, names.NODES_LIST))


def spine_policies(external: tuple[str, ...], groups: set[str]) -> Iterator[Policy]:
    """Spines: fabric prefixes in every direction, the default only downwards."""
    for group in (g for g in names.GROUP.values() if g in groups):
        if group == names.GROUP[Role.SUPERSPINE]:
            yield _from_above(group, external)
            yield Policy(names.export_of(group), permits(names.FABRIC_LIST))
        else:
            yield from _downwards(group, external)
    yield _last_resort()


def _downwards(group: str, external: tuple[str, ...]) -> Iterator[Policy]:
    """An upper tier towards a lower one. Borders give the default and never get one."""
    if group == names.GROUP[Role.BORDER]:
        yield Policy(
            names.import_of(group), permits(names.DEFAULT_LIST, names.FABRIC_LIST, *external)
        )
        yield Policy(names.export_of(group), permits(names.FABRIC_LIST))
    else:
        yield Policy(names.import_of(group), permits(names.FABRIC_LIST))
        yield Policy(
            names.export_of(group), permits(names.DEFAULT_LIST, names.FABRIC_LIST, *external)
        )


def superspine_policies(external: tuple[str, ...], groups: set[str]) -> Iterator[Policy]:
    """Superspines: everything below them is a lower tier."""
    for group in (g for g in names.GROUP.values() if g in groups):
        yield from _downwards(group, external)


def border_policies(external: tuple[str, ...], upper: str, takes_default: bool) -> Iterator[Policy]:
    """Borders refuse any default of the fabric, so that the upstream's always comes back."""
    refuse = Term(10, False, names.DEFAULT_LIST)
    yield Policy(names.import_of(upper), (refuse, *permits(names.FABRIC_LIST, start=20)))
    brought = (names.DEFAULT_LIST,) if takes_default else ()
    yield Policy(names.export_of(upper), permits(names.LOCAL_LIST, *brought, *external))
