"""The vocabulary of a topology file, with its defaults.

One frozen model per block. Short forms (``spines: 2``, ``cni: calico``) are widened before
validation, so that later stages see one shape only.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from barefabric.model.device import Attach


class Block(BaseModel):
    """Base of every block: unknown keys are errors, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: Any) -> Any:
    """Widen a lone value to a list of one."""
    return value if isinstance(value, list | tuple) else [value]


Strings = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class PortBlock(Block):
    """A run of equal ports: ``48 x 25G``."""

    count: int
    speed: int
    group: Literal["downlink", "uplink", "any"] = "any"


class SwitchType(Block):
    """A kind of switch: ``model`` from the catalogue, or ``ports`` written out."""

    nos: str
    model: str = ""
    ports: tuple[PortBlock, ...] = ()
    pair: Literal["mlag", "esi", "none"] = "none"
    version: str = ""
    extra: str = ""


class Nics(Block):
    """A server's network ports: ``2 x 25G``."""

    count: int
    speed: int


class ServerType(Block):
    """A kind of server."""

    nics: Nics
    attach: Attach = Attach.BOND
    mtu: int = 9000
    interfaces: tuple[str, ...] = ()


class Bfd(Block):
    """BFD timers, interval in milliseconds."""

    interval: int = 300
    multiplier: int = 3


class Timers(Block):
    """BGP timers in seconds."""

    keepalive: int = 3
    hold: int = 9


class Underlay(Block):
    """Choices for every fabric link. ``bfd`` None means off. ``password`` names a secret."""

    links: Literal["numbered", "unnumbered"] = "numbered"
    families: tuple[Literal["ipv4", "ipv6"], ...] = ("ipv4",)
    mtu: int = 9214
    bfd: Bfd | None = Bfd()
    timers: Timers = Timers()
    ecmp: int = 0
    links_per_spine: int = 1
    peer_links: int = 2
    password: str = ""


class AsnRange(Block):
    """An inclusive range of AS numbers."""

    first: int
    last: int


class Asn(Block):
    """AS number pools, RFC 7938: one number per tier, pod, rack or cluster."""

    superspine: AsnRange = AsnRange(first=4200000000, last=4200000000)
    spine: AsnRange = AsnRange(first=4200000001, last=4200009999)
    border: AsnRange = AsnRange(first=4200010000, last=4200019999)
    leaf: AsnRange = AsnRange(first=4200020001, last=4294967294)
    node: AsnRange = AsnRange(first=64512, last=65534)


class ServerPool(Block):
    """Where racks take their prefixes from; ``per_rack`` is a prefix length."""

    pool: Strings = ("10.10.0.0/16",)
    per_rack: int = 24
    vlan: int = 100


class ManagementPool(Block):
    """Out-of-band management addresses; the gateway is the pool's first address by default."""

    pool: str = "172.20.0.0/16"
    gateway: str = ""


class Addressing(Block):
    """The fabric's own pools."""

    loopbacks: Strings = ("10.255.0.0/16",)
    links: Strings = ("10.254.0.0/16",)
    servers: ServerPool = ServerPool()
    management: ManagementPool = ManagementPool()


class Tier(Block):
    """A row of equal switches. ``names`` is filled by expansion of ``count`` or given."""

    type: str = ""
    count: int = 0
    names: tuple[str, ...] = ()


class Superspines(Tier):
    """The layer over the pods; plane k holds every superspine whose index is k modulo ``planes``."""

    planes: int = 1


class RackGroup(Block):
    """One rack, or a range of equal ones (``r[01-16]``)."""

    name: str
    leaves: Tier
    servers: dict[str, int | tuple[str, ...]] = Field(default_factory=dict)


class Pod(Block):
    """A pod of a five-stage fabric (name may be a range)."""

    name: str
    spines: Tier
    racks: tuple[RackGroup, ...]


class ServerSelector(Block):
    """Which servers: any that match every given key. Empty selects all."""

    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    racks: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()


class Endpoint(Block):
    """The API server's shared address and what serves it."""

    address: str
    use: Literal["kube-vip", "external"] = "kube-vip"


class ControlPlane(Block):
    """The control plane's servers and its endpoint."""

    servers: ServerSelector = ServerSelector()
    etcd: Literal["stacked", "external"] = "stacked"
    endpoint: Endpoint | None = None


class Cni(Block):
    """The network plugin; the word alone means its BGP mode where it has one."""

    use: Literal["calico", "cilium"]
    mode: Literal["bgp", "vxlan", "native"] | None = None
    node_asn: Literal["per_cluster", "per_rack", "per_node"] = "per_cluster"
    block_size: int = 26


class AddressPool(Block):
    """A pool of load-balancer addresses."""

    addresses: Strings
    announce_to: Strings = ()


class LoadBalancer(Block):
    """Who allocates service addresses (``use``) and who announces them (``announce``)."""

    use: Literal["metallb", "calico", "cilium"]
    announce: Literal["metallb", "cni", "l2"] | None = None
    pools: dict[str, AddressPool] = Field(default_factory=dict)


class Cluster(Block):
    """A Kubernetes cluster. ``password`` names a secret; by default the underlay's."""

    name: str
    kubernetes: str = "1.34"
    servers: ServerSelector
    control_plane: ControlPlane | None = None
    pods: Strings
    services: Strings
    cni: Cni
    load_balancer: LoadBalancer | None = None
    password: str = ""


class Attachment(Block):
    """The port an upstream router is plugged into, and both addresses with their length."""

    switch: str
    port: str
    ours: str
    theirs: str


class External(Block):
    """An upstream router."""

    name: str
    asn: int
    attach: Attachment
    accept: Strings = ()
    password: str = ""


class CableEnd(Block):
    """One end of an explicit cable: ``device:port``."""

    device: str
    port: str


class ExplicitCable(Block):
    """A cable laid by hand instead of by derivation."""

    a: CableEnd
    b: CableEnd


class Pin(Block):
    """Values to keep for a device, a rack, or a link (``"leaf spine"``)."""

    asn: int | None = None
    loopback: str = ""
    management: str = ""
    prefix: str = ""
    address: str = ""


class User(Block):
    """A switch account; the secret holds a password hash."""

    name: str
    role: str = "network-admin"
    secret: str


class Settings(Block):
    """Services every switch is told about."""

    ntp: Strings = ()
    dns: Strings = ()
    domain: str = ""
    syslog: Strings = ()
    users: tuple[User, ...] = ()


class UserContract(Block):
    """A statement of the user's own; exactly one kind."""

    name: str
    kind: Literal["reach", "never-reach", "survives", "max-path-length"]
    source: str = ""
    target: str = ""
    failures: int = 1
    length: int = 0


class Topology(Block):
    """A whole topology file."""

    fabric: str
    switch_types: dict[str, SwitchType]
    server_types: dict[str, ServerType] = Field(default_factory=dict)
    superspines: Superspines | None = None
    pods: tuple[Pod, ...] = ()
    spines: Tier | None = None
    racks: tuple[RackGroup, ...] = ()
    borders: Tier | None = None
    underlay: Underlay = Underlay()
    asn: Asn = Asn()
    addressing: Addressing = Addressing()
    clusters: tuple[Cluster, ...] = ()
    external: tuple[External, ...] = ()
    cables: tuple[ExplicitCable, ...] = ()
    pins: dict[str, Pin] = Field(default_factory=dict)
    settings: Settings = Settings()
    extra: dict[str, str] = Field(default_factory=dict)
    contracts: tuple[UserContract, ...] = ()
    secrets: dict[str, str] = Field(default_factory=dict)
