"""Contracts about packets: servers reach servers, pods, services and the world."""

from collections.abc import Iterator

from barefabric.derive.contracts.routes import anycast
from barefabric.derive.contracts.words import defaults
from barefabric.model.address import contains
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.model.device import Attach


def reach_contracts(design: Design) -> Iterator[Contract]:
    """Reachability between all classes of sources and destinations."""
    if design.servers:
        yield from _servers(design)
    for cluster, prefixes in anycast(design).items():
        yield _reach(
            f"services/{cluster}",
            f"every server reaches the services of cluster {cluster}",
            ("@servers",),
            tuple(prefix for prefix, _ in prefixes),
        )
    yield from _outside(design)


def _reach(
    tail: str, sentence: str, subjects: tuple[str, ...], prefixes: tuple[str, ...]
) -> Contract:
    return Contract(f"reach/{tail}", ContractKind.REACH, sentence, subjects, prefixes)


def _servers(design: Design) -> Iterator[Contract]:
    targets = ["@racks"] if any(r.gateway and r.servers for r in design.racks.values()) else []
    if Attach.ROUTED in design.attaches:
        targets.append("@hosts")
    yield _reach("servers", "every server reaches every server", ("@servers",), tuple(targets))
    clusters = [c.name for c in design.clusters.values() if c.cni_mode == "bgp" and c.nodes]
    for cluster in clusters:
        yield _reach(
            f"pods/{cluster}",
            f"every server reaches every pod of cluster {cluster}",
            ("@servers",),
            (f"@pods:cluster={cluster}",),
        )


def _outside(design: Design) -> Iterator[Contract]:
    taken = {prefix for upstream in design.upstreams.values() for prefix in upstream.accept}
    world = tuple(default for default in defaults(design) if default in taken)
    if world and design.servers:
        yield _reach("out", "every server reaches the world", ("@servers",), world)
    offered = [prefix for prefixes in anycast(design).values() for prefix, _ in prefixes]
    for upstream in design.upstreams.values():
        inward = tuple(p for p in offered if any(contains(pool, p) for pool in upstream.announce))
        if inward:
            yield _reach(
                f"in/{upstream.name}",
                f"{upstream.name} reaches the services announced to it",
                (upstream.name,),
                inward,
            )
