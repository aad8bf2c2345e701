"""Contracts as a user writes them: ``{name, reach: {from, to}}``."""

from typing import Any

from barefabric.topology.faults import MISSING, Fault, Faults, shown
from barefabric.topology.names import did_you_mean

KINDS = ("reach", "never-reach", "survives", "max-path-length")

_EXTRA = {"survives": ("failures",), "max-path-length": ("length",)}
_ATTRIBUTES = {"from": "source", "to": "target", "failures": "failures", "length": "length"}


def contract(value: Any) -> Any:
    """``{name, reach: {from, to}}`` to ``{name, kind: reach, source, target}``."""
    if not isinstance(value, dict):
        return value
    kinds = [key for key in value if key in KINDS]
    _refuse_unknown(value, ("name", *KINDS), "a contract", ())
    if len(kinds) != 1:
        what = "has no kind" if not kinds else "has several kinds"
        raise Fault("IN063", what, allowed=f"a contract has exactly one of: {', '.join(KINDS)}")
    kind = kinds[0]
    body = value[kind]
    _check(kind, body)
    rest = {key: item for key, item in value.items() if key != kind}
    return {**rest, "kind": kind, **{_ATTRIBUTES[key]: item for key, item in body.items()}}


def _check(kind: str, body: Any) -> None:
    """The keys below a kind, which the schema sees only under other names."""
    takes = ("from", "to", *_EXTRA.get(kind, ()))
    sentence = f"{kind} takes: {', '.join(takes)}"
    if not isinstance(body, dict):
        message = f"must be a block of keys, not {shown(body)}"
        raise Fault("IN021", message, allowed=sentence, at=(kind,))
    _refuse_unknown(body, takes, kind, (kind,))
    for key in takes:
        if key not in body and key != "failures":
            raise Fault("IN020", MISSING, allowed=sentence, at=(kind, key))


def _refuse_unknown(body: Any, takes: tuple[str, ...], what: str, at: tuple[str, ...]) -> None:
    """Keys that a block does not have."""
    sentence = f"{what} takes: {', '.join(takes)}"
    faults = [
        Fault("IN012", f'unknown key "{key}"', allowed=sentence, at=(*at, key), mend=did_you_mean(key, takes))
        for key in body if key not in takes
    ]
    if faults:
        raise Faults(faults)
