"""Growing and shrinking moves nothing; the order of keys means nothing."""

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barefabric.build import build_files
from barefabric.compare.delta import Moved
from barefabric.compare.documents import compare_documents
from barefabric.ledger.file import format_ledger, parse_ledger
from barefabric.ledger.merge import clashes, settle
from barefabric.model.ledger import Kind, Ledger
from barefabric.pipeline import Designed, design_values
from barefabric.render.document import design_document
from barefabric.topology.load import load
from ledger_labs import MLAG, ROUTED, Lab, lab, live, write

RACKS = [f"r{n}" for n in range(1, 6)]
TYPES = {
    "node": {"nics": "2 x 25G"},
    "store": {"nics": "2 x 100G"},
    "edge": {"nics": "1 x 25G", "attach": "single"},
}
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


def servers(attach: str) -> st.SearchStrategy[Lab]:
    """Servers of a rack: some of each kind, by count or by name."""
    named = st.lists(st.sampled_from(["ann", "bob", "cyd"]), unique=True, max_size=3)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "node": st.integers(0, 9),
        "store": st.integers(0, 1),
    }
    if attach == "bond":
        kinds["edge"] = st.integers(0, 3)
    return st.tuples(st.fixed_dictionaries({}, optional=kinds), named).map(_with_names)


def _with_names(drawn: tuple[Lab, list[str]]) -> Lab:
    counts, names = drawn
    if names and "node" not in counts:
        return {**counts, "node": names}
    return counts


def rack(name: str, attach: str) -> st.SearchStrategy[Lab]:
    def named(content: Lab) -> Lab:
        own = {
            kind: [f"{name}-{n}" for n in many] if isinstance(many, list) else many
            for kind, many in content.items()
        }
        return {"name": name, "leaves": 2, "servers": own}

    return servers(attach).map(named)


def cluster(number: int, racks: list[str]) -> Lab:
    return {
        "name": f"c{number}", "servers": {"racks": racks}, "pods": f"10.{64 + number}.0.0/16",
        "services": f"10.{96 + number}.0.0/16",
        "cni": {"use": "calico", "node_asn": ("per_cluster", "per_rack", "per_node")[number % 3]},
    }  # fmt: skip


@st.composite
def fabrics(draw: st.DrawFn, base: Lab, attach: str, racks_of: list[str] = RACKS) -> Lab:
    """One size of a fabric of two tiers: any racks in any order, spines, borders and clusters."""
    names = draw(st.lists(st.sampled_from(racks_of), unique=True, min_size=1))
    racks = [draw(rack(name, attach)) for name in names]
    types = {name: {"attach": attach, **kind} for name, kind in TYPES.items()}
    full = [r["name"] for r in racks if any(r["servers"].values())]
    numbers = draw(st.lists(st.integers(0, 5), unique=True, max_size=len(full)))
    clusters = [cluster(n, [name]) for n, name in zip(numbers, full, strict=False)]
    more: Lab = (
        {"borders": {"type": "leaf", "count": borders}}
        if (borders := draw(st.integers(0, 2)))
        else {}
    )
    return lab(
        base,
        racks=racks,
        server_types=types,
        clusters=clusters,
        spines=draw(st.integers(1, 4)),
        **more,
    )


@st.composite
def five_stages(draw: st.DrawFn) -> Lab:
    """One size of a fabric of five stages."""
    names = draw(st.lists(st.sampled_from(["p1", "p2", "p3"]), unique=True, min_size=1))
    pods = []
    for pod in names:
        racks = draw(
            st.lists(st.sampled_from([f"{pod}r{n}" for n in (1, 2, 3)]), unique=True, min_size=1)
        )
        content = [
            {"name": r, "leaves": 2, "servers": {"node": draw(st.integers(0, 4))}} for r in racks
        ]
        pods.append({"name": pod, "spines": 2 * draw(st.integers(1, 2)), "racks": content})
    base = {key: value for key, value in MLAG.items() if key not in ("spines", "racks")}
    types = {**MLAG["switch_types"], "superspine": {"nos": "arista_eos", "ports": "32 x 100G"}}
    count = draw(st.integers(1, 3))
    return lab(base, switch_types=types, pods=pods, superspines={"count": 2 * count, "planes": 2})


POOLS6 = {
    "loopbacks": ["10.255.0.0/16", "fd00:255::/48"],
    "links": ["10.254.0.0/16", "fd00:254::/48"],
    "servers": ["10.10.0.0/16", "fd00:10::/40"],
}


def with_ipv6(topology: Lab) -> Lab:
    """The same fabric with IPv6 beside IPv4."""
    clusters = [
        {
            **c,
            "pods": [c["pods"], f"fd00:64:{c['name'][1:]}::/56"],
            "services": [c["services"], f"fd00:96:{c['name'][1:]}::/112"],
        }
        for c in topology.get("clusters", ())
    ]
    underlay = {**topology.get("underlay", {}), "families": ["ipv4", "ipv6"]}
    return {**topology, "underlay": underlay, "addressing": POOLS6, "clusters": clusters}


def histories() -> st.SearchStrategy[list[Lab]]:
    """A fabric at several times of its life, which may take IPv6 up and drop it again."""
    kinds = (fabrics(MLAG, "bond"), fabrics(ROUTED, "routed"), five_stages())
    either = (st.tuples(kind, st.booleans()) for kind in kinds)
    sizes = (one.map(lambda drawn: with_ipv6(drawn[0]) if drawn[1] else drawn[0]) for one in either)
    return st.one_of(*(st.lists(size, min_size=2, max_size=5) for size in sizes))


def lives(history: list[Lab]) -> Iterator[Designed]:
    """The designs of a history, each with the ledger that the one before left in its file."""
    ledger: Ledger | None = None
    with tempfile.TemporaryDirectory() as folder:
        for topology in history:
            found = design_values(load(write(Path(folder), topology)), ledger)
            yield found
            ledger = parse_ledger(format_ledger(found.numbers.ledger), Path("lab.lock"))


@SLOW
@given(histories())
def test_no_number_and_no_cable_ever_moves(history: list[Lab]) -> None:
    """Whatever a thing was given first it has for ever, also after it was gone for a while."""
    first: dict[tuple[Kind, str], str] = {}
    document: dict[str, Any] = {}
    for found in lives(history):
        numbers = found.numbers
        assert numbers.moves == ()
        for place, value in live(numbers.ledger).items():
            assert first.setdefault(place, value) == value
        now = json.loads("".join(design_document(found.design)))
        if document:
            assert [*moved_by_us(document, now)] == []
        document = now


def moved_by_us(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Moved]:
    """Moved numbers, but for ASNs of servers that the topology put into another cluster."""
    for moved in compare_documents(old, new).moved:
        was, now = (document["devices"].get(moved.thing, {}) for document in (old, new))
        if moved.what != "ASN" or was.get("cluster") == now.get("cluster"):
            yield moved


@SLOW
@given(histories())
def test_nothing_is_given_out_twice(history: list[Lab]) -> None:
    """Not to two things that are there, and not what is kept for a thing that is gone."""
    for found in lives(history):
        ledger = found.numbers.ledger
        assert clashes(ledger) == {}
        for kind in set(Kind) - {Kind.CABLE}:
            values = [entry.value for entry in ledger.of(kind).values()]
            assert len(values) == len(set(values))
        ends = [
            (device, port)
            for cable in found.design.cables
            for device, port in ((cable.a, cable.a_port), (cable.b, cable.b_port))
            if port
        ]
        assert len(ends) == len(set(ends))


@SLOW
@given(histories())
def test_designing_again_changes_nothing(history: list[Lab]) -> None:
    *_, last = lives(history)
    with tempfile.TemporaryDirectory() as folder:
        again = design_values(load(write(Path(folder), history[-1])), last.numbers.ledger)
    assert format_ledger(again.numbers.ledger) == format_ledger(last.numbers.ledger)
    for one, other in zip(design_document(again.design), design_document(last.design), strict=True):
        assert one == other


@SLOW
@given(
    st.permutations(["r1", "r2"]).flatmap(
        lambda names: st.tuples(*(rack(name, "bond") for name in names))
    ),
    fabrics(MLAG, "bond", ["r1", "r2", "a1", "a2"]),
    fabrics(MLAG, "bond", ["r1", "r2", "b1", "b2"]),
    st.data(),
)
def test_branches_that_are_merged_can_be_settled(
    racks: tuple[Lab, ...], ours: Lab, theirs: Lab, data: st.DataObject
) -> None:
    """Whatever two branches did: after settling nothing is held twice, and only losers changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = lab(racks=list(racks), server_types=ours["server_types"])
        before = design_values(load(write(folder, base))).numbers.ledger
        ledgers = [
            design_values(load(write(folder, each)), before).numbers.ledger
            for each in (ours, theirs)
        ]
        lines = dict.fromkeys(line for each in ledgers for line in format_ledger(each).splitlines())
        merged = parse_ledger("\n".join(_one_value_each(lines)), Path("lab.lock"))
        clashing = sorted({word for _, values in clashes(merged).items() for keys in values.values()
                           for key in keys for word in key.split(" ")})  # fmt: skip
        keep = data.draw(st.lists(st.sampled_from(clashing), max_size=2)) if clashing else []
        homes = {s: r["name"] for t in (ours, theirs) for r in t["racks"] for s in _servers_of(r)}
        settled, dropped = settle(merged, keep, homes)
        assert clashes(settled) == {}
        kept = live(settled).items()
        assert kept <= live(merged).items()
        assert {(kind, key) for kind, key, _ in dropped} == live(merged).keys() - live(
            settled
        ).keys()
        for topology in (ours, theirs):
            found = design_values(load(write(folder, topology)), settled)
            assert found.numbers.moves == ()
            assert clashes(found.numbers.ledger) == {}


def _one_value_each(lines: dict[str, None]) -> Iterator[str]:
    """A person who merges keeps one line where both branches gave a name another value."""
    seen: set[str] = set()
    for line in lines:
        name, _, value = line.partition(" = ")
        if name not in seen or not value:
            yield line
        seen.add(name)


def _servers_of(rack_: Lab) -> Iterator[str]:
    for kind, many in rack_["servers"].items():
        yield from (
            many
            if isinstance(many, list)
            else (f"{rack_['name']}-{kind}{n}" for n in range(1, many + 1))
        )


# The order of keys

TOPOLOGIES = Path(__file__).parents[2] / "topologies"
RICH: Lab = {
    "extra": {"spine": "hardware counters", "leaf": "more lines", "r1-leaf1": "its own lines"},
    "settings": {
        "ntp": ["192.0.2.123"], "dns": ["192.0.2.53"], "domain": "example.net",
        "users": [{"name": "ann", "secret": "ann"}, {"name": "bob", "secret": "bob"}],
    },
    "secrets": {"zed": "env:Z", "bob": "env:B", "ann": "env:A"},
    "pins": {"spine2": {"loopback": "10.255.0.77"}, "r1": {"prefix": "10.10.3.0/24"}},
}  # fmt: skip


def shuffled(value: Any, chance: random.Random) -> Any:
    """A value with the keys of all its blocks in another order."""
    if isinstance(value, list):
        return [shuffled(each, chance) for each in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    chance.shuffle(keys)
    return {key: shuffled(value[key], chance) for key in keys}


def rich(name: str) -> Lab:
    """A topology of the repository with something under every key that takes names."""
    topology: Lab = yaml.safe_load((TOPOLOGIES / f"{name}.yaml").read_text(encoding="utf-8"))
    for key, value in RICH.items():
        topology[key] = {**value, **topology.get(key, {})}
    topology["clusters"][0]["load_balancer"]["pools"] |= {
        "zeta": "198.18.0.0/24",
        "alpha": "198.18.1.0/24",
    }
    return topology


def files_of(topology: Lab) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        found = design_values(load(write(Path(folder), topology)))
        # The topology's own place is no part of the comparison.
        files = {path: text.replace(folder, "") for path, text in build_files(found.design)}
    return {**files, "lab.lock": format_ledger(found.numbers.ledger)}


@pytest.mark.parametrize("name", ["quickstart", "three-racks", "routed-frr"])
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_keys_means_nothing(name: str, seed: int) -> None:
    topology = rich(name)
    other = shuffled(topology, random.Random(seed))  # noqa: S311 (no secret)
    assert files_of(other) == files_of(topology)
