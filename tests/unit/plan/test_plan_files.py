"""The plan documents, judged against the design they come from."""

import csv
import json
import re
from collections import Counter
from collections.abc import Callable
from io import StringIO
from ipaddress import ip_interface, ip_network
from itertools import groupby
from pathlib import Path

import pytest

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.pipeline import design_values
from barefabric.plan.files import DOCUMENTS, plan_files
from barefabric.plan.media import batches
from barefabric.plan.ports import legs
from barefabric.render.content import whole
from barefabric.topology.load import load

FILES = {
    f"{stem}.{kind}"
    for stem in ("ip-plan", "asn-plan", "cabling", "sessions", "bill-of-materials")
    for kind in ("csv", "md")
} | {"topology.svg", "topology.mmd"}

Make = Callable[[str], Design]


def texts_of(design: Design) -> dict[str, str]:
    """All plan files as text, each read when it comes."""
    return {path: whole(content) for path, content in plan_files(design)}


def table(design: Design, stem: str) -> list[dict[str, str]]:
    """A CSV file as a reader sees it; every row has every column."""
    text = texts_of(design)[f"{stem}.csv"]
    rows = list(csv.reader(StringIO(text, newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_files(any_design: Design) -> None:
    texts = texts_of(any_design)
    assert set(texts) == FILES
    assert all(text.endswith("\n") and "\r" not in text for text in texts.values())
    assert texts == texts_of(any_design), "the same bytes each time"


def test_documents_know_how_many_rows_they_have(any_design: Design) -> None:
    known = [made for document in DOCUMENTS if (made := document(any_design)).rows is not None]
    assert {made.stem for made in known} == {"cabling", "sessions"}
    for made in known:
        assert made.rows == sum(text.count("\n") for text in made.lines())


# Addresses


def expected_addresses(design: Design) -> Counter[str]:
    """Every address that a device of ours has, from the design's own fields."""
    found: Counter[str] = Counter()
    for switch in design.switches.values():
        found.update([switch.loopback, switch.management])
    for cable in design.cables:
        ends = (cable.a_address, cable.b_address)
        found.update(end.partition("/")[0] for end in ends if end)
    for pair in design.pairs.values():
        found.update(end.partition("/")[0] for end in (*pair.control, *pair.routing))
    for server in design.servers.values():
        found.update([server.address, server.second_address])
    for rack in design.racks.values():
        base = ip_network(rack.prefix).network_address
        found[str(base)] += 1
        if rack.gateway:
            found[rack.gateway] += 1
            found.update(str(base + 1 + n) for n in range(1, len(rack.leaves) + 1))
    found[design.management_gateway] += 1
    return found


def test_every_address_is_listed_once(any_design: Design) -> None:
    rows = [row for row in table(any_design, "ip-plan") if not row["pool"].startswith("cluster")]
    listed = Counter(row["address"].partition("/")[0] for row in rows)
    assert listed == expected_addresses(any_design)
    assert set(listed.values()) == {1}


def test_every_address_lies_in_its_pool_and_they_rise(any_design: Design) -> None:
    prefixes = {pool.name: [ip_network(p) for p in pool.prefixes] for pool in any_design.pools}
    rows = [row for row in table(any_design, "ip-plan") if row["pool"] in prefixes]
    for pool, group in groupby(rows, key=lambda row: row["pool"]):
        addresses = [ip_interface(row["address"]).ip for row in group]
        assert all(any(a in prefix for prefix in prefixes[pool]) for a in addresses)
        assert addresses == sorted(addresses)
    assert [pool for pool, _ in groupby(row["pool"] for row in rows)] == [
        pool.name for pool in any_design.pools if pool.name in {row["pool"] for row in rows}
    ]


def test_addresses_say_what_they_are_for(named: Make) -> None:
    by_address = {row["address"]: row for row in table(named("three-racks"), "ip-plan")}
    assert by_address["10.254.0.1/31"] == {
        "address": "10.254.0.1/31",
        "what": "link to spine1",
        "device": "r1-leaf1",
        "interface": "Ethernet49/1",
        "pool": "links",
    }
    assert by_address["10.10.0.1/24"]["device"] == "r1-leaf1 r1-leaf2"
    assert by_address["10.10.1.3/24"]["device"] == "r2-leaf2"
    assert by_address["10.10.0.139/24"]["what"] == "second BGP speaker"
    assert by_address["10.10.0.140/24"]["what"] == "reserved for a second BGP speaker"
    assert by_address["192.0.2.1/31"]["pool"] == "upstreams"
    assert by_address["10.64.0.0/14"]["pool"] == "cluster prod"


def test_the_page_shows_how_full_pools_are(named: Make) -> None:
    page = texts_of(named("three-racks"))["ip-plan.md"]
    assert re.search(r"\| links +\| `10.254.0.0/16` \| /31 +\| +22 \|", page)


# AS numbers


def test_the_asn_plan_counts_every_speaker(any_design: Design) -> None:
    rows = table(any_design, "asn-plan")
    speakers = Counter(s.asn for s in any_design.switches.values())
    speakers.update(s.asn for s in any_design.servers.values() if s.asn)
    speakers.update(u.asn for u in any_design.upstreams.values())
    shown = {(s.profile.a.local_as, s.profile.cluster, s.a) for s in any_design.sessions}
    speakers.update(asn for asn, _, _ in shown if asn)
    listed: Counter[int] = Counter()
    for row in rows:
        listed[int(row["asn"])] += int(row["count"])
    assert listed == speakers


def test_the_asn_plan_names_who(named: Make) -> None:
    rows = {row["asn"]: row for row in table(named("three-racks"), "asn-plan")}
    assert rows["4200020002"]["devices"] == "r2-leaf1 r2-leaf2"
    assert rows["64513"]["of"] == "cluster prod rack r2"
    assert rows["64513"]["devices"] == "r2-control1 to r2-worker12"
    assert rows["64496"]["who"] == "upstream"


# Cables


def test_every_cable_is_listed_with_both_ends(any_design: Design) -> None:
    rows = table(any_design, "cabling")
    listed = {
        frozenset([(r["device"], r["port"]), (r["far device"], r["far port"])]): r for r in rows
    }
    assert len(listed) == len(rows) == len(any_design.cables)
    for cable in any_design.cables:
        row = listed[frozenset([(cable.a, cable.a_port), (cable.b, cable.b_port)])]
        assert row["speed"] == f"{cable.speed}G"
        assert row["use"] == cable.kind.value


def test_no_port_takes_two_cables(any_design: Design) -> None:
    ends = Counter(
        end
        for row in table(any_design, "cabling")
        for end in ((row["device"], row["port"]), (row["far device"], row["far port"]))
        if end[1]
    )
    assert set(ends.values()) == {1}


def test_labels_name_both_ends_and_fit(any_design: Design) -> None:
    for row in table(any_design, "cabling"):
        one, _, other = row["label"].partition(" > ")
        assert row["far label"] == f"{other} > {one}"
        assert one.split()[0] == row["device"]
        assert one.split()[1].replace("Eth", "Ethernet") == row["port"]
        assert len(row["label"]) <= 44


def test_cables_come_rack_by_rack_and_port_by_port(any_design: Design) -> None:
    rows = table(any_design, "cabling")
    places = [place for place, _ in groupby(row["rack"] for row in rows)]
    racks = [rack for rack in any_design.racks if any_design.racks[rack].leaves]
    assert places[: len(racks)] == racks
    assert len(places) == len(set(places)), "no place is visited twice"
    devices = [device for device, _ in groupby(row["device"] for row in rows)]
    assert len(devices) == len(set(devices))
    for device, group in groupby(rows, key=lambda row: row["device"]):
        panel = [port.name for port in any_design.switches[device].model.ports]
        positions = [panel.index(row["port"]) for row in group]
        assert positions == sorted(positions)


SMALL = """
fabric: small
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
spines: 2
racks:
  - {name: "r[1-RACKS]", leaves: 2, servers: {node: NODES}}
""".replace("RACKS", "2").replace("NODES", "4")


@pytest.mark.parametrize(
    ("racks", "length", "cable"),
    [("1", "same rack", "DAC"), ("1-16", "same row", "AOC"), ("01-17", "across", "optical")],
)
def test_distance_decides_what_to_buy(written: Make, racks: str, length: str, cable: str) -> None:
    name = f'"r[{racks}]"' if "-" in racks else "r1"
    spine = "ports: 64 x 100G" if racks == "01-17" else "model: 7050CX3-32S"
    text = SMALL.replace('"r[1-2]"', name).replace("model: 7050CX3-32S", spine)
    rows = table(written(text), "cabling")
    seen = {(row["use"], row["length"], row["cable"]) for row in rows}
    assert seen == {
        ("fabric", length, cable),
        ("peer", "same rack", "DAC"),
        ("server", "same rack", "DAC"),
    }


def test_superspines_and_upstreams_are_far_away(named: Make) -> None:
    top = [r for r in table(named("five-stage"), "cabling") if r["far rack"] == "superspines"]
    assert {(row["rack"], row["cable"]) for row in top} == {
        ("p1 spines", "optical"),
        ("p2 spines", "optical"),
    }
    outside = [r for r in table(named("three-racks"), "cabling") if r["use"] == "upstream"]
    assert {(r["far rack"], r["length"]) for r in outside} == {("outside", "across")}


# What to buy


def test_the_bill_adds_up(any_design: Design) -> None:
    rows = table(any_design, "bill-of-materials")
    totals: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        key = (row["item"], row["what"], row["use"], row["length"])
        totals[key] += int(row["count"]) * (-1 if row["where"] == "total" else 1)
    assert not any(totals.values())
    whole = [row for row in rows if row["where"] == "total"]
    assert sum(int(r["count"]) for r in whole if r["item"] == "switch") == len(any_design.switches)
    assert sum(int(r["count"]) for r in whole if r["item"] == "cable") == len(any_design.cables)
    watts = sum(switch.model.watts for switch in any_design.switches.values())
    assert sum(int(row["watts"] or 0) for row in whole) == watts


def test_an_optical_link_takes_two_transceivers(named: Make) -> None:
    rows = [r for r in table(named("five-stage"), "bill-of-materials") if r["where"] == "total"]
    counts = {(row["item"], row["what"]): int(row["count"]) for row in rows}
    assert counts["cable", "fibre for 400G"] == 32
    assert counts["transceiver", "400G QSFP-DD"] == 64
    assert counts["cable", "fibre for 100G"] == 768
    assert counts["transceiver", "100G QSFP28"] == 1536


def test_of_an_upstream_link_one_transceiver_is_ours(named: Make) -> None:
    rows = [r for r in table(named("three-racks"), "bill-of-materials") if r["where"] == "total"]
    counts = {(row["item"], row["use"]): int(row["count"]) for row in rows}
    assert counts["cable", "upstream"] == counts["transceiver", "upstream"] == 2


def test_a_broken_out_port_takes_one_cable(written: Make) -> None:
    """48 ports and 6 lanes of two cages carry 54 servers."""
    design = written(SMALL.replace("[1-2]", "[1-1]").replace("node: 4", "node: 54"))
    leaf = [c for c in design.cables if c.kind is CableKind.SERVER and c.a == "r1-leaf1"]
    assert len(leaf) == 54
    by_media = Counter(r["cable"] for r in table(design, "cabling") if r["device"] == "r1-leaf1")
    assert by_media["DAC breakout"] == 6
    counted = {(b.kind, b.media): n for b, n in batches(design).items()}
    assert counted[CableKind.SERVER, "DAC"] == 2 * 48
    assert counted[CableKind.SERVER, "DAC breakout"] == 2 * 2


# Sessions


TWISTED = """
fabric: twisted
switch_types:
  spine: {nos: arista_eos, ports: 16 x 100G}
  leaf: {nos: arista_eos, model: 7050TX3-48C8}
  sfp: {nos: arista_eos, model: 7050SX3-48YC8}
server_types:
  slow: {nics: 2 x 1G, attach: routed}
  fast: {nics: 2 x 10G, attach: routed}
spines: 2
borders: {type: leaf, count: 1}
racks:
  - {name: r1, leaves: 2, servers: {slow: 1, fast: 3}}
  - {name: r2, leaves: {type: sfp, count: 2}, servers: {slow: 2, fast: 1}}
external:
  - name: wan
    asn: 64500
    attach: {switch: border1, port: Ethernet48, ours: 192.0.2.0/31, theirs: 192.0.2.1/31}
    accept: [0.0.0.0/0]
"""


def test_rj45_sockets_take_twisted_pairs_and_other_cages_an_sfp_for_them(written: Make) -> None:
    design = written(TWISTED)
    cabling, bill = table(design, "cabling"), table(design, "bill-of-materials")
    by_rack = Counter((r["rack"], r["use"], r["speed"], r["cable"]) for r in cabling)
    servers = {key: n for key, n in by_rack.items() if key[1] != "fabric"}
    assert servers == {
        ("r1", "server", "1G", "copper"): 2,
        ("r1", "server", "10G", "copper"): 6,
        ("r2", "server", "1G", "copper with SFP"): 4,
        ("r2", "server", "10G", "DAC"): 2,
        ("borders", "upstream", "10G", "copper"): 1,
    }
    ours = [r for r in bill if r["use"] in ("server", "upstream")]
    places = [r for r in ours if r["where"] != "total"]
    found = {(r["where"], r["what"]): r["count"] for r in places}
    assert found == {
        ("r1", "1G copper"): "2",
        ("r1", "10G copper"): "6",
        ("r2", "1G copper"): "4",
        ("r2", "10G DAC"): "2",
        ("r2", "1G SFP for RJ45"): "4",
        ("borders", "10G copper"): "1",
    }


def test_every_session_is_listed(any_design: Design) -> None:
    rows = table(any_design, "sessions")
    assert len(rows) == len(any_design.sessions)
    for row, session in zip(rows, any_design.sessions, strict=True):
        profile = session.profile
        assert (row["a"], row["b"]) == (session.a, session.b)
        assert (row["a asn"], row["b asn"]) == (str(session.a_asn), str(session.b_asn))
        assert (row["a address"], row["b address"]) == (session.a_address, session.b_address)
        assert (row["keepalive s"], row["hold s"]) == (str(profile.keepalive), str(profile.hold))
        assert (row["bfd"] == "off") is (profile.bfd is None)
        assert row["authentication"] == (profile.password or "none")
        assert row["a import"] == (session.a_import or profile.a.import_policy)
        assert row["b export"] == profile.b.export_policy
        assert row["hops"] == str(profile.hops)


def test_a_password_is_a_name_and_never_a_value(named: Make) -> None:
    design = named("three-racks")
    texts = texts_of(design)
    assert "fabric-bgp" in texts["sessions.csv"]
    assert not any(source in text for source in design.secrets.values() for text in texts.values())


def test_the_page_says_once_what_sessions_share(named: Make) -> None:
    page = texts_of(named("three-racks"))["sessions.md"]
    assert "shown as AS 65534" in page
    assert page.count("password fabric-bgp") == 5
    assert "| r1-leaf1 | 65534 | `10.10.0.2` | r1-worker12 | 64512 | `10.10.0.24` |" in page


def test_long_documents_point_to_their_csv(named: Make) -> None:
    texts = texts_of(named("five-stage"))
    assert "All 4,736 rows are in [cabling.csv](cabling.csv)" in texts["cabling.md"]
    assert "All 4,688 rows are in [sessions.csv](sessions.csv)" in texts["sessions.md"]
    assert texts["cabling.csv"].count("\n") == 4737
    assert "p2r24-worker40" not in texts["ip-plan.md"]
    assert "p2r24-worker40" in texts["ip-plan.csv"]
    assert "| p2r24 | `10.10.47.0/24` | `10.10.47.1` |" in texts["ip-plan.md"]


def test_no_document_needs_quotes(any_design: Design) -> None:
    """Quotes cost a second pass over all rows, which the largest fabrics would feel."""
    texts = texts_of(any_design)
    assert not any('"' in text for name, text in texts.items() if name.endswith(".csv"))


def test_an_interface_may_have_any_name(written: Make) -> None:
    """A comma or a quote in it is a part of the cell, in every column that shows it."""
    odd = ['a,b"c', "d,e"]
    design = written(SMALL.replace("2 x 25G", f"2 x 25G, interfaces: {json.dumps(odd)}"))
    rows = [row for row in table(design, "cabling") if row["use"] == "server"]
    assert {row["far port"] for row in rows} == set(odd)
    assert all(row["label"].endswith(f" > {row['far device']} {row['far port']}") for row in rows)


def test_borders_stand_by_themselves(named: Make) -> None:
    design = named("three-racks")
    borders = [s.name for s in design.switches.values() if s.role is Role.BORDER]
    rows = [row for row in table(design, "cabling") if row["device"] in borders]
    assert {row["rack"] for row in rows} == {"borders"}


def test_every_part_of_a_port_is_on_a_breakout_cable(tmp_path: Path) -> None:
    """The first lane of EOS is called like its port, and is a part like the others."""
    path = tmp_path / "parts.yaml"
    path.write_text(
        "fabric: parts\n"
        "switch_types:\n"
        "  spine: {nos: arista_eos, ports: 32 x 400G}\n"
        "  leaf: {nos: arista_eos, ports: {downlink: 8 x 25G, uplink: 4 x 400G}}\n"
        "server_types: {fat: {nics: 2 x 100G, attach: routed}}\n"
        "spines: 1\n"
        "racks: [{name: r1, leaves: 2, servers: {fat: 4}}]\n"
    )
    found = legs(design_values(load(path)).design)
    ports = sorted(leg.port for leg in found if leg.switch == "r1-leaf1")
    assert ports == [f"Ethernet12/{lane}" for lane in (1, 3, 5, 7)]
