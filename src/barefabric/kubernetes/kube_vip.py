"""kube-vip 1.2: the API server's address, announced by BGP from every control-plane node.

Facts are from kube-vip/kube-vip v1.2.3: ``pkg/kubevip/config_environment.go`` and
``config_bgp.go`` (variables and the form of ``bgp_peers``), ``pkg/bgp`` (it only dials, on port
179, and announces an IPv6 address as /128), ``pkg/vip/address.go`` (``vip_subnet`` is a length),
``pkg/cluster/service.go`` (the health check decides whether the route is announced). A session
carries the family of its neighbor's address (osrg/gobgp ``pkg/config/oc/default.go``).
"""

from collections.abc import Iterable, Iterator, Sequence

from barefabric.kubernetes.manifest import bracketed, manifest, text
from barefabric.kubernetes.view import router_id
from barefabric.model.address import width
from barefabric.model.design import Design
from barefabric.model.device import Server
from barefabric.model.session import Session, Speaker
from barefabric.render.yaml import Value

IMAGE = "ghcr.io/kube-vip/kube-vip:v1.2.3"
API_PORT = 6443
HEALTH_ADDRESS = f"https://kubernetes:{API_PORT}/livez"
"""The API server of this node: the name is in its certificate (kubeadm), and means 127.0.0.1."""

HEALTH_PERIOD, HEALTH_TIMEOUT, HEALTH_FAILURES = 3, 2, 3
"""Seconds between checks, seconds to answer, failures after which the address is withdrawn."""

AUTHORITY = "/etc/kubernetes/pki/ca.crt"
ADMIN = "/etc/kubernetes/admin.conf"


def placeholder(password: str) -> str:
    """The token that stands for a secret in a file: a static pod can't refer to a Secret."""
    return f"${{secret:{password}}}"


def peer(session: Session) -> str:
    """A leaf in the form of ``bgp_peers``: address, ASN, password, multihop, port, MP-BGP, BFD.

    An IPv6 address stands in brackets.

    BFD intervals go to GoBGP 4.8 unchanged, which counts in microseconds (``docs/sources/bfd.md``
    there), although kube-vip's own defaults look like milliseconds.
    """
    profile = session.profile
    password = placeholder(profile.password) if profile.password else ""
    address = bracketed(session.a_address)
    fields = [address, str(session.a_asn), password, str(profile.hops > 1).lower()]
    if profile.bfd:
        interval = profile.bfd.interval * 1000
        fields += ["", "", f"true;{interval};{interval};{profile.bfd.multiplier}"]
    return ":".join(fields)


def environment(
    address: str, server: Server, sessions: Sequence[Session]
) -> Iterator[tuple[str, str]]:
    """The variables of one node's pod. All sessions have the same local end."""
    first = sessions[0]
    profile = first.profile
    yield "address", address
    yield "port", str(API_PORT)
    yield "vip_interface", "lo"
    yield "vip_subnet", str(width(address))
    yield "vip_arp", "false"
    yield "vip_leaderelection", "false"
    yield "cp_enable", "true"
    yield "cp_namespace", "kube-system"
    yield "svc_enable", "false"
    yield "lb_enable", "false"
    yield "bgp_enable", "true"
    yield "bgp_routerid", router_id(server, first)
    yield "bgp_sourceip", first.b_address
    yield "bgp_as", str(first.b_asn)
    yield "bgp_hold_time", str(profile.hold)
    yield "bgp_keepalive_interval", str(profile.keepalive)
    yield "bgp_peers", ",".join(map(peer, sessions))
    yield "control_plane_health_check_address", HEALTH_ADDRESS
    yield "control_plane_health_check_ca_path", AUTHORITY
    yield "control_plane_health_check_period_seconds", str(HEALTH_PERIOD)
    yield "control_plane_health_check_timeout_seconds", str(HEALTH_TIMEOUT)
    yield "control_plane_health_check_failure_threshold", str(HEALTH_FAILURES)


def _mounts(paths: Iterable[tuple[str, str]]) -> tuple[list[Value], list[Value]]:
    """Files of the host in the pod: volumes, and where the container sees them."""
    volumes: list[Value] = []
    mounts: list[Value] = []
    for name, path in paths:
        volumes.append({"name": name, "hostPath": {"path": path, "type": "File"}})
        mounts.append({"name": name, "mountPath": path, "readOnly": True})
    return volumes, mounts


def static_pod(address: str, server: Server, sessions: Sequence[Session]) -> str:
    """The static pod of one control-plane node: goes to ``/etc/kubernetes/manifests``."""
    variables: list[Value] = [
        {"name": "vip_nodename", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        *({"name": n, "value": v} for n, v in environment(address, server, sessions)),
    ]
    volumes, mounts = _mounts([("kubeconfig", ADMIN), ("authority", AUTHORITY)])
    container: dict[str, Value] = {
        "name": "kube-vip",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": ["manager"],
        "env": variables,
        "securityContext": {"capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]}},
        "volumeMounts": mounts,
    }
    pod = manifest("v1", "Pod", "kube-vip", {
        "containers": [container],
        "hostAliases": [{"ip": "127.0.0.1", "hostnames": ["kubernetes"]}],
        "hostNetwork": True,
        "priorityClassName": "system-node-critical",
        "volumes": volumes,
    }, namespace="kube-system")  # fmt: skip
    heading = ["Goes to /etc/kubernetes/manifests/kube-vip.yaml on this node, mode 0600."]
    return text([pod], heading)


def server_files(design: Design, server: Server) -> Iterator[tuple[str, str]]:
    """The static pod of a control-plane node whose cluster announces its endpoint by kube-vip."""
    if not server.control_plane:
        return
    cluster = design.clusters.get(server.cluster)
    if cluster is None or cluster.endpoint_use != "kube-vip":
        return
    own = [
        session
        for session in design.sessions_by_device[server.name]
        if session.b == server.name and session.profile.b.speaker is Speaker.KUBE_VIP
    ]
    if own:
        yield "kube-vip.yaml", static_pod(cluster.endpoint, server, own)
