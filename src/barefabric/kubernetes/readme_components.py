"""The README's steps for components: Calico, MetalLB."""

from barefabric.kubernetes import calico, metallb
from barefabric.kubernetes.readme_text import Step, asked_by, code, passwords, secrets
from barefabric.kubernetes.view import ClusterView
from barefabric.model.session import Speaker

MANIFESTS = f"https://raw.githubusercontent.com/projectcalico/calico/{calico.VERSION}/manifests"


def calico_step(view: ClusterView) -> Step:
    """The operator, and what it does not do."""
    lines = [
        "The operator, then what it installs:",
        *code(
            f"kubectl create -f {MANIFESTS}/operator-crds.yaml",
            f"kubectl create -f {MANIFESTS}/tigera-operator.yaml",
            "kubectl apply --server-side -f calico/installation.yaml",
        ),
    ]
    if not view.cni_speaks_bgp:
        lines += [
            "When it is there, the rest:",
            *code(
                "kubectl wait --for=condition=Available tigerastatus/apiserver --timeout=10m",
                "kubectl apply --server-side -f calico/ippools.yaml",
                "kubectl get nodes   # Ready",
            ),
        ]
        return "Calico", lines
    return "Calico", [*lines, *_calico_peers(view)]


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
            "own API server is such a pod: use `calicoctl`, which needs none."
        ),
        *code(
            "export DATASTORE_TYPE=kubernetes",
            "calicoctl apply -f calico/ippools.yaml",
            "calicoctl apply -f calico/peers.yaml",
            f"calicoctl node status   # on a node, as root: each leaf Established{_twice(view)}",
        ),
        (
            f"When all {len(view.of(Speaker.CALICO)):,} sessions are up (see below for the "
            "leaves), switch the mesh between nodes off. The other way round every node would be "
            "cut off."
        ),
        *code("calicoctl apply -f calico/bgp.yaml", "kubectl get nodes   # Ready"),
    ]
    return lines


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
