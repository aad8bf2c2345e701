"""What the tool knows of a network OS, read from ``vendor_templates/<nos>/vendor.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """How a network OS names things in its configuration.

    ``files`` maps each file the switch loads to the template that lays it out. The patterns have
    ``{number}``. ``speeds`` is what a port is told that runs below its native speed, by Gbit/s;
    ``part_speed`` is the pattern, with ``{speed}`` and ``{lanes}``, for a part of a broken-out port
    that may take several lanes (above 25G), empty where the OS names no lanes.
    ``interface_import`` is true where a neighbor that is named by its interface can have an import
    policy of its own; elsewhere such neighbors get a group each. ``second_gateway`` is true where
    a shared gateway is an ordinary second address, so that sessions must state their own. ``roles``
    translates roles of accounts into the OS's words; one that is not listed is a word of the OS.
    """

    files: Mapping[str, str]
    channel_name: str
    svi_name: str
    loopback: str
    management_port: str
    speeds: Mapping[int, str]
    interface_import: bool
    second_gateway: bool
    part_speed: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Vendor:
    """A network OS as data.

    ``nos`` is the netmiko-style platform name. ``driver`` is the NAPALM driver, empty where NAPALM
    has none. ``config_file`` is the main file that the switch loads. ``port_name`` and
    ``lane_name`` are patterns with ``{panel}`` and ``{lane}`` for ports written as ``48 x 25G``;
    ``single_speeds`` are the speeds (Gbit/s) whose ports have no lanes and are named by
    ``port_name``. ``breakout_name`` is the pattern of the lanes of a broken-out port, counted from
    ``breakout_first``, by electrical lane with ``breakout_by_lanes`` and else one by one; empty
    where the OS's names are not known. With ``running_lanes`` lanes are counted over the whole
    panel from 0 (SONiC), not from 1 in each port. ``pairs`` and ``attaches`` are what the OS can
    do. ``pair_vlan`` and ``routing_vlan`` carry the MLAG control session and the pair's iBGP
    session. ``max_mtu`` is the largest IP MTU (bytes) that it takes on a port; 0: it depends on the
    hardware. ``renders`` is true where templates exist; ``dialect`` is set there. Compared by
    identity: the catalogue holds one object per OS.
    """

    nos: str
    title: str
    driver: str
    config_file: str
    port_name: str
    lane_name: str
    single_speeds: tuple[int, ...]
    first_panel: int
    pairs: tuple[str, ...]
    attaches: tuple[str, ...]
    unnumbered: bool
    families: tuple[str, ...]
    max_ecmp: int
    pair_vlan: int
    routing_vlan: int
    renders: bool
    running_lanes: bool = False
    breakout_name: str = ""
    breakout_first: int = 1
    breakout_by_lanes: bool = False
    max_mtu: int = 0
    dialect: Dialect | None = None
