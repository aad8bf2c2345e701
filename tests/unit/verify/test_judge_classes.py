"""Routes computed by class equal those computed router by router, on every network tried."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judge_networks import Lab, all_rows, clos, open_group

from barefabric.model.policy import PrefixMatch, Term
from barefabric.verify.classes import Classes
from barefabric.verify.graph import build_graph, stable_cells
from barefabric.verify.network import PLAIN, Network


def assert_equal_row_by_row(lab: Lab) -> None:
    by_class, apart = lab.compute(), lab.compute(by_class=False)
    clear = {
        prefix
        for prefix, group in apart.group_of.items()
        if not group.solution.undecided and group.solution.settled
    }
    mine = {key: row for key, row in all_rows(by_class).items() if key[1] in clear}
    theirs = {key: row for key, row in all_rows(apart).items() if key[1] in clear}
    assert mine == theirs
    unclear = set(apart.group_of) - clear
    assert all(
        by_class.group_of[p].solution.undecided or not by_class.group_of[p].solution.settled
        for p in unclear
    )


def test_a_regular_fabric_needs_few_solutions() -> None:
    lab = clos(4, 20, 8)
    table = lab.compute()
    assert len(table.owners) == 4 + 20 * (2 + 1 + 8) + 1
    assert len({id(group.solution) for group in table.groups}) <= 5
    assert_equal_row_by_row(lab)


def test_per_node_numbers_do_not_split_classes() -> None:
    lab = clos(2, 6, 3, own_asns=True)
    assert len({id(group.solution) for group in lab.compute().groups}) <= 5
    assert_equal_row_by_row(lab)


Fault = Callable[[Lab, list[int]], None]


def lose_a_session(lab: Lab, pick: list[int]) -> None:
    edges = lab.network.edges
    if edges:
        edges.pop(pick[0] % len(edges))


def change_an_asn(lab: Lab, pick: list[int]) -> None:
    """One router takes the AS number of another."""
    asns = lab.network.asns
    asns[pick[0] % len(asns)] = asns[pick[1] % len(asns)]


def narrow(lab: Lab, pick: list[int]) -> None:
    """One router uses a single path."""
    configs = lab.network.configs
    number = pick[0] % len(configs)
    configs[number] = configs[number]._replace(ecmp=1, signature=1000 + number)


def filter_one(lab: Lab, pick: list[int]) -> None:
    """One router refuses one rack."""
    network = lab.network
    number = pick[0] % len(network.configs)
    rules = lab.policy(
        f"ODD{number}", Term(10, False, "L"), Term(20, True),
        lists={"L": f"10.10.{1 + pick[1] % 3}.0/24"},
    )  # fmt: skip
    config = network.configs[number]
    groups = {name: g._replace(imports=rules.name) for name, g in config.groups.items()}
    network.configs[number] = config._replace(
        signature=2000 + number, groups=groups, policies={**config.policies, rules.name: rules}
    )


def announce_elsewhere(lab: Lab, pick: list[int]) -> None:
    """A router announces a prefix of somebody else."""
    prefixes = list(lab.origins)
    owners = lab.origins[prefixes[pick[0] % len(prefixes)]]
    number = pick[1] % len(lab.network.names)
    if all(process != number for process, _ in owners):
        owners.append((number, PLAIN))


def add_a_session(lab: Lab, pick: list[int]) -> None:
    """A cable that the shape does not have: valleys and short cuts."""
    routers = [n for n, c in enumerate(lab.network.configs) if not c.deaf]
    a, b = routers[pick[0] % len(routers)], routers[pick[1] % len(routers)]
    if a != b:
        lab.link(lab.network.names[a], lab.network.names[b], "ebgp")


FAULTS: list[Fault] = [
    lose_a_session, change_an_asn, narrow, filter_one, announce_elsewhere, add_a_session,
]  # fmt: skip

picks = st.lists(st.integers(0, 10_000), min_size=2, max_size=2)


@settings(max_examples=60)
@given(
    st.integers(1, 3),
    st.integers(1, 4),
    st.integers(0, 3),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(FAULTS), picks), max_size=3),
)
def test_classes_change_no_row(
    spines: int, racks: int, servers: int, own: bool, faults: list[tuple[Fault, list[int]]]
) -> None:
    lab = clos(spines, racks, servers, own_asns=own)
    for fault, pick in faults:
        fault(lab, pick)
    lab.network.edges = list(dict.fromkeys(lab.network.edges))
    assert_equal_row_by_row(lab)


@settings(max_examples=60)
@given(
    st.integers(2, 7),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14),
    st.lists(st.integers(1, 5), min_size=7, max_size=7),
    st.lists(st.integers(0, 6), min_size=1, max_size=3),
)
def test_classes_change_no_row_of_any_graph(
    size: int, links: list[tuple[int, int]], asns: list[int], origins: list[int]
) -> None:
    lab = Lab()
    groups = {"ebgp": open_group(next_hop_self=True)}
    for n in range(size):
        lab.router(f"x{n}", asns[n], groups=groups)
    for a, b in dict.fromkeys((min(x), max(x)) for x in links):
        if a != b and b < size:
            lab.link(f"x{a}", f"x{b}")
    for n, origin in enumerate(origins):
        lab.announce(f"192.0.2.{n}/32", f"x{origin % size}")
    lab.announce("198.51.100.0/24", *dict.fromkeys(f"x{origin % size}" for origin in origins))
    assert_equal_row_by_row(lab)


def private_lists(lab: Lab) -> None:
    """Each leaf accepts from each of its nodes that node's prefix alone, by a list of its own."""
    network = lab.network
    for a, b, label in list(network.edges):
        if network.labels[label].profile != "node":
            continue
        name = f"FROM-{network.names[b]}"
        prefix = next(p for p, owners in lab.origins.items() if owners == [(b, PLAIN)])
        contents = network.index.add((PrefixMatch(prefix),))
        config = network.configs[a]
        rules = lab.policy(name, Term(10, True, "L"), lists={"L": prefix})
        network.public.discard(contents)
        network.configs[a] = config._replace(policies={**config.policies, name: rules})
        network.own_imports[a, b] = name
        from barefabric.verify.network import Use

        network.uses.setdefault(contents, []).append(Use(a, "node*:0", b))


def test_lists_for_single_neighbors_split_nothing_else() -> None:
    lab = clos(2, 6, 3)
    private_lists(lab)
    table = lab.compute()
    assert len({id(group.solution) for group in table.groups}) <= 5
    assert lab.hops("r2-leaf1", "10.64.2.4/30") == ["r2-node1"]
    assert lab.hops("r2-leaf1", "203.0.113.1/32") is None
    assert_equal_row_by_row(lab)


def test_a_private_list_of_the_wrong_node_is_seen() -> None:
    lab = clos(2, 4, 2)
    private_lists(lab)
    network = lab.network
    leaf, node = lab.numbers["r1-leaf1"], lab.numbers["r1-node1"]
    other = network.own_imports[leaf, lab.numbers["r1-node2"]]
    network.own_imports[leaf, node] = other
    contents = network.index.numbers[(PrefixMatch("10.64.1.4/30"),)]
    network.uses[contents] = [u for u in network.uses[contents] if u.process != leaf]
    wrong = network.index.numbers[(PrefixMatch("10.64.1.8/30"),)]
    from barefabric.verify.network import Use

    network.uses[wrong].append(Use(leaf, "node*:0", node))
    assert lab.hops("r1-leaf1", "10.64.1.4/30") == ["r1-leaf2"]
    assert lab.hops("r1-leaf2", "10.64.1.4/30") == ["r1-node1"]
    assert_equal_row_by_row(lab)


def test_the_partition_is_equitable() -> None:
    lab = clos(3, 5, 4)
    lose_a_session(lab, [7, 0])
    graph = build_graph(lab.network)
    cells = stable_cells(graph)
    seen: dict[int, object] = {}
    for vertex, cell in enumerate(cells):
        counts: dict[tuple[int, int], int] = {}
        for other, code in graph.adjacency[vertex]:
            key = (cells[other], code)
            counts[key] = counts.get(key, 0) + graph.sizes[other]
        assert seen.setdefault(cell, counts) == counts


def test_twins_have_the_same_neighbors() -> None:
    graph = build_graph(clos(3, 5, 4).network)
    assert sorted(map(len, graph.members), reverse=True)[:7] == [4, 4, 4, 4, 4, 3, 2]
    for group, inner in zip(graph.members, graph.inner, strict=True):
        around = {frozenset(x for x in graph.around(p) if x[0] not in group) for p in group}
        assert len(around) <= 1
        assert bool(inner) == any(o in group for p in group for o, _ in graph.around(p))


@pytest.mark.parametrize(
    "marked", [["r1-node1"], ["r1-leaf1"], ["r1-leaf1", "r1-leaf2"], ["spine1"]]
)
def test_a_view_holds_every_process_once(marked: list[str]) -> None:
    lab = clos(3, 4, 3)
    view = Classes(build_graph(lab.network)).view({lab.numbers[name]: (1, ()) for name in marked})
    every = [p for cell in view.cells() for p in view.processes(cell)]
    assert sorted(every) == list(range(len(lab.network.names)))
    for cell in view.cells():
        assert view.population(cell) == len(list(view.processes(cell)))
        assert {view.cell(p) for p in view.processes(cell)} == {cell}


def test_an_empty_network_has_no_routes() -> None:
    assert not Classes(build_graph(Network())).members
