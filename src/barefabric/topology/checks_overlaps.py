"""Check that no two pools share an address."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_interface, ip_network
from typing import NamedTuple

from barefabric.errors import Diagnostic
from barefabric.topology.roster import Keys
from barefabric.topology.space import Network, free_near
from barefabric.topology.view import View

MOST_PAIRS = 200
"""Overlaps after which no more are looked for: a file with more has one fault, many times."""


_NOTHING_FREE = "nothing near it is free: move one of them to another range"


class Pool(NamedTuple):
    """A prefix with its name and where it is written."""

    name: str
    network: Network
    keys: Keys
    written: bool


def check(view: View) -> Iterator[Diagnostic]:
    """Every pair of pools that overlap, once (AD004)."""
    found = pools(view)
    taken = [str(pool.network) for pool in found]
    by_arp = tuple(_announced_by_arp(view))
    for smaller, larger in overlaps(found):
        if larger.name == "addressing.servers" and smaller.name.startswith(by_arp):
            continue
        yield _overlap(view, smaller, larger, taken)


def _announced_by_arp(view: View) -> Iterator[str]:
    """Pools that belong into a rack's prefix, since ARP works only there (K8S019 checks where)."""
    for cluster in view.topology.clusters:
        if cluster.load_balancer and cluster.load_balancer.announce == "l2":
            yield f"clusters.{cluster.name}.load_balancer.pools."


def pools(view: View) -> list[Pool]:
    """Every prefix that the topology sets aside, written or by default."""
    found = [
        pool for name, keys, prefixes in _named(view) for pool in _pools(view, name, keys, prefixes)
    ]
    for index, external in enumerate(view.topology.external):
        keys = ("external", index, "attach", "ours")
        networks = dict.fromkeys(ip_interface(end).network for end in external.attach.ours)
        found += [Pool(f"external.{external.name}", each, keys, written=True) for each in networks]
    return found


def _named(view: View) -> Iterator[tuple[str, Keys, tuple[str, ...]]]:
    """Name, path and prefixes of each key that holds pools."""
    addressing = view.topology.addressing
    yield "addressing.loopbacks", ("addressing", "loopbacks"), addressing.loopbacks
    paired = any(kind.pair != "none" for kind in view.topology.switch_types.values())
    if paired or view.topology.underlay.links == "numbered":
        yield "addressing.links", ("addressing", "links"), addressing.links
    for key, prefixes in (
        ("servers", addressing.servers.pool),
        ("management", (addressing.management.pool,)),
    ):
        keys: Keys = ("addressing", key)
        block = isinstance(view.document.value(*keys), dict)
        yield f"addressing.{key}", (*keys, "pool") if block else keys, prefixes
    for index, cluster in enumerate(view.topology.clusters):
        stem, keys = f"clusters.{cluster.name}", ("clusters", index)
        yield f"{stem}.pods", (*keys, "pods"), cluster.pods
        yield f"{stem}.services", (*keys, "services"), cluster.services
        if cluster.load_balancer:
            for name, pool in cluster.load_balancer.pools.items():
                path: Keys = (*keys, "load_balancer", "pools", name)
                block = isinstance(view.document.value(*path), dict)
                path = (*path, "addresses") if block else path
                yield f"{stem}.load_balancer.pools.{name}", path, pool.addresses
        if cluster.control_plane and cluster.control_plane.endpoint:
            address = cluster.control_plane.endpoint.address
            path = (*keys, "control_plane", "endpoint")
            block = isinstance(view.document.value(*path), dict)
            path = (*path, "address") if block else path
            yield f"{stem}.control_plane.endpoint", path, (address,)


def _pools(view: View, name: str, keys: Keys, prefixes: Iterable[str]) -> Iterator[Pool]:
    listed = isinstance(view.document.value(*keys), list)
    written = view.document.written(*keys)
    for index, prefix in enumerate(prefixes):
        yield Pool(name, ip_network(prefix), (*keys, index) if listed else keys, written)


def overlaps(found: Iterable[Pool]) -> Iterator[tuple[Pool, Pool]]:
    """Pairs of overlapping pools, the smaller one first; equal ones in the order given.

    Prefixes are nested or apart, so one pass over them in order, with a stack of those that are
    open, meets each pair once.
    """
    count = 0
    for version in (4, 6):
        mine = [pool for pool in found if pool.network.version == version]
        mine.sort(key=lambda pool: (int(pool.network.network_address), pool.network.prefixlen))
        open_pools: list[Pool] = []
        for pool in mine:
            start = int(pool.network.network_address)
            while open_pools and int(open_pools[-1].network.broadcast_address) < start:
                open_pools.pop()
            for larger in open_pools:
                yield pool, larger
                count += 1
                if count >= MOST_PAIRS:
                    return
            open_pools.append(pool)


def _overlap(view: View, smaller: Pool, larger: Pool, taken: Iterable[str]) -> Diagnostic:
    """The diagnostic of a pair. What moves is the smaller pool, or the one written by hand."""
    moving, staying = smaller, larger
    by_hand = larger.written and not smaller.written
    equal = smaller.network == larger.network
    if by_hand or (equal and view.place(*smaller.keys) < view.place(*larger.keys)):
        moving, staying = larger, smaller
    both = f"{_called(moving)} overlaps {_called(staying)}"
    mend = _elsewhere(moving.network, taken)
    # Two clusters of one name, which is a fault of its own, have two lists.
    if moving.name == staying.name and moving.keys[:2] == staying.keys[:2]:
        both = f"{moving.name} lists {moving.network} within {staying.network}"
        mend = "take one of them away"
    return Diagnostic("AD004", both, view.places(moving.keys, staying.keys), mend=mend)


def _elsewhere(network: Network, taken: Iterable[str]) -> str:
    """Where the prefix or the address could be instead."""
    if network.prefixlen < network.max_prefixlen:
        free = free_near(str(network), taken)
        return f"free and of the same size next to it is {free}" if free else _NOTHING_FREE
    # A single address is better off in a subnet of its own, which can grow, than between pools.
    subnet = network.supernet(new_prefix=24 if network.version == 4 else 64)
    free = free_near(str(subnet), taken)
    return f"a free address near it is {ip_network(free)[10]}" if free else _NOTHING_FREE


def _called(pool: Pool) -> str:
    return pool.name if pool.written else f"{pool.name} (by default {pool.network})"
