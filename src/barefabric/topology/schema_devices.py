"""Switches, servers, and the shape they are put into."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from barefabric.model.device import Attach
from barefabric.topology import widen, widen_ports
from barefabric.topology.schema_base import (
    Block,
    Lines,
    Name,
    Names,
    RangeName,
    Speed,
    Text,
    WrittenPorts,
    form,
    whole,
)


class PortBlock(Block):
    """A run of equal ports: ``48 x 25G``."""

    noun: ClassVar[str] = "a run of ports"

    count: Annotated[int, whole(1, 4096)] = Field(description="How many ports.")
    speed: Speed = Field(description="Their speed: 25G.")
    group: Literal["downlink", "uplink", "any"] = Field(
        "any", description="What they are for; any: both."
    )


_PortsOfGroup = WrittenPorts | list[WrittenPorts]


class PortGroups(Block):
    """Ports by what they are for."""

    downlink: _PortsOfGroup | None = Field(None, description="Ports towards servers, or below.")
    uplink: _PortsOfGroup | None = Field(None, description="Ports towards the spines, or above.")
    any: _PortsOfGroup | None = Field(None, description="Ports for both.")


class SwitchType(Block):
    """A kind of switch: ``model`` from the catalogue, or ``ports`` written out."""

    noun: ClassVar[str] = "a switch type"

    nos: Text = Field(
        description="Network operating system, by its netmiko platform name: arista_eos, frr."
    )
    model: Text = Field(
        "", description="Model from the catalogue in vendor_templates/<nos>/models/."
    )
    ports: Annotated[
        tuple[PortBlock, ...],
        form(
            widen_ports.port_blocks,
            WrittenPorts | PortGroups | PortBlock | list[WrittenPorts | PortBlock],
        ),
    ] = Field(
        (),
        description="Front-panel ports instead of a model: 64 x 400G, or "
        "{downlink: 48 x 25G, uplink: 8 x 100G}.",
    )
    pair: Literal["mlag", "esi", "none"] = Field(
        "none", description="How the two leaves of a rack share a bond. none: not at all."
    )
    version: Text = Field("", description="Software release, for the plan.")
    extra: Lines = Field(
        "", description="Configuration lines of your own for switches of this type; unproven."
    )


class Nics(Block):
    """A server's network ports: ``2 x 25G``."""

    noun: ClassVar[str] = "a server's network ports"

    count: Annotated[int, whole(1, 16)] = Field(description="How many ports.")
    speed: Speed = Field(description="Their speed: 25G.")


class ServerType(Block):
    """A kind of server."""

    noun: ClassVar[str] = "a server type"

    nics: Annotated[Nics, form(widen_ports.nics, WrittenPorts | Nics)] = Field(
        description="Network ports: 2 x 25G."
    )
    attach: Attach = Field(
        Attach.BOND,
        description="bond: LACP to the rack's leaves. routed: a BGP session on each link. "
        "single: one plain link.",
    )
    mtu: Annotated[int, whole(1280, 9216)] = Field(
        9000,
        description="MTU of the server's links in bytes, at most the underlay's; the smallest in a "
        "rack holds for all its servers.",
    )
    interfaces: Annotated[tuple[Text, ...], form(widen.listed, str | list[str])] = Field(
        (), description="Interface names in port order; eno1, eno2 and so on by default."
    )


class Tier(Block):
    """A row of equal switches. ``names`` is filled by expansion of ``count`` or given."""

    noun: ClassVar[str] = "a row of switches"

    type: Text = Field("", description="Key of switch_types; by default the role's own name.")
    count: Annotated[int, whole(1, 1024)] = Field(0, description="How many switches.")
    names: Names = Field((), description="Names of your own instead of spine1, spine2 and so on.")


class Superspines(Tier):
    """The layer over the pods; plane k holds each superspine whose index is k modulo ``planes``."""

    noun: ClassVar[str] = "the superspines"

    planes: Annotated[int, whole(1, 1024)] = Field(
        1, description="Planes: spine k of each pod is cabled to the superspines of plane k."
    )


_WrittenTier = Annotated[int, Field(ge=1)] | list[str] | Tier
Spines = Annotated[Tier, form(widen.tier_of("spine"), _WrittenTier)]
Leaves = Annotated[Tier, form(widen.tier_of("leaf"), _WrittenTier)]
Borders = Annotated[Tier, form(widen.tier_of("border"), _WrittenTier)]
SuperspinesForm = Annotated[
    Superspines,
    form(widen.tier_of("superspine"), Annotated[int, Field(ge=1)] | list[str] | Superspines),
]
_ServersOfType = Annotated[
    int | tuple[str, ...],
    form(widen.server_entry, Annotated[int, Field(ge=0, le=1024)] | list[str]),
]


class RackGroup(Block):
    """One rack, or a range of equal ones (``r[01-16]``)."""

    noun: ClassVar[str] = "a rack"

    name: RangeName = Field(description="The rack's name, or a range of equal racks: r[01-16].")
    leaves: Leaves = Field(description="Its leaves: 2, or {type: leaf, count: 2}.")
    servers: dict[Name, _ServersOfType] = Field(
        default_factory=dict, description="Servers by type, in order of position: {node: 4}."
    )


class Pod(Block):
    """A pod of a five-stage fabric (name may be a range)."""

    noun: ClassVar[str] = "a pod"

    name: RangeName = Field(description="The pod's name, or a range of equal pods: p[1-4].")
    spines: Spines = Field(description="The pod's spines: 4, or {type: spine, count: 4}.")
    racks: tuple[RackGroup, ...] = Field(description="The pod's racks.")


class CableEnd(Block):
    """One end of an explicit cable: ``device:port``."""

    noun: ClassVar[str] = "an end of a cable"

    device: Name = Field(description="Name of a switch or a server.")
    port: Text = Field(description="Its port, in the vendor's own spelling.")


_EndForm = Annotated[
    CableEnd, form(widen.cable_end, Annotated[str, Field(pattern=r"^[^:]+:.+$")] | CableEnd)
]


class ExplicitCable(Block):
    """A cable laid by hand instead of by derivation."""

    noun: ClassVar[str] = "a cable"

    a: _EndForm = Field(description="One end: spine1:Ethernet1/1.")
    b: _EndForm = Field(description="The other end: r1-leaf1:Ethernet49/1.")


CableForm = Annotated[
    ExplicitCable,
    form(widen.cable, Annotated[str, Field(pattern=r"^.+:.+ - .+:.+$")] | ExplicitCable),
]
