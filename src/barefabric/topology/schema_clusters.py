"""Kubernetes clusters."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from barefabric.topology import scalars, widen
from barefabric.topology.schema_base import (
    Address,
    Block,
    Name,
    Names,
    Secret,
    SomePrefixes,
    form,
    whole,
)


class ServerSelector(Block):
    """Which servers: any that match every given key. Empty selects all."""

    noun: ClassVar[str] = "a choice of servers"

    types: Names = Field((), description="Server types.")
    names: Names = Field((), description="Servers by name.")
    racks: Names = Field((), description="All servers of these racks.")
    pods: Names = Field((), description="All servers of these pods.")


_SelectorForm = Annotated[ServerSelector, form(widen.selector, str | list[str] | ServerSelector)]


class Endpoint(Block):
    """The API server's shared address and what serves it."""

    noun: ClassVar[str] = "an API endpoint"

    address: Address = Field(description="The address that clients of the API use.")
    use: Literal["kube-vip", "external"] = Field(
        "kube-vip", description="kube-vip announces it by BGP; external: a load balancer of yours."
    )


class ControlPlane(Block):
    """The control plane's servers and its endpoint."""

    noun: ClassVar[str] = "a control plane"

    servers: _SelectorForm = Field(
        ServerSelector.model_construct(),
        description="Its servers: types, racks or names, or a block of these.",
    )
    etcd: Literal["stacked", "external"] = Field(
        "stacked", description="stacked: etcd runs on the control plane's servers."
    )
    endpoint: Annotated[Endpoint | None, form(widen.endpoint, str | Endpoint)] = Field(
        None, description="The API's shared address: {address: 10.112.0.10, use: kube-vip}."
    )


class Cni(Block):
    """The network plugin; the word alone means its BGP mode where it has one."""

    noun: ClassVar[str] = "a cni"

    use: Literal["calico", "cilium"] = Field(description="The network plugin.")
    mode: Literal["bgp", "vxlan", "native"] | None = Field(
        None,
        description="calico: bgp (default) or vxlan. cilium: native (default, with BGP) or vxlan.",
    )
    node_asn: Literal["per_cluster", "per_rack", "per_node"] = Field(
        "per_cluster", description="How many AS numbers the nodes have."
    )
    block_size: Annotated[int, whole(16, 32)] = Field(
        26, description="Prefix length of a node's pod block."
    )

    @property
    def is_calico_bgp(self) -> bool:
        """Whether Calico speaks BGP with the leaves. The mode has been resolved."""
        return self.use == "calico" and self.mode == "bgp"


class AddressPool(Block):
    """A pool of load-balancer addresses."""

    noun: ClassVar[str] = "a pool"

    addresses: SomePrefixes = Field(description="Its prefixes: [203.0.113.0/24].")
    announce_to: Names = Field((), description="Upstream routers (external) that learn it.")


class LoadBalancer(Block):
    """Who allocates service addresses (``use``) and who announces them (``announce``)."""

    noun: ClassVar[str] = "a load balancer"

    use: Literal["metallb", "calico", "cilium"] = Field(description="Who allocates addresses.")
    announce: Literal["metallb", "cni", "l2"] | None = Field(
        None,
        description="Who announces them: cni where it speaks BGP (default), metallb from an "
        "address of its own on each node, l2 within one rack.",
    )
    pools: dict[
        Name, Annotated[AddressPool, form(widen.address_pool, str | list[str] | AddressPool)]
    ] = Field(
        default_factory=dict,
        description="Pools by name: a prefix, a list, or {addresses, announce_to}.",
    )


class Cluster(Block):
    """A Kubernetes cluster. ``password`` names a secret; by default the underlay's."""

    noun: ClassVar[str] = "a cluster"

    name: Name = Field(description="The cluster's name.")
    kubernetes: Annotated[
        str, form(scalars.kubernetes_version, Annotated[str, Field(pattern=r"^v?1\.")] | float)
    ] = Field("1.34", description="Release of Kubernetes.")
    servers: _SelectorForm = Field(
        description="Its servers: types, racks or names, or {types, racks, names, pods}."
    )
    control_plane: ControlPlane | None = Field(
        None, description="The control plane's servers, etcd and API endpoint."
    )
    pods: SomePrefixes = Field(description="Pool of pod addresses: 10.64.0.0/16.")
    services: SomePrefixes = Field(description="Service (cluster IP) range: 10.96.0.0/16.")
    cni: Annotated[Cni, form(widen.used, Literal["calico", "cilium"] | Cni)] = Field(
        description="Network plugin: calico, or {use, mode, node_asn, block_size}."
    )
    load_balancer: Annotated[
        LoadBalancer | None, form(widen.used, Literal["metallb", "calico", "cilium"] | LoadBalancer)
    ] = Field(None, description="Load balancer: {use: metallb, pools: {public: 203.0.113.0/24}}.")
    password: Secret = Field("", description="Password of the nodes' sessions: secret:NAME.")
