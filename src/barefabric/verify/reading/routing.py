"""What files must state of BGP and of routing policy, in each address family.

Some network OSes tell a neighbor once what holds in all families, others in each family. Facts of
both forms are here; those that end in ``of family`` have the family in front of their value.
"""

from collections.abc import Iterable, Iterator, Sequence

from barefabric.derive import names
from barefabric.derive.prefixes import DEFAULTS
from barefabric.model.address import is_ipv4, split
from barefabric.model.intent import Bgp, Neighbor, PeerGroup
from barefabric.model.policy import Policy, PrefixList, PrefixMatch, Term
from barefabric.model.session import Bfd, Source
from barefabric.verify.reading.rules import Fact

DAEMON_BFD = Bfd()
"""Timers that BFD daemons have unless they are told others."""


def routing_facts(bgp: Bgp, groups: Iterable[PeerGroup]) -> Iterator[Fact]:
    """The process and its neighbors. ``groups`` are its groups as the network OS has them."""
    yield Fact("router id", "", bgp.router_id)
    yield Fact("relaxed", "", "")
    yield Fact("no restart", "", "")
    yield Fact("no next hop groups", "", "")
    yield from _both("paths", "", str(bgp.ecmp), bgp.families)
    yield from _both("connected", "", names.CONNECTED, bgp.families)
    if bgp.last_resort:
        yield from _both("last resort", "", names.LAST_RESORT, bgp.families)
        for family in bgp.families:
            yield Fact("discard", "", f"{DEFAULTS[family]} 250")
    for prefix in bgp.aggregates:
        yield Fact("aggregate", "", prefix)
    for group in groups:
        yield from _session(group)
        yield from _carried(group)
        for neighbor in group.neighbors:
            yield from _neighbor(group, neighbor)


def _both(name: str, of: str, value: str, families: Iterable[str]) -> Iterator[Fact]:
    """A setting as it is stated once, and as it is stated in each family."""
    yield Fact(name, of, value)
    for family in families:
        yield Fact(f"{name} of family", of, f"{family} {value}".rstrip())


def _session(group: PeerGroup) -> Iterator[Fact]:
    """What holds for a group's sessions, whatever they carry."""
    name = group.name
    yield Fact("group", name, "")
    if group.asn:
        yield Fact("remote as", name, str(group.asn))
    if group.local_as:
        yield Fact("shown as", name, str(group.local_as))
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
    if group.source is Source.SVI:
        for address in {neighbor.local_address for neighbor in group.neighbors}:
            yield Fact("vlan source", name, address)


def _carried(group: PeerGroup) -> Iterator[Fact]:
    """What holds for the routes that a group's sessions carry."""
    name, families = group.name, group.families
    for family in families:
        yield Fact("activated", name, family)
    if group.next_hop_self:
        yield from _both("next hop self", name, "", families)
    if group.remove_private_as:
        yield from _both("private ASNs removed", name, "", families)
    if group.max_prefix:
        yield from _both("max-prefix", name, str(group.max_prefix), families)
    if group.send_community:
        yield Fact("communities", name, "")
    else:
        yield from _both("no communities", name, "", families)
    if group.import_policy:
        yield from _both("import", name, group.import_policy, families)
        for family in families:
            yield Fact("received kept", name, family)
    if group.export_policy:
        yield from _both("export", name, group.export_policy, families)
    if "ipv4" in families and any(not neighbor.address for neighbor in group.neighbors):
        yield Fact("next hops of ipv6", name, "")


def _neighbor(group: PeerGroup, neighbor: Neighbor) -> Iterator[Fact]:
    """A neighbor, by its address or by our port."""
    name = neighbor.address or neighbor.interface
    asn = str(group.asn or neighbor.asn)
    yield Fact("neighbor", name, group.name)
    if not neighbor.address:
        yield Fact("remote as of port", name, asn)
    if not group.asn:
        own = "remote as" if neighbor.address else "own remote as of port"
        yield Fact(own, name, asn)
    if neighbor.import_policy:
        yield from _both("import", name, neighbor.import_policy, group.families)


def policy_facts(
    policies: Iterable[Policy], lists: Sequence[PrefixList], bgp: Bgp
) -> Iterator[Fact]:
    """What the terms of attached policies match and set, and the lists of IPv6 entry by entry.

    Batfish searches what policies permit in IPv4, lists included; nobody else reads those of IPv6.
    """
    six = {one.name for one in lists if any(not is_ipv4(entry.prefix) for entry in one.entries)}
    for one in lists:
        if one.name in six:
            yield from _entries(one)
    used = {names.CONNECTED, names.LAST_RESORT}
    for group in bgp.groups:
        used |= {group.import_policy, group.export_policy}
        used.update(neighbor.import_policy for neighbor in group.neighbors)
    for policy in policies:
        if policy.name in used:
            for term in policy.terms:
                yield from _term(policy.name, term, term.prefix_list in six)


def _entries(prefix_list: PrefixList) -> Iterator[Fact]:
    """The entries of a list, numbered by tens as every network OS does by itself."""
    for number, entry in enumerate(prefix_list.entries, 1):
        yield Fact("ipv6 list", prefix_list.name, f"{10 * number} permit {_bounded(entry)}")


def _bounded(entry: PrefixMatch) -> str:
    """An entry with its bounds. A bound that is the prefix's own length is refused by FRR."""
    length = split(entry.prefix)[1]
    bounds = ((word, n) for word, n in (("ge", entry.ge), ("le", entry.le)) if n not in (0, length))
    return " ".join([entry.prefix, *(f"{word} {n}" for word, n in bounds)])


def _term(policy: str, term: Term, six: bool) -> Iterator[Fact]:
    if six:
        action = "permit" if term.permit else "deny"
        yield Fact("match ipv6 list", policy, f"{action} {term.sequence} {term.prefix_list}")
    said = (
        ("match list", "" if six else term.prefix_list),
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
