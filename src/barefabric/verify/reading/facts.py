"""What the files of a device must state, from its intent, in no vendor's words.

Only facts that no route and no session shows: what a router computes with, Batfish reads itself.
"""

from collections.abc import Iterable, Iterator

from barefabric.hosts.frr import NOS as HOST_NOS
from barefabric.hosts.netplan import BOND
from barefabric.model.address import bare
from barefabric.model.device import Attach, Role
from barefabric.model.intent import Bgp, Channel, PeerGroup, ServerIntent, SwitchIntent
from barefabric.render.routing import settled_groups
from barefabric.vendors import catalogue
from barefabric.verify.reading.routing import policy_facts, routing_facts
from barefabric.verify.reading.rules import Fact


def switch_facts(intent: SwitchIntent) -> Iterator[Fact]:
    """Everything that a switch's files must state."""
    yield from routing_facts(intent.bgp, _groups(intent.bgp, intent.switch.role, intent.switch.nos))
    yield from policy_facts(intent.policies, intent.prefix_lists, intent.bgp)
    for community in intent.community_lists:
        yield Fact("community list", community.name, community.community)
    yield from _ports(intent)
    for channel in intent.channels:
        yield from _channel(channel)
    yield from _vlans(intent)
    yield from _addresses(intent)
    yield from _forwarding(intent)
    if intent.mlag is not None:
        yield Fact("mlag domain", "", intent.mlag.domain)
        yield Fact("mlag vlan", "", str(intent.mlag.vlan))
        yield Fact("mlag peer", "", intent.mlag.peer_address)
        if intent.mlag.heartbeat:
            yield Fact("mlag heartbeat", "", intent.mlag.heartbeat)
            yield Fact("dual primary", "", "")
        yield Fact("mlag peer link", "", str(intent.mlag.channel))


def server_facts(intent: ServerIntent) -> Iterator[Fact]:
    """Everything that a server's files must state."""
    yield Fact("server mtu", "", str(intent.mtu))
    routed, bonded = (intent.server.attach is a for a in (Attach.ROUTED, Attach.BOND))
    main = "lo" if routed else BOND if bonded else intent.nics[0].name
    for address in intent.addresses:
        yield Fact("server address", main, address)
        second = intent.server.second_address6
        if second and bare(address) == second:
            yield Fact("server deprecated address", main, address)
    for gateway in filter(None, (intent.gateway, intent.gateway6)):
        yield Fact("server gateway", main, gateway)
    if bonded:
        yield Fact("server lacp", "", "")
    if routed:
        yield from _links(intent)
    else:
        yield Fact("server without advertisements", main, "")
    if intent.bgp is not None:
        groups = _groups(intent.bgp, Role.LEAF, HOST_NOS)
        yield from routing_facts(intent.bgp, groups)
        yield from policy_facts(intent.policies, intent.prefix_lists, intent.bgp)
        yield Fact("forwarding", "", "")
        yield Fact("kernel ipv6 forwarding", "", "")
        yield Fact("dials only", "", "")


def _links(intent: ServerIntent) -> Iterator[Fact]:
    """The links of a routed server, and the addresses that its own packets have."""
    for nic in intent.nics:
        yield Fact("server without advertisements", nic.name, "")
        for address in filter(None, (nic.address, nic.address6)):
            yield Fact("server address", nic.name, address)
        if not nic.address6:
            yield Fact("server link-local", nic.name, "" if nic.address else "ipv6")
    server = intent.server
    for keyword, address, given in (
        ("ip", server.address, any(nic.address for nic in intent.nics)),
        ("ipv6", server.address6, any(nic.address6 for nic in intent.nics)),
    ):
        if given:
            name = "SOURCE6" if keyword == "ipv6" else "SOURCE"
            yield Fact("own source", name, address)
            yield Fact("routes with own source", name, keyword)


def _groups(bgp: Bgp, role: Role, nos: str) -> Iterable[PeerGroup]:
    """The groups as a network OS can express them."""
    vendor = catalogue.vendor(nos)
    if vendor is None or vendor.dialect is None:
        return bgp.groups
    return settled_groups(bgp, role, vendor.dialect)


def _addresses(intent: SwitchIntent) -> Iterator[Fact]:
    """IPv6 addresses, which Batfish does not model; those of IPv4 carry sessions that it sees."""
    if intent.loopback6:
        yield Fact("ipv6 loopback", "", intent.loopback6)
    for port in intent.routed:
        if port.address6:
            yield Fact("ipv6 address", port.name, port.address6)
        elif not port.address:
            yield Fact("ipv6 enabled", port.name, "")
    for svi in intent.svis:
        if svi.address6:
            number = str(svi.vlan)
            address, _, length = svi.address6.partition("/")
            yield Fact("vlan ipv6 address", number, address)
            yield Fact("vlan ipv6 length", number, length)
            yield Fact("vlan without advertisements", number, "")
            if svi.gateway6:
                yield Fact("vlan ipv6 address", number, svi.gateway6)


def _forwarding(intent: SwitchIntent) -> Iterator[Fact]:
    yield Fact("forwarding", "", "")
    yield Fact("kernel ipv6 forwarding", "", "")
    unnumbered = any(not (port.address or port.address6) for port in intent.routed)
    if unnumbered:
        yield Fact("ipv4 over ipv6", "", "")
    if unnumbered or "ipv6" in intent.bgp.families:
        yield Fact("ipv6 forwarding", "", "")


def _ports(intent: SwitchIntent) -> Iterator[Fact]:
    for port in intent.routed:
        yield Fact("port mtu", port.name, str(port.mtu))
    for access in intent.access:
        yield Fact("port mtu", access.name, str(access.mtu))
        yield Fact("port vlan", access.name, str(access.vlan))
    for member in intent.members:
        yield Fact("lacp port", member.name, str(member.channel))
    for name in intent.unused:
        yield Fact("shut", name, "")


def _channel(channel: Channel) -> Iterator[Fact]:
    number = str(channel.number)
    yield Fact("channel mtu", number, str(channel.mtu))
    yield Fact("lacp ports", number, " ".join(channel.members))
    yield Fact("lacp", number, "")
    if channel.vlan:
        yield Fact("channel vlan", number, str(channel.vlan))
    else:
        yield Fact("trunk", number, "")
        yield Fact("trunk of the pair", number, "")
    if channel.mlag:
        yield Fact("mlag id", number, str(channel.mlag))


def _vlans(intent: SwitchIntent) -> Iterator[Fact]:
    for vlan in intent.vlans:
        yield Fact("vlan", str(vlan.number), "")
        if vlan.pair_only:
            yield Fact("pair only", str(vlan.number), "")
    if intent.vlans:
        yield Fact("vlans", "", _listed(v.number for v in intent.vlans if not v.pair_only))
    for svi in intent.svis:
        number = str(svi.vlan)
        yield Fact("vlan mtu", number, str(svi.mtu))
        yield Fact("vlan address", number, svi.address.partition("/")[0])
        if svi.gateway:
            yield Fact("vlan address", number, svi.gateway)
            yield Fact("gateway mac", "", "")


def _listed(numbers: Iterable[int]) -> str:
    return " ".join(str(number) for number in numbers)
