"""Write YAML: a small, fast emitter for manifests and netplan files.

It writes block style, two spaces deep, in the order of the data, and quotes a string exactly when
a reader of YAML 1.1 (PyYAML, libyaml in netplan, the Go library in kubectl) or of YAML 1.2 would
take the plain text for something else. PyYAML's own ``dump`` takes about forty times as long,
which shows where there is a file for each server.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

_REFUSED = "YAML is written from mappings, sequences, str, int and bool, not from {}"

Value = str | int | bool | Sequence["Value"] | Mapping[str, "Value"]
"""What can be written."""

_WORDS = frozenset(
    ("", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<")
)
"""Plain words that are no strings (yaml.org type repository: null, bool, merge, value)."""

_NUMBERS = re.compile(
    r"""
    [-+]?0b[01_]+                                   # binary, YAML 1.1
    | [-+]?0o[0-7]+                                 # octal, YAML 1.2
    | [-+]?0x[0-9a-f_]+                             # hexadecimal
    | [-+]?[0-9][0-9_]*                             # decimal and the octal of YAML 1.1
    | [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?  # base 60, YAML 1.1
    | [-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)(e[-+]?[0-9]+)?
    | [-+]?\.inf | \.nan
    | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([t ].*)?       # timestamp
    """,
    re.VERBOSE | re.IGNORECASE,
)

_UNSAFE = re.compile(
    r"""
    ^[][{},\#&*!|>'"%@`]            # characters that begin something else
    | ^[-?:](\s|$) | ^---  | ^\.\.\. # an entry, a key, a value, the border of a document
    | :(\s|$) | \s\#                # a key, a comment
    | ^\s | \s$                     # lost by the reader
    | [^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]
    | [\u2028\u2029]
    """,
    re.VERBOSE,
)

_ESCAPED = re.compile(
    r'["\\]|[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]'
)

_HOSTS = re.compile(r"[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*")
"""Names in lower case with a space between, none of which could be a number."""

_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")


@lru_cache(maxsize=4096)
def scalar(text: str) -> str:
    """A string as YAML: plain where every reader takes it for this string, else in quotes."""
    if text.lower() in _WORDS or _NUMBERS.fullmatch(text) or _UNSAFE.search(text):
        return f'"{_ESCAPED.sub(_escape, text)}"'
    return text


def scalars(texts: Sequence[str]) -> Iterable[str]:
    """Many strings as YAML. Names of hosts need no quotes, which is seen of all of them at once."""
    if _HOSTS.fullmatch(" ".join(texts)) and _WORDS.isdisjoint(texts):
        return texts
    return map(scalar, texts)


def _inline(value: object) -> str | None:
    """A value that fits behind its key or dash, or None."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return None if value else "{}"
    if isinstance(value, list | tuple):
        return None if value else "[]"
    raise TypeError(_REFUSED.format(type(value).__name__))


def _lines(value: object, indent: str) -> Iterator[str]:
    """The lines of a mapping or a sequence that is not empty."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            text = _inline(item)
            if text is not None:
                yield f"{indent}{scalar(key)}: {text}"
            else:
                yield f"{indent}{scalar(key)}:"
                yield from _lines(item, indent + "  ")
    elif isinstance(value, list | tuple):
        for item in value:
            text = _inline(item)
            if text is not None:
                yield f"{indent}- {text}"
            else:
                lines = _lines(item, indent + "  ")
                yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
                yield from lines


def dump(value: Value) -> str:
    """One document, without the line that begins it. Ends with a line break.

    Raises ``TypeError`` for anything but mappings, sequences, strings, integers and booleans.
    """
    text = _inline(value)
    return f"{text}\n" if text is not None else "\n".join(_lines(value, "")) + "\n"


def dump_all(documents: Iterable[Value], heading: Sequence[str] = ()) -> str:
    """Several documents with ``---`` between them, below comment lines."""
    return stream(map(dump, documents), heading)


def stream(texts: Iterable[str], heading: Sequence[str] = ()) -> str:
    """Documents that are written already, with ``---`` between them, below comment lines."""
    comments = "".join(f"# {line}\n" for line in heading)
    return comments + "---\n".join(texts)
