"""The values that stand on a line of text: addresses, AS numbers, ports, policies, names."""

import re
from collections.abc import Iterator

from barefabric.compare.ranges import listed
from barefabric.derive.ports import facing
from barefabric.inquire.addresses import explain
from barefabric.inquire.asns import explain_asn
from barefabric.inquire.facts import Answer, Fact
from barefabric.inquire.origin import kept, said
from barefabric.inquire.owners import owners
from barefabric.inquire.policies import filters_of
from barefabric.inquire.prefixes import explain_prefix, inside
from barefabric.inquire.session import what_is
from barefabric.inquire.words import COMMUNITIES, match_text
from barefabric.model.address import canonical, host_route, width
from barefabric.model.ledger import Kind
from barefabric.pipeline import Designed
from barefabric.topology.roster import Roster
from barefabric.vendors import catalogue

_TOKEN = re.compile(
    r"""(?P<secret>\$\{secret:[^}]+\})
      | (?P<address>(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]*\w))
      | (?P<address6>(?<![\w:.])(?:[\da-fA-F]{0,4}:){2,7}[\da-fA-F]{0,4}(?:/\d{1,3})?(?![\w:]))
      | (?P<community>(?<![\w:.])\d{1,5}:\d{1,5}(?![\w:.]))
      | (?P<word>[A-Za-z][\w./-]*[\w]|[A-Za-z])
      | (?P<number>(?<![\w.:])\d{1,10}(?![\w.:]))""",
    re.VERBOSE,
)
_ASN_WORDS = re.compile(
    r"(?i)(?<![a-z])(asn?|bgp|remote-as|local-as|(my|peer)asn|asnumber)(?![a-z])"
)
_VLAN_WORDS = re.compile(r"(?i)^(vlans?|vid|svi|vlan-id)$")
_VLAN_NAME = re.compile(r"(?i)^vlan\.?(\d{1,4})$")
FIRST_PRIVATE = 64512


def answers_on(designed: Designed, line: str, device: str) -> Iterator[Answer]:
    """What each value on a line is. ``device`` is whose file it stands in, or empty."""
    before = ""
    for match in _TOKEN.finditer(line):
        token, kind = match.group(), match.lastgroup
        if kind == "secret":
            yield _secret(designed, token)
        elif kind in ("address", "address6"):
            yield from _address(designed, token)
        elif kind == "community" and token in COMMUNITIES:
            yield Answer(token, f"community: {COMMUNITIES[token]}", ())
        elif kind == "word":
            yield from _word(designed, token, before, device)
        elif kind == "number":
            yield from _number(designed, int(token), before, line)
        before = token


def _secret(designed: Designed, token: str) -> Answer:
    name = token[len("${secret:") : -1]
    source = designed.loaded.topology.secrets.get(name)
    fact = (
        said(designed, "from", source, "secrets", name)
        if source
        else Fact("from", f"secrets.{name} is not written: a push would ask for it")
    )
    rule = Fact("rule", "a placeholder: only a push fetches the secret, and only in memory")
    return Answer(token, f"secret {name}", (fact, rule))


def _address(designed: Designed, token: str) -> Iterator[Answer]:
    text, _, length = token.partition("/")
    value = canonical(text, length)
    if not value:
        return
    bits = width(value)
    found = [
        o for o in owners(designed.design, value) if not length or int(length) in (o.length, bits)
    ]
    if found:
        yield from (explain(designed, value, owner) for owner in found)
    elif length:
        yield from explain_prefix(designed, f"{value}/{length}")
    else:
        yield from inside(designed, host_route(value))


def _word(designed: Designed, token: str, before: str, device: str) -> Iterator[Answer]:
    design = designed.design
    vlan = _VLAN_NAME.match(token)
    if vlan:
        yield from _vlan(designed, int(vlan[1]))
        return
    known = (design.switches, design.servers, design.upstreams, design.racks, design.clusters)
    if any(token in table for table in known):
        yield _name(designed, token)
    near = before if before in design.switches or before in design.servers else device
    if near:
        yield from _port(designed, near, token)
    if device:
        yield from _group(designed, device, token)
        yield from _policy(designed, device, token)


def _name(designed: Designed, token: str) -> Answer:
    design = designed.design
    if token in design.racks:
        rack = design.racks[token]
        prefixes = " and ".join(filter(None, (rack.prefix, rack.prefix6)))
        return Answer(token, f"rack with {len(rack.servers)} servers, {prefixes}", ())
    if token in design.clusters:
        sentence = f"cluster of {len(design.clusters[token].nodes)} nodes"
        n = list(design.clusters).index(token)
        return Answer(token, sentence, (said(designed, "from", token, "clusters", n, "name"),))
    return Answer(token, what_is(design, token), tuple(_written(designed, token)))


def _written(designed: Designed, name: str) -> Iterator[Fact]:
    """Where the topology has the row of switches or the rack of servers that a device is of."""
    roster = Roster(designed.loaded.topology)
    for known, keys in roster.switches():
        if known == name:
            yield said(designed, "from", "the topology's row of switches", *keys)
            return
    if name in roster.server_names:
        kind, rack = roster.server_names[name]
        yield said(designed, "from", "the topology's rack", *rack.keys, "servers", kind)


def _port(designed: Designed, device: str, token: str) -> Iterator[Answer]:
    for cable in designed.design.cables_by_device[device]:
        view = facing(cable, device)
        if view.port == token:
            other = f"{view.peer} {view.peer_port}".rstrip()
            sentence = f"port of {device}, {cable.speed}G, {cable.kind.value} cable to {other}"
            by_hand = _by_hand(designed, device, token)
            yield Answer(token, sentence, (*by_hand, *kept(designed, Kind.CABLE, cable.key)))


def _by_hand(designed: Designed, device: str, port: str) -> Iterator[Fact]:
    for n, cable in enumerate(designed.loaded.topology.cables):
        if (device, port) in ((cable.a.device, cable.a.port), (cable.b.device, cable.b.port)):
            yield said(designed, "from", "laid by hand", "cables", n)
    for n, external in enumerate(designed.loaded.topology.external):
        if (device, port) == (external.attach.switch, external.attach.port):
            yield said(
                designed, "from", f"external {external.name}", "external", n, "attach", "port"
            )


def _group(designed: Designed, device: str, token: str) -> Iterator[Answer]:
    members: dict[str, str] = {}
    for session in designed.design.sessions_by_device[device]:
        at_a = session.a == device
        side = session.profile.a if at_a else session.profile.b
        if side.group == token:
            members[session.b if at_a else session.a] = session.profile.name
    if members:
        profiles = ", ".join(dict.fromkeys(members.values()))
        sentence = f"peer group of {device}: its sessions with {listed(members, 4)}"
        yield Answer(token, sentence, (Fact("profile", profiles),))


def _policy(designed: Designed, device: str, token: str) -> Iterator[Answer]:
    filters = filters_of(designed.design, device)
    policy = filters.policies.get(token)
    if policy is not None:
        facts = tuple(Fact("term" if n == 0 else "", t) for n, t in enumerate(policy.terms))
        yield Answer(token, f"routing policy of {device}", facts)
    if token in filters.lists:
        entries = filters.lists[token]
        facts = tuple(
            Fact("holds" if n == 0 else "", match_text(entry))
            for n, entry in enumerate(entries[:8])
        )
        rest = (Fact("", f"and {len(entries) - 8:,} more"),) if len(entries) > 8 else ()
        yield Answer(token, f"prefix list of {device}", (*facts, *rest))


def _number(designed: Designed, value: int, before: str, line: str) -> Iterator[Answer]:
    if _VLAN_WORDS.match(before):
        yield from _vlan(designed, value)
    elif value >= FIRST_PRIVATE or _ASN_WORDS.search(line):
        yield from explain_asn(designed, value)


def _vlan(designed: Designed, value: int) -> Iterator[Answer]:
    servers = designed.loaded.topology.addressing.servers.vlan
    if value == servers:
        fact = said(designed, "from", "addressing.servers.vlan", "addressing", "servers", "vlan")
        yield Answer(f"VLAN {value}", "the servers of a rack", (fact,))
    for nos in dict.fromkeys(s.nos for s in designed.design.switches.values()):
        vendor = catalogue.vendor(nos)
        if vendor is None:
            continue
        uses = {
            vendor.pair_vlan: "control session of leaf pairs",
            vendor.routing_vlan: "iBGP of leaf pairs",
        }
        if value in uses:
            fact = Fact("from", f"fixed for {nos}", f"vendor_templates/{nos}/vendor.toml")
            yield Answer(f"VLAN {value}", uses[value], (fact,))
