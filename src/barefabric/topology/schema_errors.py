"""What the schema refuses, as diagnostics with places and sentences of our own."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

from barefabric.errors import Diagnostic, FabricError, Place
from barefabric.topology import scalars
from barefabric.topology.faults import Fault, Faults, shown
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
_MASK = "***"


def validated(document: "Document") -> "Topology":
    """The typed topology. Raises FabricError with every fault of every value."""
    from pydantic import ValidationError

    from barefabric.topology.schema import Topology

    nothing = list(_without_value(document))
    try:
        topology = Topology.model_validate(document.values)
    except ValidationError as error:
        found = [
            d
            for details in error.errors(include_url=False)
            for d in _diagnostics(document, details)
        ]
        silenced = {keys for keys, _ in nothing}
        kept = [d for keys, d in found if keys not in silenced]
        faults = [*(d for _, d in nothing), *kept]
        raise FabricError(sorted(dict.fromkeys(faults), key=_by_place)) from None
    if nothing:
        raise FabricError(sorted((d for _, d in nothing), key=_by_place))
    return topology


def _by_place(diagnostic: Diagnostic) -> tuple[Any, ...]:
    place = diagnostic.places[0] if diagnostic.places else Place("")
    return (place.line, place.column, diagnostic.code, diagnostic.message)


def _without_value(document: "Document") -> Iterator[tuple[Keys, Diagnostic]]:
    """Keys that are followed by nothing, and list items that say nothing."""
    open_values: list[tuple[Keys, Any]] = [((), document.values)]
    seen: set[int] = set()
    while open_values:
        keys, value = open_values.pop()
        if value is None:
            message = f"{dotted(document.values, keys)} has no value"
            place = document.key_place(*keys)
            yield keys, Diagnostic("IN020", message, (place,),
                                   mend="give it one, or take the key away")  # fmt: skip
        if isinstance(value, dict | list) and id(value) not in seen:
            seen.add(id(value))
            items = value.items() if isinstance(value, dict) else enumerate(value)
            open_values.extend(((*keys, key), item) for key, item in items)


def dotted(values: Any, keys: Sequence[str | int]) -> str:
    """A path as a person says it: list items by their name, else counted from 1."""
    parts: list[str] = []
    for key in keys:
        try:
            values = values[key]
        except (KeyError, IndexError, TypeError):
            values = None
        if isinstance(key, str):
            parts.append(("." if parts else "") + key)
            continue
        named = values.get("name") if isinstance(values, dict) else None
        parts.append(f".{named}" if isinstance(named, str) else f"[{key + 1}]")
    return "".join(parts)


def _diagnostics(document: "Document", error: Any) -> Iterator[tuple[Keys, Diagnostic]]:
    """The diagnostics of one of pydantic's errors."""
    keys: Keys = tuple(error["loc"])
    of_key = bool(keys) and keys[-1] == "[key]"
    keys = keys[:-1] if of_key else keys
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Fault | Faults):
        faults = cause.faults if isinstance(cause, Faults) else (cause,)
    else:
        faults = (_fault(document, keys, error),)
    for fault in faults:
        path = (*keys, *fault.at)
        yield path, _diagnostic(document, path, fault, of_key=of_key or fault.code == "IN012")


def _diagnostic(document: "Document", keys: Keys, fault: Fault, *, of_key: bool) -> Diagnostic:
    """A fault with its place and the name of what it is about."""
    place = document.key_place(*keys) if of_key else document.place(*keys)
    if fault.code in {"IN030", "IN032"}:
        start = place.column - 1
        excerpt = place.excerpt[:start] + _MASK
        place = place._replace(excerpt=excerpt, width=len(_MASK))
    named = dotted(document.values, keys)
    standalone = fault.code == "IN012" or not named
    joint = " " if fault.message.startswith(("must be", "has ")) else ": "
    message = fault.message if standalone else f"{named}{joint}{fault.message}"
    return Diagnostic(fault.code, message, (place,), fault.allowed, fault.mend)


def _fault(document: "Document", keys: Keys, error: Any) -> Fault:
    """The fault behind one of pydantic's own error types."""
    kind = error["type"]
    value = error.get("input")
    if kind == "extra_forbidden":
        return _unknown_key(keys)
    if kind == "missing":
        return _missing_key(document, keys)
    if kind in {"literal_error", "enum"}:
        allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return _caught(scalars.choice, value, allowed)
    expected = _KINDS.get(kind.removesuffix("_type"), "")
    if expected:
        hint = 'begin each item with "- ", or write [a, b]' if expected == "a list" else ""
        return Fault("IN021", f"must be {expected}, not {shown(value)}", mend=hint,
                     allowed=_keys_sentence(keys))  # fmt: skip
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
        from barefabric.topology.widen import CONTRACT_KINDS

        allowed = ["name", *CONTRACT_KINDS]
    sentence = f"{block.noun} takes: {', '.join(allowed)}" if block else ""
    word = str(keys[-1])
    return Fault("IN012", f'unknown key "{word}"', allowed=sentence,
                 mend=did_you_mean(word, allowed))  # fmt: skip


def _missing_key(document: "Document", keys: Keys) -> Fault:
    required = _required(_block_at(keys[:-1]))
    return Fault("IN020", f"is missing", allowed=required)


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
