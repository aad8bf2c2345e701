"""Pools of prefixes of one family that are handed out in equal units."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from barefabric.errors import Diagnostic
from barefabric.ledger.register import Register
from barefabric.model.address import BITS, contains, family, split, written
from barefabric.model.design import PoolUse
from barefabric.topology.load import Loaded
from barefabric.topology.space import smallest_prefix_for


class Space:
    """A pool, handed out in units of one prefix length.

    Prefixes of another family than ``of`` are left out. ``refused`` are addresses in it that are
    never handed out: networks, the gateway.
    """

    def __init__(
        self,
        prefixes: Iterable[str],
        unit: int,
        refused: frozenset[int] = frozenset(),
        *,
        of: str = "ipv4",
    ) -> None:
        self.prefixes = tuple(p for p in prefixes if family(p) == of)
        self.unit = unit
        self.bits = BITS[of]
        self.refused = refused
        self.blocks = tuple(
            (base, length) for base, length in map(split, self.prefixes) if length <= unit
        )
        self._step = 1 << (self.bits - unit)

    @property
    def size(self) -> int:
        """How many units the pool has, those included that are never handed out."""
        return sum(1 << (self.unit - length) for _, length in self.blocks)

    @property
    def room(self) -> int:
        """How many units the pool hands out at most."""
        return self.size - sum(self.covers(value) for value in self.refused)

    def covers(self, value: int) -> bool:
        """Whether an address lies in the pool."""
        for base, length in self.blocks:  # noqa: SIM110 (any() costs three times as much)
            if (value ^ base) >> (self.bits - length) == 0:
                return True
        return False

    def holds(self, value: int) -> bool:
        """Whether an address is one that the pool could have handed out."""
        return value % self._step == 0 and value not in self.refused and self.covers(value)

    def units(self, skip: int = 0) -> Iterator[int]:
        """Every unit that is handed out, in order; the first ``skip`` of each prefix come last."""

        def run(base: int, first: int, last: int) -> range:
            return range(base + first * self._step, base + last * self._step, self._step)

        sizes = [(base, 1 << (self.unit - length)) for base, length in self.blocks]
        early = chain.from_iterable(run(base, min(skip, size), size) for base, size in sizes)
        late = chain.from_iterable(run(base, 0, min(skip, size)) for base, size in sizes)
        return (value for value in chain(early, late) if value not in self.refused)


def networks(prefixes: Iterable[str], of: str = "ipv4") -> frozenset[int]:
    """First addresses of a family's prefixes, which are no hosts."""
    return frozenset(split(p)[0] for p in prefixes if family(p) == of)


def pool_use(name: str, space: Space, register: Register) -> PoolUse:
    """How full a pool is."""
    return PoolUse(
        name, space.prefixes, space.unit, len(register.values), register.retired, space.size
    )


class _Want(NamedTuple):
    """What a pool should hold, in units."""

    needed: int
    kept: int
    lacking: int


def too_small(
    loaded: Loaded, name: str, space: Space, register: Register, unusable: int
) -> Diagnostic:
    """A pool that cannot hold what is asked of it (AD005), with what would do.

    ``unusable`` is how many units of any prefix are never handed out.
    """
    known = [space.covers(value) for value in register.reserved]
    want = _Want(len(register.values) + register.short, sum(known), register.short)
    one = space.room == 1
    unit = f"prefix{'' if one else 'es'} of /{space.unit}"
    if space.unit == space.bits:
        unit = "address" if one else "addresses"
    verb = "is" if want.needed == 1 else "are"
    kept = f", {want.kept:,} are kept for what is gone" if want.kept else ""
    reclaim = "; fabric reclaim frees what is kept" if want.kept else ""
    return Diagnostic(
        "AD005",
        f"addressing.{name} {', '.join(space.prefixes) or '(empty)'} is too small: it holds "
        f"{space.room:,} {unit}, {want.needed:,} {verb} needed now{kept}",
        (loaded.place("addressing", name),),
        mend=_remedy(loaded, name, space, want, unusable) + reclaim,
    )


def _remedy(loaded: Loaded, name: str, space: Space, want: _Want, unusable: int) -> str:
    """The smallest prefix that would do around the first one, and one to put beside them."""
    whole = smallest_prefix_for(want.needed + want.kept + unusable, space.unit)
    if not space.blocks:
        return f"the smallest prefix that would do is a /{whole}"
    base = space.blocks[0][0]
    around = _network(base, whole, space.bits) if whole >= 0 else ""
    remedies = []
    if around and all(contains(around, prefix) for prefix in space.prefixes):
        remedies.append(f"the smallest prefix that would do is a /{whole}, such as {around}")
    else:
        remedies.append(f"the smallest single prefix that would do is a /{max(whole, 0)}")
    beside = _beside(loaded, space, smallest_prefix_for(want.lacking + unusable, space.unit))
    if name != "management" and beside:
        more = ", ".join((*_written_pool(loaded, name), beside))
        remedies.append(f"a second prefix renumbers nothing either: [{more}]")
    return "; ".join(remedies)


def _written_pool(loaded: Loaded, name: str) -> tuple[str, ...]:
    """All prefixes of a pool of ``addressing``, of either family."""
    pool = getattr(loaded.topology.addressing, name)
    found: tuple[str, ...] = pool if isinstance(pool, tuple) else pool.pool
    return found


def _beside(loaded: Loaded, space: Space, length: int) -> str:
    """A free prefix of a length near a pool; empty where there is none."""
    from barefabric.topology.checks_overlaps import pools
    from barefabric.topology.roster import Roster
    from barefabric.topology.space import free_near
    from barefabric.topology.view import View

    view = View(loaded.document, loaded.topology, Roster(loaded.topology))
    taken = [str(pool.network) for pool in pools(view)]
    base = space.blocks[-1][0]
    return free_near(_network(base, length, space.bits), taken)


def _network(value: int, length: int, bits: int) -> str:
    """The prefix of a length that holds an address."""
    return f"{written(value >> (bits - length) << (bits - length), bits)}/{length}"
