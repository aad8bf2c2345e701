"""Kernel forwarding tables and computed routes in the same terms: next hops by name."""

from collections.abc import Iterable, Mapping
from typing import Any

from barefabric.lab.types import LabPlan
from barefabric.model.address import host_route
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.verify.compute import Computed
from barefabric.verify.verdict import Sides

DEFAULTS = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}
OWN = "itself"
"""Stands for the next hop of what a device has of its own, a discard route included."""

Table = dict[tuple[str, str], tuple[str, ...]]
"""Next hops by device and prefix: neighbors by name, one for each path, sorted."""
Facts = Mapping[str, Mapping[str, Any]]


class Names:
    """Who is at the other end of a port, and who has an address, by the design."""

    def __init__(self, design: Design, plan: LabPlan) -> None:
        self.design = design
        self.across: dict[tuple[str, str], str] = {}
        for link in plan.links:
            self.across[link.a, link.a_port] = link.b
            self.across[link.b, link.b_port] = link.a
        self.owner = dict(_owners(design))
        self.near: Mapping[str, str] = {}

    def learn(self, facts: Facts) -> None:
        """Take in who has which link-local address: kernels alone know. One that two have is none.

        Next hops of IPv6 are such addresses where both ends share a network (RFC 2545, 3).
        """
        found: dict[str, str] = {}
        for device, told in facts.items():
            for route in told.get("routes", ()):
                address = str(route["dst"])
                if _is_near(route):
                    found[address] = "" if found.get(address, device) != device else device
        self.near = found

    def hop(self, device: str, route: Mapping[str, Any]) -> str:
        """The device that a next hop leads to: by its port, else by its address.

        FRR shows the gateway of an unnumbered link as 169.254.0.1, and for IPv6 as the neighbor's
        link-local address: the port alone tells.
        """
        port, gateway = str(route.get("dev", "")), str(route.get("gateway", ""))
        return self.across.get((device, port)) or self.who(gateway) or f"{gateway} dev {port}"

    def who(self, address: str) -> str:
        """The device that has an address; empty for one that nobody has, or several."""
        return self.owner.get(address) or self.near.get(address, "")


GATEWAY = "the rack's gateway"
"""Stands for the leaves of a rack as its bonded servers see them."""


def _owners(design: Design) -> Iterable[tuple[str, str]]:
    for cable in design.cables:
        for own in (cable.a_address, cable.a_address6):
            yield own.partition("/")[0], cable.a
        for own in (cable.b_address, cable.b_address6):
            yield own.partition("/")[0], cable.b
    for session in design.sessions:
        yield session.a_address, session.a
        yield session.b_address, session.b
    for switch in design.switches.values():
        yield switch.loopback, switch.name
        yield switch.loopback6, switch.name
    for server in design.servers.values():
        yield server.address, server.name
        yield server.address6, server.name
    for rack in design.racks.values():
        yield rack.gateway, GATEWAY
        yield rack.gateway6, GATEWAY


def kernel_table(names: Names, facts: Facts) -> Table:
    """The kernels' forwarding tables. A prefix that a device has an address in is its own.

    Of two routes to a prefix the one with the lower metric is in use.
    """
    names.learn(facts)
    found: Table = {}
    for device, told in facts.items():
        every = [route for route in told.get("routes", ()) if not _is_near(route)]
        for route in sorted(every, key=lambda route: -int(route.get("metric", 0))):
            prefix = _prefix(route)
            hops = tuple(sorted(_hops(names, device, route)))
            if _own(route):
                found.setdefault((device, prefix), (OWN,))
            elif hops:
                found[device, prefix] = hops
    return found


def _own(route: Mapping[str, Any]) -> bool:
    """Whether a route leads to the device itself, to a network it is in, or to nowhere."""
    kind = route.get("type", "unicast")
    return kind in ("local", "blackhole", "unreachable", "prohibit") or (
        "gateway" not in route and "nexthops" not in route and "via" not in route
    )


def _hops(names: Names, device: str, route: Mapping[str, Any]) -> Iterable[str]:
    if _own(route):
        return ()
    return (
        names.hop(device, hop)
        for hop in route.get("nexthops", (route,))
        if not {"dead", "linkdown"}.intersection(hop.get("flags", ()))
    )


def _prefix(route: Mapping[str, Any]) -> str:
    text = str(route["dst"])
    if text == "default":
        return DEFAULTS[route.get("family", "ipv4")]
    return text if "/" in text else host_route(text)


def _is_near(route: Mapping[str, Any]) -> bool:
    """Whether a route is about a link-local address (RFC 4291, 2.5.6)."""
    return str(route["dst"]).startswith("fe80:")


def heard_table(names: Names, facts: Facts) -> Table:
    """What routers outside heard that have no forwarding table (GoBGP): all from their one peer.

    Such a router keeps it until the hold time ends, even where its port is down and nothing
    could be sent: it counts only while the kernel has routes over that port.
    """
    found: Table = {}
    for name, upstream in names.design.upstreams.items():
        told = facts.get(name, {})
        for prefixes in told.get("received", {}).values() if _is_linked(names, name, told) else ():
            found.update(((name, prefix), (upstream.switch,)) for prefix in prefixes)
    return found


def _is_linked(names: Names, device: str, told: Mapping[str, Any]) -> bool:
    """Whether a kernel has a route over some link of its device."""
    return any(
        (device, str(route.get("dev", ""))) in names.across
        and route.get("type") != "local"
        and not {"dead", "linkdown"}.intersection(route.get("flags", ()))
        for route in told.get("routes", ())
    )


def lab_table(names: Names, facts: Facts) -> Table:
    """Forwarding tables of all routers. Routers outside tell what they heard instead of it."""
    upstreams = names.design.upstreams
    silent = {name for name, told in facts.items() if name in upstreams and "received" in told}
    kernel = {key: hops for key, hops in kernel_table(names, facts).items() if key[0] not in silent}
    own = {(name, prefix): (OWN,) for name in silent for prefix in upstreams[name].accept}
    return {**kernel, **own, **heard_table(names, facts)}


def computed_table(computed: Computed) -> Table:
    """The built-in answer: routes of switches, routed hosts and routers outside.

    Servers on a rack's subnet have their static routes beside it, one of each family.
    """
    built = computed.built
    names = built.network.names
    routers = {*built.switches.values(), *built.hosts.values(), *built.upstreams.values()}
    static = {
        (server.name, DEFAULTS[one]): (GATEWAY,)
        for server in computed.wiring.design.servers.values()
        if server.attach is not Attach.ROUTED
        for one in computed.wiring.design.underlay.families
    }
    return static | {
        (names[process], prefix): tuple(sorted(names[h] for h in row.hops)) or (OWN,)
        for process, prefix, row in computed.table.rows()
        if process in routers
    }


def differing(ours: Table, lab: Table, gone: frozenset[str] = frozenset()) -> list[Sides]:
    """Rows on which computation and kernels differ, sorted.

    What a device has of its own counts only where the computation has it too: link networks are
    in no BGP.
    """
    learned = {key for key, hops in lab.items() if hops != (OWN,)}
    found = [
        Sides(
            f"{device} to {prefix}",
            listed(ours.get((device, prefix))),
            listed(lab.get((device, prefix))),
        )
        for device, prefix in {*ours, *learned}
        if device not in gone and ours.get((device, prefix)) != lab.get((device, prefix))
    ]
    return sorted(found)


def differences(ours: Table, lab: Table, gone: frozenset[str] = frozenset()) -> list[str]:
    """The same as text, a line each."""
    return [
        f"{about}: built-in {built_in}; kernel {other}"
        for about, built_in, other in differing(ours, lab, gone)
    ]


def rows(ours: Table, lab: Table, gone: frozenset[str] = frozenset()) -> int:
    """How many rows :func:`differences` looks at."""
    learned = {key for key, hops in lab.items() if hops != (OWN,)}
    return sum(device not in gone for device, _ in {*ours, *learned})


def listed(names: tuple[str, ...] | None) -> str:
    """Next hops as text."""
    return ", ".join(names) if names else "no route"
