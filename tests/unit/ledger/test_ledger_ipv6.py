"""IPv6 beside IPv4 in the ledger: taken up, taken away, taken up again; and names in both."""

from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from barefabric.cli.app import app
from barefabric.derive.switch import switch_intent
from barefabric.errors import FabricError
from barefabric.ledger.merge import clashes
from barefabric.model.ledger import Kind, Ledger
from barefabric.render.document import design_document
from ledger_labs import MLAG, ROUTED, Lab, designed, faults, lab, live, write

SIX = (Kind.LOOPBACK6, Kind.RACK6, Kind.LINK6)
POOLS = {
    "loopbacks": ["10.255.0.0/16", "fd00:255::/48"],
    "links": ["10.254.0.0/16", "fd00:254::/48"],
    "servers": ["10.10.0.0/16", "fd00:10::/40"],
}


def both(base: Lab = MLAG, **changes: object) -> Lab:
    underlay = {**base.get("underlay", {}), "families": ["ipv4", "ipv6"]}
    return lab(base, underlay=underlay, addressing=POOLS, **changes)


@pytest.mark.parametrize("base", [MLAG, ROUTED])
def test_ipv6_moves_nothing_and_comes_back_to_its_values(tmp_path: Path, base: Lab) -> None:
    four = designed(tmp_path, lab(base)).numbers
    six = designed(tmp_path, both(base), four.ledger).numbers
    assert not six.moves
    assert {k: v for k, v in live(six.ledger).items() if k[0] not in SIX} == live(four.ledger)
    assert {kind for kind, _ in live(six.ledger)} >= set(SIX)
    away = designed(tmp_path, lab(base), six.ledger).numbers
    assert not away.moves
    assert live(away.ledger) == live(four.ledger)
    for kind in SIX:
        assert {k: e.value for k, e in away.ledger.of(kind).items()} == {
            k: e.value for k, e in six.ledger.of(kind).items()
        }
        assert all(entry.retired for entry in away.ledger.of(kind).values())
    again = designed(tmp_path, both(base), away.ledger).numbers
    assert live(again.ledger) == live(six.ledger)


def test_values_of_ipv6_that_are_kept_are_given_to_nobody_else(tmp_path: Path) -> None:
    first = designed(tmp_path, both()).numbers
    away = designed(tmp_path, lab(), first.ledger).numbers
    rack = {"name": "r0", "leaves": 2, "servers": {"node": 4}}
    other = designed(tmp_path, both(racks=[rack]), away.ledger).numbers
    (before,) = first.racks6.values()
    assert before not in other.racks6.values()
    assert not set(first.links6.values()) & {
        value for key, value in other.links6.items() if key not in first.links6
    }


def test_equal_ipv6_numbers_after_a_merge_are_found(tmp_path: Path) -> None:
    ledger = designed(tmp_path, both()).numbers.ledger
    doubled = {
        kind: {**ledger.of(kind), "r9": next(iter(ledger.of(kind).values()))} for kind in SIX
    }
    found = clashes(Ledger({**{kind: ledger.of(kind) for kind in Kind}, **doubled}))
    assert set(found) == set(SIX)
    for kind in SIX:
        ((value, names),) = found[kind].items()
        assert names[-1] == "r9"
        assert value == next(iter(ledger.of(kind).values())).value


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("spine1", "loopback", "fd00:255::77"),
        ("r1", "prefix", "fd00:10:0:7::/64"),
        ("r1-node1", "address", "fd00:10::77"),
        ("r1-leaf1 spine1", "prefix", "fd00:254::/127"),
        ("spine2", "management", "fd00::1"),
    ],
)
def test_a_pin_of_ipv6_is_refused(tmp_path: Path, name: str, field: str, value: str) -> None:
    for topology in (lab(), both()):
        (fault,) = faults(tmp_path, {**topology, "pins": {name: {field: value}}})
        assert fault.code == "LE013"
        assert fault.message == f"pins: {name} cannot have {value}: pins fix IPv4 numbers"
        assert fault.mend


def test_names_of_lists_and_groups_are_of_one_thing_each(tmp_path: Path) -> None:
    """Server r1-node1 in IPv6 and server r1-node16 in IPv4; upstreams isp and isp6."""

    def upstream(name: str, asn: int, net: int) -> Lab:
        return {
            "name": name,
            "asn": asn,
            "attach": {
                "switch": "border1",
                "port": f"Ethernet{net}",
                "ours": [f"192.0.2.{2 * net}/31", f"2001:db8:{net}::/127"],
                "theirs": [f"192.0.2.{2 * net + 1}/31", f"2001:db8:{net}::1/127"],
            },
            "accept": ["0.0.0.0/0", "::/0"],
        }

    topology = both(
        ROUTED,
        switch_types={**ROUTED["switch_types"], "border": {"nos": "frr", "ports": "32 x 100G"}},
        racks=[{"name": "r1", "leaves": 2, "servers": {"node": 18}}],
        borders=1,
        external=[upstream("isp", 64496, 1), upstream("isp6", 64497, 2)],
    )
    for one in topology["external"]:
        one["attach"]["port"] = f"swp{one['asn'] - 64490}"
    design = designed(tmp_path, topology).design
    for name in ("r1-leaf1", "border1"):
        intent = switch_intent(design, name)
        for what in (intent.prefix_lists, intent.bgp.groups, intent.policies):
            (_, most) = Counter(each.name for each in what).most_common(1)[0]
            assert most == 1
    assert len({p.name for p in design.profiles.values()}) == len(design.profiles)
    upstreams = [p.name for p in design.profiles.values() if p.name.startswith("upstream-")]
    assert upstreams == ["upstream-isp", "upstream-isp_6", "upstream-isp6", "upstream-isp6_6"]


def test_the_order_of_families_means_nothing(tmp_path: Path) -> None:
    one, other = (
        designed(tmp_path, {**both(), "underlay": {"families": families}}).design
        for families in (["ipv4", "ipv6"], ["ipv6", "ipv4"])
    )
    assert one.underlay == other.underlay
    assert "".join(design_document(one)) == "".join(design_document(other))


def test_locked_refuses_ipv6_that_is_new(tmp_path: Path) -> None:
    run = CliRunner()
    path = write(tmp_path, lab())
    assert run.invoke(app, ["design", str(path), "--out", str(tmp_path / "out")]).exit_code == 0
    before = (tmp_path / "lab.lock").read_text(encoding="utf-8")
    write(tmp_path, both())
    options = ["--out", str(tmp_path / "out")]
    refused = run.invoke(app, ["design", str(path), "--locked", *options])
    assert refused.exit_code == 1
    assert isinstance(refused.exception, FabricError)
    (fault,) = refused.exception.diagnostics
    assert fault.code == "LE009"
    assert "+ loopback6 spine1 = fd00:255::1" in fault.allowed
    assert (tmp_path / "lab.lock").read_text(encoding="utf-8") == before
    taken = run.invoke(app, ["design", str(path), *options])
    assert taken.exit_code == 0, taken.output
    assert "moved 0 numbers" in " ".join(taken.stdout.split())
    assert "loopbacks6" in taken.stdout
    after = (tmp_path / "lab.lock").read_text(encoding="utf-8").splitlines()
    assert set(before.splitlines()) <= set(after)
    write(tmp_path, lab())
    assert run.invoke(app, ["design", str(path), *options]).exit_code == 0
    reclaimed = run.invoke(app, ["reclaim", str(path)])
    assert reclaimed.exit_code == 0, reclaimed.output
    assert (tmp_path / "lab.lock").read_text(encoding="utf-8") == before
