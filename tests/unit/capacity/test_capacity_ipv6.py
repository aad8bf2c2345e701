"""Capacity of fabrics with both families: each pool, table and limit in its own family."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from barefabric.capacity import report
from barefabric.capacity.addresses import pod_rooms, pools
from barefabric.capacity.growth import growth
from barefabric.capacity.looks import looks
from barefabric.capacity.needs import rack_needs
from barefabric.capacity.routes import per_rack, route_count, table_use
from barefabric.errors import FabricError
from barefabric.model.address import amount, family
from barefabric.model.design import Design
from barefabric.model.device import TableSizes

Make = Callable[[str], Design]

RACKS = """
fabric: both
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
underlay: {families: [ipv4, ipv6]}
addressing:
  loopbacks: [10.255.0.0/16, "LOOPBACKS"]
  links: [10.254.0.0/16, "LINKS"]
  servers: [10.10.0.0/16, "SERVERS"]
spines: 2
racks:
  - {name: "r[1-4]", leaves: 2, servers: {node: 2}}
"""


def tight(
    loopbacks: str = "fd00:255::/48", links: str = "fd00:254::/48", servers: str = "fd00:10::/40"
) -> str:
    text = RACKS
    for word, value in (("LOOPBACKS", loopbacks), ("LINKS", links), ("SERVERS", servers)):
        text = text.replace(word, value)
    return text


def test_amounts_nobody_reads_digit_by_digit() -> None:
    assert amount(65_535) == "65,535"
    assert amount(16_777_216) == "16,777,216"
    assert amount((1 << 32) - 1) == "4,294,967,295"
    assert amount(1 << 80) == "2^80"
    assert amount((1 << 80) - 8) == "2^80"
    assert amount((1 << 80) + (1 << 79)) == "1.5 x 2^80"
    assert amount(0) == "0"


def test_pools_of_each_family(named: Make) -> None:
    fills = {fill.name: fill for fill in pools(named("both-families"))}
    assert fills["loopbacks6"].size == (1 << 80) - 1, "the first address is of all routers"
    assert (fills["links6"].used, fills["links6"].unit) == (19, "/127")
    assert (fills["servers6"].used, fills["servers6"].size) == (2, 1 << 24)


def test_pods_have_room_in_each_family(named: Make) -> None:
    four, six, *_ = pod_rooms(named("both-families"))
    assert (four.cluster, four.prefixes, four.block_size) == ("bonded", ("10.64.0.0/16",), 26)
    assert (six.cluster, six.prefixes, six.block_size) == ("bonded", ("fd00:64::/48",), 122)
    assert (four.blocks, six.blocks) == (1 << 10, 1 << 74)


def test_routes_of_each_family(named: Make) -> None:
    design = named("both-families")
    four, six = route_count(design), route_count(design, "ipv6")
    assert (four.outside, six.outside) == (1, 1)
    assert six == (7, 1, 4, 8 * 3, 256 + 256 + 1, 1)
    assert four == (7, 1, 4, 8 * 3, 128 + 128 + 1, 1)
    announced = Counter(family(a.prefix) for a in design.announcements)
    assert announced["ipv6"] <= six.total
    assert set(per_rack(design, "ipv6").values()) == {2 + 1 + 4 * 3, 2 + 4 + 4 * 3}


def test_ipv4_alone_has_no_ipv6_rows(named: Make) -> None:
    design = named("three-racks")
    assert {use.family for use in table_use(design)} == {"ipv4"}
    assert (rack_needs(design).links6, rack_needs(design).routes6) == (0, 0)
    assert "IPv6" not in report.routes_table(design)
    assert "IPv6" in report.routes_table(named("both-families"))


def with_tables(design: Design, tables: TableSizes) -> Design:
    switches = {
        name: replace(s, model=replace(s.model, tables=tables))
        for name, s in design.switches.items()
    }
    return replace(design, switches=switches)


def test_ipv6_tables_are_looked_at_and_bound_growth(named: Make) -> None:
    design = named("both-families")
    total = route_count(design, "ipv6").total
    found = looks(with_tables(design, TableSizes(ipv4_routes=9999, ipv6_routes=total + 10)))
    messages = [look.message for look in found if look.code == "CAP006"]
    assert len(messages) == 4
    assert all(f"would hold {total:,} of {total + 10:,} IPv6 routes" in m for m in messages)
    roomy = with_tables(design, TableSizes(ipv6_routes=total + 3 * 18))
    limit = next(x for x in growth(roomy) if x.resource.startswith("route table"))
    assert (limit.racks, limit.why) == (2 + 3, f"{total + 54:,} IPv6 routes, 18 per rack")


def test_ipv6_pools_bound_growth_where_they_are_small(written: Make) -> None:
    """Of 64 /127s each rack takes 4 uplinks and one for the pair; of 8 /64s one."""
    limits = {x.resource: x for x in growth(written(tight(links="fd00:254::/121")))}
    assert limits["links6 fd00:254::/121"].racks == 4 + (64 - 20) // 5
    assert limits["links6 fd00:254::/121"].why == "64 /127s, 5 per rack"
    limits = {x.resource: x for x in growth(written(tight(servers="fd00:10::/61")))}
    assert limits["servers6 fd00:10::/61"].racks == 8
    limits = {x.resource: x for x in growth(written(tight(loopbacks="fd00:255::/124")))}
    assert limits["loopbacks6 fd00:255::/124"].racks == 4 + (15 - 10) // 2


def test_what_growth_allows_is_designed_and_one_more_is_not(written: Make) -> None:

    text = tight(links="fd00:254::/121")
    assert written(text.replace("r[1-4]", "r[01-12]"))
    with pytest.raises(FabricError) as caught:
        written(text.replace("r[1-4]", "r[01-13]"))
    assert [d.code for d in caught.value.diagnostics] == ["AD005"]


def test_a_pool_of_ipv6_nearly_full_is_called_that(written: Make) -> None:
    (look,) = [x for x in looks(written(tight(servers="fd00:10::/62"))) if x.code == "CAP001"]
    assert look.message == "addressing.servers (IPv6) is 100% full: 4 of 4 /64 in use"
    assert look.mend.startswith("add an IPv6 prefix to addressing.servers;")


def test_every_table_of_capacity_is_written(named: Make) -> None:
    design = named("both-families")
    text = report.addresses_table(design)
    assert "| loopbacks6 " in text
    assert "2^80" in text
    assert max(len(word) for word in text.split()) < 40
