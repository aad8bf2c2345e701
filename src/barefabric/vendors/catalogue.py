"""The catalogue: every network OS and every switch model that ``vendor_templates/`` declares.

A network OS is a folder with a ``vendor.toml``, a folder ``models`` and, where the tool can write
its configuration, Jinja templates. Declarations are read once per process and strictly: an unknown
key or a wrong type names its file (VE001 to VE005).
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from barefabric.errors import fail
from barefabric.model.device import DeviceModel, PortSpec
from barefabric.model.vendor import Vendor
from barefabric.vendors.cages import CAGES
from barefabric.vendors.model_file import load_model
from barefabric.vendors.vendor_file import load_vendor


class PortBlock(Protocol):
    """A run of equal ports as a topology writes it: ``48 x 25G``."""

    @property
    def count(self) -> int:
        """How many ports."""

    @property
    def speed(self) -> int:
        """Gbit/s."""

    @property
    def group(self) -> str:
        """``downlink``, ``uplink`` or ``any``."""


@cache
def templates_root() -> Path:
    """The folder ``vendor_templates``: inside the package in a wheel, beside ``src`` in a checkout.

    Raises VE006 where neither is there, which means a broken installation.
    """
    package = Path(__file__).resolve().parents[1]
    for root in (package / "vendor_templates", package.parents[1] / "vendor_templates"):
        if root.is_dir():
            return root
    raise fail("VE006", "the folder vendor_templates is not part of this installation")


@cache
def vendors() -> tuple[str, ...]:
    """The names of all network OSes, sorted."""
    return tuple(sorted(path.parent.name for path in templates_root().glob("*/vendor.toml")))


@cache
def models(nos: str) -> tuple[str, ...]:
    """The names of the models known for a network OS, sorted; empty for an unknown one."""
    return tuple(sorted(path.stem for path in (templates_root() / nos / "models").glob("*.toml")))


@cache
def vendor(nos: str) -> Vendor | None:
    """A network OS, or None where the catalogue has none of that name."""
    if nos not in vendors():
        return None
    return load_vendor(templates_root() / nos)


def known(nos: str) -> Vendor:
    """The network OS of a switch that is part of a design. KeyError for one that is not known."""
    found = vendor(nos)
    if found is None:
        raise KeyError(nos)
    return found


@cache
def device_model(nos: str, name: str) -> DeviceModel | None:
    """A model, or None where the catalogue has none of that name."""
    if name not in models(nos):
        return None
    return load_model(templates_root() / nos / "models" / f"{name}.toml", nos)


def model_from_ports(vendor: Vendor, blocks: Sequence[PortBlock]) -> DeviceModel:
    """The model that ``ports: {downlink: 48 x 25G, uplink: 8 x 100G}`` describes.

    Panel numbers run on over the blocks. Names follow the vendor's pattern: ``single_speeds`` take
    ``port_name``, faster ports ``lane_name`` with their first lane. Power and table sizes are
    unknown (0). Raises VE007 for a speed no cage has.
    """
    ports: list[PortSpec] = []
    panel, running = vendor.first_panel, 0
    for block in blocks:
        cage = CAGES.get(block.speed)
        if cage is None:
            speeds = ", ".join(f"{speed}G" for speed in CAGES)
            raise fail("VE007", f"no port has {block.speed}G", mend=f"take one of: {speeds}")
        single = block.speed in vendor.single_speeds
        pattern = vendor.port_name if single else vendor.lane_name
        for _ in range(block.count):
            name = pattern.format(panel=panel, lane=running if vendor.running_lanes else 1)
            ports.append(PortSpec(name, panel, cage.speeds, block.group, cage.breakouts, cage.form))
            panel, running = panel + 1, running + cage.lanes
    title = " + ".join(f"{block.count} x {block.speed}G" for block in blocks)
    return DeviceModel(title, vendor.nos, tuple(ports))
