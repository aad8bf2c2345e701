"""MetalLB 0.16: pools, peers, advertisements and the values of its Helm chart.

Facts are from metallb/metallb v0.16.1 (``config/crd/bases``, ``internal/config/config.go`` and
``validation.go``, ``charts/metallb/values.yaml``, ``website/content``).
"""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.kubernetes.manifest import (
    HOSTNAME_LABEL,
    Manifest,
    manifest,
    node_name,
    object_name,
    secret_name,
    session_name,
    text,
)
from barefabric.kubernetes.view import ClusterView, router_id
from barefabric.model.address import is_ipv4
from barefabric.model.device import Attach, Server
from barefabric.model.session import Bfd, Session, Speaker
from barefabric.render.yaml import Value, dump

VERSION = "0.16.1"
NAMESPACE = "metallb-system"
BETA1, BETA2 = "metallb.io/v1beta1", "metallb.io/v1beta2"
ADVERTISEMENT = "leaves"
CONNECT_TIME = "5s"
"""How long FRR waits before it dials a leaf again; its own default is two minutes."""


class Mode(NamedTuple):
    """How MetalLB runs: whether nodes have a speaker, and whether that is FRR."""

    speaker: bool
    frr: bool


def mode(view: ClusterView) -> Mode:
    """What MetalLB does in this cluster.

    Where another component announces, only its controller runs. On routed servers it speaks BGP
    itself (native mode): frr-k8s would be a second FRR in the host's network namespace, whose
    bfdd takes UDP port 3784 from the host's own (measured with FRR 8.4.4: the host's BFD
    sessions go down, and BGP with them), and whose zebra sweeps the host's BGP routes.
    """
    announcer = view.cluster.announcer
    speaker = announcer in ("metallb", "l2")
    return Mode(speaker, announcer == "metallb" and Attach.ROUTED not in view.attaches)


def values(view: ClusterView) -> dict[str, Value]:
    """Values for ``helm install``."""
    runs = mode(view)
    speaker: dict[str, Value] = {"enabled": runs.speaker, "frr": {"enabled": False}}
    if runs.speaker and every_node_announces(view):
        speaker["ignoreExcludeLB"] = True
    return {"speaker": speaker, "frrk8s": {"enabled": runs.frr}}


def every_node_announces(view: ClusterView) -> bool:
    """Whether nodes that kubeadm labels as control plane announce too, so the label is ignored."""
    return len(view.cluster.announcing) == len(view.cluster.nodes)


def namespace() -> Manifest:
    """The namespace, with the Pod Security level that speakers on the host's network need."""
    levels = {f"pod-security.kubernetes.io/{m}": "privileged" for m in ("enforce", "audit", "warn")}
    return manifest("v1", "Namespace", NAMESPACE, labels=levels)


def pools(view: ClusterView) -> Iterator[Manifest]:
    """The pools that the controller allocates from."""
    for pool in view.cluster.pools:
        yield manifest(BETA1, "IPAddressPool", object_name(pool.name), {
            "addresses": pool.prefixes,
        }, namespace=NAMESPACE)  # fmt: skip


def pool_names(view: ClusterView) -> list[str]:
    """Names of the pools, for advertisements."""
    return [object_name(pool.name) for pool in view.cluster.pools]


def bfd_profile_name(bfd: Bfd) -> str:
    """The name of a BFD profile says its timers."""
    return f"bfd-{bfd.interval}ms-x{bfd.multiplier}"


def bfd_profiles(view: ClusterView) -> Iterator[Manifest]:
    """One profile for each pair of timers in use."""
    used = dict.fromkeys(s.profile.bfd for s in view.of(Speaker.METALLB) if s.profile.bfd)
    for bfd in used:
        if bfd:
            yield manifest(BETA1, "BFDProfile", bfd_profile_name(bfd), {
                "receiveInterval": bfd.interval,
                "transmitInterval": bfd.interval,
                "detectMultiplier": bfd.multiplier,
            }, namespace=NAMESPACE)  # fmt: skip


def peer_name(session: Session) -> str:
    """A peer is one leaf as one node sees it in one family."""
    return session_name(f"{session.b} {session.a}", session.a_address)


def bgp_peer(session: Session, server: Server, frr: bool) -> Manifest:
    """One session of one node, from the address that the leaf knows.

    ``sourceAddress`` may only be set on a peer that selects a single node
    (``configuration/_advanced_bgp_configuration.md``). Native mode refuses keepalive, connect
    time and BFD; its keepalive is a third of the hold time. A session over IPv6 carries IPv6
    alone, as long as ``dualStackAddressFamily`` is not set (``internal/bgp/frrk8s/frrk8s.go``).
    """
    profile = session.profile
    spec: dict[str, Value] = {
        "myASN": session.b_asn,
        "peerASN": session.a_asn,
        "peerAddress": session.a_address,
        "sourceAddress": session.b_address,
        "routerID": router_id(server, session),
        "holdTime": f"{profile.hold}s",
    }
    if frr:
        spec["keepaliveTime"] = f"{profile.keepalive}s"
        spec["connectTime"] = CONNECT_TIME
    if profile.bfd:
        spec["bfdProfile"] = bfd_profile_name(profile.bfd)
    if profile.hops > 1:
        spec["ebgpMultiHop"] = True
    if profile.password:
        spec["passwordSecret"] = {"name": secret_name(profile.password), "namespace": NAMESPACE}
    spec["nodeSelectors"] = [{"matchLabels": {HOSTNAME_LABEL: node_name(session.b)}}]
    return manifest(BETA2, "BGPPeer", peer_name(session), spec, namespace=NAMESPACE)


def advertisement(view: ClusterView) -> Manifest:
    """Every address of every pool by itself, to the peers by name.

    Peers of both families stand in one: each is sent the prefixes of its own.
    """
    spec: dict[str, Value] = {"ipAddressPools": pool_names(view), "aggregationLength": 32}
    if any(not is_ipv4(prefix) for pool in view.cluster.pools for prefix in pool.prefixes):
        spec["aggregationLengthV6"] = 128
    spec["peers"] = [peer_name(session) for session in view.of(Speaker.METALLB)]
    return manifest(BETA1, "BGPAdvertisement", ADVERTISEMENT, spec, namespace=NAMESPACE)


def l2_advertisement(view: ClusterView) -> Manifest:
    """Every pool by ARP and neighbor discovery, in the one rack that all nodes are in."""
    spec: dict[str, Value] = {"ipAddressPools": pool_names(view)}
    return manifest(BETA1, "L2Advertisement", "rack", spec, namespace=NAMESPACE)


def files(view: ClusterView) -> Iterator[tuple[str, str]]:
    """MetalLB's files by path, in the order in which they are applied."""
    if view.cluster.load_balancer != "metallb":
        return
    yield "metallb/namespace.yaml", text([namespace()])
    heading = f"# Values of the chart metallb/metallb {VERSION}.\n"
    yield "metallb/values.yaml", heading + dump(values(view))
    announces = []
    if view.cluster.announcer == "metallb":
        frr, servers = mode(view).frr, view.design.servers
        peers = [bgp_peer(s, servers[s.b], frr) for s in view.of(Speaker.METALLB)]
        yield "metallb/peers.yaml", text([*bfd_profiles(view), *peers])
        announces = [advertisement(view)] if view.cluster.pools else []
    elif view.cluster.announcer == "l2":
        announces = [l2_advertisement(view)] if view.cluster.pools else []
    if view.cluster.pools:
        yield "metallb/pools.yaml", text([*pools(view), *announces])
