"""What the schema refuses, as diagnostics with places and sentences of our own."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from barefabric.errors import Diagnostic, FabricError, Place
from barefabric.topology import scalars
from barefabric.topology.faults import MISSING, MOST_FAULTS, Fault, Faults, in_file_order, shown
from barefabric.topology.names import did_you_mean
from barefabric.topology.schema_paths import Keys, block_at, dotted

if TYPE_CHECKING:
    from barefabric.topology.document import Document
    from barefabric.topology.schema import Topology

_KINDS = {
    "list": "a list",
    "tuple": "a list",
    "dict": "a block of keys",
    "model": "a block of keys",
}
_SECRETS = ("IN030", "IN032")
"""Codes of faults in values that may be passwords."""


def validated(document: "Document") -> "Topology":
    """The typed topology. Raises FabricError with every fault of every value."""
    from pydantic import ValidationError

    from barefabric.topology.schema import Topology

    nothing = dict(islice(_without_value(document), MOST_FAULTS))
    faults = list(nothing.values())
    topology = None
    try:
        topology = Topology.model_validate(document.values)
    except ValidationError as error:
        details = error.errors(include_url=False)[:MOST_FAULTS]
        found = [pair for each in details for pair in _located(each)]
        kept = [
            (keys, fault)
            for keys, fault in _without_slips(found)
            if not any(keys[:length] in nothing for length in range(len(keys) + 1))
        ]
        faults += [_diagnostic(document, keys, fault) for keys, fault in _gathered(kept)]
        hidden = {document.place(*keys) for keys, fault in found if _may_be_secret(fault)}
        faults = _redacted(faults, hidden)
    if topology is None or faults:
        raise FabricError(in_file_order(faults))
    return topology


def _may_be_secret(fault: Fault) -> bool:
    """Whether the value at fault may be a password: by its code, or by the key that was meant."""
    slip = fault.code == "IN012" and any(word in fault.mend for word in ("password", "secret"))
    return slip or fault.code in _SECRETS


def _without_slips(found: list[tuple[Keys, Fault]]) -> Iterator[tuple[Keys, Fault]]:
    """The faults without keys that are missing only because they are misspelt."""
    meant = {(*keys[:-1], fault.mend) for keys, fault in found if fault.code == "IN012"}
    for keys, fault in found:
        if fault.message != MISSING or (*keys[:-1], _slip(str(keys[-1]))) not in meant:
            yield keys, fault


def _slip(key: str) -> str:
    """What is said of a key that was probably meant to be this one."""
    return f'did you mean "{key}"?'


def _gathered(found: Iterable[tuple[Keys, Fault]]) -> Iterator[tuple[Keys, Fault]]:
    """The faults with the missing keys of one block in one fault."""
    missing: dict[Keys, tuple[list[str], Fault]] = {}
    for keys, fault in found:
        if fault.message == MISSING:
            missing.setdefault(keys[:-1], ([], fault))[0].append(str(keys[-1]))
        else:
            yield keys, fault
    for keys, (names, fault) in missing.items():
        said = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
        verb = "are" if len(names) > 1 else "is"
        yield keys, Fault("IN020", f"{said} {verb} missing", allowed=fault.allowed)


def _redacted(faults: list[Diagnostic], hidden: set[Place]) -> list[Diagnostic]:
    """The faults, with what may be a password hidden wherever its line is shown."""
    if not hidden:
        return faults
    return [
        fault._replace(places=tuple(_hidden(place, hidden) for place in fault.places))
        for fault in faults
    ]


def _hidden(place: Place, secrets: set[Place]) -> Place:
    """The place, its excerpt without the secrets that stand on its line."""
    excerpt = place.excerpt
    for secret in secrets:
        if secret.line == place.line:
            start, end = secret.column - 1, secret.column - 1 + secret.width
            excerpt = excerpt[:start] + "*" * len(excerpt[start:end]) + excerpt[end:]
    return place._replace(excerpt=excerpt)


def _without_value(document: "Document") -> Iterator[tuple[Keys, Diagnostic]]:
    """Keys that are followed by nothing, and list items that say nothing, by their paths."""
    open_values: list[tuple[Keys, Any]] = [((), document.values)]
    seen: set[int] = set()
    while open_values:
        keys, value = open_values.pop()
        if value is None:
            message = f"{dotted(document.values, keys)} has no value"
            place = document.key_place(*keys)
            yield (
                keys,
                Diagnostic("IN020", message, (place,), mend="give it one, or take the key away"),
            )
        if isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            items = value.items() if isinstance(value, dict) else enumerate(value)
            open_values.extend(((*keys, key), item) for key, item in items)


def _located(error: Any) -> list[tuple[Keys, Fault]]:
    """The faults behind one of pydantic's errors, with the paths of the values at fault."""
    keys: Keys = tuple(error["loc"])
    of_key = bool(keys) and keys[-1] == "[key]"
    keys = keys[:-1] if of_key else keys
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Faults):
        return [((*keys, *fault.at), fault) for fault in cause.faults]
    if not isinstance(cause, Fault):
        return [(keys, _fault(keys, error))]
    if of_key:
        cause.of_key = True
    return [((*keys, *cause.at), cause)]


def _diagnostic(document: "Document", keys: Keys, fault: Fault) -> Diagnostic:
    """A fault with its place and the name of what it is about."""
    of_key = fault.of_key or fault.code == "IN012"
    place = document.key_place(*keys) if of_key else document.place(*keys)
    named = dotted(document.values, keys[:-1] if of_key else keys)
    if fault.of_key and fault.code == "IN020":
        fault = Fault("IN020", "is empty", mend="write what it is for, or take it away")
        fault.of_key = True
    if fault.of_key and _needs_subject(fault):
        message = f"a key of {named} {fault.message}"
    elif fault.code == "IN012":
        message = fault.message
    elif not named:
        message = f"the topology {fault.message}" if _needs_subject(fault) else fault.message
    elif _needs_subject(fault):
        message = f"{named} {fault.message}"
    else:
        message = f"{named}: {fault.message}"
    return Diagnostic(fault.code, message, (place,), fault.allowed, fault.mend)


def _needs_subject(fault: Fault) -> bool:
    """Whether the message is a sentence about what is at fault."""
    return fault.message.startswith(("must ", "has ", "is empty"))


def _fault(keys: Keys, error: Any) -> Fault:
    """The fault behind one of pydantic's own error types."""
    kind = error["type"]
    value = error.get("input")
    if kind == "extra_forbidden":
        return _unknown_key(keys)
    if kind == "missing":
        return _missing_key(keys)
    if kind in {"literal_error", "enum"}:
        allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return scalars.choice_fault(value, allowed)
    expected = _KINDS.get(kind.removesuffix("_type"), "")
    if expected:
        hint = 'begin each item with "- ", or write [a, b]' if expected == "a list" else ""
        return Fault(
            "IN021",
            f"must be {expected}, not {shown(value)}",
            mend=hint,
            allowed=_keys_sentence(keys),
        )
    return Fault("IN021", f"{shown(value)} does not fit here")


def _unknown_key(keys: Keys) -> Fault:
    block = block_at(keys[:-1])
    allowed = list(block.model_fields) if block else []
    sentence = f"{block.noun} takes: {', '.join(allowed)}" if block else ""
    word = str(keys[-1])
    return Fault(
        "IN012", f'unknown key "{word}"', allowed=sentence, mend=did_you_mean(word, allowed)
    )


def _missing_key(keys: Keys) -> Fault:
    block = block_at(keys[:-1])
    fields = block.model_fields.items() if block else ()
    names = ", ".join(name for name, field in fields if field.is_required())
    return Fault("IN020", MISSING, allowed=f"{block.noun} needs: {names}" if block else "")


def _keys_sentence(keys: Keys) -> str:
    block = block_at(keys)
    return f"{block.noun} takes: {', '.join(block.model_fields)}" if block else ""
