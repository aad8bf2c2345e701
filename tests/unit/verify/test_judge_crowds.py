"""Speakers that enter the network together, and prefixes that are grouped before they are read.

Nothing of it may change a row: a network with crowds is compared with the same one without.
"""

import pytest
from judge_networks import Lab, all_rows, clos

from barefabric.model.policy import PrefixMatch
from barefabric.verify.graph import build_graph
from barefabric.verify.network import PLAIN, Crowd
from barefabric.verify.origins import Origins
from barefabric.verify.speakers import _disjoint
from barefabric.verify.tabulate import compute


def crowded(lab: Lab) -> Lab:
    """The same network, with the nodes of each set of leaves as a crowd."""
    network = lab.network
    nodes = [n for n, config in enumerate(network.configs) if config.deaf]
    below: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for node in nodes:
        edges = tuple((a, label) for a, b, label in network.edges if b == node)
        below.setdefault(edges, []).append(node)
    network.edges = [edge for edge in network.edges if edge[1] not in nodes]
    network.crowds = [Crowd(members, edges) for edges, members in below.items()]
    return lab


@pytest.mark.parametrize("own_asns", [False, True])
@pytest.mark.parametrize("lost", [0, 1, 5])
def test_crowds_change_no_row(own_asns: bool, lost: int) -> None:
    fabrics = [clos(2, 3, 4, own_asns=own_asns) for _ in range(2)]
    for lab in fabrics:
        edges = lab.network.edges
        nodes = [edge for edge in edges if lab.network.configs[edge[1]].deaf]
        for edge in nodes[2::4][:lost]:
            edges.remove(edge)
    plain, other = fabrics[0], crowded(fabrics[1])
    one, two = build_graph(plain.network), build_graph(other.network)
    assert (one.members, one.sizes, one.adjacency) == (two.members, two.sizes, two.adjacency)
    assert [sorted(near) for near in one.near] == [sorted(near) for near in two.near]
    rows = all_rows(plain.compute())
    assert rows == all_rows(other.compute()) == all_rows(other.compute(by_class=False))


def test_as_numbers_split_a_crowd() -> None:
    lab = crowded(clos(2, 2, 4))
    lab.network.asns[-1] = 64999
    assert all_rows(lab.compute()) == all_rows(lab.compute(by_class=False))
    sizes = build_graph(lab.network).sizes
    assert sizes.count(4) == 1
    assert sizes.count(3) == 1


def test_servers_that_lack_a_session_are_a_crowd_of_their_own() -> None:
    whole = {("n1", "n2", "n3"): [(1, 0), (2, 0)]}
    assert _disjoint(whole) is whole
    parts = _disjoint({("n1", "n2", "n3"): [(1, 0)], ("n3", "n1"): [(2, 0)]})
    assert parts == {("n1", "n3"): [(1, 0), (2, 0)], ("n2",): [(1, 0)]}


def test_a_list_between_the_prefixes_of_a_rack_tells_them_apart() -> None:
    lab = crowded(clos(1, 1, 4))
    lab.network.public.add(lab.network.index.add((PrefixMatch("10.64.1.8/30"),)))
    prefixes = {f"10.64.1.{n * 4}/30": lab.numbers[f"r1-node{n}"] for n in range(1, 5)}
    origins = Origins()
    origins.announce(prefixes.items())
    groups = [group.prefixes for group in compute(lab.network, origins).groups]
    assert groups == [["10.64.1.4/30", "10.64.1.12/30", "10.64.1.16/30"], ["10.64.1.8/30"]]


def test_owners_are_the_same_however_they_are_held() -> None:
    origins = Origins({"10.0.0.0/8": [(7, PLAIN)]})
    origins.announce([("a", 1), ("b", 1), ("b", 1), ("b", 2), ("10.0.0.0/8", 8)])
    origins.add("a", 3)
    assert {prefix: [process for process, _ in own] for prefix, own in origins.items()} == {
        "10.0.0.0/8": [7, 8],
        "a": [1, 3],
        "b": [1, 2],
    }
