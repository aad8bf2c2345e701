"""What the schema refuses, as diagnostics with places and sentences of our own."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

from barefabric.errors import Diagnostic, FabricError, Place
from barefabric.topology import scalars
from barefabric.topology.faults import Fault, Faults, in_file_order, shown
from barefabric.topology.names import did_you_mean

if TYPE_CHECKING:
    from barefabric.topology.load import Document
    from barefabric.topology.schema import Topology

Keys = tuple[str | int, ...]

_KINDS = {
    "list": "a list",
    "tuple": "a list",
    "dict": "a block of keys",
    "model": "a block of keys",
}
_MISSING = "is missing"
_SECRETS = ("IN030", "IN032")
"""Codes of faults in values that may be passwords."""


def validated(document: "Document") -> "Topology":
    """The typed topology. Raises FabricError with every fault of every value."""
    from pydantic import ValidationError

    from barefabric.topology.schema import Topology

    nothing = dict(_without_value(document))
    faults = list(nothing.values())
    topology = None
    try:
        topology = Topology.model_validate(document.values)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            for keys, fault in _diagnostics(document, details):
                if not any(keys[: len(silent)] == silent for silent in nothing):
                    faults.append(fault)
    if topology is None or faults:
        raise FabricError(in_file_order(_redacted(faults)))
    return topology


def _redacted(faults: list[Diagnostic]) -> list[Diagnostic]:
    """The faults, with what may be a password hidden wherever its line is shown."""
    hidden = {f.places[0] for f in faults if f.code in _SECRETS}
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


def dotted(values: Any, keys: Sequence[str | int], *, missing: bool = False) -> str:
    """A path as a person says it: list items by their name, else counted from 1.

    Keys that stand for a short form, and are not written, are left out; all but a missing one.
    """
    text = ""
    for depth, key in enumerate(keys):
        try:
            values = values[key] if isinstance(values, dict | list) else {}[key]
        except (KeyError, IndexError, TypeError):
            return f"{text}.{key}".lstrip(".") if missing else text
        if isinstance(key, str):
            text = f"{text}.{key}".lstrip(".")
            continue
        named = values.get("name") if isinstance(values, dict) else None
        by_name = isinstance(named, str) and tuple(keys[depth + 1 :]) != ("name",)
        text += f".{named}" if by_name else f"[{key + 1}]"
    return text


def _diagnostics(document: "Document", error: Any) -> Iterator[tuple[Keys, Diagnostic]]:
    """The diagnostics of one of pydantic's errors."""
    keys: Keys = tuple(error["loc"])
    of_key = bool(keys) and keys[-1] == "[key]"
    keys = keys[:-1] if of_key else keys
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Fault | Faults):
        faults = cause.faults if isinstance(cause, Faults) else (cause,)
    else:
        faults = (_fault(keys, error),)
    for fault in faults:
        path = (*keys, *fault.at)
        yield path, _diagnostic(document, path, fault, of_key=of_key or fault.code == "IN012")


def _diagnostic(document: "Document", keys: Keys, fault: Fault, *, of_key: bool) -> Diagnostic:
    """A fault with its place and the name of what it is about."""
    place = document.key_place(*keys) if of_key else document.place(*keys)
    named = dotted(document.values, keys, missing=fault.message == _MISSING)
    standalone = fault.code == "IN012" or not named
    joint = " " if fault.message.startswith(("must ", "has ", "is ")) else ": "
    message = fault.message if standalone else f"{named}{joint}{fault.message}"
    return Diagnostic(fault.code, message, (place,), fault.allowed, fault.mend)


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
        return _caught(scalars.choice, value, allowed)
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


def _caught(parse: Any, value: Any, allowed: list[str]) -> Fault:
    """The fault that a scalar's own check raises."""
    try:
        parse(value, allowed)
    except Fault as fault:
        return fault
    return Fault("IN022", f"{shown(value)} is not known here")


def _unknown_key(keys: Keys) -> Fault:
    block = _block_at(keys[:-1])
    allowed = list(block.model_fields) if block else []
    if block and block.__name__ == "UserContract":
        from barefabric.topology.widen_contracts import KINDS

        allowed = ["name", *KINDS]
    sentence = f"{block.noun} takes: {', '.join(allowed)}" if block else ""
    word = str(keys[-1])
    return Fault(
        "IN012", f'unknown key "{word}"', allowed=sentence, mend=did_you_mean(word, allowed)
    )


def _missing_key(keys: Keys) -> Fault:
    required = _required(_block_at(keys[:-1]))
    return Fault("IN020", _MISSING, allowed=required)


def _required(block: Any) -> str:
    if block is None:
        return ""
    names = [name for name, field in block.model_fields.items() if field.is_required()]
    return f"{block.noun} needs: {', '.join(names)}"


def _keys_sentence(keys: Keys) -> str:
    block = _block_at(keys)
    return f"{block.noun} takes: {', '.join(block.model_fields)}" if block else ""


def _block_at(keys: Keys) -> Any:
    """The schema's block at a path, or None."""
    from barefabric.topology.schema import Block, Topology

    block: Any = Topology
    annotation: Any = Topology
    for key in keys:
        if isinstance(annotation, type) and issubclass(annotation, Block):
            field = annotation.model_fields.get(str(key))
            annotation = _core(field.annotation) if field else None
        else:
            annotation = _core(_element(annotation))
    block = annotation
    return block if isinstance(block, type) and issubclass(block, Block) else None


def _core(annotation: Any) -> Any:
    """An annotation without Annotated and without None."""
    while annotation is not None and hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    options = [a for a in get_args(annotation) if a is not type(None)]
    if type(None) in get_args(annotation) and len(options) == 1:
        return _core(options[0])
    return annotation


def _element(annotation: Any) -> Any:
    """What a list or a mapping holds."""
    options = [a for a in get_args(annotation) if a is not Ellipsis]
    return options[-1] if options else None
