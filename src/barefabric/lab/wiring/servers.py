"""Interfaces of servers."""

from collections.abc import Collection, Mapping

from barefabric.lab.types import Setup
from barefabric.lab.wiring import netplan, networkd, sysctls
from barefabric.model.design import Design
from barefabric.model.intent import ServerIntent


def server_setup(
    _design: Design,
    intent: ServerIntent,
    files: Mapping[str, str],
    ports: Collection[str],
    *,
    own_reading: bool = False,
) -> Setup:
    """How the interfaces of a server come up, from its netplan file.

    systemd-networkd reads it where the machine has it, else the lab itself, as it also does if
    ``own_reading`` asks for it.
    """
    text = files["01-barefabric.yaml"]
    setup = netplan.read(text, ports)
    if networkd.runs_here() and not own_reading:
        bonds, name = netplan.bonds_of(text), intent.server.name
        setup = networkd.through_networkd(setup, name, bonds, intent.addresses)
    said = tuple(sysctls.read(files.get("sysctl.conf", "")))
    return setup._replace(sysctls=(*sysctls.QUICK, *said, *setup.sysctls))
