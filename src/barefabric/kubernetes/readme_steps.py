"""The README's first half: from bare servers to services that are announced."""

from collections.abc import Iterator

from barefabric.kubernetes import readme_kubeadm
from barefabric.kubernetes.manifest import node_name
from barefabric.kubernetes.readme_components import calico_step, metallb_step
from barefabric.kubernetes.readme_text import Step, code, own_addresses, secret_value
from barefabric.kubernetes.view import ClusterView
from barefabric.model.device import Attach
from barefabric.model.session import SessionKind, Speaker


def steps(view: ClusterView, paths: list[str]) -> Iterator[str]:
    """Numbered steps. ``paths`` are the component files that exist."""
    yield "## Bring it up"
    yield ""
    yield (
        "In this order. Each step ends with how to see that it worked. Commands on servers are run "
        "as root, with the files that they name copied there: `nodes/` is two folders above this "
        "file, everything else beside it."
    )
    found = [_servers(view), _control_plane(view), _labels(view), calico_step(view)]
    if view.cluster.load_balancer == "metallb":
        found.append(metallb_step(view, paths))
    for number, (title, lines) in enumerate(found, 1):
        yield ""
        yield f"### {number}. {title}"
        yield ""
        yield from lines


def _put(view: ClusterView, source: str, target: str, password: str) -> Iterator[str]:
    """Commands that copy a file, its password filled in where it has one."""
    if not password:
        yield f"install -m 0600 {source} {target}"
        return
    token = f"\\$\\{{secret:{password}\\}}"
    yield f'umask 077; export SECRET="{secret_value(view, password)}"'
    yield f"perl -pe 's/{token}/$ENV{{SECRET}}/g' {source} > {target}"


def _host_password(view: ClusterView, server: str) -> str:
    """The password of a routed server's own sessions."""
    for session in view.design.sessions_by_device[server]:
        if session.profile.kind is SessionKind.HOST:
            return session.profile.password
    return ""


def _servers(view: ClusterView) -> Step:
    first = view.cluster.nodes[0]
    addresses, folder = own_addresses(view.design.servers[first]), f"nodes/{first}"
    lines = [
        f"Each server's files are in `nodes/<server>/`; its host name is that name. On {first}:",
        *code(
            f"install -m 0600 {folder}/01-barefabric.yaml /etc/netplan/",
            "netplan apply",
            *_default6(view, first),
        ),
    ]
    if view.routed:
        host = next(s.name for s in view.servers if s.attach is Attach.ROUTED)
        folder = f"nodes/{host}"
        lines += [
            f"Routed servers also run FRR (8.4 or newer). On {host}:",
            *code(
                f"install -m 0644 {folder}/sysctl.conf /etc/sysctl.d/90-barefabric.conf",
                f"install -D -m 0644 {folder}/networkd.conf "
                "/etc/systemd/networkd.conf.d/90-barefabric.conf",
                "sysctl --system && systemctl restart systemd-networkd",
                f"install -m 0644 {folder}/daemons /etc/frr/daemons",
                *_put(view, f"{folder}/frr.conf", "/etc/frr/frr.conf", _host_password(view, host)),
                "chown frr:frr /etc/frr/frr.conf && systemctl restart frr",
                "vtysh -c 'show bgp summary'   # each leaf Established",
                *_learned6(view, host),
            ),
        ]
    lines.append(f"It worked when {' and '.join(addresses)} can be reached from other racks.")
    return "Servers", lines


def _default6(view: ClusterView, name: str) -> list[str]:
    """How to see the IPv6 default route of a server that does not route."""
    server = view.design.servers[name]
    gateway = view.design.racks[server.rack].gateway6
    if not gateway or server.attach is Attach.ROUTED:
        return []
    return [f"ip -6 route show default   # via {gateway}"]


def _learned6(view: ClusterView, name: str) -> list[str]:
    """How to see the IPv6 routes that a routed server learned."""
    if not view.design.servers[name].address6:
        return []
    return ["ip -6 route show proto bgp   # default, and the loopbacks of the leaves"]


def _control_plane(view: ClusterView) -> Step:
    cluster = view.cluster
    first = view.first.name
    lines = [
        *_static_pods(view, first),
        *readme_kubeadm.forwarding(view),
        *readme_kubeadm.notes(view),
        f"The first node is {first}:",
        *code("kubeadm init --config kubeadm.yaml --upload-certs"),
        (
            "Join the others with the command that it prints. A kubelet must register with its "
            "node's own address and labels, which are in `kubelet-arguments.txt`. On each node, "
            "before it joins:"
        ),
        *code(
            'ARGS="$(sed -n "s/^$(hostname) //Ip" kubelet-arguments.txt)"',
            'echo "KUBELET_EXTRA_ARGS=$ARGS" > /etc/default/kubelet',
        ),
    ]
    for name in cluster.control_plane[1:2]:
        lines += [
            "Control-plane nodes also say where their API server listens:",
            *code(
                "kubeadm join ... --control-plane --apiserver-advertise-address "
                f"{view.node_ips([view.design.servers[name]])[0][0]}   # on {name}"
            ),
        ]
    lines += [
        "It worked when every node is listed with its own address (not Ready yet: no network):",
        *code(readme_kubeadm.node_list(view)),
    ]
    if view.only_control_plane:
        lines += [
            "Every node is of the control plane, and kubeadm keeps pods off those. Let them in:",
            *code("kubectl taint nodes --all node-role.kubernetes.io/control-plane-"),
        ]
    return "Control plane and nodes", lines


def _static_pods(view: ClusterView, first: str) -> list[str]:
    """How kube-vip's file gets to its place."""
    sessions = view.of(Speaker.KUBE_VIP)
    if not sessions:
        return []
    password = sessions[0].profile.password
    target = "/etc/kubernetes/manifests/kube-vip.yaml"
    lines = [
        (
            f"kube-vip announces {view.cluster.endpoint} from the second address of each "
            "control-plane node. It is a static pod: put its file in place on "
            f"{', '.join(view.cluster.control_plane)} before `kubeadm init` or `kubeadm join`. "
            f"On {first}:"
        ),
        *code("mkdir -p /etc/kubernetes/manifests",
              *_put(view, f"nodes/{first}/kube-vip.yaml", target, password)),
    ]  # fmt: skip
    if password:
        lines += [
            (
                "A static pod can't refer to a Secret, so the password stands in that file, "
                "readable by root only. It must have no `:` and no `,` in it: kube-vip splits its "
                "peers there."
            ),
            "",
        ]
    return lines


def _labels(view: ClusterView) -> Step:
    first = view.cluster.nodes[0]
    annotated = "" if view.cluster.asn or not view.cni_speaks_bgp else (
        " Annotations give each node its AS number."
    )  # fmt: skip
    lines = [
        (
            "Labels say in which rack a node is: peers and the scheduler go by them."
            f"{annotated} Apply them now, and again when nodes were added:"
        ),
        *code(
            "kubectl apply --server-side -f nodes.yaml",
            f"kubectl get node {node_name(first)} --show-labels   "
            f"# barefabric.io/rack={view.design.servers[first].rack}",
        ),
    ]
    return "Labels", lines
