"""``fabric why ADDRESS``: one answer for each use of an address."""

from collections.abc import Callable, Iterator, Mapping

from barefabric.inquire.facts import Answer, Fact
from barefabric.inquire.origin import Keys, kept, offset, pool, said
from barefabric.inquire.owners import Owner, Use
from barefabric.ledger.addresses import FIRST_MANAGED, FIRST_SERVER, RACK6
from barefabric.model.address import is_ipv4, number, split, width, written
from barefabric.model.ledger import Kind
from barefabric.pipeline import Designed

Facts = Iterator[Fact]


def explain(designed: Designed, address: str, owner: Owner) -> Answer:
    """What one use of an address is, and where it came from."""
    sentence, facts = _EXPLAIN[owner.use]
    text = f"{address}/{owner.length}"
    return Answer(text, sentence(designed, owner), tuple(facts(designed, address, owner)))


def _role(designed: Designed, device: str) -> str:
    """``leaf r1-leaf1``; a server or an upstream router by what it is."""
    design = designed.design
    if device in design.switches:
        return f"{design.switches[device].role.value} {device}"
    return f"server {device}" if device in design.servers else f"upstream router {device}"


def _at(designed: Designed, owner: Owner) -> str:
    """``leaf r1-leaf2, Ethernet49/1, towards spine1 Ethernet2/1``."""
    towards = f", towards {owner.peer} {owner.peer_port}".rstrip() if owner.peer else ""
    place = f", {owner.interface}" if owner.interface else ""
    return f"{_role(designed, owner.device)}{place}{towards}"


def _loopback(designed: Designed, address: str, owner: Owner) -> Facts:
    bits, kind = width(address), Kind.LOOPBACK if is_ipv4(address) else Kind.LOOPBACK6
    yield pool(designed, "loopbacks", address)
    yield from kept(designed, kind, owner.key, offset(designed, "loopbacks", address, bits))
    bgp = "; its BGP id too" if is_ipv4(address) else ""
    yield Fact("rule", f"a /{bits} for each switch, in the order in which switches came{bgp}")


def _management(designed: Designed, address: str, owner: Owner) -> Facts:
    yield pool(designed, "management", address)
    place = offset(designed, "management", address, width(address))
    yield from kept(designed, Kind.MANAGEMENT, owner.key, place)
    yield Fact("rule", f"switches from .{FIRST_MANAGED} up; what is below is left for other things")


def _management_gateway(designed: Designed, address: str, _owner: Owner) -> Facts:
    yield pool(designed, "management", address)
    if designed.loaded.written("addressing", "management", "gateway"):
        yield said(designed, "rule", "the topology names it", "addressing", "management", "gateway")
    else:
        yield Fact("rule", "the pool's first host, because addressing.management.gateway is not "
                   "written")  # fmt: skip


def link_of(address: str) -> str:
    """The /31 or /127 that an address lies in."""
    return f"{written(number(address) & ~1, width(address))}/{width(address) - 1}"


def _from_links(designed: Designed, address: str, owner: Owner) -> Facts:
    """Where the prefix of a link came from."""
    link, kind = link_of(address), Kind.LINK if is_ipv4(address) else Kind.LINK6
    base = link.partition("/")[0]
    yield pool(designed, "links", base)
    yield from kept(designed, kind, owner.key, offset(designed, "links", base, width(base) - 1))


def _link(designed: Designed, address: str, owner: Owner) -> Facts:
    yield from _from_links(designed, address, owner)
    odd = number(address) & 1
    end = "odd" if odd else "even"
    where = "the lower end has the odd one" if odd else "the upper end has the even one"
    source = "RFC 3021" if is_ipv4(address) else "RFC 6164"
    yield Fact("rule", f"the {end} address of {link_of(address)}: {where} ({source})")


def _pair(designed: Designed, address: str, owner: Owner) -> Facts:
    yield from _from_links(designed, address, owner)
    what = {"control": "the control session of the pair", "routing": "iBGP of the pair"}
    which = "second" if number(address) & 1 else "first"
    yield Fact("rule", f"{what[owner.interface]}, over the peer link; the {which} leaf of the two")


def _prefix(designed: Designed, name: str, like: str) -> str:
    """A rack's prefix in the family of an address."""
    rack = designed.design.racks[name]
    return rack.prefix if is_ipv4(like) else rack.prefix6


def rack_facts(designed: Designed, name: str, like: str) -> Facts:
    """Where a rack's prefix in the family of ``like`` came from."""
    prefix = _prefix(designed, name, like)
    yield pool(designed, "servers", prefix)
    place = offset(designed, "servers", prefix, split(prefix)[1])
    for fact in kept(designed, Kind.RACK if is_ipv4(prefix) else Kind.RACK6, name, place):
        yield fact._replace(text=f"rack {name} {prefix}: {fact.text}")


def _gateway(designed: Designed, address: str, owner: Owner) -> Facts:
    yield from rack_facts(designed, owner.key, address)
    yield Fact("rule", "the first address of the rack's prefix, shared by its leaves")
    yield _vlan(designed)


def _vlan(designed: Designed) -> Fact:
    vlan = designed.loaded.topology.addressing.servers.vlan
    return said(designed, "VLAN", str(vlan), "addressing", "servers", "vlan")


def _leaf(designed: Designed, address: str, owner: Owner) -> Facts:
    yield from rack_facts(designed, owner.key, address)
    switch = designed.design.switches[owner.device]
    dot = "." if is_ipv4(address) else "::"
    last = f"{number(address) - split(_prefix(designed, owner.key, address))[0]:x}"
    yield Fact(
        "rule",
        f"leaf {switch.index} of the rack has {dot}{last}: {dot}1 is the gateway, leaves follow",
    )
    yield _vlan(designed)


def _server(designed: Designed, address: str, owner: Owner) -> Facts:
    server = designed.design.servers[owner.device]
    yield from rack_facts(designed, server.rack, address)
    base = split(_prefix(designed, server.rack, address))[0]
    place = f"{number(address) - base} of its rack"
    yield from kept(designed, Kind.NODE, owner.key, place)
    if is_ipv4(address):
        text = f"servers of a rack from .{FIRST_SERVER} up, in the order in which they came"
    else:
        prefix = designed.design.racks[server.rack].prefix
        text = f"as far into the rack's /{RACK6} as {server.address} is into {prefix}"
    yield Fact("rule", text)


def _second(designed: Designed, address: str, owner: Owner) -> Facts:
    server = designed.design.servers[owner.device]
    half = 1 << (31 - split(designed.design.racks[server.rack].prefix)[1])
    node = server.address if is_ipv4(address) else server.address6
    of = "a rack's prefix" if is_ipv4(address) else "a rack's IPv4 prefix"
    yield Fact("rule", f"the node address {node} and half {of} ({half})")
    state = "runs from it" if server.uses_second else "has it reserved; it is configured nowhere"
    yield Fact("use", f"a second BGP speaker {state} (a leaf knows a speaker by its address)")
    yield from _server(designed, node, owner)


def _upstream(designed: Designed, address: str, owner: Owner) -> Facts:
    externals = designed.loaded.topology.external
    for n, external in enumerate(externals):
        if external.name in (owner.device, owner.peer):
            key = "theirs" if external.name == owner.device else "ours"
            at = _family_place(designed, ("external", n, "attach", key), address)
            yield said(designed, "from", f"external {external.name}, attach.{key}", *at)
    yield Fact("rule", "as the topology has it; links to upstream routers are not numbered here")


def _family_place(designed: Designed, keys: Keys, address: str) -> Keys:
    """The item of a list that has an address, where one of each family is written."""
    written_there = designed.loaded.topology.external[int(keys[1])].attach
    ends = written_there.theirs if keys[-1] == "theirs" else written_there.ours
    return (*keys, [e.partition("/")[0] for e in ends].index(address)) if len(ends) > 1 else keys


def _endpoint(designed: Designed, address: str, owner: Owner) -> Facts:
    clusters = designed.loaded.topology.clusters
    n = next(n for n, cluster in enumerate(clusters) if cluster.name == owner.device)
    keys = ("clusters", n, "control_plane", "endpoint")
    yield said(designed, "from", f"endpoint of cluster {owner.device}", *keys)
    if owner.interface:
        cluster = designed.design.clusters[owner.device]
        by = f"{owner.interface} on {len(cluster.control_plane)} control-plane nodes"
        yield Fact("rule", f"announced as a /{width(address)} by {by}")


def _sentence(text: str) -> Callable[[Designed, Owner], str]:
    return lambda designed, owner: f"{text} of {_role(designed, owner.device)}"


def _pair_sentence(_designed: Designed, owner: Owner) -> str:
    what = {"control": "control session", "routing": "iBGP"}[owner.interface]
    return f"leaf {owner.device}, {what} of the pair, towards {owner.peer}"


def _second_sentence(_designed: Designed, owner: Owner) -> str:
    state = "second address" if owner.interface else "reserved second address"
    return f"{state} of server {owner.device}"


_EXPLAIN: Mapping[
    Use,
    tuple[Callable[[Designed, Owner], str], Callable[[Designed, str, Owner], Facts]],
] = {
    Use.LOOPBACK: (_sentence("loopback"), _loopback),
    Use.MANAGEMENT: (_sentence("management address"), _management),
    Use.MANAGEMENT_GATEWAY: (lambda *_: "gateway of the management network", _management_gateway),
    Use.LINK: (_at, _link),
    Use.PAIR: (_pair_sentence, _pair),
    Use.GATEWAY: (lambda _, o: f"gateway of rack {o.key}'s servers, on its leaves", _gateway),
    Use.LEAF: (lambda _, o: f"leaf {o.device} in {o.interface} of rack {o.key}", _leaf),
    Use.SERVER: (lambda _, o: f"server {o.device}, on {o.interface}", _server),
    Use.SECOND: (_second_sentence, _second),
    Use.UPSTREAM: (_at, _upstream),
    Use.ENDPOINT: (lambda _, o: f"API endpoint of cluster {o.device}", _endpoint),
}
