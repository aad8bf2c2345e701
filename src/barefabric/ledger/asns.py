"""AS numbers after RFC 7938: one for the spines of a pod, one for a pair, one for a cluster.

Keys in the ledger: ``all superspines``; ``all spines`` or ``pod P spines``; a rack's name for a
pair of leaves; a switch's name for a leaf on its own and for a border; ``cluster C``, ``cluster C
rack R`` or ``cluster C node N`` for Kubernetes nodes; ``all hosts`` for other routed servers.
Names have no spaces, so that a rack may be called ``spines``.
"""

from collections.abc import Iterator, Mapping

from barefabric.errors import Diagnostic
from barefabric.ledger.register import NUMBERS, Group, Register, assign
from barefabric.model.device import Attach, Role, Server, Switch
from barefabric.model.ledger import Kind, Ledger
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded
from barefabric.topology.schema import Asn, AsnRange, Cluster, Topology

POOLS = ("superspine", "spine", "border", "leaf", "node")
LAST_OF_16_BITS, LAST_OF_32_BITS = 65535, 4294967295
"""Reserved (RFC 7300); no range can go past them."""

HOSTS = "all hosts"
"""The ledger key of routed servers outside every cluster."""


def switch_key(switch: Switch) -> str:
    """The ledger key of the ASN a switch uses."""
    if switch.role is Role.SUPERSPINE:
        return "all superspines"
    if switch.role is Role.SPINE:
        return f"pod {switch.pod} spines" if switch.pod else "all spines"
    if switch.role is Role.LEAF and switch.peer:
        return switch.rack if switch.index <= 2 else f"{switch.rack} {(switch.index + 1) // 2}"
    return switch.name


def node_key(cluster: Cluster | None, server: Server) -> str:
    """The ledger key of the ASN a server uses."""
    if cluster is None:
        return HOSTS
    if cluster.cni.node_asn == "per_rack":
        return f"cluster {cluster.name} rack {server.rack}"
    if cluster.cni.node_asn == "per_node":
        return f"cluster {cluster.name} node {server.name}"
    return f"cluster {cluster.name}"


def _wanted(topology: Topology, shape: Shape) -> dict[str, dict[str, None]]:
    """Keys by pool, in counting order. Dictionaries stand in for ordered sets."""
    wanted: dict[str, dict[str, None]] = {name: {} for name in POOLS}
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
    loaded: Loaded, shape: Shape, ledger: Ledger, pins: Mapping[str, int]
) -> tuple[Register, list[Diagnostic]]:
    """Give every tier, pair and cluster its ASN.

    Diagnostics: pools that are too small (AS001), numbers that are an upstream's (AS002).
    """
    topology = loaded.topology
    wanted = _wanted(topology, shape)
    ranges: dict[str, AsnRange] = {pool: getattr(topology.asn, pool) for pool in wanted}
    foreign = {e.asn for e in topology.external} | {topology.asn.shown_to_nodes}
    home = {key: pool for pool, keys in wanted.items() for key in keys}
    groups = [
        _group([key for key in keys if home[key] == pool], ranges[pool], foreign)
        for pool, keys in wanted.items()
    ]
    register = assign(Kind.ASN, groups, ledger.of(Kind.ASN), NUMBERS, pins)
    wrong = [
        _too_small(loaded, pool, ranges[pool], keys, register, foreign)
        for pool, keys in wanted.items()
        if any(key not in register.values for key in keys)
    ]
    return register, wrong + list(_foreign(loaded, register))


def _group(keys: list[str], held: AsnRange, foreign: set[int]) -> Group:
    """The names of one pool, and the numbers that it hands out."""
    numbers = (n for n in range(held.first, held.last + 1) if n not in foreign)
    return Group(keys, numbers, lambda value: held.first <= value <= held.last)


def _too_small(
    loaded: Loaded,
    pool: str,
    held: AsnRange,
    keys: Mapping[str, None],
    register: Register,
    foreign: set[int],
) -> Diagnostic:
    """A pool with fewer numbers than are needed, and the range that would do."""
    inside = range(held.first, held.last + 1)
    room = len(inside) - sum(asn in inside for asn in foreign)
    kept = sum(asn in inside for asn in register.reserved)
    others = sum(asn in inside for key, asn in register.values.items() if key not in keys)
    lacking = sum(key not in register.values for key in keys)
    notes = f", {kept:,} are kept for what is gone" if kept else ""
    notes += f", {others:,} belong to another tier" if others else ""
    return Diagnostic(
        "AS001",
        f"asn.{pool} holds {room:,} AS number{'s' * (room != 1)} ({held.first}-{held.last}); "
        f"{len(keys):,} {'is' if len(keys) == 1 else 'are'} needed{notes}",
        (loaded.place("asn", pool),),
        mend=_remedy(loaded.topology, pool, held, lacking, foreign)
        + ("; fabric reclaim frees what is kept" if kept else ""),
    )


def _remedy(topology: Topology, pool: str, held: AsnRange, lacking: int, foreign: set[int]) -> str:
    """A range that is large enough, upwards as far as nothing is in the way, or another scheme."""
    if pool == "node" and any(c.cni.node_asn != "per_cluster" for c in topology.clusters):
        return (
            "use node_asn: per_cluster: leaves send no routes to nodes, so nodes may share one. "
            "Four-byte private numbers do not fit Calico's int32 fields"
        )
    last = held.last
    while lacking and last + 1 not in (LAST_OF_16_BITS, LAST_OF_32_BITS):
        last += 1
        lacking -= last not in foreign and not _elsewhere(topology, pool, last)
    if lacking:
        usual = getattr(Asn(), pool)
        return f"on a new fabric write asn: {{{pool}: {usual.first}-{usual.last}}}"
    return f"write asn: {{{pool}: {held.first}-{last}}}"


def _elsewhere(topology: Topology, pool: str, asn: int) -> bool:
    """Whether a number is in another tier's range."""
    ranges = (getattr(topology.asn, name) for name in POOLS if name != pool)
    return any(r.first <= asn <= r.last for r in ranges)


def _foreign(loaded: Loaded, register: Register) -> Iterator[Diagnostic]:
    """Upstream routers whose number is one of ours: each would refuse the other's routes."""
    topology = loaded.topology
    ours = {asn: key for key, asn in register.values.items()}
    calico = any(cluster.cni.is_calico_bgp for cluster in topology.clusters)
    shown = topology.asn.shown_to_nodes if calico else 0
    for n, external in enumerate(topology.external):
        key = ours.get(external.asn)
        if key is not None:
            who = f"as {key} has"
            mend = f"pin another: pins: {{{key}: {{asn: ...}}}}"
            mend = "move the range in asn that it comes from" if " " in key else mend
        elif external.asn == shown:
            who = "the one that leaves show to Calico"
            taken = {shown, *ours, *(e.asn for e in topology.external)}
            free = next(asn for asn in range(LAST_OF_16_BITS - 1, 0, -1) if asn not in taken)
            mend = f"show another: asn: {{shown_to_nodes: {free}}}"
        else:
            continue
        yield Diagnostic(
            "AS002",
            f"upstream router {external.name} has AS {external.asn}, {who}",
            (loaded.place("external", n, "asn"),),
            allowed="a router refuses routes that went through its own AS (RFC 4271, 9.1.2)",
            mend=mend,
        )
