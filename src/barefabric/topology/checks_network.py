"""Checks of the underlay: timers, MTU, families, and links to upstream routers."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface, ip_network

from barefabric.errors import Diagnostic
from barefabric.topology.shape import Keys
from barefabric.topology.view import View


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of the underlay: IN050, IN057, AD010 to AD014."""
    yield from _timers(view)
    yield from _mtu(view)
    yield from _external(view)
    yield from _racks_fit(view)
    yield from _management(view)
    yield from _families(view)


def _timers(view: View) -> Iterator[Diagnostic]:
    timers = view.topology.underlay.timers
    if timers.hold < 3 * timers.keepalive:
        keys = ("underlay", "timers")
        yield Diagnostic(
            "IN050",
            f"a hold time of {timers.hold}s leaves no room for three keepalives of "
            f"{timers.keepalive}s",
            view.places((*keys, "hold"), (*keys, "keepalive")),
            "RFC 4271 (4.4): keepalive is at most a third of hold",
            f"write hold: {3 * timers.keepalive}s",
        )


def _mtu(view: View) -> Iterator[Diagnostic]:
    mtu = view.topology.underlay.mtu
    for name, kind in view.topology.server_types.items():
        if kind.mtu <= mtu:
            continue
        keys: Keys = ("server_types", name, "mtu")
        given = "" if view.document.written(*keys) else " by default"
        yield Diagnostic(
            "IN057", f"{name} servers send packets of {kind.mtu} bytes{given}, fabric links take {mtu}",
            view.places(keys, ("underlay", "mtu")),
            "a server's MTU is at most the underlay's",
            f"write mtu: {mtu} for server type {name}, or raise underlay.mtu",
        )  # fmt: skip


def _external(view: View) -> Iterator[Diagnostic]:
    """Both ends of a link to an upstream router are hosts of one subnet."""
    for index, external in enumerate(view.topology.external):
        keys = ("external", index, "attach")
        ours, theirs = ip_interface(external.attach.ours), ip_interface(external.attach.theirs)
        places = (view.place(*keys, "ours"), view.place(*keys, "theirs"))
        if ours.ip == theirs.ip:
            yield Diagnostic(
                "AD010", f"both ends of the link to {external.name} are {ours.ip}", places
            )
        elif ours.network != theirs.network:
            yield Diagnostic(
                "AD010",
                f"the ends of the link to {external.name} are not in one subnet: "
                f"{ours.network} and {theirs.network}", places,
                "both have the same length and differ in their host bits only",
            )  # fmt: skip
        elif ours.version == 4 and ours.network.prefixlen < 31:
            for end, place in zip((ours, theirs), places, strict=True):
                if end.ip in (end.network.network_address, end.network.broadcast_address):
                    yield Diagnostic("AD010", f"{end} is no host of {end.network}", (place,),
                                     mend="a /31 has two hosts and nothing else (RFC 3021)")  # fmt: skip


def _racks_fit(view: View) -> Iterator[Diagnostic]:
    """A rack's prefix comes out of the pool of servers."""
    servers = view.topology.addressing.servers
    for index, pool in enumerate(servers.pool):
        network = ip_network(pool)
        if network.version == 4 and network.prefixlen > servers.per_rack:
            keys: Keys = ("addressing", "servers", "per_rack")
            yield Diagnostic(
                "AD011", f"no /{servers.per_rack} for a rack fits into addressing.servers {pool}",
                view.places(_pool_keys(view, index), keys),
                mend=f"write per_rack: {min(network.prefixlen + 2, 30)}, or a larger pool",
            )  # fmt: skip


def _pool_keys(view: View, index: int) -> Keys:
    """Where a pool of addressing.servers is written, in whatever form."""
    keys: Keys = ("addressing", "servers")
    written = view.document.value(*keys)
    keys = (*keys, "pool") if isinstance(written, dict) else keys
    return (*keys, index) if isinstance(view.document.value(*keys), list) else keys


def _management(view: View) -> Iterator[Diagnostic]:
    management = view.topology.addressing.management
    if not management.gateway:
        return
    pool, gateway = ip_network(management.pool), ip_address(management.gateway)
    edges = (pool.network_address, pool.broadcast_address) if pool.version == 4 else ()
    if gateway not in pool or (gateway in edges and pool.prefixlen < 31):
        keys = ("addressing", "management")
        yield Diagnostic(
            "AD012", f"the management gateway {gateway} is no host of {pool}",
            view.places((*keys, "gateway"), (*keys, "pool")),
            mend=f"write gateway: {pool.network_address + 1}",
        )  # fmt: skip


def _families(view: View) -> Iterator[Diagnostic]:
    """Each family has pools, and each pool has its family listed."""
    topology = view.topology
    addressing, families = topology.addressing, topology.underlay.families
    pools: dict[Keys, tuple[str, ...]] = {("loopbacks",): addressing.loopbacks}
    if topology.underlay.links == "numbered":
        pools[("links",)] = addressing.links
    pools[("servers",)] = addressing.servers.pool
    example = {"ipv4": {"loopbacks": "10.255.0.0/16", "links": "10.254.0.0/16", "servers": "10.10.0.0/16"},
               "ipv6": {"loopbacks": "fd00:255::/48", "links": "fd00:254::/48", "servers": "fd00:10::/40"}}  # fmt: skip
    for (key,), prefixes in pools.items():
        have = {f"ipv{ip_network(each).version}" for each in prefixes}
        for family in families:
            if family not in have:
                yield Diagnostic(
                    "AD013", f"addressing.{key} has no {_said(family)} pool, but the underlay carries it",
                    view.places(("underlay", "families"), ("addressing", key)),
                    mend=f"write {key}: [{', '.join((*prefixes, example[family][str(key)]))}]",
                )  # fmt: skip
        for family in sorted(have.difference(families)):
            yield _unlisted(view, f"addressing.{key}", ("addressing", key), family)
    yield from _cluster_families(view)


def _cluster_families(view: View) -> Iterator[Diagnostic]:
    """Clusters use families of the underlay; pods and services use the same."""
    listed = view.topology.underlay.families
    for index, cluster in enumerate(view.topology.clusters):
        pools: dict[Keys, tuple[str, ...]] = {
            ("pods",): cluster.pods,
            ("services",): cluster.services,
        }
        if cluster.load_balancer:
            for name, pool in cluster.load_balancer.pools.items():
                pools[("load_balancer", "pools", name)] = pool.addresses
        have = {key: {f"ipv{ip_network(p).version}" for p in pool} for key, pool in pools.items()}
        for key, families in have.items():
            for family in sorted(families.difference(listed)):
                named = ".".join(("clusters", cluster.name, *map(str, key)))
                yield _unlisted(view, named, ("clusters", index, *key), family)
        for family in sorted(have["pods",] ^ have["services",]):
            one, other = ("pods", "services") if family in have["pods",] else ("services", "pods")
            yield Diagnostic(
                "AD013", f"cluster {cluster.name} has {_said(family)} {one}, but no {_said(family)} {other}",
                view.places(("clusters", index, other), ("clusters", index, one)),
                "Kubernetes gives pods and services the same families",
            )  # fmt: skip


def _unlisted(view: View, named: str, keys: Keys, family: str) -> Diagnostic:
    listed = view.topology.underlay.families
    return Diagnostic(
        "AD014", f"{named} has an {_said(family)} pool, but the underlay does not carry {_said(family)}",
        view.places(keys, ("underlay", "families")),
        mend=f"write underlay: {{families: [{', '.join(sorted((*listed, family)))}]}}",
    )  # fmt: skip


def _said(family: str) -> str:
    return {"ipv4": "IPv4", "ipv6": "IPv6"}[family]
