"""Interfaces of servers."""

from collections.abc import Collection, Mapping

from barefabric.lab.types import Setup
from barefabric.lab.wiring import netplan, sysctls
from barefabric.model.design import Design
from barefabric.model.intent import ServerIntent


def server_setup(
    design: Design, intent: ServerIntent, files: Mapping[str, str], ports: Collection[str]
) -> Setup:
    """How the interfaces of a server come up, from its netplan file."""
    setup = netplan.read(files["01-barefabric.yaml"], ports)
    said = tuple(sysctls.read(files.get("sysctl.conf", "")))
    return setup._replace(sysctls=(*sysctls.QUICK, *said, *setup.sysctls))
