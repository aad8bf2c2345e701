"""What deserves a look in a sound design: what is nearly full, too narrow, or hangs by one thread.

Each look is said once for the whole fabric, with the worst example, and only where a person can
act on it. A look at a cluster or a pod is said of each; ``subject`` tells which of them are alike.
"""

from collections.abc import Iterator

from barefabric.capacity.addresses import asns, pod_rooms, pools
from barefabric.capacity.bandwidth import Ratio, switch_ratios
from barefabric.capacity.growth import growth
from barefabric.capacity.load import Use, loads, path_width
from barefabric.capacity.routes import table_use
from barefabric.errors import Diagnostic, Severity, Subject
from barefabric.model.address import amount
from barefabric.model.design import Design
from barefabric.model.device import Role, Switch

NEARLY_FULL = 0.8
"""Share of a pool or a table from which on it is nearly full."""

SPINES_NEARLY_FULL = 0.75
"""The same for spines: they are not enlarged in an afternoon."""

OVERSUBSCRIBED = 4.0
"""Down over up beyond which a tier is called oversubscribed."""


def looks(design: Design) -> list[Diagnostic]:
    """All looks of a design, by code."""
    return [
        *_pools(design),
        *_asns(design),
        *_spines(design),
        *_oversubscribed(design),
        *_peer_links(design),
        *_tables(design),
        *_one_spine(design),
        *_paths(design),
        *_pod_addresses(design),
    ]


def _look(code: str, message: str, mend: str, subject: Subject | None = None) -> Diagnostic:
    return Diagnostic(code, message, mend=mend, severity=Severity.LOOK, subject=subject)


def _pools(design: Design) -> Iterator[Diagnostic]:
    for fill in pools(design):
        if fill.share >= NEARLY_FULL:
            held = f" and {fill.held:,} held for what is gone" if fill.held else ""
            name, six = fill.name.removesuffix("6"), " (IPv6)" * fill.name.endswith("6")
            yield _look(
                "CAP001",
                f"addressing.{name}{six} is {fill.share:.0%} full: {fill.used:,} of "
                f"{amount(fill.size)} {fill.unit} in use{held}",
                f"add {'an IPv6' if six else 'a'} prefix to addressing.{name}; nothing that has an "
                "address moves",
            )


def _asns(design: Design) -> Iterator[Diagnostic]:
    """Ranges that racks draw on; the others need no more numbers as a fabric grows."""
    growing = {"leaf"}
    if any(cluster.node_asn != "per_cluster" for cluster in design.clusters.values()):
        growing.add("node")
    for fill in asns(design):
        if fill.name in growing and fill.share >= NEARLY_FULL:
            mend = f"widen asn.{fill.name}"
            if fill.name == "node":
                mend = "node_asn: per_cluster needs one number for each cluster"
            yield _look(
                "CAP002",
                f"asn.{fill.name} is {fill.share:.0%} full: {fill.used:,} of {fill.size:,} AS "
                "numbers in use",
                mend,
            )


def _spines(design: Design) -> Iterator[Diagnostic]:
    racks = len(design.racks)
    pods = any(switch.role is Role.SUPERSPINE for switch in design.switches.values())
    for limit in growth(design):
        if limit.resource == "spine ports" and racks >= SPINES_NEARLY_FULL * limit.racks:
            yield _look(
                "CAP003",
                f"the spines are full at {limit.racks} racks ({limit.why}); there are {racks}",
                "plan another pod" if pods else "plan larger spines, or pods under superspines",
            )


def _oversubscribed(design: Design) -> Iterator[Diagnostic]:
    worst: dict[Role, Ratio] = {}
    for ratio in switch_ratios(design):
        role = ratio.role
        if role and (role not in worst or ratio.ratio > worst[role].ratio):
            worst[role] = ratio
    for role, ratio in worst.items():
        if ratio.ratio > OVERSUBSCRIBED:
            by = f"{ratio.ratio:.1f} : 1" if ratio.up else "without any uplink"
            yield _look(
                "CAP004",
                f"{role} {ratio.name} is oversubscribed {by} ({ratio.down:,} Gbit/s below, "
                f"{ratio.up:,} above)",
                "more spines, or more links_per_spine"
                if role is Role.LEAF
                else "more superspines, or fewer planes",
            )


def _peer_links(design: Design) -> Iterator[Diagnostic]:
    """Peer links that carry less than half of a leaf's uplinks once those have died."""
    load = loads(design)
    narrow = [
        pair
        for pair in design.pairs.values()
        if 2 * load[pair.first].gbits[Use.PEER] < load[pair.first].gbits[Use.UP]
    ]
    if narrow:
        gbits = load[narrow[0].first].gbits
        yield _look(
            "CAP005",
            f"the peer link of {narrow[0].first} and {narrow[0].second} has {gbits[Use.PEER]:,} "
            f"Gbit/s, the uplinks of each have {gbits[Use.UP]:,}{_and_others(len(narrow) - 1)}",
            "a leaf without uplinks sends everything over the peer link; leave it faster ports "
            "(a leaf with more uplink ports, fewer spines) or raise underlay.peer_links",
        )


def _and_others(count: int) -> str:
    if not count:
        return ""
    return f"; {count:,} other {'pair is' if count == 1 else 'pairs are'} alike"


def _tables(design: Design) -> Iterator[Diagnostic]:
    for use in table_use(design):
        if use.size and use.share >= NEARLY_FULL:
            yield _look(
                "CAP006",
                f"{use.role} {use.model} would hold {use.routes:,} of {use.size:,} {use.noun} "
                "with every node full",
                "a model with a larger table, larger pod blocks (block_size), or fewer nodes"
                if use.family == "ipv4"
                else "a model with a larger table, or fewer nodes",
            )


def _one_spine(design: Design) -> Iterator[Diagnostic]:
    spines: dict[str, list[Switch]] = {}
    for switch in design.switches.values():
        if switch.role is Role.SPINE:
            spines.setdefault(switch.pod, []).append(switch)
    for pod, alone in spines.items():
        if len(alone) == 1 and len(design.racks) > 1:
            where = f"pod {pod} has" if pod else "there is"
            yield _look(
                "CAP007",
                f"{where} one spine, {alone[0].name}: when it dies, racks cannot reach each other",
                "add a second spine",
                Subject("pod", pod, "has one spine"),
            )


def _paths(design: Design) -> Iterator[Diagnostic]:
    """Leaves with more uplinks than they can spread over."""
    load = loads(design)
    for switch in design.switches.values():
        if switch.role is not Role.LEAF:
            continue
        uses = list(load[switch.name].ports.values())
        width, paths = path_width(design, switch), uses.count(Use.UP)
        if width and paths > width:
            yield _look(
                "CAP008",
                f"{switch.name} has {paths} uplinks and spreads over at most {width} equal paths",
                "raise underlay.ecmp, or use fewer spines",
            )
            return


def _pod_addresses(design: Design) -> Iterator[Diagnostic]:
    for space in pod_rooms(design):
        full = space.nodes * (space.needed - 1)
        if space.nodes and space.blocks < full:
            says = (
                f"has {space.blocks:,} pod blocks of /{space.block_size} for {space.nodes:,} "
                f"nodes; full nodes take {full:,}"
            )
            yield _look(
                "CAP009",
                f"cluster {space.cluster} {says}",
                "a shorter pods prefix: Calico cannot change it later (blockSize and cidr of an "
                "IPPool are immutable)",
                Subject("cluster", space.cluster, says),
            )
