"""The underlay, its numbers, and what is outside."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from barefabric.model.address import family as family_of
from barefabric.topology import addresses, widen
from barefabric.topology.schema_base import (
    Address,
    AsNumber,
    BfdInterval,
    Block,
    HoldTime,
    Interfaces,
    Keepalive,
    Name,
    Prefix,
    Prefixes,
    Secret,
    Text,
    WrittenAsn,
    form,
    whole,
)


class Bfd(Block):
    """BFD timers, interval in milliseconds.

    EOS takes multipliers of 3 to 50 (router bfd), FRR 1 to 255, MetalLB 2 to 255.
    """

    noun: ClassVar[str] = "bfd"

    interval: BfdInterval = Field(300, description="Transmit and receive interval: 300ms.")
    multiplier: Annotated[int, whole(3, 50)] = Field(
        3, description="Missed packets after which the neighbor is down."
    )


class Timers(Block):
    """BGP timers in seconds."""

    noun: ClassVar[str] = "timers"

    keepalive: Keepalive = Field(3, description="Seconds between keepalives: 3s.")
    hold: HoldTime = Field(9, description="Hold time, at least three keepalives: 9s.")


class Underlay(Block):
    """Choices for every fabric link. ``bfd`` None means off. ``password`` names a secret."""

    noun: ClassVar[str] = "the underlay"

    links: Literal["numbered", "unnumbered"] = Field(
        "numbered", description="numbered: a /31 on each link. unnumbered: RFC 8950, link-local."
    )
    families: Annotated[
        tuple[Literal["ipv4", "ipv6"], ...],
        form(widen.listed, list[Literal["ipv4", "ipv6"]] | Literal["ipv4", "ipv6"]),
    ] = Field(("ipv4",), description="Address families that the fabric carries.")
    mtu: Annotated[int, whole(1280, 9216)] = Field(
        9214, description="IP MTU of fabric links in bytes."
    )
    bfd: Annotated[
        Bfd | None, form(widen.bfd, Bfd | bool | Literal["on", "off", "yes", "no", "none"])
    ] = Field(
        Bfd.model_construct(),
        description="BFD on fabric links: {interval: 300ms, multiplier: 3}, or off.",
    )
    timers: Timers = Field(
        Timers.model_construct(), description="BGP timers: {keepalive: 3s, hold: 9s}."
    )
    ecmp: Annotated[int, whole(0, 1024)] = Field(
        0, description="Equal-cost paths to use; 0: as many as the fabric has."
    )
    links_per_spine: Annotated[int, whole(1, 16)] = Field(
        1, description="Parallel cables from each leaf to each spine."
    )
    peer_links: Annotated[int, whole(1, 8)] = Field(
        2, description="Cables between the two leaves of an MLAG pair."
    )
    password: Secret = Field("", description="Password of all BGP sessions: secret:NAME.")


class AsnRange(Block):
    """An inclusive range of AS numbers."""

    noun: ClassVar[str] = "a range of AS numbers"

    first: AsNumber = Field(description="First number.")
    last: AsNumber = Field(description="Last number.")


_RangeForm = Annotated[
    AsnRange,
    form(
        widen.asn_bounds,
        WrittenAsn | AsnRange | Annotated[str, Field(pattern=r"^[0-9.]+\s*-\s*[0-9.]+$")],
    ),
]


class Asn(Block):
    """AS number pools, RFC 7938: one number per tier, pod, rack or cluster."""

    noun: ClassVar[str] = "asn"

    superspine: _RangeForm = Field(
        AsnRange.model_construct(first=4200000000, last=4200000000),
        description="One for all superspines.",
    )
    spine: _RangeForm = Field(
        AsnRange.model_construct(first=4200000001, last=4200009999),
        description="One for the spines of each pod.",
    )
    border: _RangeForm = Field(
        AsnRange.model_construct(first=4200010000, last=4200019999),
        description="One for each border.",
    )
    leaf: _RangeForm = Field(
        AsnRange.model_construct(first=4200020001, last=4294967294),
        description="One for each MLAG pair, one for each leaf that is in none.",
    )
    node: _RangeForm = Field(
        AsnRange.model_construct(first=64512, last=65533),
        description="For Kubernetes nodes; 2-byte numbers, because Calico's field is an int32.",
    )
    shown_to_nodes: AsNumber = Field(
        65534,
        description="What every leaf calls itself towards Calico, whose fields hold no private "
        "4-byte number.",
    )


class ServerPool(Block):
    """Where racks take their prefixes from; ``per_rack`` is a prefix length."""

    noun: ClassVar[str] = "addressing.servers"

    pool: Prefixes = Field(("10.10.0.0/16",), description="Pool that racks take a prefix from.")
    per_rack: Annotated[int, whole(8, 30)] = Field(
        24, description="Prefix length of a rack's IPv4 subnet."
    )
    vlan: Annotated[int, whole(2, 4094)] = Field(100, description="VLAN of the servers.")


class ManagementPool(Block):
    """Out-of-band management addresses; the gateway is the pool's first address by default."""

    noun: ClassVar[str] = "addressing.management"

    pool: Prefix = Field("172.20.0.0/16", description="Pool of management addresses.")
    gateway: Address = Field("", description="Gateway; the pool's first address by default.")


class Addressing(Block):
    """The fabric's own pools."""

    noun: ClassVar[str] = "addressing"

    loopbacks: Prefixes = Field(("10.255.0.0/16",), description="One address for each switch.")
    links: Prefixes = Field(("10.254.0.0/16",), description="A /31 for each numbered link.")
    servers: Annotated[ServerPool, form(widen.pooled, str | list[str] | ServerPool)] = Field(
        ServerPool.model_construct(),
        description="Racks' prefixes: a pool, or {pool, per_rack, vlan}.",
    )
    management: Annotated[ManagementPool, form(widen.pooled, str | ManagementPool)] = Field(
        ManagementPool.model_construct(),
        description="Management network: a pool, or {pool, gateway}.",
    )


class Attachment(Block):
    """The port an upstream router is plugged into, and both addresses with their length.

    Each end has one address, or one of each family.
    """

    noun: ClassVar[str] = "an attachment"

    switch: Name = Field(description="Our switch: border1.")
    port: Text = Field(description="Its port, in the vendor's own spelling.")
    ours: Interfaces = Field(
        description="Our address with its length: 192.0.2.0/31, or one of each family in a list."
    )
    theirs: Interfaces = Field(
        description="Their address with its length: 192.0.2.1/31, or one of each family in a list."
    )

    def ends(self, family: str) -> tuple[str, str]:
        """Our and their address in a family, with the length; empty where there is none."""
        ours = next((text for text in self.ours if family_of(text) == family), "")
        theirs = next((text for text in self.theirs if family_of(text) == family), "")
        return ours, theirs


class External(Block):
    """An upstream router."""

    noun: ClassVar[str] = "an upstream router"

    name: Name = Field(description="Its name; pools announce to it by this name.")
    asn: AsNumber = Field(description="Its AS number: 64496 or 65000.1.")
    attach: Attachment = Field(description="Where it is plugged in, and the link's addresses.")
    accept: Prefixes = Field((), description="Prefixes taken from it: [0.0.0.0/0].")
    password: Secret = Field("", description="Password of its session: secret:NAME.")
    mtu: Annotated[int, whole(1280, 9216)] = Field(
        1500, description="MTU of the link to it, in bytes; most providers run 1500."
    )


class Pin(Block):
    """Values to keep for a device, a rack, or a link (``"leaf spine"``)."""

    noun: ClassVar[str] = "a pin"

    asn: Annotated[int | None, form(addresses.asn, WrittenAsn)] = Field(
        None, description="AS number to keep."
    )
    loopback: Address = Field("", description="Loopback address to keep.")
    management: Address = Field("", description="Management address to keep.")
    prefix: Prefix = Field("", description="A rack's prefix or a link's /31 to keep.")
    address: Address = Field("", description="A server's address to keep.")
