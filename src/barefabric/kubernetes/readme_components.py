"""The README's steps for components: Calico, MetalLB."""

from barefabric.kubernetes import calico, calico_ipam, metallb
from barefabric.kubernetes.readme_text import Step, asked_by, code, passwords, secrets
from barefabric.kubernetes.view import ClusterView
from barefabric.model.session import Speaker

MANIFESTS = f"https://raw.githubusercontent.com/projectcalico/calico/{calico.VERSION}/manifests"


BY_CALICOCTL = ("ippools", "ipam", "peers", "bgp")
"""Files that calicoctl applies where there is no API server of Calico's yet."""

API_SERVER = [
    "kubectl wait --for=create tigerastatus/apiserver --timeout=5m",
    "kubectl wait --for=condition=Available tigerastatus/apiserver --timeout=10m",
]
"""Wait for Calico's own API server, through which kubectl sees its objects."""


def calico_step(view: ClusterView) -> Step:
    """The operator, and what it does not do."""
    lines = [
        "The operator, then what it installs:",
        *code(
            f"kubectl create -f {MANIFESTS}/operator-crds.yaml",
            f"kubectl create -f {MANIFESTS}/tigera-operator.yaml",
            *_pools_first(view),
            "kubectl apply --server-side -f calico/installation.yaml",
        ),
    ]
    if not view.cni_speaks_bgp:
        lines += [
            "When it is there, the rest:",
            *code(
                *API_SERVER,
                "kubectl apply --server-side -f calico/ippools.yaml -f calico/ipam.yaml",
                "kubectl get nodes   # Ready",
            ),
        ]
        return "Calico", lines
    return "Calico", [*lines, *_calico_peers(view)]


def _pools_first(view: ClusterView) -> list[str]:
    """Pools that kubeadm knows nothing of have to be there before the operator looks.

    In a cluster without pools it takes none of its Installation that lies in no ``podSubnet`` of
    kubeadm's (tigera/operator ``pkg/controller/ippool/defaults.go``, mergePlatformPodCIDRs).
    """
    if not view.several_pod_pools:
        return []
    return [
        "# pools first: without any, the operator refuses those that kubeadm was not told of",
        f"DATASTORE_TYPE=kubernetes calicoctl apply -f calico/ippools.yaml   # {calico.VERSION}",
    ]


def _calico_peers(view: ClusterView) -> list[str]:
    """Peers, and the mesh off: in this order."""
    lines: list[str] = []
    names = passwords(view, Speaker.CALICO)
    if names:
        lines += [
            "The password of the sessions, and leave for calico-node to read it:",
            *code(
                f"kubectl wait --for=create namespace/{calico.NAMESPACE} --timeout=2m",
                *secrets(view, calico.NAMESPACE, "", names),
                "kubectl apply -f calico/rbac.yaml",
            ),
        ]
    lines += [
        (
            "Peers first. Until they are up, pods of other racks can't be reached, and Calico's "
            f"own API server is such a pod: use `calicoctl` ({calico.VERSION}), which needs none."
        ),
        *code(
            "export DATASTORE_TYPE=kubernetes",
            "calicoctl apply -f calico/ippools.yaml",
            "calicoctl ipam configure --strictaffinity=true --max-blocks-per-host="
            f"{calico_ipam.blocks_per_host(view)}   # calico/ipam.yaml, which it can't read",
            *_as_number(view),
            "calicoctl apply -f calico/peers.yaml",
            f"calicoctl node status   # on a node, as root: each leaf Established{_twice(view)}",
        ),
        (
            f"When all {len(view.of(Speaker.CALICO)):,} sessions are up (see below for the "
            "leaves), switch the mesh between nodes off. The other way round every node would be "
            "cut off."
        ),
        *code("calicoctl apply -f calico/bgp.yaml", "kubectl get nodes   # Ready"),
        (
            "Let kubectl take these objects over. It changes no field that another tool wrote, and "
            "would refuse every later change (warnings of a missing annotation are in order):"
        ),
        *code(
            *API_SERVER,
            f"kubectl apply {' '.join(f'-f calico/{name}.yaml' for name in BY_CALICOCTL)}",
        ),
    ]
    return lines


def _as_number(view: ClusterView) -> list[str]:
    """Nodes speak with AS 64512 until they are told another, and leaves would not answer them."""
    if not view.cluster.asn:
        return []  # each node has an annotation
    mesh = "nodeToNodeMeshEnabled"
    return [
        "# the cluster's AS number, with the mesh still on",
        f"sed 's/{mesh}: false/{mesh}: true/' calico/bgp.yaml | calicoctl apply -f -",
    ]


def _twice(view: ClusterView) -> str:
    """Where leaves are listed, in a cluster with sessions of both families."""
    return ", under IPv4 and IPv6" if len(view.pod_families) > 1 else ""


def _metallb_runs(view: ClusterView) -> str:
    """How MetalLB runs here, and why so."""
    runs = metallb.mode(view)
    if not runs.speaker:
        return (
            "Only its controller runs: it allocates addresses, and Calico announces them. A "
            "speaker would be a second BGP neighbor with the node's address, which a leaf refuses."
        )
    if runs.frr:
        return "Its speakers run FRR (frr-k8s), each with its own address and BFD."
    if view.cluster.announcer == "l2":
        return f"Its speakers answer {asked_by(view)}; none of them speaks BGP."
    return (
        "Its speakers run in native mode: frr-k8s would be a second FRR beside the servers' own, "
        "take its BFD packets away and sweep its routes."
    )


def metallb_step(view: ClusterView, paths: list[str]) -> Step:
    """The chart, then pools and peers. ``paths`` are the component files that exist."""
    lines = [
        _metallb_runs(view),
        *code(
            "kubectl apply --server-side -f metallb/namespace.yaml",
            "helm repo add metallb https://metallb.github.io/metallb",
            f"helm install metallb metallb/metallb --version {metallb.VERSION} "
            f"--namespace {metallb.NAMESPACE} --values metallb/values.yaml --wait",
        ),
    ]
    names = passwords(view, Speaker.METALLB)
    if names:
        made = secrets(view, metallb.NAMESPACE, "--type=kubernetes.io/basic-auth ", names)
        lines += ["The password of the sessions:", *code(*made)]
    files = [f"-f {path}" for path in paths if path in ("metallb/peers.yaml", "metallb/pools.yaml")]
    if files:
        lines += [
            "Then its pools and peers:" if len(files) > 1 else "Then its pools:",
            *code(
                f"kubectl apply --server-side {' '.join(files)}",
                "kubectl get services -A | grep LoadBalancer   # EXTERNAL-IP from a pool",
            ),
        ]
    return "MetalLB", lines
