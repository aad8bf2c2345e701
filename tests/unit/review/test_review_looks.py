"""What a design leaves to people is said."""

from pathlib import Path

from barefabric.derive.remarks import looks
from ledger_labs import MLAG, ROUTED, designed, lab


def said(folder: Path, **changes: object) -> dict[str, str]:
    base = changes.pop("base", MLAG)
    design = designed(folder, {**lab(**changes), **({} if base is MLAG else base)}).design
    return {look.code: look.message for look in looks(design)}


def test_switches_that_nobody_can_log_in_to(tmp_path: Path) -> None:
    assert "GE014" in said(tmp_path)
    users = {"users": [{"name": "ops", "secret": "secret:ops"}]}
    assert said(tmp_path, settings=users, secrets={"ops": "env:OPS"}) == {}
    assert said(tmp_path, base=ROUTED) == {}, "Linux has accounts of its own"


def test_ports_of_servers_without_a_cable(tmp_path: Path) -> None:
    single = {"nics": "2 x 25G", "attach": "single"}
    found = said(tmp_path, server_types={"node": single})
    assert found["GE016"] == (
        "attach: single uses one of 2 ports: 4 servers of type node have no cable in the rest"
    )
    one = {"nics": "1 x 25G", "attach": "single"}
    assert "GE016" not in said(tmp_path, server_types={"node": one})
    assert "GE016" not in said(tmp_path)
