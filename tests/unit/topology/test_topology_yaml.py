"""What stands in the file is what is meant."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from barefabric.errors import FabricError
from barefabric.topology import yaml_text
from barefabric.topology.nodes import Mark, key_mark, value_mark
from barefabric.topology.source import Source


def parsed(text: str) -> Any:
    return yaml_text.parse(Source("x.yaml", text, tuple(text.splitlines()))).value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("0", 0),
        ("-3", -3),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("012", "012"),
        ("0o14", "0o14"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1:20", "1:20"),
        ("52:54:00:12:34:56", "52:54:00:12:34:56"),
        ("65000.1", "65000.1"),
        ("1.30", "1.30"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("2026-01-31", "2026-01-31"),
        ("=", "="),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("9" * 40, "9" * 40),
    ],
)
@pytest.mark.parametrize("fallback", [False, True])
def test_scalars(text: str, value: Any, fallback: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if fallback:
        monkeypatch.delattr(yaml, "CSafeLoader")
    found = parsed(f"key: {text}\nlist: [{text or '~'}]")
    assert found == {"key": value, "list": [value]}
    assert type(found["key"]) is type(value)


def test_keys_are_always_text() -> None:
    assert parsed("{1: a, true: b, null: c, 012: d, 1.5: e, '': f}") == {
        "1": "a", "true": "b", "null": "c", "012": "d", "1.5": "e", "": "f",
    }  # fmt: skip


def test_aliases_and_merge_keys() -> None:
    text = """
leaf: &leaf {nos: arista_eos, model: x}
spine: *leaf
border: {<<: *leaf, model: y}
both: {<<: [{nos: first}, *leaf], pair: none}
"<<": quoted
"""
    assert parsed(text) == {
        "leaf": {"nos": "arista_eos", "model": "x"},
        "spine": {"nos": "arista_eos", "model": "x"},
        "border": {"nos": "arista_eos", "model": "y"},
        "both": {"nos": "first", "model": "x", "pair": "none"},
        "<<": "quoted",
    }


def test_an_anchor_may_be_set_again() -> None:
    assert parsed("a: &x 1\nb: *x\nc: &x 2\nd: *x") == {"a": 1, "b": 1, "c": 2, "d": 2}


TEXT = """\
fabric: lab
racks:
  - name: r1
    leaves: 2
  - {name: "rä",  leaves: [a, b]}
pods: [10.0.0.0/8,
       11.0.0.0/8]
"""


@pytest.mark.parametrize("fallback", [False, True])
@pytest.mark.parametrize(
    ("keys", "value", "key"),
    [
        (("fabric",), Mark(1, 9, 3), Mark(1, 1, 6)),
        (("racks",), Mark(2, 1, 5), Mark(2, 1, 5)),
        (("racks", 0), Mark(3, 5, 4), Mark(3, 5, 4)),
        (("racks", 0, "leaves"), Mark(4, 13, 1), Mark(4, 5, 6)),
        (("racks", 1), Mark(5, 5, 29), Mark(5, 5, 29)),
        (("racks", 1, "name"), Mark(5, 12, 4), Mark(5, 6, 4)),
        (("racks", 1, "leaves", 1), Mark(5, 31, 1), Mark(5, 31, 1)),
        (("pods",), Mark(6, 1, 4), Mark(6, 1, 4)),
        (("pods", 1), Mark(7, 8, 10), Mark(7, 8, 10)),
        (("racks", 0, "servers", "x"), Mark(3, 5, 4), Mark(3, 5, 4)),
        (("racks", 7), Mark(2, 1, 5), Mark(2, 1, 5)),
        (("asn", "leaf"), None, None),
        ((), None, None),
    ],
)
def test_places(
    keys: Any, value: Any, key: Any, fallback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fallback:
        monkeypatch.delattr(yaml, "CSafeLoader")
    root = yaml_text.parse(Source("x.yaml", TEXT, tuple(TEXT.splitlines())))
    assert value_mark(root, keys) == value
    assert key_mark(root, keys) == key


plain = st.text(alphabet="abz019.:-_/ #[]{}'\"\\,&*!|>%@\n\té€😀", max_size=40)


@given(st.dictionaries(plain, st.lists(plain | st.integers(0, 10**12) | st.booleans(), max_size=4)))
def test_whatever_is_written_is_read_back(value: dict[str, Any]) -> None:
    """PyYAML quotes what its own rules would take for a number; ours keep all the more."""
    text = yaml.safe_dump(value, allow_unicode=True)
    if not value:
        text = "{}"
    assert parsed(text) == value


@given(st.text(alphabet="ab:- []{}#&*!|>'\"%@`,?\n\t\\0~<", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    results = [read_or_codes(text)]
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        results.append(read_or_codes(text))
    refused = [result for result in results if isinstance(result, tuple)]
    assert all(code.startswith("IN0") for codes in refused for code in codes)
    # PyYAML's two parsers differ on a few broken texts; where both read, they read the same.
    assert refused or results[0] == results[1]


def read_or_codes(text: str) -> Any:
    """The value in a list, or the codes of what is wrong in a tuple."""
    try:
        return [parsed(text)]
    except FabricError as error:
        return tuple(fault.code for fault in error.diagnostics)


def test_one_document_with_directives(tmp_path: Path) -> None:
    assert parsed("%YAML 1.1\n---\na: 1\n...\n") == {"a": 1}
