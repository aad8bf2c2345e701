"""What the files of a device must state, from its intent, in no vendor's words.

Only facts that no route and no session shows: what a router computes with, Batfish reads itself.
"""

from collections.abc import Iterable, Iterator

from barefabric.derive import names
from barefabric.model.device import Attach
from barefabric.model.intent import Bgp, Channel, PeerGroup, ServerIntent, SwitchIntent
from barefabric.model.policy import Policy, Term
from barefabric.model.session import Bfd, Source
from barefabric.verify.reading.rules import Fact

DAEMON_BFD = Bfd()
"""Timers that BFD daemons have unless they are told others."""


def switch_facts(intent: SwitchIntent) -> Iterator[Fact]:
    """Everything that a switch's files must state."""
    yield from _routing(intent.bgp)
    yield from _policies(intent.policies, intent.bgp)
    for community in intent.community_lists:
        yield Fact("community list", community.name, community.community)
    yield from _ports(intent)
    for channel in intent.channels:
        yield from _channel(channel)
    yield from _vlans(intent)
    yield Fact("forwarding", "", "")
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
    own = (address for nic in intent.nics for address in (nic.address, nic.address6))
    for address in filter(None, (*intent.addresses, *own)):
        yield Fact("server address", "", address)
    if intent.gateway:
        yield Fact("server gateway", "", intent.gateway)
    if intent.server.attach is Attach.BOND:
        yield Fact("server lacp", "", "")
    if intent.bgp is not None:
        yield from _routing(intent.bgp)
        yield from _policies(intent.policies, intent.bgp)
        yield Fact("forwarding", "", "")
        yield Fact("dials only", "", "")


def _routing(bgp: Bgp) -> Iterator[Fact]:
    yield Fact("router id", "", bgp.router_id)
    yield Fact("paths", "", str(bgp.ecmp))
    yield Fact("relaxed", "", "")
    yield Fact("connected", "", names.CONNECTED)
    if bgp.last_resort:
        yield Fact("last resort", "", names.LAST_RESORT)
        yield Fact("discard", "", "0.0.0.0/0 250")
    yield Fact("no restart", "", "")
    yield Fact("no next hop groups", "", "")
    for group in bgp.groups:
        yield from _group(group)


def _group(group: PeerGroup) -> Iterator[Fact]:
    name = group.name
    yield Fact("timers", name, f"{group.keepalive} {group.hold}")
    if group.bfd is not None:
        yield Fact("bfd", name, "")
        times = f"{group.bfd.interval} {group.bfd.multiplier}"
        yield Fact("bfd timers", name, times)
        if group.bfd != DAEMON_BFD:
            yield Fact("bfd profile", name, times)
    if group.password:
        yield Fact("password", name, f"${{secret:{group.password}}}")
    if group.passive:
        yield Fact("passive", name, "")
    if group.hops > 1:
        yield Fact("multihop", name, str(group.hops))
    elif group.ttl_security:
        yield Fact("ttl security", name, "1")
    if group.source is Source.LOOPBACK:
        yield Fact("loopback source", name, "")
    if group.next_hop_self:
        yield Fact("next hop self", name, "")
    if group.remove_private_as:
        yield Fact("private ASNs removed", name, "")
    if group.max_prefix:
        yield Fact("max-prefix", name, str(group.max_prefix))
    yield Fact("communities" if group.send_community else "no communities", name, "")


def _policies(policies: Iterable[Policy], bgp: Bgp) -> Iterator[Fact]:
    """What the terms of attached policies match and set. Batfish searches what they permit."""
    used = {names.CONNECTED, names.LAST_RESORT}
    for group in bgp.groups:
        used |= {group.import_policy, group.export_policy}
        used.update(neighbor.import_policy for neighbor in group.neighbors)
    for policy in policies:
        if policy.name in used:
            for term in policy.terms:
                yield from _term(policy.name, term)


def _term(policy: str, term: Term) -> Iterator[Fact]:
    said = (
        ("match list", term.prefix_list),
        ("match community", term.community_list),
        ("match own path", "OWN" if term.own_path else ""),
        ("set community", term.set_community),
    )
    for what, value in said:
        if value:
            yield Fact(what, policy, f"{term.sequence} {value}")
    for what, number in (("set preference", term.local_preference), ("set weight", term.weight)):
        if number is not None:
            yield Fact(what, policy, f"{term.sequence} {number}")


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
