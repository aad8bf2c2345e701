"""Interfaces of switches."""

from collections.abc import Collection, Mapping

from barefabric.lab.types import Setup
from barefabric.lab.wiring import ifup, ifupdown, pairs, sysctls
from barefabric.model.design import Design
from barefabric.model.intent import SwitchIntent


def switch_setup(
    design: Design, intent: SwitchIntent, files: Mapping[str, str], ports: Collection[str]
) -> Setup:
    """How the interfaces of a switch come up.

    ``files`` are those of a switch with FRR, rendered or standing in; ``ports`` have a cable.
    A leaf with a partner stands in for another network OS (FRR on Linux has no pairs): its
    interfaces come from the design.
    """
    if intent.mlag is not None:
        setup = pairs.pair_setup(design, intent, intent.mlag, frozenset(ports))
    else:
        setup = _from_file(files["interfaces"], ports)
    said = tuple(sysctls.read(files.get("sysctl.conf", "")))
    return setup._replace(sysctls=(*sysctls.QUICK, *said, *setup.sysctls))


def _from_file(text: str, ports: Collection[str]) -> Setup:
    """Through ifupdown2 where it is, else by the lab's own reading of the file."""
    setup = ifupdown.read(text, ports)
    if ifup.runs_here():
        return ifup.through_ifup(setup, ifupdown.interfaces(text, ports))
    return setup
