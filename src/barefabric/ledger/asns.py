"""AS numbers after RFC 7938: one for the spines of a pod, one for a leaf pair, one for a cluster.

Keys in the ledger: ``superspines``; ``spines`` or ``p1 spines``; a rack's name for a leaf pair; a
switch's name for a leaf on its own and for a border; ``cluster C``, ``cluster C rack R`` or
``cluster C node N`` for Kubernetes nodes; ``hosts`` for routed servers outside every cluster.
"""

from collections.abc import Iterator

from barefabric.errors import Diagnostic
from barefabric.ledger.register import Register, assign
from barefabric.model.device import Attach, Role, Server, Switch
from barefabric.model.ledger import Entry, Kind, Ledger
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded
from barefabric.topology.schema import AsnRange, Cluster, Topology


def switch_key(switch: Switch) -> str:
    """The ledger key of the ASN a switch uses."""
    if switch.role is Role.SUPERSPINE:
        return "superspines"
    if switch.role is Role.SPINE:
        return f"{switch.pod} spines".lstrip()
    if switch.role is Role.LEAF and switch.peer:
        return switch.rack if switch.index <= 2 else f"{switch.rack} {(switch.index + 1) // 2}"
    return switch.name


def node_key(cluster: Cluster | None, server: Server) -> str:
    """The ledger key of the ASN a server uses."""
    if cluster is None:
        return "hosts"
    if cluster.cni.node_asn == "per_rack":
        return f"cluster {cluster.name} rack {server.rack}"
    if cluster.cni.node_asn == "per_node":
        return f"cluster {cluster.name} node {server.name}"
    return f"cluster {cluster.name}"


def _wanted(topology: Topology, shape: Shape) -> dict[str, dict[str, None]]:
    """Keys by pool, in counting order. Dictionaries stand in for ordered sets."""
    wanted: dict[str, dict[str, None]] = {
        name: {} for name in ("superspine", "spine", "border", "leaf", "node")
    }
    for switch in shape.switches.values():
        wanted[switch.role.value][switch_key(switch)] = None
    clusters = {c.name: c for c in topology.clusters}
    for cluster in topology.clusters:
        if cluster.cni.node_asn == "per_cluster":
            wanted["node"][f"cluster {cluster.name}"] = None
    for server in shape.servers.values():
        if server.cluster or server.attach is Attach.ROUTED:
            wanted["node"][node_key(clusters.get(server.cluster), server)] = None
    return wanted


def allocate_asns(
    loaded: Loaded, shape: Shape, ledger: Ledger, pins: dict[str, int]
) -> tuple[Register, list[Diagnostic]]:
    """Give every tier, pair and cluster its ASN. Diagnostics name pools that are too small."""
    topology = loaded.topology
    wanted = _wanted(topology, shape)
    recorded = ledger.of(Kind.ASN)
    home = {key: pool for pool, keys in wanted.items() for key in keys}
    ranges: dict[str, AsnRange] = {pool: getattr(topology.asn, pool) for pool in wanted}
    streams = {pool: iter(range(r.first, r.last + 1)) for pool, r in ranges.items()}

    def usable(key: str, value: int) -> bool:
        return ranges[home[key]].first <= value <= ranges[home[key]].last

    def fresh(key: str) -> Iterator[int]:
        return streams[home[key]]

    register = assign(Kind.ASN, home, recorded, int, str, usable, fresh, pins)
    wrong = [
        _too_small(loaded, pool, ranges[pool], len(keys), recorded)
        for pool, keys in wanted.items()
        if any(key not in register.values for key in keys)
    ]
    return register, wrong


def _too_small(
    loaded: Loaded, pool: str, held: AsnRange, needed: int, recorded: dict[str, Entry] | object
) -> Diagnostic:
    size = held.last - held.first + 1
    mend = f"widen asn.{pool}: {held.first}-{held.first + max(needed, size) * 2 - 1}"
    if pool == "node":
        mend = (
            "use node_asn: per_cluster; the leaves send no routes to nodes, so nodes may share "
            "an ASN. Four-byte private ASNs do not fit Calico's int32 fields"
        )
    return Diagnostic(
        "AS001",
        f"asn.{pool} holds {size:,} AS numbers ({held.first}-{held.last}); {needed:,} are needed",
        (loaded.place("asn", pool),),
        mend=mend,
    )
