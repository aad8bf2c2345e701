"""Designs for tests: the shipped topologies, and small ones written in the test."""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from barefabric.derive.server import server_intent
from barefabric.hosts.files import server_files
from barefabric.kubernetes.files import cluster_files
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import Loaded, load

TOPOLOGIES = Path(__file__).parents[2] / "topologies"
SHIPPED = ("quickstart", "three-racks", "routed-frr", "five-stage", "both-families")

FABRIC = """\
fabric: small
switch_types:
  spine: {nos: frr, ports: 16 x 100G}
  leaf: {nos: frr, ports: {downlink: 48 x 25G, uplink: 8 x 100G}}
  pair: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  bonded: {nics: 2 x 25G, attach: bond}
  routed: {nics: 2 x 25G, attach: routed}
  plain: {nics: 1 x 25G, attach: single}
"""


@cache
def shipped(name: str) -> Design:
    """A shipped topology, designed without a ledger."""
    return design_values(load(TOPOLOGIES / f"{name}.yaml")).design


@cache
def small(text: str) -> Design:
    """A design of the text below :data:`FABRIC`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "small.yaml")
        path.write_text(FABRIC + text)
        return design_values(load(path)).design


def bonded(cluster: str, *, extra: str = "", racks: str = "r1") -> Design:
    """A fabric of bonded servers; ``cluster`` are the cluster's keys, two spaces deep or more."""
    return small(_text("{type: pair, count: 2}", "{bonded: 3}", cluster, extra, racks))


def routed(cluster: str, *, extra: str = "", racks: str = "r1") -> Design:
    """The same with routed servers."""
    return small(_text("2", "{routed: 3}", cluster, extra, racks))


IPV4 = "pods: 10.64.0.0/16\nservices: 10.96.0.0/16\n"


def _text(
    leaves: str, servers: str, cluster: str, extra: str, racks: str, ranges: str = IPV4
) -> str:
    return (
        f"spines: 2\n{extra}racks:\n"
        f'  - {{name: "{racks}", leaves: {leaves}, servers: {servers}}}\n'
        "clusters:\n  - name: c1\n"
        + "".join(f"    {line}\n" for line in (ranges + cluster).strip().splitlines())
    )


DUAL = """\
addressing:
  loopbacks: [10.255.0.0/16, "fd00:255::/48"]
  links: [10.254.0.0/16, "fd00:254::/48"]
  servers: [10.10.0.0/16, "fd00:10::/40"]
"""
BOTH = """\
pods: [10.64.0.0/16, "fd00:64::/48"]
services: [10.96.0.0/16, "fd00:96::/112"]
"""


def dual_text(
    cluster: str, kind: str = "bonded", *, underlay: str = "", extra: str = "",
    racks: str = "r1", ranges: str = BOTH,
) -> str:  # fmt: skip
    """A topology with both families: ``kind`` of servers, and the cluster's ranges."""
    leaves = {"bonded": "{type: pair, count: 2}", "routed": "2", "plain": "1"}[kind]
    whole = f"underlay: {{families: [ipv4, ipv6]{underlay}}}\n{DUAL}{extra}"
    return _text(leaves, f"{{{kind}: 3}}", cluster, whole, racks, ranges)


def files_of(design: Design, cluster: str = "") -> dict[str, str]:
    """All files of a cluster (the only one by default), by path."""
    name = cluster or next(iter(design.clusters))
    return dict(cluster_files(design, design.clusters[name]))


def server_files_of(design: Design, server: str) -> dict[str, str]:
    """All files of a server, by path."""
    return dict(server_files(design, server_intent(design, server)))


def clusters_of(design: Design) -> Iterator[dict[str, str]]:
    """The files of each cluster."""
    for cluster in design.clusters:
        yield files_of(design, cluster)


SECRET = "secrets: {bgp: env:BGP_PASSWORD}\n"
CLUSTER = "servers: [bonded]\nkubernetes: '1.36'\n"
HOSTS = "servers: [routed]\nkubernetes: '1.36'\n"
PLANE = "control_plane: {servers: [r1-bonded1, r2-bonded1, r3-bonded1], endpoint: 10.112.0.10}\n"
PLANE6 = PLANE.replace("10.112.0.10", "'fd00:112::10'")
POOL6 = "pools: {web: [192.0.2.0/28, '2001:db8:1::/120'], Inside: 10.112.16.0/20}"
POOL = "pools: {web: [192.0.2.0/28, 198.51.100.0/25], Inside: 10.112.16.0/20}"


def situation(name: str) -> Design:
    """A design by the name of what is special about it."""
    return shipped(name) if name in SHIPPED else _SITUATIONS[name]()


def _mixed() -> Design:
    return small(
        "spines: 2\nracks:\n"
        "  - {name: r1, leaves: {type: pair, count: 2}, servers: {bonded: 2}}\n"
        "  - {name: r2, leaves: 2, servers: {routed: 2}}\n"
        "clusters:\n  - {name: c1, pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico, "
        "servers: [bonded, routed]}\n"
    )


_SITUATIONS = {
    "calico allocates": lambda: bonded(
        CLUSTER + f"cni: calico\nload_balancer: {{use: calico, {POOL}}}"
    ),
    "an ASN per node, a password": lambda: bonded(
        CLUSTER + "cni: {use: calico, node_asn: per_node}\npassword: secret:bgp\n"
        f"load_balancer: {{use: metallb, announce: metallb, {POOL}}}",
        extra=SECRET,
    ),
    "vxlan, bonded": lambda: bonded(
        CLUSTER + f"cni: {{use: calico, mode: vxlan}}\nload_balancer: {{use: metallb, {POOL}}}"
    ),
    "vxlan, kube-vip, a password": lambda: bonded(
        CLUSTER + PLANE + "cni: {use: calico, mode: vxlan}\npassword: secret:bgp\n"
        f"load_balancer: {{use: metallb, {POOL}}}",
        extra=SECRET, racks="r[1-3]",
    ),
    "routed, calico announces": lambda: routed(
        HOSTS + f"cni: calico\nload_balancer: {{use: metallb, {POOL}}}", racks="r[1-2]"
    ),
    "routed, metallb beside calico": lambda: routed(
        HOSTS + "cni: calico\npassword: secret:bgp\n"
        f"load_balancer: {{use: metallb, announce: metallb, {POOL}}}",
        extra=SECRET + "underlay: {links: unnumbered, password: secret:bgp}\n",
    ),
    "routed, numbered": lambda: routed(
        HOSTS + f"cni: {{use: calico, mode: vxlan}}\nload_balancer: {{use: metallb, {POOL}}}",
        extra=SECRET
        + "underlay: {links: numbered, password: secret:bgp, bfd: {interval: 200ms}}\n",
    ),
    "both kinds in one cluster": _mixed,
    "dual, vxlan, kube-vip by IPv6": lambda: small(dual_text(
        CLUSTER + PLANE6 + "cni: {use: calico, mode: vxlan}\npassword: secret:bgp\n"
        f"load_balancer: {{use: metallb, {POOL6}}}",
        extra=SECRET, racks="r[1-3]",
    )),
    "dual, routed, numbered": lambda: small(dual_text(
        HOSTS + f"cni: calico\nload_balancer: {{use: metallb, {POOL6}}}", "routed",
        underlay=", links: numbered, password: secret:bgp", extra=SECRET, racks="r[1-2]",
    )),
    "dual, routed, metallb beside calico": lambda: small(dual_text(
        HOSTS + "cni: {use: calico, node_asn: per_node}\n"
        f"load_balancer: {{use: metallb, announce: metallb, {POOL}}}",
        "routed", underlay=", links: unnumbered",
    )),
    "dual, IPv6 first, calico allocates": lambda: small(dual_text(
        CLUSTER + PLANE6 + "cni: {use: calico, block_size: 28}\n"
        "load_balancer: {use: calico, pools: {v4: 192.0.2.0/28, v6: '2001:db8:1::/112'}}",
        racks="r[1-3]",
        ranges='pods: [10.64.0.0/16, "2001:db8:64::/48"]\n'
        'services: ["fd00:96::/112", 10.96.0.0/16]\n',
    )),
    "dual fabric, IPv4 cluster": lambda: small(dual_text(
        CLUSTER + f"cni: calico\nload_balancer: {{use: metallb, announce: metallb, {POOL}}}",
        ranges=IPV4,
    )),
    "dual fabric, IPv6 cluster": lambda: small(dual_text(
        CLUSTER + "cni: calico\nload_balancer: {use: metallb, announce: metallb, "
        "pools: {web: '2001:db8:1::/120'}}",
        ranges='pods: "fd00:64::/48"\nservices: "fd00:96::/112"\n',
    )),
    "dual, one link": lambda: small(dual_text(
        "servers: [plain]\ncni: calico\n"
        f"load_balancer: {{use: metallb, announce: metallb, {POOL6}}}", "plain",
    )),
    "dual, l2": lambda: small(dual_text(
        CLUSTER + "cni: {use: calico, mode: vxlan}\n"
        "load_balancer: {use: metallb, announce: l2, "
        "pools: {lan: [10.10.0.96/28, 'fd00:10::1:0/112']}}",
    )),
}  # fmt: skip

SITUATIONS = ("quickstart", "three-racks", "routed-frr", "both-families", *_SITUATIONS)
"""Names for :func:`situation`; between them they have every combination that is generated."""


def loaded(text: str) -> Loaded:
    """The topology below :data:`FABRIC`, checked by itself, not designed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "small.yaml")
        path.write_text(FABRIC + text)
        return load(path)


def cluster_text(cluster: str, *, extra: str = "", racks: str = "r1") -> str:
    """The topology that :func:`bonded` designs."""
    return _text("{type: pair, count: 2}", "{bonded: 3}", cluster, extra, racks)
