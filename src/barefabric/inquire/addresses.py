"""``fabric why ADDRESS``: one answer for each use of an address."""

from collections.abc import Callable, Iterator, Mapping

from barefabric.inquire.facts import Answer, Fact
from barefabric.inquire.origin import kept, offset, pool, said
from barefabric.inquire.owners import Owner, Use
from barefabric.ledger.addresses import FIRST_MANAGED, FIRST_SERVER
from barefabric.model.address import dotted, split
from barefabric.model.ledger import Kind
from barefabric.pipeline import Designed

Facts = Iterator[Fact]


def explain(designed: Designed, address: int, owner: Owner) -> Answer:
    """What one use of an address is, and where it came from."""
    sentence, facts = _EXPLAIN[owner.use]
    text = f"{dotted(address)}/{owner.length}"
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


def _loopback(designed: Designed, address: int, owner: Owner) -> Facts:
    text = dotted(address)
    yield pool(designed, "loopbacks", text)
    yield from kept(designed, Kind.LOOPBACK, owner.key, offset(designed, "loopbacks", text, 32))
    yield Fact("rule", "a /32 for each switch, in the order in which switches came; its BGP id too")


def _management(designed: Designed, address: int, owner: Owner) -> Facts:
    text = dotted(address)
    yield pool(designed, "management", text)
    yield from kept(designed, Kind.MANAGEMENT, owner.key, offset(designed, "management", text, 32))
    yield Fact("rule", f"switches from .{FIRST_MANAGED} up; what is below is left for other things")


def _management_gateway(designed: Designed, address: int, _owner: Owner) -> Facts:
    yield pool(designed, "management", dotted(address))
    if designed.loaded.written("addressing", "management", "gateway"):
        yield said(designed, "rule", "the topology names it", "addressing", "management", "gateway")
    else:
        yield Fact("rule", "the pool's first host, because addressing.management.gateway is not "
                   "written")  # fmt: skip


def _link(designed: Designed, address: int, owner: Owner) -> Facts:
    base = dotted(address & ~1)
    yield pool(designed, "links", base)
    yield from kept(designed, Kind.LINK, owner.key, offset(designed, "links", base, 31))
    end = "odd" if address & 1 else "even"
    where = "the lower end has the odd one" if address & 1 else "the upper end has the even one"
    yield Fact("rule", f"the {end} address of {base}/31: {where} (RFC 3021)")


def _pair(designed: Designed, address: int, owner: Owner) -> Facts:
    base = dotted(address & ~1)
    yield pool(designed, "links", base)
    yield from kept(designed, Kind.LINK, owner.key, offset(designed, "links", base, 31))
    what = {"control": "the control session of the pair", "routing": "iBGP of the pair"}
    which = "second" if address & 1 else "first"
    yield Fact("rule", f"{what[owner.interface]}, over the peer link; the {which} leaf of the two")


def rack_facts(designed: Designed, name: str) -> Facts:
    """Where a rack's prefix came from."""
    rack = designed.design.racks[name]
    length = split(rack.prefix)[1]
    yield pool(designed, "servers", rack.prefix)
    place = offset(designed, "servers", rack.prefix, length)
    for fact in kept(designed, Kind.RACK, name, place):
        yield fact._replace(text=f"rack {name} {rack.prefix}: {fact.text}")


def _gateway(designed: Designed, _address: int, owner: Owner) -> Facts:
    yield from rack_facts(designed, owner.key)
    yield Fact("rule", "the first address of the rack's prefix, shared by its leaves")
    yield _vlan(designed)


def _vlan(designed: Designed) -> Fact:
    vlan = designed.loaded.topology.addressing.servers.vlan
    return said(designed, "VLAN", str(vlan), "addressing", "servers", "vlan")


def _leaf(designed: Designed, address: int, owner: Owner) -> Facts:
    yield from rack_facts(designed, owner.key)
    switch = designed.design.switches[owner.device]
    last = address - split(designed.design.racks[owner.key].prefix)[0]
    yield Fact(
        "rule", f"leaf {switch.index} of the rack has .{last}: .1 is the gateway, leaves follow"
    )
    yield _vlan(designed)


def _server(designed: Designed, address: int, owner: Owner) -> Facts:
    server = designed.design.servers[owner.device]
    yield from rack_facts(designed, server.rack)
    yield from kept(
        designed, Kind.NODE, owner.key, f"{address - _base(designed, owner)} of its rack"
    )
    yield Fact(
        "rule", f"servers of a rack from .{FIRST_SERVER} up, in the order in which they came"
    )


def _base(designed: Designed, owner: Owner) -> int:
    rack = designed.design.servers[owner.device].rack
    return split(designed.design.racks[rack].prefix)[0]


def _second(designed: Designed, address: int, owner: Owner) -> Facts:
    server = designed.design.servers[owner.device]
    half = 1 << (31 - split(designed.design.racks[server.rack].prefix)[1])
    yield Fact("rule", f"the node address {server.address} and half a rack's prefix ({half})")
    state = "runs from it" if server.uses_second else "has it reserved; it is configured nowhere"
    yield Fact("use", f"a second BGP speaker {state} (a leaf knows a speaker by its address)")
    yield from _server(designed, address - half, owner)


def _upstream(designed: Designed, _address: int, owner: Owner) -> Facts:
    externals = designed.loaded.topology.external
    for n, external in enumerate(externals):
        if external.name in (owner.device, owner.peer):
            key = "theirs" if external.name == owner.device else "ours"
            yield said(designed, "from", f"external {external.name}, attach.{key}",
                       "external", n, "attach", key)  # fmt: skip
    yield Fact("rule", "as the topology has it; links to upstream routers are not numbered here")


def _endpoint(designed: Designed, _address: int, owner: Owner) -> Facts:
    clusters = designed.loaded.topology.clusters
    n = next(n for n, cluster in enumerate(clusters) if cluster.name == owner.device)
    keys = ("clusters", n, "control_plane", "endpoint")
    yield said(designed, "from", f"endpoint of cluster {owner.device}", *keys)
    if owner.interface:
        cluster = designed.design.clusters[owner.device]
        by = f"{owner.interface} on {len(cluster.control_plane)} control-plane nodes"
        yield Fact("rule", f"announced as a /32 by {by}")


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
    tuple[Callable[[Designed, Owner], str], Callable[[Designed, int, Owner], Facts]],
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
