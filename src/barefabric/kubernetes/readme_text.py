"""Pieces that the README's parts share: blocks of commands, and where secrets come from."""

from collections.abc import Iterable, Iterator

from barefabric.kubernetes.manifest import secret_name
from barefabric.kubernetes.view import ClusterView
from barefabric.model.address import family
from barefabric.model.device import Server
from barefabric.model.session import Speaker

Step = tuple[str, list[str]]
"""A title and the lines below it."""


def code(*lines: str) -> list[str]:
    """A block of commands."""
    return ["", "```sh", *lines, "```", ""]


def own_addresses(server: Server) -> tuple[str, ...]:
    """A server's node address, of each family that it has one of."""
    return (server.address, server.address6) if server.address6 else (server.address,)


def asked_by(view: ClusterView) -> str:
    """By what a leaf asks the rack for addresses of the cluster's pools."""
    held = {family(prefix) for pool in view.cluster.pools for prefix in pool.prefixes}
    asked = (("ipv4", "ARP"), ("ipv6", "neighbor discovery"))
    return " and ".join(how for each, how in asked if each in held) or "ARP"


def secret_value(view: ClusterView, name: str) -> str:
    """How a shell gets a secret's value, from where the topology says that it is."""
    kind, _, rest = view.design.secrets.get(name, "").partition(":")
    if kind == "env":
        return f"${rest}"
    if kind == "file":
        return f"$(cat {rest})"
    if kind == "vault":
        path, _, key = rest.partition("#")
        return f"$(vault kv get -field={key} {path})"
    return "$PASSWORD"


def secrets(view: ClusterView, namespace: str, kind: str, names: Iterable[str]) -> Iterator[str]:
    """Commands that make the Secrets of one namespace."""
    for name in names:
        yield f"kubectl -n {namespace} create secret generic {secret_name(name)} {kind}\\"
        yield f'  --from-literal=password="{secret_value(view, name)}"'


def passwords(view: ClusterView, speaker: Speaker) -> list[str]:
    """Names of the secrets that the sessions of one kind of speaker use."""
    ends = (same[0].profile for end, same in view.by_leaf.items() if end.speaker is speaker)
    used = (profile.password for profile in ends)
    return list(dict.fromkeys(filter(None, used)))
