"""What our emitter writes, other programs read as the same data."""

import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from barefabric.render.yaml import dump, dump_all, scalar

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)))
AWKWARD = st.one_of(
    st.text(alphabet="0123456789.:_-+exobtTZ ", max_size=12),
    st.text(alphabet="-?:,[]{}#&*!|>'\"%@`~=<\\ \t\n\r\x85\u2028\ufeffab", max_size=8),
)
SCALARS = st.one_of(st.booleans(), st.integers(), TEXT, AWKWARD)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(TEXT, AWKWARD), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back(value):
    assert yaml.safe_load(dump(value)) == value


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_documents_stay_apart(values):
    assert list(yaml.safe_load_all(dump_all(values, ["a comment: # of any kind"]))) == values


@given(st.one_of(TEXT, AWKWARD))
def test_plain_text_is_a_string_in_any_place(text):
    written = scalar(text)
    assert yaml.safe_load(f"key: {written}") == {"key": text}
    assert yaml.safe_load(f"- {written}") == [text]
    assert yaml.safe_load(f"{written}: 1") == {text: 1}


@pytest.mark.parametrize(
    "text",
    # YAML 1.1 type repository
    [
        "y",
        "N",
        "yes",
        "Off",
        "on",
        "~",
        "null",
        "NULL",
        "",
        "0b1_0",
        "0x_1f",
        "012",
        "1_000",
        "1:20",
        "190:20:30.15",
        ".5",
        "685.230_15e+03",
        "-.INF",
        ".NaN",
        "2001-12-14",
        "2001-12-14 21:59:43.10 -5",
        "<<",
        "=",
        # YAML 1.2 core schema, table 10.3.2
        "0o17",
        "1e3",
        "12e03",
        "-2E+05",
        "0.",
        ".1e5",
        "+12",
        "True",
        "FALSE",
        "Null",
        # what has a meaning by its place
        "- a",
        "-",
        "? a",
        ": a",
        "a: b",
        "a #b",
        "a:",
        "#a",
        " a",
        "a ",
        "@a",
        "`a",
        "%a",
        "---",
        "...",
        "a\nb",
        "\x07",
        "[a",
        "{a",
        "*",
        "&a",
        "!a",
        "|",
        ">",
        "'a",
        '"a',
        ",",
    ],
)
def test_texts_that_mean_something_else_are_quoted(text):
    written = scalar(text)
    assert written.startswith('"')
    assert yaml.safe_load(written) == text


@pytest.mark.parametrize(
    "text",
    [
        "10.10.0.0/24",
        "10.10.0.11",
        "all()",
        "has(a)",
        "barefabric.io/rack == 'r1'",
        "30s",
        "eno1",
        "-a",
        "a:b",
        "http://x:6443/livez",
        "802.3ad",
        "layer3+4",
        "fd00::/8",
        "${secret:fabric-bgp}",
        "a#b",
        "1.36.0",
        "v1",
        "naïve",
        "r1-node1",
        "0.0.0.0/0",
        "::/0",
        "e",
        "x0",
        "yes!",
        "nullable",
        "a, b",
        "a[0]",
    ],
)
def test_harmless_texts_are_not_quoted(text):
    assert scalar(text) == text
    assert yaml.safe_load(text) == text


@pytest.mark.parametrize("value", [None, 1.5, {"a": None}, [2.0], object(), b"bytes", {1, 2}])
def test_other_types_are_refused(value):
    with pytest.raises(TypeError, match="YAML is written from"):
        dump(value)


def test_layout():
    data = {"a": {"b": [1, {"c": True, "d": []}, ["x", "z"], {}]}, "e": ["f"]}
    assert dump(data) == (
        "a:\n  b:\n    - 1\n    - c: true\n      d: []\n    - - x\n      - z\n    - {}\ne:\n  - f\n"
    )


def test_many_manifests_take_little_time():
    manifest = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "r1-node1", "labels": {"a": "b"}},
    }
    begin = time.process_time()
    for _ in range(10_000):
        dump(manifest)
    ours = time.process_time() - begin
    begin = time.process_time()
    for _ in range(300):
        yaml.safe_dump(manifest)
    assert ours / 10_000 < (time.process_time() - begin) / 300 / 5
