"""Check that address families and pools belong together."""

from collections.abc import Iterator
from ipaddress import ip_network

from barefabric.errors import Diagnostic
from barefabric.model.address import SPOKEN
from barefabric.model.address import family as family_of
from barefabric.topology.roster import Keys
from barefabric.topology.schema_network import External
from barefabric.topology.view import View

_EXAMPLES = {
    ("ipv4", "loopbacks"): "10.255.0.0/16",
    ("ipv4", "links"): "10.254.0.0/16",
    ("ipv4", "servers"): "10.10.0.0/16",
    ("ipv6", "loopbacks"): "fd00:255::/48",
    ("ipv6", "links"): "fd00:254::/48",
    ("ipv6", "servers"): "fd00:10::/40",
}

_IPV4_ONLY = "management ports are IPv4 only"


def check(view: View) -> Iterator[Diagnostic]:
    """GE011; each family has pools (AD013), each pool has its family listed (AD014); AD015, AD019.

    Without IPv4 nothing else is said: every pool of IPv4 would be a fault of its own.
    """
    yield from _management(view)
    if "ipv4" not in view.topology.underlay.families:
        yield _ipv6_alone(view)
        return
    yield from _fabric(view)
    yield from _clusters(view)
    yield from _external(view)
    yield from _announced(view)


def _ipv6_alone(view: View) -> Diagnostic:
    """IPv6 goes beside IPv4: router ids, management and the pairs' control sessions are IPv4."""
    return Diagnostic(
        "GE011",
        "the underlay does not carry IPv4: a fabric of IPv6 alone cannot be designed",
        (view.place("underlay", "families"),),
        allowed="[ipv4], or [ipv4, ipv6]",
        mend="write families: [ipv4, ipv6], and pools of both",
    )


def _of(prefixes: tuple[str, ...]) -> set[str]:
    """The families of some prefixes."""
    return {f"ipv{ip_network(prefix).version}" for prefix in prefixes}


def _management(view: View) -> Iterator[Diagnostic]:
    """Management ports have IPv4 addresses, and reach services at such addresses only."""
    pool = view.topology.addressing.management.pool
    if ip_network(pool).version != 4:
        message = f"addressing.management {pool} is not an IPv4 pool"
        keys: Keys = ("addressing", "management")
        block = isinstance(view.document.value(*keys), dict)
        place = view.place(*keys, "pool") if block else view.place(*keys)
        mend = "write management: 172.20.0.0/16"
        yield Diagnostic("AD015", message, (place,), _IPV4_ONLY, mend)
    settings = view.topology.settings
    for key, hosts in (("ntp", settings.ntp), ("dns", settings.dns), ("syslog", settings.syslog)):
        for index, host in enumerate(hosts):
            if ":" in host:
                several = isinstance(view.document.value("settings", key), list)
                yield Diagnostic(
                    "AD015",
                    f"settings.{key} {host} is an IPv6 address, which no switch could reach",
                    (view.place("settings", key, *((index,) if several else ())),),
                    _IPV4_ONLY,
                    "write the server's IPv4 address",
                )


def _fabric(view: View) -> Iterator[Diagnostic]:
    """The fabric's own pools."""
    addressing, underlay = view.topology.addressing, view.topology.underlay
    pools = {"loopbacks": addressing.loopbacks, "servers": addressing.servers.pool}
    paired = any(kind.pair != "none" for kind in view.topology.switch_types.values())
    if paired or underlay.links == "numbered":
        pools["links"] = addressing.links
    for family in underlay.families:
        lacking = [key for key, prefixes in pools.items() if family not in _of(prefixes)]
        if lacking:
            yield _lacking(view, family, {key: pools[key] for key in lacking})
    for key, prefixes in pools.items():
        for unlisted in sorted(_of(prefixes).difference(underlay.families)):
            yield _unlisted(view, f"addressing.{key}", ("addressing", key), unlisted)


def _lacking(view: View, family: str, pools: dict[str, tuple[str, ...]]) -> Diagnostic:
    """A family without pools."""
    said = ", ".join(f"addressing.{key}" for key in pools)
    examples = (
        f"{key}: [{', '.join((*prefixes, _EXAMPLES[family, key]))}]"
        for key, prefixes in pools.items()
    )
    return Diagnostic(
        "AD013",
        f"the underlay carries {SPOKEN[family]}, but there is no {SPOKEN[family]} pool in {said}",
        view.places(("underlay", "families"), *(("addressing", key) for key in pools)),
        mend=f"write {', '.join(examples)}",
    )


def _clusters(view: View) -> Iterator[Diagnostic]:
    """Clusters use families of the underlay; pods and services use the same."""
    for index, cluster in enumerate(view.topology.clusters):
        pools: dict[Keys, set[str]] = {
            ("pods",): _of(cluster.pods),
            ("services",): _of(cluster.services),
        }
        if cluster.load_balancer:
            for name, pool in cluster.load_balancer.pools.items():
                pools["load_balancer", "pools", name] = _of(pool.addresses)
        endpoint = cluster.control_plane.endpoint if cluster.control_plane else None
        if endpoint and endpoint.address:
            pools["control_plane", "endpoint"] = {family_of(endpoint.address)}
        for key, families in pools.items():
            for family in sorted(families.difference(view.topology.underlay.families)):
                named = ".".join(("clusters", cluster.name, *map(str, key)))
                yield _unlisted(view, named, ("clusters", index, *key), family)
        pods, services = pools["pods",], pools["services",]
        for family in sorted(pods ^ services):
            one, other = ("pods", "services") if family in pods else ("services", "pods")
            said = SPOKEN[family]
            yield Diagnostic(
                "AD013",
                f"cluster {cluster.name} has {said} {one}, but no {said} {other}",
                view.places(("clusters", index, other), ("clusters", index, one)),
                "Kubernetes gives pods and services the same families",
            )


def _external(view: View) -> Iterator[Diagnostic]:
    """Links to upstream routers, and what is taken over them, are of families there are."""
    for index, external in enumerate(view.topology.external):
        keys: Keys = ("external", index)
        linked = _link(external)
        for family in sorted(linked.difference(view.topology.underlay.families)):
            named = f"external.{external.name}.attach"
            yield _unlisted(view, named, (*keys, "attach", "ours"), family)
        if not linked:
            continue
        taken = {family: p for p in reversed(external.accept) for family in _of((p,))}
        for family in sorted(taken.keys() - linked):
            said = f"{external.name} may announce {taken[family]} to {external.attach.switch}"
            yield _no_session(view, index, said, family, (*keys, "accept"))


def _announced(view: View) -> Iterator[Diagnostic]:
    """Pools are announced to upstream routers whose links have their families."""
    upstreams = {e.name: (n, _link(e)) for n, e in enumerate(view.topology.external)}
    for index, cluster in enumerate(view.topology.clusters):
        balancer = cluster.load_balancer
        for name, pool in (balancer.pools if balancer else {}).items():
            keys: Keys = ("clusters", index, "load_balancer", "pools", name)
            taken = {family: p for p in reversed(pool.addresses) for family in _of((p,))}
            for told in pool.announce_to:
                n, linked = upstreams.get(told, (0, set()))
                for family in sorted(taken.keys() - linked) if linked else ():
                    said = f"pool {name} of {cluster.name} announces {taken[family]} to {told}"
                    yield _no_session(view, n, said, family, (*keys, "announce_to"))


def _link(external: External) -> set[str]:
    """The families of a link to an upstream router; none where its ends do not fit (AD010)."""
    ours, theirs = (
        sorted(map(family_of, e)) for e in (external.attach.ours, external.attach.theirs)
    )
    return set(ours) if ours == theirs and len(set(ours)) == len(ours) else set()


def _no_session(view: View, external: int, said: str, family: str, keys: Keys) -> Diagnostic:
    """Prefixes of a family for which the link has no addresses (AD019)."""
    return Diagnostic(
        "AD019",
        f"{said}, but the link between them has no {SPOKEN[family]} addresses",
        view.places(keys, ("external", external, "attach", "ours")),
        "each family is announced over a session of its own, from addresses of that family",
        f"add an {SPOKEN[family]} address to ours and to theirs, or take the prefix away",
    )


def _unlisted(view: View, named: str, keys: Keys, family: str) -> Diagnostic:
    listed = {*view.topology.underlay.families, family}
    said = SPOKEN[family]
    what = "address" if keys[-1] in ("ours", "endpoint") else "pool"
    return Diagnostic(
        "AD014",
        f"{named} has an {said} {what}, but the underlay does not carry {said}",
        view.places(keys, ("underlay", "families")),
        mend=f"write underlay: {{families: [{', '.join(sorted(listed))}]}}",
    )
