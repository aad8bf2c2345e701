"""Interfaces of switches."""

from collections.abc import Collection, Mapping

from barefabric.lab.types import Setup
from barefabric.lab.wiring import ifupdown, pairs, sysctls
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
        setup = ifupdown.read(files["interfaces"], ports)
    said = tuple(sysctls.read(files.get("sysctl.conf", "")))
    return setup._replace(sysctls=(*sysctls.QUICK, *said, *setup.sysctls))
