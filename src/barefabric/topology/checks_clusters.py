"""Checks of clusters: their servers, their control planes, their choices."""

from collections.abc import Collection, Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic
from barefabric.model.kubernetes import BLOCK6
from barefabric.topology.claims import countable, memberships
from barefabric.topology.roster import Keys
from barefabric.topology.view import View, unknown_of

if TYPE_CHECKING:
    from barefabric.topology.schema import Cluster, ServerSelector

CALICO_LARGEST_ASN = 2147483647
"""asNumber is an int32, and API servers from 1.36 on refuse more (projectcalico/calico#13494)."""

FEWEST_SERVICES = 10
"""Addresses of services that kubeadm asks for."""

MODES = {"calico": ("bgp", "vxlan"), "cilium": ("native", "vxlan")}


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of clusters: IN042, IN043, IN058, IN059, IN064 to IN067, AD007, AD018."""
    unknown = False
    for index, cluster in enumerate(view.topology.clusters):
        keys: Keys = ("clusters", index)
        for found in _selectors(view, cluster, keys):
            unknown = True
            yield found
        yield from _endpoint(view, cluster, keys)
        yield from _announcements(view, cluster, keys)
        yield from _cni(view, cluster, keys)
        yield from _blocks(view, cluster, keys)
        yield from _services(view, cluster, keys)
        yield from _node_asn(view, cluster)
    if not unknown and countable(view):
        yield from memberships(view)


def _selectors(view: View, cluster: "Cluster", keys: Keys) -> Iterator[Diagnostic]:
    """Unknown words in a cluster's choices of servers."""
    yield from _selector(view, cluster.servers, (*keys, "servers"))
    if cluster.control_plane:
        path: Keys = (*keys, "control_plane", "servers")
        yield from _selector(view, cluster.control_plane.servers, path)


def _selector(view: View, selector: "ServerSelector", keys: Keys) -> Iterator[Diagnostic]:
    """Words of a selector that is written as a block."""
    if not isinstance(view.document.value(*keys), dict):
        return
    roster = view.roster
    kinds: dict[str, tuple[str, tuple[str, ...], Collection[str]]] = {
        "types": ("server type", selector.types, view.topology.server_types),
        "racks": ("rack", selector.racks, roster.rack_names),
        "pods": ("pod", selector.pods, [pod.name for pod in roster.pods]),
        "names": ("server", selector.names, roster.server_names if selector.names else ()),
    }
    for key, (noun, words, known) in kinds.items():
        named = view.document.named(*keys, key) if words else ()
        for place, word, more in unknown_of(named, known):
            yield view.unknown("IN042", noun, word, place, known, more=more)


def _endpoint(view: View, cluster: "Cluster", keys: Keys) -> Iterator[Diagnostic]:
    """kube-vip runs on the control plane's servers, so they must be known."""
    plane = cluster.control_plane
    if plane is None or plane.endpoint is None or plane.endpoint.use != "kube-vip":
        return
    keys = (*keys, "control_plane")
    if not view.document.written(*keys, "servers"):
        yield Diagnostic(
            "IN058",
            f"kube-vip needs to know the control plane's servers of {cluster.name}",
            (view.place(*keys, "endpoint"),),
            mend="write control_plane: {servers: [control], ...}, or use: external",
        )


def _announcements(view: View, cluster: "Cluster", keys: Keys) -> Iterator[Diagnostic]:
    """Pools announce to upstream routers that exist."""
    if cluster.load_balancer is None:
        return
    known = [external.name for external in view.topology.external]
    for name, pool in cluster.load_balancer.pools.items():
        path: Keys = (*keys, "load_balancer", "pools", name, "announce_to")
        if pool.announce_to and not known:
            yield Diagnostic(
                "IN059",
                f"pool {name} announces to {', '.join(pool.announce_to)}, but the fabric "
                "has no upstream routers",
                (view.place(*path),),
                mend="describe them under external, or take announce_to away",
            )
            continue
        named = view.document.named(*path) if pool.announce_to else ()
        for place, word, more in unknown_of(named, known):
            yield view.unknown("IN059", "upstream router", word, place, known, more=more)


def _cni(view: View, cluster: "Cluster", keys: Keys) -> Iterator[Diagnostic]:
    cni = cluster.cni
    if cni.mode not in MODES[cni.use]:
        default = MODES[cni.use][0]
        yield Diagnostic(
            "IN064",
            f"{cni.use} has no mode {cni.mode}",
            (view.place(*keys, "cni", "mode"),),
            f"modes of {cni.use}: {', '.join(MODES[cni.use])}",
            f"write mode: {default}" if cni.mode in ("bgp", "native") else "",
        )


def _blocks(view: View, cluster: "Cluster", keys: Keys) -> Iterator[Diagnostic]:
    """A node's pod block is of a size Calico knows, and the pools hold some of them.

    Sizes: blockSize of an IPPool is 20 to 32 (projectcalico.org/v3 IPPool).
    """
    cni = cluster.cni
    path: Keys = (*keys, "cni", "block_size")
    if cni.use == "calico" and cni.block_size < 20:
        yield Diagnostic(
            "AD007",
            f"Calico has no blocks of /{cni.block_size}",
            (view.place(*path),),
            "block_size goes from 20 to 32",
        )
    for pool in cluster.pods:
        network = ip_network(pool)
        length = cni.block_size if network.version == 4 else BLOCK6
        if network.prefixlen > length:
            yield Diagnostic(
                "AD007",
                f"clusters.{cluster.name}.pods {pool} is smaller than one block of /{length}",
                view.places((*keys, "pods"), *((path,) if network.version == 4 else ())),
                mend="every server takes a block: give the pods a larger pool",
            )


def _services(view: View, cluster: "Cluster", keys: Keys) -> Iterator[Diagnostic]:
    """Services hold what Kubernetes itself takes: the API is the first, cluster DNS the tenth.

    kubeadm refuses less (cmd/kubeadm/app/constants: MinimumAddressesInServiceSubnet).
    """
    for prefix in cluster.services:
        network = ip_network(prefix)
        if network.num_addresses < FEWEST_SERVICES:
            length = network.max_prefixlen - (FEWEST_SERVICES - 1).bit_length()
            yield Diagnostic(
                "AD018",
                f"clusters.{cluster.name}.services {prefix} holds {network.num_addresses} "
                f"addresses; Kubernetes itself needs {FEWEST_SERVICES}",
                (view.place(*keys, "services"),),
                "the API is the first address of the services, cluster DNS the tenth",
                f"a /{length} would do; /{'16' if network.version == 4 else '112'} leaves room "
                "for services of your own",
            )


def _node_asn(view: View, cluster: "Cluster") -> Iterator[Diagnostic]:
    last = view.topology.asn.node.last
    if cluster.cni.is_calico_bgp and last > CALICO_LARGEST_ASN:
        yield Diagnostic(
            "IN065",
            f"asn.node goes up to {last}, but Calico's AS numbers end at {CALICO_LARGEST_ASN}",
            view.places(("asn", "node")),
            "its field is an int32, and API servers from Kubernetes 1.36 on refuse more",
            "write node: 64512-65533",
        )
