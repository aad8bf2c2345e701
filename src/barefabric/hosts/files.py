"""All files of one server."""

from collections.abc import Iterator

from barefabric.hosts import frr, netplan
from barefabric.kubernetes import kube_vip
from barefabric.model.design import Design
from barefabric.model.intent import ServerIntent


def server_files(design: Design, intent: ServerIntent) -> Iterator[tuple[str, str]]:
    """Path (relative to ``nodes/<server>/``) and text of each file."""
    yield netplan.PATH, netplan.text(intent)
    if intent.bgp is not None:
        yield from frr.files(intent)
    if intent.server.control_plane:
        yield from kube_vip.server_files(design, intent.server)
