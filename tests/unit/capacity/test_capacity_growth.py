"""Growth: what is said to fit is designed, and one more is refused by the design itself."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from barefabric.capacity.addresses import asns
from barefabric.capacity.growth import Limit, growth
from barefabric.capacity.load import Use, loads
from barefabric.capacity.shapes import largest
from barefabric.errors import FabricError
from barefabric.model.cable import CableKind
from barefabric.model.design import AsnPool, Design
from barefabric.model.device import Role, TableSizes

Make = Callable[[str], Design]

BASE = """
fabric: grown
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
  border: {nos: arista_eos, model: 7050CX3-32S}
server_types:
  node: {nics: 2 x 25G, attach: bond}
  routed: {nics: 2 x 25G, attach: routed}
spines: SPINES
racks:
  - {name: "r[001-RACKS]", leaves: 2, servers: {KIND: 2}}
"""


def topology(racks: int, *, spines: int = 2, kind: str = "node", more: str = "") -> str:
    numbers = {"RACKS": f"{racks:03}", "SPINES": str(spines), "KIND": kind}
    text = BASE
    for word, value in numbers.items():
        text = text.replace(word, value)
    return text + more


def limit(design: Design, word: str) -> Limit:
    """The limit of a resource whose name begins with a word."""
    return next(found for found in growth(design) if found.resource.startswith(word))


GROWN = [
    ("spine ports", "PO002", {}),
    ("spine ports", "PO002", {"more": "borders: {type: border, count: 3}\n"}),
    ("spine ports", "PO002", {"more": "underlay: {links_per_spine: 2}\n"}),
    ("servers", "AD005", {"more": "addressing: {servers: {pool: 10.10.0.0/22}}\n"}),
    ("links", "AD005", {"more": "addressing: {links: 10.254.0.0/26}\n"}),
    ("links", "AD005", {"more": "addressing: {links: 10.254.0.0/26}\n", "kind": "routed"}),
    ("management", "AD005", {"more": "addressing: {management: {pool: 172.20.0.0/28}}\n"}),
    ("loopbacks", "AD005", {"more": "addressing: {loopbacks: 10.255.0.0/28}\n"}),
]


@pytest.mark.parametrize(("word", "code", "how"), GROWN)
def test_a_limit_is_exact(written: Make, word: str, code: str, how: dict[str, str]) -> None:
    """The racks that a limit allows are designed; one rack more is refused."""
    found = limit(written(topology(1, **how)), word)
    assert found == growth(written(topology(1, **how)))[0]
    assert len(written(topology(found.racks, **how)).racks) == found.racks
    with pytest.raises(FabricError) as refused:
        written(topology(found.racks + 1, **how))
    assert code in {diagnostic.code for diagnostic in refused.value.diagnostics}


def test_growth_is_the_same_seen_from_any_size(written: Make) -> None:
    seen = {racks: growth(written(topology(racks))) for racks in (1, 2, 7)}
    assert {found[0] for found in seen.values()} == {
        Limit("spine ports", 16, "32 ports on each, 2 per rack")
    }


def test_limits_come_with_the_binding_one_first(any_design: Design) -> None:
    found = growth(any_design)
    assert [x.racks for x in found] == sorted(x.racks for x in found)
    assert found[0].racks >= len(any_design.racks)
    assert found[0].resource == "spine ports"


def test_three_racks(named: Make) -> None:
    assert growth(named("three-racks"))[0] == Limit(
        "spine ports", 15, "32 ports on each, 2 per rack, 2 for other links"
    )


def pods(racks: int, count: int = 2) -> Iterator[str]:
    yield """
fabric: pods
switch_types:
  superspine: {nos: arista_eos, ports: 16 x 400G}
  spine: {nos: arista_eos, ports: 16 x 400G}
  leaf: {nos: arista_eos, ports: {downlink: 48 x 25G, uplink: 8 x 100G}, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
superspines: {count: 4, planes: 2}
pods:
"""
    for pod in range(1, count + 1):
        yield (
            f'  - {{name: p{pod}, spines: 2, racks: [{{name: "p{pod}r[1-{racks}]", leaves: 2, '
            "servers: {node: 2}}]}\n"
        )


def test_pods_fill_one_by_one(written: Make) -> None:
    """Of 16 ports two go to superspines; each rack takes two of the other 14."""
    found = limit(written("".join(pods(2))), "spine ports")
    assert (found.racks, found.why) == (
        14,
        "16 ports on each, 2 per rack, 2 for other links; 2 pods",
    )
    assert len(written("".join(pods(7))).racks) == 14
    with pytest.raises(FabricError):
        written("".join(pods(8)))


def test_pods_are_added_until_the_superspines_are_full(written: Make) -> None:
    *_, more = largest(written("".join(pods(2))))
    assert more.shape == "more pods and racks"
    assert (more.pods, more.spines, more.superspines, more.racks) == (16, 32, 4, 112)
    assert more.bound.resource == "superspine ports"
    full = written("".join(pods(7, 16)))
    load = loads(full)
    tops = [s.name for s in full.switches.values() if s.role is not Role.LEAF]
    assert all(len(load[name].ports) == 16 for name in tops)
    with pytest.raises(FabricError):
        written("".join(pods(7, 17)))


def test_five_stages_out_of_three_can_be_built(written: Make) -> None:
    """The shape promised for a three-stage fabric is designed, and every spine port is used."""
    shape = largest(written(topology(2)))[-1]
    assert shape.shape == "superspines, pods and racks"
    assert (shape.superspines, shape.pods, shape.spines, shape.racks) == (32, 32, 64, 256)
    text = topology(1)
    text = text[: text.index("spines:")].replace("spine: {nos", "superspine: {nos") + (
        "superspines: {count: 32, planes: 2}\npods:\n"
    )
    text = text.replace("  leaf:", "  spine: {nos: arista_eos, model: 7050CX3-32S}\n  leaf:")
    for pod in range(1, 33):
        text += (
            f'  - {{name: p{pod}, spines: 2, racks: [{{name: "p{pod}r[1-8]", leaves: 2, servers: '
            "{node: 2}}]}\n"
        )
    full = written(text)
    load = loads(full)
    assert len(full.racks) == shape.racks
    assert sum(s.role is Role.SUPERSPINE for s in full.switches.values()) == shape.superspines
    above = [s.name for s in full.switches.values() if s.role is not Role.LEAF]
    assert all(len(load[name].ports) == 32 for name in above)


def test_no_superspines_over_a_fabric_that_needs_its_upper_ports(written: Make) -> None:
    assert [x.shape for x in largest(written(topology(9)))] == [
        "more racks",
        "more spines and racks",
    ]


def test_spines_are_added_until_leaves_have_no_uplink_port(written: Make) -> None:
    """Six spines leave the peer link its fast ports; a seventh pushes it onto server ports."""
    more = largest(written(topology(2)))[1]
    assert (more.shape, more.spines) == ("more spines and racks", 6)
    assert more.oversubscription == pytest.approx(
        largest(written(topology(2)))[0].oversubscription / 3
    )

    def peer_speeds(design: Design) -> set[int]:
        return {cable.speed for cable in design.cables if cable.kind is CableKind.PEER}

    assert peer_speeds(written(topology(2, spines=6))) == {100}
    assert peer_speeds(written(topology(2, spines=7))) != {100}
    assert len(largest(written(topology(2, spines=6)))) == 2


def test_more_spines_draw_on_the_pools(written: Make) -> None:
    """With few link addresses the wider fabric holds fewer racks."""
    design = written(topology(1, more="addressing: {links: 10.254.0.0/25}\n"))
    present, wider = largest(design)[:2]
    assert present.racks == 64 // 6
    assert wider.racks == 64 // (2 + 2 * 6)
    assert wider.bound.resource == "links 10.254.0.0/25"
    same = topology(wider.racks, spines=6, more="addressing: {links: 10.254.0.0/25}\n")
    assert len(written(same).racks) == wider.racks
    with pytest.raises(FabricError):
        written(same.replace(f"{wider.racks:03}]", f"{wider.racks + 1:03}]"))


def test_paths_limit_the_spines_too(written: Make) -> None:
    wide = largest(written(topology(2)))[1]
    narrow = largest(written(topology(2, more="underlay: {ecmp: 4}\n")))[1]
    assert (wide.spines, narrow.spines) == (6, 4)


def test_as_numbers_bind(written: Make) -> None:
    first = 4200020001
    more = f"asn: {{leaf: {first}-{first + 2}}}\n"
    design = replace(
        written(topology(1, more=more)), asn_pools=(AsnPool("leaf", first, first + 2),)
    )
    assert asns(design)[0].size == 3
    assert growth(design)[0] == Limit(
        f"asn.leaf {first}-{first + 2}", 3, "3 AS numbers, 1 per rack"
    )
    assert len(written(topology(3, more=more)).racks) == 3
    with pytest.raises(FabricError, match="AS001"):
        written(topology(4, more=more))


def test_route_tables_bind(written: Make) -> None:
    design = written(topology(4))
    switches = {
        name: replace(s, model=replace(s.model, tables=TableSizes(ipv4_routes=32)))
        for name, s in design.switches.items()
    }
    first = growth(replace(design, switches=switches))[0]
    assert first.resource in ("route table of 7050CX3-32S", "route table of 7050SX3-48YC8")
    assert first.racks == (32 - 2 - 1) // 3, "32 routes less 2 spines and a default, 3 per rack"


CLUSTER = """
clusters:
  - name: c
    servers: [node]
    pods: 10.64.0.0/24
    services: 10.96.0.0/16
    cni: calico
"""


def test_pod_addresses_bind_where_a_cluster_is_in_every_rack(written: Make) -> None:
    design = written(topology(1, more=CLUSTER))
    assert growth(design)[0] == Limit(
        "pods of c 10.64.0.0/24", 2, "4 blocks of /26, at least one for 2 nodes per rack"
    )
    elsewhere = CLUSTER.replace("[node]", "{racks: [r001]}")
    two = growth(written(topology(2, more=elsewhere)))
    assert not [found for found in two if found.resource.startswith("pods")]


def test_a_fabric_without_racks_has_no_limits(named: Make) -> None:
    design = named("quickstart")
    empty = replace(design, racks={}, servers={}, cables=(), pairs={}, clusters={}, profiles={})
    assert growth(empty) == ()
    assert largest(empty) == ()


def test_uplinks_of_the_fabric_are_what_spines_must_take(named: Make) -> None:
    """A spine's 400G port counts as room for a 100G uplink."""
    design = named("five-stage")
    assert {
        load.gbits[Use.UP] for name, load in loads(design).items() if name.endswith("leaf1")
    } == {800}
    assert limit(design, "spine ports").racks == 62
