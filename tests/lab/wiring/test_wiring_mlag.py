"""When the pair's daemon takes a leg for working."""

from pathlib import Path

import pytest

from barefabric.lab.wiring import mlag

BONDS = {"1": {"name": "bond1", "ports": ["swp1", "swp2"]}}
WORKING = 0x3F
"""Active, short timeout, aggregatable, in sync, collecting, distributing."""


@pytest.fixture
def ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(mlag, "SYS", tmp_path)
    return tmp_path


def port(folder: Path, name: str, state: str, ours: int, theirs: int) -> None:
    slave = folder / name / "bonding_slave"
    slave.mkdir(parents=True)
    (folder / name / "operstate").write_text(f"{state}\n")
    (slave / "ad_actor_oper_port_state").write_text(f"{ours}\n")
    (slave / "ad_partner_oper_port_state").write_text(f"{theirs}\n")


@pytest.mark.parametrize(
    ("state", "ours", "theirs", "works"),
    [
        ("up", WORKING, WORKING, True),
        ("down", WORKING, WORKING, False),
        ("up", WORKING & ~0x20, WORKING, False),
        ("up", WORKING, WORKING & ~0x10, False),
        ("up", 0x47, 0, False),
    ],
)
def test_a_leg_works_when_both_ends_do(
    ports: Path, state: str, ours: int, theirs: int, works: bool
) -> None:
    port(ports, "swp1", state, ours, theirs)
    assert mlag.own_legs(BONDS) == {"1": works}


def test_one_working_port_is_enough(ports: Path) -> None:
    port(ports, "swp1", "down", 0, 0)
    port(ports, "swp2", "up", WORKING, WORKING)
    assert mlag.own_legs(BONDS) == {"1": True}


def test_a_port_that_is_no_member_is_no_leg(ports: Path) -> None:
    (ports / "swp1").mkdir()
    assert mlag.own_legs(BONDS) == {"1": False}
