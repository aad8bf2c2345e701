"""Reading ``models/<name>.toml``: the front panel, power and table sizes of one switch model."""

from collections.abc import Iterator
from pathlib import Path

from barefabric.model.device import DeviceModel, PortSpec, TableSizes
from barefabric.vendors.declaration import Faults, Table, read

GROUPS = ("any", "downlink", "uplink")


def load_model(path: Path, nos: str) -> DeviceModel:
    """Read one model, named by its file. Raises VE001 to VE005.

    Ports come in blocks, in panel order. ``name`` is a pattern: ``{panel}`` is the number printed
    beside the port, which runs on from block to block unless ``panel`` says where the block
    starts; ``{lane}`` starts at ``lane`` and grows by ``lanes`` for each port. ``speed_group`` is
    how many ports share the rate of their serdes; the groups are numbered over the panel.
    """
    table = read(path)
    ports: list[PortSpec] = []
    for block in table.tables("ports"):
        panel = ports[-1].panel + 1 if ports else 1
        ports.extend(_ports(block, panel, max((p.speed_group for p in ports), default=0)))
    sizes = table.table("tables")
    tables = TableSizes(*(sizes.number(key) for key in TableSizes._fields))
    watts = table.number("watts")
    sizes.close()
    table.close()
    _check_names(ports, table.faults)
    table.faults.stop()
    return DeviceModel(path.stem, nos, tuple(ports), watts, tables)


def _ports(block: Table, panel: int, groups: int) -> Iterator[PortSpec]:
    """The ports of one block; ``panel`` and ``groups`` are the numbers that run on."""
    pattern = block.pattern("name", panel=1, lane=1)
    count = block.number("count", least=1)
    first = block.number("panel", panel)
    lane, lanes = block.number("lane", 0), block.number("lanes", 0)
    speeds = block.numbers("speeds")
    group = block.choice("group", GROUPS)
    breakouts, form = block.pairs("breakouts"), block.text("form")
    together = block.number("speed_group", 0)
    block.close()
    for offset in range(count if pattern else 0):
        name = pattern.format(panel=first + offset, lane=lane + lanes * offset)
        serdes = groups + offset // together + 1 if together else 0
        yield PortSpec(name, first + offset, speeds, group, breakouts, form, serdes)


def _check_names(ports: list[PortSpec], faults: Faults) -> None:
    """No two ports of a model have one name (VE005)."""
    seen: set[str] = set()
    for port in ports:
        if port.name in seen:
            faults.add("VE005", f"two ports are named {port.name}")
        seen.add(port.name)
