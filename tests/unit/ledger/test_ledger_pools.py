"""Pools that run out: exact counts, and remedies that work when they are applied."""

import re
from pathlib import Path
from typing import Any

import pytest

from barefabric.ledger.reclaim import reclaim
from barefabric.model.address import dotted, split
from barefabric.model.ledger import Kind, Ledger
from ledger_labs import MLAG, ROUTED, Lab, designed, faults, grown, lab, live


def racks(count: int, nodes: int = 1) -> list[Lab]:
    return [{"name": f"r{n}", "leaves": 2, "servers": {"node": nodes}} for n in range(1, count + 1)]


COUNTS = re.compile(
    r"it holds ([\d,]+) (?:address(?:es)?|prefix(?:es)? of /\d+), ([\d,]+) are needed now"
    r"(?:, ([\d,]+) are kept for what is gone)?"
)
AROUND = re.compile(r"such as (\S+/\d+)")
BESIDE = re.compile(r"a second prefix renumbers nothing either: \[([^\]]+)\]")


def counts(message: str) -> tuple[int, int, int]:
    found = COUNTS.search(message)
    assert found, message
    return tuple(int((text or "0").replace(",", "")) for text in found.groups())  # type: ignore[return-value]


CASES: list[tuple[str, Any, Lab, int, int]] = [
    # pool, prefix, fabric, what it holds, what is needed
    ("loopbacks", "10.255.0.0/29", lab(racks=racks(4)), 7, 10),
    ("loopbacks", ["10.255.0.0/30", "10.253.0.0/30"], lab(racks=racks(4)), 6, 10),
    ("loopbacks", "10.255.0.8/29", lab(racks=racks(9)), 7, 20),
    ("links", "10.254.0.0/28", lab(racks=racks(3)), 8, 2 * 6 + 2 * 3),
    ("links", "10.254.0.48/28", lab(racks=racks(1), spines=4), 8, 2 * 4 + 2),
    ("links", "10.254.0.0/27", lab(ROUTED, racks=racks(2, nodes=8)), 16, 8 + 32),
    ("servers", "10.10.0.0/23", lab(racks=racks(5)), 2, 5),
    ("servers", "10.10.3.0/24", lab(racks=racks(2)), 1, 2),
    ("management", "172.20.0.0/29", lab(racks=racks(3)), 5, 8),
    ("management", "172.20.0.8/29", lab(racks=racks(12)), 5, 26),
]
NAMES = [f"{name}-{number}" for number, (name, *_) in enumerate(CASES)]


def with_pool(topology: Lab, name: str, prefix: Any) -> Lab:
    return {**topology, "addressing": {name: prefix}}


@pytest.mark.parametrize(("name", "prefix", "topology", "holds", "needed"), CASES, ids=NAMES)
def test_counts_are_exact(
    tmp_path: Path, name: str, prefix: Any, topology: Lab, holds: int, needed: int
) -> None:
    (fault,) = faults(tmp_path, with_pool(topology, name, prefix))
    assert fault.code == "AD005"
    assert counts(fault.message) == (holds, needed, 0)
    assert f"addressing.{name}" in fault.message
    assert fault.places[0].line


@pytest.mark.parametrize(("name", "prefix", "topology", "holds", "needed"), CASES, ids=NAMES)
def test_the_smallest_prefix_does_and_a_smaller_one_does_not(
    tmp_path: Path, name: str, prefix: Any, topology: Lab, holds: int, needed: int
) -> None:
    (fault,) = faults(tmp_path, with_pool(topology, name, prefix))
    around = AROUND.search(fault.mend)
    if around is None:
        assert isinstance(prefix, list), "one prefix has one around it"
        return
    base, length = split(around[1])
    assert designed(tmp_path, with_pool(topology, name, around[1]))
    if name != "servers":
        smaller = f"{dotted(base)}/{length + 1}"
        assert [f.code for f in faults(tmp_path, with_pool(topology, name, smaller))] == ["AD005"]


@pytest.mark.parametrize(("name", "prefix", "topology", "holds", "needed"), CASES, ids=NAMES)
def test_a_second_prefix_does(
    tmp_path: Path, name: str, prefix: Any, topology: Lab, holds: int, needed: int
) -> None:
    (fault,) = faults(tmp_path, with_pool(topology, name, prefix))
    beside = BESIDE.search(fault.mend)
    assert (beside is None) == (name == "management"), "the management network has one prefix"
    if beside is not None:
        assert designed(tmp_path, with_pool(topology, name, beside[1].split(", ")))


@pytest.mark.parametrize("remedy", [AROUND, BESIDE], ids=["around", "beside"])
@pytest.mark.parametrize("name", ["loopbacks", "links", "servers"])
def test_remedies_renumber_nothing(tmp_path: Path, name: str, remedy: re.Pattern[str]) -> None:
    prefix = {"loopbacks": "10.255.0.8/29", "links": "10.254.0.16/28", "servers": "10.10.2.0/24"}[
        name
    ]
    small = with_pool(lab(racks=racks(1)), name, prefix)
    before = designed(tmp_path, small).numbers.ledger
    large = lab(racks=racks(9))
    (fault,) = faults(tmp_path, with_pool(large, name, prefix), before)
    found = remedy.search(fault.mend)
    assert found
    numbers = designed(tmp_path, with_pool(large, name, found[1].split(", ")), before).numbers
    assert numbers.moves == ()
    assert live(before).items() <= live(numbers.ledger).items()


def test_what_is_kept_for_what_is_gone_counts(tmp_path: Path) -> None:
    pool = {"links": "10.254.0.0/27"}
    before = grown(
        tmp_path, lab(racks=racks(2), addressing=pool), lab(racks=racks(1), addressing=pool)
    ).numbers.ledger
    others = [{"name": f"x{n}", "leaves": 2, "servers": {"node": 1}} for n in (1, 2)]
    topology = lab(racks=[*racks(1), *others], addressing=pool)
    (fault,) = faults(tmp_path, topology, before)
    assert counts(fault.message) == (16, 18, 6)
    assert "fabric reclaim" in fault.mend
    around = AROUND.search(fault.mend)
    assert around
    assert around[1] == "10.254.0.0/26"
    assert designed(tmp_path, {**topology, "addressing": {"links": around[1]}}, before)


def test_reclaiming_makes_room(tmp_path: Path) -> None:
    pool = {"loopbacks": "10.255.0.0/29"}
    before = grown(
        tmp_path, lab(racks=racks(2), addressing=pool), lab(racks=racks(1), addressing=pool)
    ).numbers.ledger
    others = lab(racks=[*racks(1), {"name": "x", "leaves": 2}], addressing=pool)
    (fault,) = faults(tmp_path, others, before)
    assert counts(fault.message) == (7, 6, 2)
    freed, _ = reclaim(before, ["r2"], tmp_path / "lab.lock")
    assert designed(tmp_path, others, freed).numbers.moves == ()


def test_the_gateway_is_never_handed_out(tmp_path: Path) -> None:
    pool = {"management": {"pool": "172.20.0.0/28", "gateway": "172.20.0.12"}}
    before = designed(tmp_path, lab(racks=racks(1))).numbers.ledger
    assert live(before)[Kind.MANAGEMENT, "spine2"] == "172.20.0.12"
    numbers = designed(tmp_path, lab(racks=racks(1), addressing=pool), before).numbers
    assert [(m.key, m.old) for m in numbers.moves] == [("spine2", "172.20.0.12")]
    assert "172.20.0.12" not in live(numbers.ledger).values()


def test_a_pool_that_is_smaller_than_a_unit_holds_nothing(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, lab(addressing={"links": "10.254.0.0/32"}))
    assert counts(fault.message)[0] == 0


class TestRacks:
    """Servers in a rack's prefix."""

    def test_a_full_rack(self, tmp_path: Path) -> None:
        topology = lab(racks=racks(1, nodes=20), addressing=per_rack(26))
        assert designed(tmp_path, topology)
        (fault,) = faults(tmp_path, lab(racks=racks(1, nodes=21), addressing=per_rack(26)))
        assert fault.code == "AD006"
        assert "rack r1 has 21 servers, but a /26 per rack has room for 20" in fault.message

    @pytest.mark.parametrize("nodes", [5, 20, 21, 40, 52, 53])
    @pytest.mark.parametrize("length", [27, 28, 30])
    def test_the_length_that_is_advised_does(self, tmp_path: Path, nodes: int, length: int) -> None:
        topology = lab(racks=racks(2, nodes=nodes), addressing=per_rack(length))
        found = re.search(r"per_rack to (\d+)", faults_or_none(tmp_path, topology))
        if found is None:
            assert (nodes, length) == (5, 27) or nodes <= 4
            return
        advised = int(found[1])
        assert designed(tmp_path, {**topology, "addressing": per_rack(advised)})
        assert faults(tmp_path, {**topology, "addressing": per_rack(advised + 1)})

    def test_the_fullest_rack_is_named(self, tmp_path: Path) -> None:
        some = [*racks(2, nodes=25), {"name": "r3", "leaves": 2, "servers": {"node": 30}}]
        (fault,) = faults(tmp_path, lab(racks=some, addressing=per_rack(26)))
        assert "rack r3 has 30 servers" in fault.message
        assert "(3 racks are too full)" in fault.message

    def test_addresses_of_servers_that_are_gone_are_kept(self, tmp_path: Path) -> None:
        def named(stem: str) -> Lab:
            rack = {
                "name": "r1",
                "leaves": 2,
                "servers": {"node": [f"{stem}{n}" for n in range(12)]},
            }
            return lab(racks=[rack], addressing=per_rack(26))

        before = designed(tmp_path, named("a")).numbers.ledger
        (fault,) = faults(tmp_path, named("b"), before)
        assert fault.code == "AD006"
        assert "the ledger keeps addresses for servers that are gone" in fault.message
        assert fault.mend.startswith("fabric reclaim frees")


def per_rack(length: int) -> Lab:
    return {"servers": {"pool": "10.10.0.0/16", "per_rack": length}}


def faults_or_none(folder: Path, topology: Lab, ledger: Ledger | None = None) -> str:
    try:
        designed(folder, topology, ledger)
    except Exception as fault:  # noqa: BLE001 (whatever it says is looked at)
        return str(fault) + " ".join(d.mend for d in getattr(fault, "diagnostics", ()))
    return ""


class TestAsns:
    RANGE = re.compile(r"write asn: \{(\w+): (\d+-\d+)\}")

    @pytest.mark.parametrize(
        ("pool", "held", "topology", "holds", "needed"),
        [
            ("leaf", "4100000001-4100000002", lab(racks=racks(3)), 2, 3),
            ("leaf", "64000", lab(ROUTED, racks=racks(2)), 1, 4),
            ("leaf", "64510-64511", lab(racks=racks(3), asn={"node": "4100000000"}), 2, 3),
            ("border", "4199990000", lab(borders={"type": "leaf", "count": 3}), 1, 3),
        ],
    )
    def test_the_range_that_is_advised_does(
        self, tmp_path: Path, pool: str, held: str, topology: Lab, holds: int, needed: int
    ) -> None:
        (fault,) = faults(tmp_path, {**topology, "asn": {**topology.get("asn", {}), pool: held}})
        assert fault.code == "AS001"
        numbers = "AS number" if holds == 1 else "AS numbers"
        assert f"asn.{pool} holds {holds} {numbers} ({held}" in fault.message
        assert f"; {needed} are needed" in fault.message
        found = self.RANGE.search(fault.mend)
        assert found
        first, last = (int(n) for n in found[2].split("-"))
        asn = topology.get("asn", {})
        assert designed(tmp_path, {**topology, "asn": {**asn, pool: found[2]}})
        assert faults(tmp_path, {**topology, "asn": {**asn, pool: f"{first}-{last - 1}"}})

    def test_a_range_before_a_reserved_number_cannot_grow(self, tmp_path: Path) -> None:
        topology = lab(racks=racks(4), asn={"leaf": "65533-65534"})
        (fault,) = faults(tmp_path, topology)
        assert "asn.leaf holds 1 AS number" in fault.message, "65534 is what leaves show to nodes"
        found = re.search(r"on a new fabric write asn: \{leaf: (\S+)\}", fault.mend)
        assert found
        assert designed(tmp_path, {**topology, "asn": {"leaf": found[1]}})

    def test_the_default_range_cannot_be_too_small_without_saying_where(
        self, tmp_path: Path
    ) -> None:
        three = lab(MLAG, racks=racks(1), asn={"spine": "65001", "leaf": "65001-65002"})
        numbers = designed(tmp_path, three).numbers
        assert len(set(numbers.asns.values())) == len(numbers.asns)

    def test_what_is_kept_counts(self, tmp_path: Path) -> None:
        pool = {"leaf": "65001-65002"}
        before = grown(
            tmp_path, lab(racks=racks(2), asn=pool), lab(racks=racks(1), asn=pool)
        ).numbers.ledger
        other = lab(racks=[*racks(1), {"name": "x", "leaves": 2}], asn=pool)
        (fault,) = faults(tmp_path, other, before)
        assert "2 are needed, 1 are kept for what is gone" in fault.message
        assert "fabric reclaim" in fault.mend

    def test_nodes_are_told_the_way_out(self, tmp_path: Path) -> None:
        cluster = {
            "name": "c", "servers": ["node"], "pods": "10.64.0.0/16", "services": "10.96.0.0/16",
            "cni": {"use": "calico", "node_asn": "per_node"},
        }  # fmt: skip
        topology = lab(racks=racks(2, nodes=3), clusters=[cluster], asn={"node": "64512-64514"})
        (fault,) = faults(tmp_path, topology)
        assert fault.code == "AS001"
        assert "node_asn: per_cluster" in fault.mend
        cluster["cni"] = {"use": "calico", "node_asn": "per_cluster"}
        assert designed(tmp_path, {**topology, "clusters": [cluster]})

    def test_numbers_of_upstreams_are_left_to_them(self, tmp_path: Path) -> None:
        attach = {
            "switch": "border1", "port": "Ethernet1",
            "ours": "192.0.2.0/31", "theirs": "192.0.2.1/31",
        }  # fmt: skip
        external = [{"name": "wan", "asn": 4200020001, "attach": attach}]
        borders = {"type": "leaf", "count": 1}
        plain = lab(borders=borders)
        new = designed(tmp_path, {**plain, "external": external}).numbers
        assert 4200020001 not in new.asns.values()
        before = designed(tmp_path, plain).numbers.ledger
        (fault,) = faults(tmp_path, {**plain, "external": external}, before)
        assert fault.code == "AS002"
        assert "upstream router wan has AS 4200020001, as r1 has" in fault.message

    def test_another_range_moves_and_names_each(self, tmp_path: Path) -> None:
        found = grown(
            tmp_path, lab(racks=racks(2)), lab(racks=racks(2), asn={"leaf": "65001-65100"})
        )
        assert {(m.key, m.old, m.new) for m in found.numbers.moves} == {
            ("r1", "4200020001", "65001"),
            ("r2", "4200020002", "65002"),
        }
