"""The README's second half: how to look at each part, and what happens when one dies."""

import shlex
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter

from barefabric.kubernetes import metallb
from barefabric.kubernetes.manifest import bracketed
from barefabric.kubernetes.readme_text import asked_by
from barefabric.kubernetes.view import ClusterView, LeafEnd
from barefabric.model.address import family
from barefabric.model.device import Attach
from barefabric.model.session import Session, Speaker
from barefabric.render.natural import by_addresses

TITLES = {Speaker.CALICO: "Calico", Speaker.METALLB: "MetalLB", Speaker.KUBE_VIP: "kube-vip"}

SUMMARY = {"arista_eos": "show ip bgp summary", "frr": "vtysh -c 'show bgp summary'"}
SUMMARY6 = {"arista_eos": "show ipv6 bgp summary", "frr": ""}
"""The same for sessions over IPv6, where the first one does not list them."""
BFD = {"arista_eos": "show bfd peers", "frr": "vtysh -c 'show bfd peers brief'"}


def checks(view: ClusterView) -> Iterator[str]:
    """How to see that sessions are up, at both ends, with this cluster's addresses."""
    yield ""
    yield "## Look at it"
    if view.sessions:
        yield from _sessions(view)
        yield from _shown_asn(view)
        yield from _at_leaves(view)
    yield from _at_nodes(view)


def _sessions(view: ClusterView) -> Iterator[str]:
    """One row for each leaf and kind of speaker."""
    yield ""
    yield "| leaf | its address | AS | speaks with | neighbors | their AS |"
    yield "|---|---|---|---|---|---|"
    rows: dict[str, list[tuple[LeafEnd, Sequence[Session]]]] = {}
    for end, same in view.by_leaf.items():
        rows.setdefault(end.leaf, []).append((end, same))
    for end, same in chain.from_iterable(rows.values()):
        neighbors = _addresses(tuple(map(attrgetter("b_address"), same)))
        asns = set(map(attrgetter("b_asn"), same))
        yield (
            f"| {end.leaf} | {end.address} | {same[0].a_asn} | {TITLES[end.speaker]} "
            f"| {len(same):,}: {neighbors} | {_span(str(min(asns)), str(max(asns)))} |"
        )


@lru_cache(maxsize=4)
def _addresses(held: tuple[str, ...]) -> str:
    """The first and the last of some addresses. The leaves of a rack have the same neighbors."""
    keyed = list(zip(by_addresses(held), held, strict=True))
    return _span(min(keyed)[1], max(keyed)[1])


def _span(first: str, last: str) -> str:
    """First and last of some values in order: ``10.10.0.11 to 10.10.0.24``."""
    return first if first == last else f"{first} to {last}"


def _shown_asn(view: ClusterView) -> Iterator[str]:
    """Why a leaf has another AS number in the table than its own."""
    switches = view.design.switches
    firsts = (same[0] for same in view.by_leaf.values())
    other = next((s for s in firsts if s.a_asn != switches[s.a].asn), None)
    if other:
        yield ""
        yield (
            f"Leaves show {TITLES[other.profile.b.speaker]} AS {other.a_asn} in place of their own "
            f"({switches[other.a].asn} on {other.a}), which does not fit into its resources."
        )


def _at_leaves(view: ClusterView) -> Iterator[str]:
    leaf = next(iter(view.by_leaf)).leaf
    nos = view.design.switches[leaf].nos
    profiles = {same[0].profile for same in view.by_leaf.values()}
    some_bfd = any(profile.bfd for profile in profiles)
    some_ipv6 = any(profile.only_ipv6 for profile in profiles)
    yield ""
    yield "On a leaf, every neighbor of the table is Established, and is sent no route:"
    yield ""
    yield "```sh"
    yield f"{SUMMARY.get(nos, 'show bgp summary')}   # on {leaf}"
    if some_ipv6 and SUMMARY6.get(nos):
        yield SUMMARY6[nos]
    if some_bfd:
        yield f"{BFD.get(nos, 'show bfd peers')}"
    yield "```"
    yield ""
    for speaker in view.sessions:
        for limit, which in _limits(view, speaker):
            yield (
                f"* {TITLES[speaker]}: a node that announces more than {limit:,} {which} "
                "is cut off (Idle, prefix limit) until the neighbor is cleared on the leaf."
            )
    yield (
        "* Active or Idle without a prefix limit: the passwords differ, or the node speaks from "
        "another address than the table's."
    )


def _limits(view: ClusterView, speaker: Speaker) -> Iterator[tuple[int, str]]:
    """The most prefixes that a leaf takes from a node, and of which family where that differs."""
    limits = {
        family(end.address): same[0].profile.a.max_prefix
        for end, same in view.by_leaf.items()
        if end.speaker is speaker
    }
    if len(set(limits.values())) == 1:
        limits = {"": next(iter(limits.values()))}
    for each, limit in limits.items():
        if limit:
            yield limit, f"{each.replace('ip', 'IP')} prefixes" if each else "prefixes"


def _at_nodes(view: ClusterView) -> Iterator[str]:
    """Commands at the Kubernetes side."""
    lines = []
    if view.of(Speaker.CALICO):
        lines += [
            "calicoctl node status                 # on a node, as root",
            "kubectl get bgppeers,bgpconfigurations,ippools",
        ]
    elif view.cluster.cni == "calico":
        lines.append("kubectl get ippools                   # VXLAN Always")
    if view.of(Speaker.METALLB) and metallb.mode(view).frr:
        lines.append(f"kubectl -n {metallb.NAMESPACE} get bgpsessionstates   # Established, BFD Up")
    elif view.of(Speaker.METALLB):
        lines.append(
            f"kubectl -n {metallb.NAMESPACE} logs -l app.kubernetes.io/component=speaker "
            "| grep sessionUp"
        )
    if view.of(Speaker.KUBE_VIP):
        url = f"https://{bracketed(view.cluster.endpoint)}:6443/livez"
        lines.append(f"curl -k {shlex.quote(url)}   # from anywhere")
    if view.cluster.load_balancer:
        lines.append("kubectl get services -A | grep LoadBalancer   # EXTERNAL-IP from a pool")
    yield ""
    yield "At the nodes:"
    yield ""
    yield "```sh"
    yield from lines
    yield "```"
    if metallb.mode(view).speaker:
        yield ""
        yield _exclusions(view)
    if view.cluster.load_balancer and len(view.families) > 1:
        first = view.families[0].replace("ip", "IP")
        yield ""
        yield (
            f"A service has an {first} address alone unless it says `ipFamilyPolicy: "
            "PreferDualStack` (or `RequireDualStack`)."
        )


def _exclusions(view: ClusterView) -> str:
    """What MetalLB does on nodes that kubeadm labels as control plane."""
    label = "`node.kubernetes.io/exclude-from-external-load-balancers`"
    if metallb.every_node_announces(view):
        return (
            f"kubeadm gives control-plane nodes the label {label}. MetalLB ignores it here "
            "(`ignoreExcludeLB`), because no other nodes are known to announce instead."
        )
    if view.cluster.announcer == "l2":
        return (
            f"MetalLB answers {asked_by(view)} from no node with the label {label}, which kubeadm "
            "gives to control-plane nodes: the others do it."
        )
    return (
        f"MetalLB announces nothing from nodes with the label {label}, which kubeadm gives to "
        "control-plane nodes: the fabric expects its addresses from the others."
    )


def failures(view: ClusterView) -> Iterator[str]:
    """What happens when a leaf, a node, or a rack dies."""
    yield ""
    yield "## When something dies"
    yield ""
    yield from _leaf_dies(view)
    yield from _node_dies(view)
    yield from _rack_dies(view)


def _leaf_dies(view: ClusterView) -> Iterator[str]:
    design = view.design
    rack = design.racks[view.racks[0]]
    if len(rack.leaves) < 2:
        yield f"* **A leaf** ({rack.leaves[0]}): its rack is cut off; there is no second one."
        return
    dead, other = rack.leaves[:2]
    if Attach.BOND in view.attaches:
        gateway = (
            f"The gateways {rack.gateway} and {rack.gateway6} are on both leaves, so nodes keep "
            "their default routes."
            if rack.gateway6
            else f"The gateway {rack.gateway} is on both leaves, so nodes keep their default route."
        )
        yield (
            f"* **A leaf** ({dead}): LACP takes its links out of the bonds and {other} carries "
            f"everything. {gateway} Sessions with {dead} go down within their hold time and come "
            "back by themselves; nothing is to be done on the nodes."
        )
    if view.routed:
        yield (
            f"* **A leaf** ({dead}), routed servers: their FRR drops the routes through it when "
            f"the link or BFD goes down, and {other} carries everything. Sessions from the "
            f"loopbacks with {dead} stay down until it is back."
        )


def _node_dies(view: ClusterView) -> Iterator[str]:
    for speaker, sessions in view.sessions.items():
        profile = sessions[0].profile
        what = {
            Speaker.CALICO: "routes to its pods"
            + (" and load-balancer addresses" if view.cluster.announcer == "calico" else ""),
            Speaker.METALLB: "routes to load-balancer addresses through it",
            Speaker.KUBE_VIP: "routes to the API endpoint through it",
        }[speaker]
        if profile.bfd:
            after = f"after {profile.bfd.interval * profile.bfd.multiplier / 1000:.1f} s (BFD)"
        elif profile.hops > 1 and view.design.underlay.bfd:
            after = "with the node's loopback, when BFD of the server's own session goes down"
        else:
            after = f"after at most {profile.hold} s (hold time)"
        yield f"* **A node**: {what} are gone from the leaves {after}."


def _rack_dies(view: ClusterView) -> Iterator[str]:
    cluster = view.cluster
    members = cluster.control_plane
    if not members or cluster.etcd != "stacked":
        return
    quorum = len(members) // 2 + 1
    racks = [view.design.servers[name].rack for name in members]
    for rack in dict.fromkeys(racks):
        left = len(members) - racks.count(rack)
        verdict = "the API goes on" if left >= quorum else "no quorum: the API stops"
        yield f"* **Rack {rack}**: etcd keeps {left} of {len(members)} members, {verdict}."
