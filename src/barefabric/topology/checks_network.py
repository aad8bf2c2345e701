"""Checks of the underlay: timers, MTU, families, and links to upstream routers."""

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface, ip_address, ip_interface, ip_network

from barefabric.errors import Diagnostic, Place
from barefabric.model.address import family
from barefabric.topology.roster import Keys
from barefabric.topology.view import View
from barefabric.vendors import catalogue

RACK6 = 64
"""Length of a rack's IPv6 prefix."""


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of the underlay: IN050, IN057, IN069, AD010 to AD012."""
    yield from _timers(view)
    yield from _mtu(view)
    yield from _largest_mtu(view)
    yield from _external(view)
    yield from _racks_fit(view)
    yield from _management(view)


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
            "IN057",
            f"{name} servers send packets of {kind.mtu} bytes{given}, fabric links take {mtu}",
            view.places(keys, ("underlay", "mtu")),
            "a server's MTU is at most the underlay's",
            f"write mtu: {mtu} for server type {name}, or raise underlay.mtu",
        )


def _largest_mtu(view: View) -> Iterator[Diagnostic]:
    """No link is given an MTU that a network OS of its fabric refuses."""
    kinds = {kind.nos: name for name, kind in reversed(view.topology.switch_types.items())}
    limits = [(v.max_mtu, v.nos) for v in map(catalogue.vendor, kinds) if v and v.max_mtu]
    if not limits:
        return
    largest, nos = min(limits)
    links: list[tuple[Keys, int]] = [(("underlay", "mtu"), view.topology.underlay.mtu)]
    for index, external in enumerate(view.topology.external):
        links.append((("external", index, "mtu"), external.mtu))
    for keys, mtu in links:
        if mtu > largest:
            yield Diagnostic(
                "IN069",
                f"{nos} takes packets of at most {largest} bytes on a port, not {mtu}",
                view.places(keys, ("switch_types", kinds[nos], "nos")),
                "both ends of a link have one MTU",
                f"write mtu: {largest}",
            )


def _external(view: View) -> Iterator[Diagnostic]:
    """Both ends of a link to an upstream router are hosts of one subnet, in each family."""
    for index, external in enumerate(view.topology.external):
        attach = external.attach
        keys: Keys = ("external", index, "attach")
        places = (view.place(*keys, "ours"), view.place(*keys, "theirs"))
        families = [[family(text) for text in end] for end in (attach.ours, attach.theirs)]
        doubled = any(len(set(some)) < len(some) for some in families)
        if doubled or set(families[0]) != set(families[1]) or not families[0]:
            ends = (", ".join(end) or "no address" for end in (attach.ours, attach.theirs))
            yield Diagnostic(
                "AD010",
                f"the ends of the link to {external.name} do not fit: {' and '.join(ends)}",
                places,
                "each end has one address, or one of each family",
            )
            continue
        for name in dict.fromkeys(families[0]):
            ours, theirs = map(ip_interface, attach.ends(name))
            yield from _ends(external.name, ours, theirs, places)


def _ends(
    name: str,
    ours: IPv4Interface | IPv6Interface,
    theirs: IPv4Interface | IPv6Interface,
    places: tuple[Place, Place],
) -> Iterator[Diagnostic]:
    """What is wrong with two ends of one family."""
    if ours.ip == theirs.ip:
        yield Diagnostic("AD010", f"both ends of the link to {name} are {ours.ip}", places)
    elif ours.network != theirs.network:
        yield Diagnostic(
            "AD010",
            f"the ends of the link to {name} are not in one subnet: "
            f"{ours.network} and {theirs.network}",
            places,
            "both have the same length and differ in their host bits only",
        )
    elif ours.version == 4 and ours.network.prefixlen < 31:
        for end, place in zip((ours, theirs), places, strict=True):
            if end.ip in (end.network.network_address, end.network.broadcast_address):
                edge = "network" if end.ip == end.network.network_address else "broadcast"
                message = f"{end.ip} is the {edge} address of {end.network}, not a host"
                mend = "use another, or a /31, which has two hosts and no more (RFC 3021)"
                yield Diagnostic("AD010", message, (place,), mend=mend)


def _racks_fit(view: View) -> Iterator[Diagnostic]:
    """A rack's prefix comes out of the pool of servers."""
    servers = view.topology.addressing.servers
    for index, pool in enumerate(servers.pool):
        network = ip_network(pool)
        if network.version == 6 and network.prefixlen > RACK6:
            larger = network.supernet(new_prefix=max(RACK6 - 8, 0))
            yield Diagnostic(
                "AD011",
                f"no /{RACK6} for a rack fits into addressing.servers {pool}",
                (view.place(*_pool_keys(view, index)),),
                f"a rack's IPv6 prefix is a /{RACK6} (RFC 7421)",
                f"write a larger pool, such as {larger}",
            )
        if network.version == 4 and network.prefixlen > servers.per_rack:
            keys: Keys = ("addressing", "servers", "per_rack")
            yield Diagnostic(
                "AD011",
                f"no /{servers.per_rack} for a rack fits into addressing.servers {pool}",
                view.places(_pool_keys(view, index), keys),
                mend=f"write per_rack: {min(network.prefixlen + 2, 30)}, or a larger pool",
            )


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
            "AD012",
            f"the management gateway {gateway} is no host of {pool}",
            view.places((*keys, "gateway"), (*keys, "pool")),
            mend=f"write gateway: {pool.network_address + 1}",
        )
