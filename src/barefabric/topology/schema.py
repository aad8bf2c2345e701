"""The vocabulary of a topology file, with its defaults.

One frozen model per block. Short forms (``spines: 2``, ``cni: calico``) are widened before
validation (``widen.py``), so that later stages see one shape only.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from barefabric.topology import scalars_secrets, widen_contracts
from barefabric.topology.schema_base import (
    AsNumber,
    Block,
    Lines,
    Name,
    Prefixes,
    Strings,
    Text,
    form,
)
from barefabric.topology.schema_clusters import (
    AddressPool,
    Cluster,
    Cni,
    ControlPlane,
    Endpoint,
    LoadBalancer,
    ServerSelector,
)
from barefabric.topology.schema_devices import (
    Borders,
    CableEnd,
    CableForm,
    ExplicitCable,
    Nics,
    Pod,
    PortBlock,
    RackGroup,
    ServerType,
    Spines,
    Superspines,
    SuperspinesForm,
    SwitchType,
    Tier,
)
from barefabric.topology.schema_network import (
    Addressing,
    Asn,
    AsnRange,
    Attachment,
    Bfd,
    External,
    ManagementPool,
    Pin,
    ServerPool,
    Timers,
    Underlay,
)
from barefabric.topology.schema_services import Push, Settings, User, UserContract, WrittenContract

__all__ = [
    "AddressPool",
    "Addressing",
    "AsNumber",
    "Asn",
    "AsnRange",
    "Attachment",
    "Bfd",
    "Block",
    "CableEnd",
    "Cluster",
    "Cni",
    "ControlPlane",
    "Endpoint",
    "ExplicitCable",
    "External",
    "LoadBalancer",
    "ManagementPool",
    "Nics",
    "Pin",
    "Pod",
    "PortBlock",
    "Prefixes",
    "Push",
    "RackGroup",
    "ServerPool",
    "ServerSelector",
    "ServerType",
    "Settings",
    "Strings",
    "Superspines",
    "SwitchType",
    "Tier",
    "Timers",
    "Topology",
    "Underlay",
    "User",
    "UserContract",
]

_ContractForm = Annotated[UserContract, form(widen_contracts.contract, WrittenContract)]
_SecretKey = Annotated[
    str, form(scalars_secrets.secret_key, Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")])
]
_SecretSource = Annotated[
    str,
    form(
        scalars_secrets.secret_source, Annotated[str, Field(pattern=r"^(env:|file:|vault:.+#).+$")]
    ),
]


class Topology(Block):
    """A whole topology file."""

    noun: ClassVar[str] = "a topology"

    fabric: Name = Field(description="The fabric's name.")
    switch_types: dict[Name, SwitchType] = Field(description="Kinds of switch, by name.")
    server_types: dict[Name, ServerType] = Field(
        default_factory=dict, description="Kinds of server, by name."
    )
    superspines: SuperspinesForm | None = Field(
        None, description="Layer over the pods: {count: 8, planes: 4}."
    )
    pods: tuple[Pod, ...] = Field((), description="Pods of a five-stage fabric.")
    spines: Spines | None = Field(None, description="Spines: 2, {type, count} or names.")
    racks: tuple[RackGroup, ...] = Field((), description="Racks with their leaves and servers.")
    borders: Borders | None = Field(
        None, description="Switches that upstream routers are plugged into."
    )
    underlay: Underlay = Field(
        Underlay.model_construct(), description="Choices for every fabric link."
    )
    asn: Asn = Field(Asn.model_construct(), description="Pools of AS numbers, one per tier.")
    addressing: Addressing = Field(Addressing.model_construct(), description="Pools of addresses.")
    clusters: tuple[Cluster, ...] = Field((), description="Kubernetes clusters.")
    external: tuple[External, ...] = Field((), description="Upstream routers.")
    cables: tuple[CableForm, ...] = Field(
        (), description="Cables laid by hand where the derived patching is not wanted."
    )
    pins: dict[Text, Pin] = Field(
        default_factory=dict,
        description='Values to keep, by device, rack or link ("r1-leaf1 spine1", or with an index '
        '"r1-leaf1 spine1 2").',
    )
    settings: Settings = Field(
        Settings.model_construct(), description="NTP, DNS, syslog and users of switches."
    )
    extra: dict[Text, Lines] = Field(
        default_factory=dict,
        description="Configuration lines of your own, by switch type or switch; unproven.",
    )
    contracts: tuple[_ContractForm, ...] = Field(
        (), description="Statements of your own, judged with the derived ones."
    )
    push: Push = Field(
        Push.model_construct(), description="What must have been proven before a push."
    )
    secrets: dict[_SecretKey, _SecretSource] = Field(
        default_factory=dict,
        description="Where secrets are fetched: env:VARIABLE, file:PATH or vault:PATH#KEY.",
    )
