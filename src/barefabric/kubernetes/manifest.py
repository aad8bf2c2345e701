"""What every manifest has in common: its head, its file, names that Kubernetes takes."""

from collections.abc import Iterable, Mapping, Sequence

from barefabric.model.address import is_ipv4
from barefabric.render.yaml import Value, dump_all

Manifest = dict[str, Value]
"""One object, as data."""

RACK_LABEL = "barefabric.io/rack"
"""Label that every node of a rack has; peers are selected by it."""

ZONE_LABEL = "topology.kubernetes.io/zone"
"""Well-known label by which the scheduler spreads pods: a rack is a failure domain."""

HOSTNAME_LABEL = "kubernetes.io/hostname"
"""Well-known label that one node alone has."""

PASSWORD_KEY = "password"  # noqa: S105 - the key of a Secret's data, as both components want it


def node_name(server: str) -> str:
    """The name of a server's Node object: kubelet writes host names in lower case."""
    return server.lower()


def bracketed(address: str) -> str:
    """An address as it stands before a colon and a port: IPv6 in brackets (RFC 3986)."""
    return address if is_ipv4(address) else f"[{address}]"


def object_name(text: str) -> str:
    """A name for an object (RFC 1123): lower case, and hyphens for what is not allowed."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    return kept.strip("-")


def session_name(text: str, address: str) -> str:
    """The name of a session's object. That of IPv4 has no suffix, so that IPv6 renames nothing."""
    return object_name(text if is_ipv4(address) else f"{text} ipv6")


def secret_name(password: str) -> str:
    """The Secret that holds a password of the topology."""
    return f"bgp-{object_name(password)}"


def manifest(
    api_version: str,
    kind: str,
    name: str,
    spec: Mapping[str, Value] | None = None,
    *,
    namespace: str = "",
    labels: Mapping[str, Value] | None = None,
    annotations: Mapping[str, Value] | None = None,
) -> Manifest:
    """An object with its head; parts that are not given are left out."""
    metadata: dict[str, Value] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if labels:
        metadata["labels"] = labels
    if annotations:
        metadata["annotations"] = annotations
    whole: Manifest = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
    if spec is not None:
        whole["spec"] = spec
    return whole


def text(manifests: Iterable[Manifest], heading: Sequence[str] = ()) -> str:
    """A file of objects below a heading of comment lines."""
    return dump_all(manifests, heading)
