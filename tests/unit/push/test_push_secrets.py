"""Secrets: where they come from, what is refused, and that they do not come out again."""

import copy
import pickle
from pathlib import Path

import pytest

from barefabric.errors import FabricError
from barefabric.push.secrets import Secrets, names_in, resolve
from barefabric.render.placeholder import placeholder


def codes(raised: pytest.ExceptionInfo[FabricError]) -> list[str]:
    return [diagnostic.code for diagnostic in raised.value.diagnostics]


def test_values_come_from_the_environment_and_from_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "wan").write_bytes(b"from-home\r\n")
    (tmp_path / "beside").write_text("from-beside\n")
    references = {"a": "env:A", "b": "file:~/wan", "c": "file:beside", "d": "env:NOT_SET"}
    found = resolve(references, ["a", "b", "c"], {"A": "from-env"}, tmp_path)
    text = found.fill("x ${secret:a} ${secret:b}\n${secret:c}")
    assert text == "x from-env from-home\nfrom-beside"


def test_everything_missing_is_named_at_once_and_no_value_is_shown(tmp_path: Path) -> None:
    (tmp_path / "two-lines").write_text("hunter2\nusername evil secret x\n")
    references = {
        "env": "env:NOT_SET",
        "file": "file:no/such/file",
        "lines": "file:two-lines",
        "empty": "env:EMPTY",
        "vault": "vault:kv/fabric#bgp",
        "odd": "carrier-pigeon",
    }
    with pytest.raises(FabricError) as raised:
        resolve(references, [*references, "unnamed"], {"EMPTY": ""}, tmp_path)
    assert codes(raised) == ["PU002", "PU002", "PU004", "PU004", "PU003", "PU003", "PU003"]
    told = "\n".join(str(diagnostic) for diagnostic in raised.value.diagnostics)
    assert "hunter2" not in told
    for what in ("NOT_SET", "no/such/file", "vault:kv/fabric#bgp", "'unnamed'", "--no-secrets"):
        assert what in told


@pytest.mark.parametrize(
    "value", ["two words", "tab\there", "bell\x07", "line\u2028end", "x" * 5000]
)
def test_a_value_that_could_write_lines_of_its_own_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(FabricError) as raised:
        resolve({"a": "env:A"}, ["a"], {"A": value}, tmp_path)
    assert codes(raised) == ["PU004"]
    assert value not in str(raised.value)


def test_a_file_that_is_no_text_or_not_readable_is_named(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FabricError) as raised:
        resolve({"a": "file:binary", "b": "file:."}, ["a", "b"], {}, tmp_path)
    assert codes(raised) == ["PU004", "PU002"]


def test_nothing_gives_the_values_away() -> None:
    secrets = Secrets({"bgp": "hunter2-hunter2"})
    assert "hunter2" not in f"{secrets!r} {secrets} {[secrets]}"
    with pytest.raises(TypeError, match="memory"):
        pickle.dumps(secrets)
    with pytest.raises(TypeError, match="memory"):
        copy.copy(secrets)


def test_hidden_values_turn_into_their_placeholders() -> None:
    secrets = Secrets(
        {"long": r"a\1long-one", "longer": r"a\1long-one-more", "s": "abc"}, "log-in-word"
    )
    assert secrets.hide(r"say 'a\1long-one' now") == "say '${secret:long}' now"
    assert secrets.hide(r"xa\1long-one-morex") == "x${secret:longer}x"
    assert secrets.hide("log-in-word") == "<password>"
    assert secrets.hide("abc abcd x-abc") == "${secret:s} abcd x-abc", "a short one is a whole word"


def test_names_are_those_of_the_renderer() -> None:
    texts = [
        f"neighbor X password {placeholder('fabric-bgp')}\n",
        f"{placeholder('wan')} {placeholder('wan')}",
    ]
    assert names_in(texts) == ("fabric-bgp", "wan")


def test_the_login_password_fills_no_placeholder() -> None:
    with pytest.raises(KeyError):
        Secrets({}, "login").fill("${secret:login}")
