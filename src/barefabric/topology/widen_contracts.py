"""Contracts as a user writes them: ``{name, reach: {from, to}}``."""

from typing import Any

from barefabric.topology import scalars
from barefabric.topology.faults import MISSING, Fault, Faults, shown
from barefabric.topology.names import did_you_mean
from barefabric.topology.widen import each

KINDS = ("reach", "never-reach", "survives", "max-path-length")

_EXTRA = {"survives": ("failures",), "max-path-length": ("length",)}
_ATTRIBUTES = {"from": "source", "to": "target", "failures": "failures", "length": "length"}
_BOUNDS = {"failures": (1, 8), "length": (0, 64)}


def contract(value: Any) -> Any:
    """``{name, reach: {from, to}}`` to ``{name, kind: reach, source, target}``."""
    takes = ("name", *KINDS)
    if not isinstance(value, dict):
        message = f"must be a block of keys, not {shown(value)}"
        raise Fault("IN021", message, allowed=f"a contract takes: {', '.join(takes)}")
    _refuse_unknown(value, takes, "a contract", ())
    needs = f"a contract needs: name, and exactly one of: {', '.join(KINDS)}"
    if "name" not in value:
        raise Fault("IN020", MISSING, allowed=needs, at=("name",))
    kinds = [key for key in value if key in KINDS]
    if len(kinds) != 1:
        what = "has no kind" if not kinds else "has several kinds"
        raise Fault("IN063", what, allowed=f"a contract has exactly one of: {', '.join(KINDS)}")
    kind = kinds[0]
    rest = {key: item for key, item in value.items() if key != kind}
    return {**rest, "kind": kind, **_body(kind, value[kind])}


def _body(kind: str, body: Any) -> dict[str, Any]:
    """The values below a kind, by the names of the attributes that hold them."""
    takes = ("from", "to", *_EXTRA.get(kind, ()))
    sentence = f"{kind} takes: {', '.join(takes)}"
    if not isinstance(body, dict):
        message = f"must be a block of keys, not {shown(body)}"
        raise Fault("IN021", message, allowed=sentence, at=(kind,))
    _refuse_unknown(body, takes, kind, (kind,))
    for key in takes:
        if key not in body and key != "failures":
            raise Fault("IN020", MISSING, allowed=sentence, at=(kind, key))
    try:
        found = each(((key, (key, item)) for key, item in body.items()), _value)
    except Faults as several:
        raise Faults(fault.under(kind) for fault in several.faults) from None
    return dict(found)


def _value(pair: tuple[str, Any]) -> tuple[str, Any]:
    """One value below a kind, checked, with the name of its attribute."""
    key, value = pair
    checked = scalars.whole(value, *_BOUNDS[key]) if key in _BOUNDS else scalars.text(value)
    return _ATTRIBUTES[key], checked


def _refuse_unknown(body: Any, takes: tuple[str, ...], what: str, at: tuple[str, ...]) -> None:
    """Keys that a block does not have."""
    sentence = f"{what} takes: {', '.join(takes)}"
    faults = [
        Fault(
            "IN012",
            f'unknown key "{key}"',
            allowed=sentence,
            at=(*at, key),
            mend=did_you_mean(key, takes),
        )
        for key in body
        if key not in takes
    ]
    if faults:
        raise Faults(faults)
