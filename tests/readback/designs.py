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
SHIPPED = ("quickstart", "three-racks", "routed-frr", "five-stage")

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


def _text(leaves: str, servers: str, cluster: str, extra: str, racks: str) -> str:
    return (
        f"spines: 2\n{extra}racks:\n"
        f'  - {{name: "{racks}", leaves: {leaves}, servers: {servers}}}\n'
        "clusters:\n  - name: c1\n    pods: 10.64.0.0/16\n    services: 10.96.0.0/16\n"
        + "".join(f"    {line}\n" for line in cluster.strip().splitlines())
    )


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
}  # fmt: skip

SITUATIONS = ("quickstart", "three-racks", "routed-frr", *_SITUATIONS)
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
