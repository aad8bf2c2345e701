"""Rules for what works, but should be known before it matters."""

from collections import Counter
from collections.abc import Callable, Iterator

from barefabric.errors import Diagnostic, Severity, Subject
from barefabric.kubernetes import metallb
from barefabric.kubernetes.faults import asn_faults, strict
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import family


def _quorum(view: ClusterView) -> Iterator[Diagnostic]:
    """What the loss of a rack leaves of etcd, where it runs on the control plane's servers."""
    cluster = view.cluster
    members = len(cluster.control_plane)
    if not members or cluster.etcd != "stacked":
        return
    spread = Counter(view.design.servers[name].rack for name in cluster.control_plane)
    quorum = members // 2 + 1
    fatal = [rack for rack, count in spread.items() if members - count < quorum]
    if fatal:
        kept, which = members - spread[fatal[0]], f"rack {fatal[0]}"
        says = f"leaves etcd with {kept} of {members} members: no quorum, the API stops"
        mend = "spread the control plane over three racks or more"
    else:
        worst, most = spread.most_common(1)[0]
        kept = members - most
        which = "any one rack" if len(set(spread.values())) == 1 else f"rack {worst}"
        spare = kept - quorum
        rest = "one more member may be lost" if spare else "one more lost member stops the API"
        says, mend = f"leaves etcd with {kept} of {members} members: fine; {rest}", ""
    yield _look("K8S007", view, f"losing {which} {says}", mend, says)
    if members % 2 == 0:
        lost = members - quorum
        text = f"{members} etcd members survive the loss of {lost}, as {members - 1} would"
        yield _look("K8S011", view, text, "an odd number of control-plane servers")


def _endpoint(view: ClusterView) -> Iterator[Diagnostic]:
    """Several control-plane nodes behind the address of one."""
    if view.lacks_endpoint:
        members, first = len(view.cluster.control_plane), view.first.name
        text = (
            f"{members} control-plane servers share no endpoint: nodes use {{}} own address, and "
            "lose the API while it is down"
        )
        mend = "control_plane: {endpoint: {address: 10.112.0.10, use: kube-vip}}"
        yield _look("K8S026", view, text.format(f"{first}'s"), mend, text.format("the first one's"))


def _look(code: str, view: ClusterView, text: str, mend: str = "", says: str = "") -> Diagnostic:
    """A look at a cluster; ``says`` is the text without names, where it has any."""
    name = view.cluster.name
    subject = Subject("cluster", name, says or text)
    message = f"cluster {name}: {text}"
    return Diagnostic(code, message, mend=mend, severity=Severity.LOOK, subject=subject)


def _pools(view: ClusterView) -> Iterator[Diagnostic]:
    """A load balancer that has nothing to give."""
    if view.cluster.load_balancer and not view.cluster.pools:
        text = (
            f"{view.cluster.load_balancer} has no pool: services of type LoadBalancer stay pending"
        )
        mend = "load_balancer: {pools: {public: 203.0.113.0/24}}"
        yield _look("K8S015", view, text, mend)


def _both_families(view: ClusterView) -> Iterator[Diagnostic]:
    """MetalLB gives a service with both families addresses of one pool (``usage/_index.md``)."""
    pools = view.cluster.pools
    if view.cluster.load_balancer != "metallb" or len(view.families) < 2 or not pools:
        return
    if not any(len(set(map(family, pool.prefixes))) > 1 for pool in pools):
        text = (
            "no pool has both families: a service that requires both stays pending, one that "
            "prefers both gets one"
        )
        mend = 'pools: {public: [203.0.113.0/24, "2001:db8:113::/120"]}'
        if view.cluster.announcer == "metallb" and not metallb.mode(view).frr:
            mend = "let Calico announce (leave out announce): it takes pools of both"
        yield _look("K8S025", view, text, mend)


def _asns(view: ClusterView) -> Iterator[Diagnostic]:
    """What stops at the next upgrade of Kubernetes."""
    if not strict(view):
        subject = Subject("cluster", view.cluster.name, "an AS number is too large for Calico")
        for fault in asn_faults(view, Severity.LOOK):
            yield fault._replace(subject=subject)


Rule = Callable[[ClusterView], Iterator[Diagnostic]]

RULES: tuple[Rule, ...] = (_quorum, _endpoint, _pools, _both_families, _asns)
"""Everything that is looked at, in the order in which it is reported."""
