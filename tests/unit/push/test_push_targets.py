"""Where switches are reached, and what is refused about it."""

from pathlib import Path

import pytest
from push_fabrics import three_racks

from barefabric.errors import FabricError, UsageError
from barefabric.push.targets import Target, check_login, targets

LOGIN = {"FABRIC_USERNAME": "fabric", "FABRIC_PASSWORD": "hunter2"}


def test_by_default_at_the_management_address() -> None:
    design = three_racks()
    found = targets(design, LOGIN, None, ())
    assert set(found) == set(design.switches)
    assert found["spine1"] == Target("172.20.0.11", username="fabric", password="hunter2")
    assert "hunter2" not in repr(found)


def test_a_file_and_arguments_say_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(
        '[defaults]\ntransport = "http"\nport = 8080\n[spine1]\nhost = "10.0.0.1"\nverify = true\n'
    )
    arguments = ("r1-leaf1=127.0.0.1:9001", "r1-leaf2=[::1]:9002", "spine2=fe80::1", "spine1=lab")
    found = targets(three_racks(), LOGIN, file, arguments)
    assert (found["border1"].port, found["border1"].transport) == (8080, "http")
    assert (found["spine1"].host, found["spine1"].port, found["spine1"].verify) == (
        "lab",
        8080,
        True,
    )
    assert (found["r1-leaf1"].host, found["r1-leaf1"].port) == ("127.0.0.1", 9001)
    assert (found["r1-leaf2"].host, found["r1-leaf2"].port) == ("::1", 9002)
    assert found["spine2"].host == "fe80::1"


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "targets.toml"
    file.write_text(
        '[spine1]\npassword = "hunter2"\n[spine2]\nport = "x"\nhots = "a"\nverify = 1\n[spin1]\n'
    )
    wrong = (
        "r1-leaf1",
        "r1-leaf1=",
        "r1-leaf1=h:0",
        "r1-leaf1=h:99999",
        "r1-leaf1=h:x",
        "r1-leaf9=h",
    )
    with pytest.raises(UsageError) as raised:
        targets(three_racks(), LOGIN, file, wrong)
    found = [(d.code, d.message) for d in raised.value.diagnostics]
    assert [code for code, _ in found] == ["PU007"] * 4 + ["PU006"] + ["PU007"] * 5 + ["PU006"]
    assert "hunter2" not in str(found)
    assert raised.value.diagnostics[4].mend == 'did you mean "spine1"?'
    assert raised.value.diagnostics[-1].mend.startswith('did you mean "r1-leaf')


@pytest.mark.parametrize("text", ["[spine1", "spine1 = 3\n", "\xff"])
def test_a_file_that_is_no_table_of_switches(tmp_path: Path, text: str) -> None:
    file = tmp_path / "targets.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UsageError) as raised:
        targets(three_racks(), LOGIN, file, ())
    assert raised.value.diagnostics[0].code == "PU007"
    with pytest.raises(UsageError):
        targets(three_racks(), LOGIN, tmp_path / "missing.toml", ())


def test_a_login_is_asked_for_by_name() -> None:
    for environ, names in (
        ({}, "FABRIC_USERNAME and FABRIC_PASSWORD"),
        ({"FABRIC_USERNAME": "x"}, "FABRIC_PASSWORD"),
    ):
        with pytest.raises(FabricError) as raised:
            check_login(targets(three_racks(), environ, None, ()).values())
        (found,) = raised.value.diagnostics
        assert found.code == "PU005"
        assert found.message.endswith(f": {names}")
    key = {"FABRIC_USERNAME": "x", "FABRIC_KEY_FILE": "id"}
    check_login(targets(three_racks(), key, None, ()).values())


@pytest.mark.parametrize(
    ("driver", "transport", "port", "expected"),
    [
        ("eos", "", 0, 443),
        ("eos", "http", 0, 80),
        ("eos", "ssh", 0, 22),
        ("eos", "https", 8443, 8443),
        ("junos", "", 0, 830),
        ("ios", "", 0, 22),
        ("frr", "", 0, 22),
    ],
)
def test_the_port_that_is_dialled(driver: str, transport: str, port: int, expected: int) -> None:
    assert Target("h", port, transport).dial_port(driver) == expected
