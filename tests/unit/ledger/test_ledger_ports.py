"""Plugging cables in: order, what stays, what cannot be."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.ledger import Kind
from barefabric.pipeline import Designed
from ledger_labs import MLAG, ROUTED, Lab, designed, faults, grown, lab, live, retired

SPINE_TO_LEAF = "spine1:Ethernet1/1 - r1-leaf1:Ethernet49/1"


def rack(name: str = "r1", leaves: int = 2, **servers: int | list[str]) -> Lab:
    return {"name": name, "leaves": leaves, "servers": servers}


def ports_of(found: Designed, device: str, kind: CableKind) -> dict[str, str]:
    """Ports of a switch by who is at the other end."""
    ports = {}
    for cable in found.design.cables_by_device[device]:
        if cable.kind is kind:
            mine, other = (cable.a_port, cable.b) if cable.a == device else (cable.b_port, cable.a)
            ports[f"{other} {cable.index}"] = mine
    return ports


def all_ports(design: Design) -> list[tuple[str, str]]:
    ends = [(c.a, c.a_port) for c in design.cables]
    return ends + [(c.b, c.b_port) for c in design.cables if c.b_port]


def test_a_person_would_plug_it_so(tmp_path: Path) -> None:
    found = designed(
        tmp_path,
        lab(borders={"type": "leaf", "count": 1}, racks=[rack(node=3), rack("r2", node=3)]),
    )
    assert ports_of(found, "r1-leaf1", CableKind.FABRIC) == {
        "spine1 1": "Ethernet49/1", "spine2 1": "Ethernet50/1",
    }  # fmt: skip
    assert ports_of(found, "r1-leaf2", CableKind.PEER) == {
        "r1-leaf1 1": "Ethernet56/1", "r1-leaf1 2": "Ethernet55/1",
    }  # fmt: skip
    assert ports_of(found, "r1-leaf1", CableKind.SERVER) == {
        f"r1-node{n} 1": f"Ethernet{n}" for n in (1, 2, 3)
    }
    assert ports_of(found, "spine1", CableKind.FABRIC) == {
        "r1-leaf1 1": "Ethernet1/1", "r1-leaf2 1": "Ethernet2/1", "r2-leaf1 1": "Ethernet3/1",
        "r2-leaf2 1": "Ethernet4/1", "border1 1": "Ethernet32/1",
    }  # fmt: skip


@pytest.mark.parametrize("base", [MLAG, ROUTED], ids=["mlag", "routed"])
def test_nothing_is_plugged_twice(tmp_path: Path, base: Lab) -> None:
    big = lab(base, spines=4, racks=[rack(node=20), rack("r2", node=30)])
    ends = all_ports(grown(tmp_path, lab(base), big).design)
    assert len(ends) == len(set(ends))


def test_a_new_spine_takes_the_next_uplink(tmp_path: Path) -> None:
    found = grown(tmp_path, lab(spines=2), lab(spines=3))
    assert not found.numbers.moves
    assert ports_of(found, "r1-leaf1", CableKind.FABRIC)["spine3 1"] == "Ethernet51/1"


def test_another_name_of_a_nic_leaves_the_leafs_port(tmp_path: Path) -> None:
    renamed = {"node": {"nics": "2 x 25G", "interfaces": ["ens1f0", "ens1f1"]}}
    small = [rack(node=["b", "a"])]
    found = grown(
        tmp_path, lab(racks=small), lab(racks=[rack(node=["c", "b", "a"])], server_types=renamed)
    )
    values = live(found.numbers.ledger)
    assert values[Kind.CABLE, "b r1-leaf1 1"] == "Ethernet1 ens1f0"
    assert values[Kind.CABLE, "a r1-leaf2 1"] == "Ethernet2 ens1f1"
    assert {m.key for m in found.numbers.moves} == {
        f"{s} r1-leaf{n} 1" for s in "ab" for n in (1, 2)
    }
    assert all("called" in m.reason for m in found.numbers.moves)


def test_another_speed_moves_the_cable(tmp_path: Path) -> None:
    faster = {"node": {"nics": "2 x 100G", "attach": "bond"}}
    found = grown(
        tmp_path, lab(racks=[rack(node=1)]), lab(racks=[rack(node=1)], server_types=faster)
    )
    assert {(m.old, m.new) for m in found.numbers.moves} == {
        ("Ethernet1 eno1", "Ethernet54/1 eno1"),
        ("Ethernet1 eno2", "Ethernet54/1 eno2"),
    }


def test_another_model_moves_cables_whose_ports_it_lacks(tmp_path: Path) -> None:
    types = {
        **MLAG["switch_types"],
        "leaf": {**MLAG["switch_types"]["leaf"], "model": "7050SX3-48YC8"},
    }
    del types["leaf"]["ports"]
    same = grown(tmp_path, lab(), lab(switch_types=types))
    assert not same.numbers.moves, "the model's ports have the same names"
    types["leaf"]["model"] = "7050CX3-32S"
    other = grown(tmp_path, lab(), lab(switch_types=types))
    moved = {m.key for m in other.numbers.moves if m.kind is Kind.CABLE}
    assert "r1-leaf1 spine1 1" in moved


class TestBreakouts:
    """25G servers on a leaf of 32 x 100G."""

    TYPES: ClassVar[Lab] = {
        "spine": MLAG["switch_types"]["spine"],
        "leaf": {"nos": "arista_eos", "model": "7050CX3-32S", "pair": "mlag"},
    }

    def test_lanes_follow_each_other(self, tmp_path: Path) -> None:
        found = designed(tmp_path, lab(switch_types=self.TYPES, racks=[rack(node=6)]))
        names = list(ports_of(found, "r1-leaf1", CableKind.SERVER).values())
        assert names == [
            "Ethernet1/1",
            "Ethernet1/2",
            "Ethernet1/3",
            "Ethernet1/4",
            "Ethernet2/1",
            "Ethernet2/2",
        ]

    def test_they_stay_when_the_rack_grows(self, tmp_path: Path) -> None:
        racks = [[rack(node=n)] for n in (3, 9, 5, 40)]
        topologies = [lab(switch_types=self.TYPES, racks=each) for each in racks]
        found = grown(tmp_path, *topologies)
        assert not found.numbers.moves
        ends = all_ports(found.design)
        assert len(ends) == len(set(ends))

    def test_a_broken_out_port_carries_no_whole_cable(self, tmp_path: Path) -> None:
        mixed = {
            "node": {"nics": "2 x 25G"}, "big": {"nics": "2 x 100G"}, "slow": {"nics": "2 x 10G"},
        }  # fmt: skip
        grow = [
            lab(switch_types=self.TYPES, server_types=mixed, racks=[rack(**servers)], spines=spines)
            for servers, spines in (
                ({"node": 1, "big": 1}, 2), ({"node": 5, "big": 4, "slow": 3}, 4),
                ({"node": 9, "big": 6, "slow": 5}, 6),
            )
        ]  # fmt: skip
        found = grown(tmp_path, *grow)
        assert not found.numbers.moves
        for leaf in ("r1-leaf1", "r1-leaf2"):
            speeds: dict[str, set[int]] = {}
            for cable in found.design.cables_by_device[leaf]:
                port = cable.a_port if cable.a == leaf else cable.b_port
                speeds.setdefault(port.partition("/")[0], set()).add(cable.speed)
            assert all(len(found_speeds) == 1 for found_speeds in speeds.values())
        ends = all_ports(found.design)
        assert len(ends) == len(set(ends))

    def test_how_many_fit(self, tmp_path: Path) -> None:
        # 32 ports: 2 to the spines, 2 to the other leaf, 28 broken out into 4.
        full = lab(switch_types=self.TYPES, racks=[rack(node=112)])
        assert len(designed(tmp_path, full).design.servers) == 112
        (fault,) = faults(tmp_path, lab(switch_types=self.TYPES, racks=[rack(node=113)]))
        assert fault.code == "PO002"

    def test_a_lane_that_is_kept_stays_free(self, tmp_path: Path) -> None:
        named = [["a", "b", "c"], ["a", "c", "d"], ["a", "b", "c", "d"]]
        found = grown(
            tmp_path, *(lab(switch_types=self.TYPES, racks=[rack(node=each)]) for each in named)
        )
        assert not found.numbers.moves
        assert ports_of(found, "r1-leaf1", CableKind.SERVER) == {
            "a 1": "Ethernet1/1", "b 1": "Ethernet1/2", "c 1": "Ethernet1/3", "d 1": "Ethernet1/4",
        }  # fmt: skip

    def test_a_whole_port_that_is_kept_is_not_broken_out(self, tmp_path: Path) -> None:
        mixed = {"node": {"nics": "2 x 25G"}, "big": {"nics": "2 x 100G"}}
        steps = [
            rack(big=["x"]),
            rack(big=["y"]),
            rack(big=["y"], node=8),
            rack(big=["x", "y"], node=8),
        ]
        topologies = [
            lab(switch_types=self.TYPES, server_types=mixed, racks=[step]) for step in steps
        ]
        first = designed(tmp_path, topologies[0]).numbers
        found = grown(tmp_path, *topologies)
        assert not found.numbers.moves
        assert live(first.ledger).items() <= live(found.numbers.ledger).items()

    def test_an_os_without_names_for_lanes_breaks_nothing_out(self, tmp_path: Path) -> None:
        types = {
            "spine": ROUTED["switch_types"]["spine"],
            "leaf": {"nos": "juniper_junos", "ports": "32 x 100G"},
        }
        (fault,) = faults(tmp_path, lab(ROUTED, switch_types=types))
        assert fault.code == "PO006"

    def test_linux_names_parts_behind_an_s(self, tmp_path: Path) -> None:
        types = {
            "spine": ROUTED["switch_types"]["spine"],
            "leaf": {"nos": "frr", "ports": "32 x 100G"},
        }
        cables = designed(tmp_path, lab(ROUTED, switch_types=types)).design.cables
        ports = [c.a_port for c in cables if c.a == "r1-leaf1" and c.kind is CableKind.SERVER]
        assert ports == ["swp1s0", "swp1s1", "swp1s2", "swp1s3"]

    def test_a_part_that_no_port_has_at_that_speed(self, tmp_path: Path) -> None:
        """Half of a 100G port is named by its first lane: there is no Ethernet1/2 at 50G."""
        kinds = {"node": {"nics": "2 x 50G"}}
        types = {**lab()["switch_types"], "leaf": {
            "nos": "arista_eos", "ports": "32 x 100G", "pair": "mlag"}}  # fmt: skip
        both = {"switch_types": types, "server_types": kinds}
        good = ["r1-leaf1:Ethernet9/3 - r1-node1:eno1"]
        assert not designed(tmp_path, lab(**both, cables=good)).numbers.moves
        bad = ["r1-leaf1:Ethernet9/2 - r1-node1:eno1"]
        (fault,) = faults(tmp_path, lab(**both, cables=bad))
        assert fault.code == "PO003"


class TestFull:
    """Ports run out."""

    def test_servers(self, tmp_path: Path) -> None:
        # 48 ports, and 4 uplink ports that nothing else needs, broken out into 4.
        assert not designed(tmp_path, lab(racks=[rack(node=64)])).numbers.moves
        (fault,) = faults(tmp_path, lab(racks=[rack(node=65)]))
        assert fault.code == "PO002"
        assert "r1-leaf1 has no free port left for servers with 25G ports" in fault.message
        assert "65 of its 69 cables" in fault.message

    def test_spines(self, tmp_path: Path) -> None:
        racks = [rack(f"r{n}", node=1) for n in range(1, 18)]
        (fault,) = faults(tmp_path, lab(racks=racks))
        assert fault.code == "PO002"
        assert "spine1 has no free port left for its links to leaves" in fault.message
        assert "34 of its 34 cables" in fault.message

    def test_uplinks(self, tmp_path: Path) -> None:
        """8 uplink ports: a ninth spine finds none, though ports for servers are free."""
        assert not designed(tmp_path, lab(spines=8)).numbers.moves
        (fault,) = faults(tmp_path, lab(spines=9))
        assert fault.code == "PO002", fault
        assert "r1-leaf1 has no free port left for its links to spines" in fault.message

    @pytest.mark.parametrize("spines", range(2, 9))
    def test_all_cables_of_a_peer_link_have_one_speed(self, tmp_path: Path, spines: int) -> None:
        first = lab(spines=min(spines, 6), underlay={"peer_links": 1})
        for found in (
            designed(tmp_path, lab(spines=spines)),
            grown(tmp_path, first, lab(spines=min(spines, 6))),
        ):
            assert len({c.speed for c in found.design.cables if c.kind is CableKind.PEER}) == 1

    def test_the_peer_link(self, tmp_path: Path) -> None:
        types = {
            **MLAG["switch_types"],
            "leaf": {"nos": "arista_eos", "ports": "4 x 100G", "pair": "mlag"},
        }
        big = {"node": {"nics": "2 x 100G"}}
        found = faults(tmp_path, lab(switch_types=types, server_types=big, spines=3))
        assert [f.code for f in found] == ["PO002", "PO002"]
        assert any("the peer link of its pair" in f.message for f in found)

    def test_what_the_ledger_keeps_is_said_and_can_be_reclaimed(self, tmp_path: Path) -> None:
        from barefabric.ledger.reclaim import reclaim

        old = designed(
            tmp_path, lab(racks=[rack(node=[f"a{n}" for n in range(40)])])
        ).numbers.ledger
        new = lab(racks=[rack(node=[f"b{n}" for n in range(40)])])
        (fault,) = faults(tmp_path, new, old)
        assert fault.code == "PO002"
        assert "the ledger keeps 40 for what is gone (fabric reclaim frees them)" in fault.message
        gone = designed(tmp_path, lab(racks=[rack(node=["c"])]), old).numbers.ledger
        freed, count = reclaim(gone, (), tmp_path / "lab.lock")
        assert count == len(retired(gone))
        assert designed(tmp_path, new, freed).numbers.ledger

    def test_one_diagnostic_for_many_racks(self, tmp_path: Path) -> None:
        racks = [rack(f"r{n}", node=65) for n in range(1, 9)]
        found = faults(tmp_path, lab(racks=racks))
        assert [f.code for f in found] == ["PO002"]


class TestSpeeds:
    def test_no_common_speed(self, tmp_path: Path) -> None:
        types = {**MLAG["switch_types"], "spine": {"nos": "arista_eos", "ports": "32 x 25G"}}
        types["leaf"] = {
            "nos": "arista_eos",
            "ports": {"downlink": "48 x 100G", "uplink": "8 x 400G"},
            "pair": "mlag",
        }
        servers = {"node": {"nics": "2 x 100G"}}
        (fault,) = faults(tmp_path, lab(switch_types=types, server_types=servers))
        assert fault.code == "PO005"
        assert "spine and leaf have no speed in common" in fault.message
        assert len(fault.places) == 2

    def test_the_fastest_common_speed_is_used(self, tmp_path: Path) -> None:
        types = {**MLAG["switch_types"], "spine": {"nos": "arista_eos", "ports": "32 x 400G"}}
        design = designed(tmp_path, lab(switch_types=types)).design
        assert {c.speed for c in design.cables if c.kind is CableKind.FABRIC} == {100}

    def test_a_nic_that_fits_no_port(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, lab(server_types={"node": {"nics": "2 x 400G"}}))
        assert fault.code == "PO006"
        assert "no port of leaf" in fault.message


class TestByHand:
    def test_a_cable_takes_the_ports_it_names(self, tmp_path: Path) -> None:
        cables = [
            "spine1:Ethernet17/1 - r1-leaf1:Ethernet52/1",
            "r1-leaf1:Ethernet40 - r1-node1:eno1",
        ]
        found = designed(tmp_path, lab(cables=cables))
        assert ports_of(found, "r1-leaf1", CableKind.FABRIC)["spine1 1"] == "Ethernet52/1"
        assert ports_of(found, "spine1", CableKind.FABRIC)["r1-leaf1 1"] == "Ethernet17/1"
        assert ports_of(found, "r1-leaf1", CableKind.SERVER)["r1-node1 1"] == "Ethernet40"
        assert ports_of(found, "r1-leaf1", CableKind.SERVER)["r1-node2 1"] == "Ethernet2"

    def test_either_end_may_come_first(self, tmp_path: Path) -> None:
        one = designed(tmp_path, lab(cables=["spine1:Ethernet17/1 - r1-leaf1:Ethernet52/1"]))
        other = designed(tmp_path, lab(cables=["r1-leaf1:Ethernet52/1 - spine1:Ethernet17/1"]))
        assert one.design.cables == other.design.cables

    def test_the_right_nic_of_two_cables_to_one_leaf(self, tmp_path: Path) -> None:
        """A server with two links to its only leaf: the cable named is the one of that NIC."""
        single = lab(
            ROUTED, racks=[rack(leaves=1, node=1)], cables=["r1-leaf1:swp9 - r1-node1:eno2"]
        )
        values = live(designed(tmp_path, single).numbers.ledger)
        assert values[Kind.CABLE, "r1-node1 r1-leaf1 1"] == "swp1 eno1"
        assert values[Kind.CABLE, "r1-node1 r1-leaf1 2"] == "swp9 eno2"

    def test_ports_of_a_server_change_places(self, tmp_path: Path) -> None:
        """The port that the other cable would have had is exchanged, and stays so afterwards."""
        by_hand = lab(cables=["r1-leaf1:Ethernet9 - r1-node1:eno2"])
        found = designed(tmp_path, by_hand)
        values = live(found.numbers.ledger)
        assert values[Kind.CABLE, "r1-node1 r1-leaf1 1"] == "Ethernet9 eno2"
        assert values[Kind.CABLE, "r1-node1 r1-leaf2 1"].endswith(" eno1")
        after = grown(tmp_path, by_hand, lab())
        assert not after.numbers.moves
        assert live(after.numbers.ledger) == values

    @pytest.mark.parametrize("turn", [1, -1])
    def test_of_parallel_cables_the_recorded_one_stays(self, turn: int, tmp_path: Path) -> None:
        new, kept = "spine1:Ethernet20/1 - r1-leaf1:Ethernet53/1", SPINE_TO_LEAF
        double = lab(underlay={"links_per_spine": 2})
        found = grown(tmp_path, double, {**double, "cables": [new, kept][::turn]})
        (moved,) = found.numbers.moves
        assert (moved.key, moved.new) == ("r1-leaf1 spine1 2", "Ethernet20/1 Ethernet53/1")

    def test_it_moves_a_recorded_cable_out_of_the_way(self, tmp_path: Path) -> None:
        cables = ["r1-leaf1:Ethernet1 - r1-node4:eno1"]
        found = grown(tmp_path, lab(), lab(cables=cables))
        moves = {m.key: (m.old, m.new) for m in found.numbers.moves}
        assert moves["r1-node4 r1-leaf1 1"] == ("Ethernet4 eno1", "Ethernet1 eno1")
        assert moves["r1-node1 r1-leaf1 1"][0] == "Ethernet1 eno1"

    @pytest.mark.parametrize(
        ("cables", "code", "says"),
        [
            (["spine1:Ethernet99/1 - r1-leaf1:Ethernet52/1"], "PO003", "no port Ethernet99/1"),
            (["spine1:Ethernet1/1 - r1-leaf1:Ethernet1"], "PO005", "no speed in common"),
            (["r1-leaf1:Management1 - r1-node1:eno1"], "PO003", "r1-leaf1 has no port Management1"),
            (["r1-leaf1:Ethernet5 - r1-node1:eth7"], "PO003", "r1-node1 has no port eth7"),
            (["spine1:Ethernet1/1 - spine2:Ethernet1/1"], "PO007", "not joined"),
            (
                [SPINE_TO_LEAF, "spine1:Ethernet2/1 - r1-leaf1:Ethernet50/1"],
                "PO007",
                "fewer cables",
            ),
            (
                [SPINE_TO_LEAF, "spine1:Ethernet1/1 - r1-leaf2:Ethernet49/1"],
                "PO004",
                "already used by",
            ),
        ],
    )  # fmt: skip
    def test_what_cannot_be_laid(
        self, tmp_path: Path, cables: list[str], code: str, says: str
    ) -> None:
        found = faults(tmp_path, lab(cables=cables))
        assert [f.code for f in found] == [code]
        assert says in found[0].message
        assert found[0].places[0].line


def external(name: str, port: str, switch: str = "border1", **more: Any) -> Lab:
    last = {"a": 0, "b": 2}[name]
    attach = {
        "switch": switch,
        "port": port,
        "ours": f"192.0.2.{last}/31",
        "theirs": f"192.0.2.{last + 1}/31",
    }
    return {"name": name, "asn": 64496, "attach": attach, **more}


class TestExternal:
    BORDER: ClassVar[Lab] = {"borders": {"type": "leaf", "count": 1}}

    def test_the_port_is_left_to_it(self, tmp_path: Path) -> None:
        found = designed(tmp_path, lab(external=[external("a", "Ethernet49/1")], **self.BORDER))
        assert ports_of(found, "border1", CableKind.FABRIC)["spine1 1"] == "Ethernet50/1"
        assert ports_of(found, "border1", CableKind.UPSTREAM) == {"a 1": "Ethernet49/1"}

    def test_a_recorded_cable_has_to_move(self, tmp_path: Path) -> None:
        found = grown(
            tmp_path,
            lab(**self.BORDER),
            lab(external=[external("a", "Ethernet49/1")], **self.BORDER),
        )
        (move,) = found.numbers.moves
        assert move.key == "border1 spine1 1"
        assert "external a" in move.reason

    def test_two_on_one_port(self, tmp_path: Path) -> None:
        both = [external("a", "Ethernet1"), external("b", "Ethernet1")]
        (fault,) = faults(tmp_path, lab(external=both, **self.BORDER))
        assert fault.code == "PO004"
        assert "border1 Ethernet1 is already used by external a" in fault.message

    def test_a_port_that_is_not_there(self, tmp_path: Path) -> None:
        (fault,) = faults(tmp_path, lab(external=[external("a", "Ethernet77")], **self.BORDER))
        assert fault.code == "PO003"
        assert "Ethernet1 to Ethernet56/1" in fault.allowed

    def test_a_cable_by_hand_on_its_port(self, tmp_path: Path) -> None:
        cables = ["spine1:Ethernet9/1 - border1:Ethernet49/1"]
        both = lab(external=[external("a", "Ethernet49/1")], cables=cables, **self.BORDER)
        (fault,) = faults(tmp_path, both)
        assert fault.code == "PO004"
        assert "already used by external a" in fault.message


class TestAttachments:
    def test_a_pair_the_os_cannot_do(self, tmp_path: Path) -> None:
        types = {
            **ROUTED["switch_types"],
            "leaf": {**ROUTED["switch_types"]["leaf"], "pair": "mlag"},
        }
        found = faults(tmp_path, lab(ROUTED, switch_types=types))
        assert "PO008" in [f.code for f in found]

    def test_bonds_over_leaves_without_a_pair(self, tmp_path: Path) -> None:
        bonded = {"node": {"nics": "2 x 25G", "attach": "bond"}}
        (fault,) = faults(tmp_path, lab(ROUTED, server_types=bonded))
        assert fault.code == "PO011"

    def test_a_rack_without_leaves_cannot_be_written(self, tmp_path: Path) -> None:
        found = faults(tmp_path, lab(racks=[{"name": "r1", "servers": {"node": 1}}]))
        assert found[0].code.startswith("IN")
