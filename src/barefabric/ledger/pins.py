"""Values that the topology pins: which number each of them fixes, and which cannot be kept."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from barefabric.errors import Diagnostic
from barefabric.ledger.addresses import link_keys
from barefabric.ledger.asns import switch_key
from barefabric.model.address import is_ipv4, number, split
from barefabric.model.ledger import Kind
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded
from barefabric.topology.schema import Pin

LINK_LENGTH = 31
NOTHING_YET = "a rack has a prefix once it has servers, an AS number where its leaves are one pair"


class Pins(NamedTuple):
    """The topology's pins as integers, by the ledger's kinds and keys.

    ``writers`` tells which key of ``pins`` each of them stands under.
    """

    values: Mapping[Kind, Mapping[str, int]]
    writers: Mapping[tuple[Kind, str], str]

    def of(self, kind: Kind) -> Mapping[str, int]:
        """The pins of one kind."""
        return self.values.get(kind, {})


class _Fixed(NamedTuple):
    """One value of a pin: the field it is written in, the number it fixes, the value."""

    field: str
    kind: Kind
    key: str
    value: int


def read_pins(loaded: Loaded, shape: Shape) -> tuple[Pins, list[Diagnostic]]:
    """The pins of a topology, and what is wrong with them: LE008, LE011 to LE013."""
    values: dict[Kind, dict[str, int]] = {}
    writers: dict[tuple[Kind, str], str] = {}
    wrong: list[Diagnostic] = []
    links = set(link_keys(loaded.topology, shape)) if loaded.topology.pins else set()
    for name, pin in loaded.topology.pins.items():
        for found in _fixed(loaded, shape, links, name, pin):
            if isinstance(found, Diagnostic):
                wrong.append(found)
                continue
            before = values.get(found.kind, {}).get(found.key, found.value)
            if before != found.value:
                wrong.append(_two_values(loaded, writers[found.kind, found.key], name, found))
                continue
            values.setdefault(found.kind, {})[found.key] = found.value
            writers.setdefault((found.kind, found.key), name)
    wrong += _equal(loaded, values, writers)
    return Pins(values, writers), wrong


def _fixed(
    loaded: Loaded, shape: Shape, links: set[str], name: str, pin: Pin
) -> Iterator[_Fixed | Diagnostic]:
    """What one pin fixes: a number for each field that is written and that its thing has."""
    written = {
        "asn": pin.asn, "loopback": pin.loopback, "management": pin.management,
        "prefix": pin.prefix, "address": pin.address,
    }  # fmt: skip
    having = dict(_keys(shape, links, name))
    if not having and name not in shape.racks:
        yield Diagnostic(
            "LE008",
            f'pins: nothing in this fabric is called "{name}"',
            (loaded.key_place("pins", name),),
            allowed='a switch, a rack, a server, or a numbered link as "leaf spine"; "leaf spine '
            '2" is the second of several',
        )
        return
    for field, value in written.items():
        if not value:
            continue
        if field not in having:
            yield Diagnostic(
                "LE012",
                f"pins: {name} has no {field} of its own",
                (loaded.place("pins", name, field),),
                allowed=f"{name} takes: {', '.join(having)}" if having else NOTHING_YET,
            )
            continue
        kind, key = having[field]
        yield _misfit(loaded, name, field, kind, value) or _Fixed(field, kind, key, _number(value))


def _number(value: int | str) -> int:
    if isinstance(value, int):
        return value
    return split(value)[0] if "/" in value else number(value)


def _keys(shape: Shape, links: set[str], name: str) -> Iterator[tuple[str, tuple[Kind, str]]]:
    """Fields that a pin of this name may have, with the number each of them fixes."""
    if name in shape.switches:
        yield "asn", (Kind.ASN, switch_key(shape.switches[name]))
        yield "loopback", (Kind.LOOPBACK, name)
        yield "management", (Kind.MANAGEMENT, name)
    elif name in shape.racks:
        rack = shape.racks[name]
        pairs = dict.fromkeys(switch_key(shape.switches[leaf]) for leaf in rack.leaves)
        if name in pairs:
            yield "asn", (Kind.ASN, name)
        if rack.servers:
            yield "prefix", (Kind.RACK, name)
    elif name in shape.servers:
        yield "address", (Kind.NODE, name)
    else:
        one, other, index, *_ = (*name.split(), "1", "", "")
        for key in (f"{one} {other} {index}", f"{other} {one} {index}"):
            if key in links:
                yield "prefix", (Kind.LINK, key)
                return


def _misfit(
    loaded: Loaded, name: str, field: str, kind: Kind, value: int | str
) -> Diagnostic | None:
    """An IPv6 value, or a prefix of another length than the fabric hands out (LE013)."""
    if isinstance(value, str) and not is_ipv4(value):
        return Diagnostic(
            "LE013",
            f"pins: {name} cannot have {value}: pins fix IPv4 numbers",
            (loaded.place("pins", name, field),),
            "IPv6 addresses are handed out beside them, and the ledger keeps them",
            "write the IPv4 value, or leave it out",
        )
    per_rack = loaded.topology.addressing.servers.per_rack
    lengths = {Kind.RACK: per_rack, Kind.LINK: LINK_LENGTH}
    length = lengths.get(kind)
    if length is None or not isinstance(value, str) or split(value)[1] == length:
        return None
    what = "a rack's prefix" if kind is Kind.RACK else "a link's prefix"
    return Diagnostic(
        "LE013",
        f"pins: {name} cannot have {value}: {what} is a /{length}",
        (loaded.place("pins", name, field),),
        mend="set addressing.servers.per_rack to the length in use" if kind is Kind.RACK else "",
    )


def outside(loaded: Loaded, name: str, field: str, value: str, pool: str, mend: str) -> Diagnostic:
    """A pinned value that its pool does not hold (LE013), so that no filter would let it pass."""
    return Diagnostic(
        "LE013",
        f"pins: {name} cannot have {value}: {pool} does not hold it",
        (loaded.place("pins", name, field),),
        mend=mend,
    )


def _two_values(loaded: Loaded, first: str, second: str, fixed: _Fixed) -> Diagnostic:
    """Two things that share a number are pinned to different ones."""
    return Diagnostic(
        "LE011",
        f"pins: {first} and {second} share one {fixed.field}, and are pinned to two",
        tuple(loaded.place("pins", name, fixed.field) for name in (first, second)),
        mend="pin one of them, or both to the same value",
    )


def _equal(
    loaded: Loaded,
    values: Mapping[Kind, Mapping[str, int]],
    writers: Mapping[tuple[Kind, str], str],
) -> Iterator[Diagnostic]:
    """Different things that are pinned to one value."""
    for kind, pinned in values.items():
        owners: dict[int, list[str]] = {}
        for key, value in pinned.items():
            owners.setdefault(value, []).append(writers[kind, key])
        for names in owners.values():
            if len(names) > 1:
                field = FIELDS[kind]
                value = getattr(loaded.topology.pins[names[0]], field)
                many = "both" if len(names) == 2 else "all"
                yield Diagnostic(
                    "LE011",
                    f"pins: {' and '.join(names)} are {many} pinned to {value}",
                    tuple(loaded.place("pins", name, field) for name in names),
                    allowed=f"each {field} belongs to one of them",
                )


FIELDS = {
    Kind.ASN: "asn", Kind.LOOPBACK: "loopback", Kind.MANAGEMENT: "management",
    Kind.RACK: "prefix", Kind.LINK: "prefix", Kind.NODE: "address",
}  # fmt: skip
"""Where a pin of each kind is written."""
