"""Check that address families and pools belong together."""

from collections.abc import Iterator
from ipaddress import ip_network

from barefabric.errors import Diagnostic
from barefabric.topology.roster import Keys
from barefabric.topology.view import View

_SAID = {"ipv4": "IPv4", "ipv6": "IPv6"}
_EXAMPLES = {
    ("ipv4", "loopbacks"): "10.255.0.0/16",
    ("ipv4", "links"): "10.254.0.0/16",
    ("ipv4", "servers"): "10.10.0.0/16",
    ("ipv6", "loopbacks"): "fd00:255::/48",
    ("ipv6", "links"): "fd00:254::/48",
    ("ipv6", "servers"): "fd00:10::/40",
}


def check(view: View) -> Iterator[Diagnostic]:
    """Each family has pools (AD013), each pool has its family listed (AD014), AD015."""
    yield from _management(view)
    yield from _fabric(view)
    yield from _clusters(view)


def _of(prefixes: tuple[str, ...]) -> set[str]:
    """The families of some prefixes."""
    return {f"ipv{ip_network(prefix).version}" for prefix in prefixes}


def _management(view: View) -> Iterator[Diagnostic]:
    """Management ports have IPv4 addresses."""
    pool = view.topology.addressing.management.pool
    if ip_network(pool).version != 4:
        message = f"addressing.management {pool} is not an IPv4 pool"
        keys: Keys = ("addressing", "management")
        block = isinstance(view.document.value(*keys), dict)
        place = view.place(*keys, "pool") if block else view.place(*keys)
        mend = "write management: 172.20.0.0/16"
        yield Diagnostic("AD015", message, (place,), "management ports are IPv4 only", mend)


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
        f"the underlay carries {_SAID[family]}, but there is no {_SAID[family]} pool in {said}",
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
        for key, families in pools.items():
            for family in sorted(families.difference(view.topology.underlay.families)):
                named = ".".join(("clusters", cluster.name, *map(str, key)))
                yield _unlisted(view, named, ("clusters", index, *key), family)
        pods, services = pools["pods",], pools["services",]
        for family in sorted(pods ^ services):
            one, other = ("pods", "services") if family in pods else ("services", "pods")
            said = _SAID[family]
            yield Diagnostic(
                "AD013",
                f"cluster {cluster.name} has {said} {one}, but no {said} {other}",
                view.places(("clusters", index, other), ("clusters", index, one)),
                "Kubernetes gives pods and services the same families",
            )


def _unlisted(view: View, named: str, keys: Keys, family: str) -> Diagnostic:
    listed = view.topology.underlay.families
    said = _SAID[family]
    return Diagnostic(
        "AD014",
        f"{named} has an {said} pool, but the underlay does not carry {said}",
        view.places(keys, ("underlay", "families")),
        mend=f"write underlay: {{families: [{', '.join(sorted((*listed, family)))}]}}",
    )
