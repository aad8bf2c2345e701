"""Reading ``vendor.toml``: what a network OS is called and can do, and how it names things."""

from collections.abc import Mapping
from pathlib import Path

from barefabric.model.device import Attach
from barefabric.model.vendor import Dialect, Vendor
from barefabric.vendors.cages import CAGES
from barefabric.vendors.declaration import Table, read

PAIRS = ("mlag", "esi")
FAMILIES = ("ipv4", "ipv6")


def load_vendor(folder: Path) -> Vendor:
    """Read ``vendor.toml`` of one folder; the OS is named by the folder. Raises VE001 to VE005."""
    table = read(folder / "vendor.toml")
    dialect = _dialect(table, folder)
    facts = Vendor(
        nos=folder.name,
        title=table.text("title"),
        driver=table.text("driver"),
        config_file=table.text("config_file"),
        port_name=table.pattern("port_name", panel=1, lane=1),
        lane_name=table.pattern("lane_name", panel=1, lane=1),
        single_speeds=table.numbers("single_speeds"),
        first_panel=table.number("first_panel"),
        pairs=table.choices("pairs", PAIRS),
        attaches=table.choices("attaches", tuple(Attach)),
        unnumbered=table.flag("unnumbered"),
        families=table.choices("families", FAMILIES),
        max_ecmp=table.number("max_ecmp", least=1),
        pair_vlan=table.number("pair_vlan"),
        routing_vlan=table.number("routing_vlan"),
        renders=dialect is not None,
        running_lanes=table.flag("running_lanes", default=False),
        breakout_name=table.pattern("breakout_name", panel=1, lane=1),
        breakout_first=table.number("breakout_first"),
        breakout_by_lanes=table.flag("breakout_by_lanes", default=False),
        max_mtu=table.number("max_mtu", 0),
        dialect=dialect,
    )
    if dialect is not None and facts.config_file not in dialect.files:
        table.faults.add("VE005", f"dialect.files does not name {facts.config_file}")
    table.close()
    table.faults.stop()
    return facts


def _dialect(table: Table, folder: Path) -> Dialect | None:
    """The ``[dialect]`` table; without one, configurations of this OS cannot be written."""
    if not table.has("dialect"):
        return None
    part = table.table("dialect")
    files = part.texts("files")
    for template in files.values():
        if not (folder / template).is_file():
            table.faults.add("VE005", f"dialect.files names {template}, which is not in the folder")
    dialect = Dialect(
        files=files,
        channel_name=part.pattern("channel_name", number=1),
        svi_name=part.pattern("svi_name", number=1),
        loopback=part.text("loopback"),
        management_port=part.text("management_port"),
        speeds=_speeds(part),
        interface_import=part.flag("interface_import"),
        second_gateway=part.flag("second_gateway"),
        part_speed=part.text("part_speed", ""),
        roles=part.texts("roles", {}),
    )
    part.close()
    return dialect


def _speeds(part: Table) -> Mapping[int, str]:
    """What a port is told for each speed, complete for all speeds there are."""
    texts = part.texts("speeds")
    wanted = {str(speed) for speed in CAGES}
    if texts and set(texts) != wanted:
        names = ", ".join(sorted(wanted ^ set(texts), key=str))
        part.faults.add("VE005", f"dialect.speeds must name each speed once; look at {names}")
        return {}
    return {int(speed): text for speed, text in texts.items()}
