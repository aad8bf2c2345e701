"""Routers outside, as devices that Batfish can model."""

from collections.abc import Sequence

from barefabric.model.device import Upstream
from barefabric.model.session import Session
from barefabric.verify.batfish.files import whole_file
from barefabric.verify.batfish.stations import Station

OUTSIDE = "240.0.0.1"
"""Stands for the rest of the world behind an upstream router: reserved, so that no plan has it."""
WAN = "wan0"
"""The port of an upstream router; what it is really called is its operator's affair."""


def upstream_station(upstream: Upstream, sessions: Sequence[Session]) -> Station:
    """A router that announces what we accept from it, and takes whatever it is sent.

    What it announces ends there in a discard route, but for the one address of the world.
    """
    lines = [f"hostname {upstream.name}"]
    lines += [f"ip route {prefix} blackhole" for prefix in upstream.accept]
    lines += [
        f"ip prefix-list SAY seq {number} permit {prefix}"
        for number, prefix in enumerate(upstream.accept, 1)
    ]
    lines += ["route-map SAY permit 10", " match ip address prefix-list SAY"]
    lines += [f"router bgp {upstream.asn}", " no bgp default ipv4-unicast"]
    lines += [f" neighbor {s.a_address} remote-as {s.a_asn}" for s in sessions]
    lines.append(" address-family ipv4 unicast")
    lines += [f"  network {prefix}" for prefix in upstream.accept]
    for session in sessions:
        lines.append(f"  neighbor {session.a_address} activate")
        lines.append(f"  neighbor {session.a_address} route-map SAY out")
    routing = "\n".join([*lines, " exit-address-family", ""])
    block = (WAN, [f"    address {upstream.theirs}"])
    text = whole_file(upstream.name, (f"{OUTSIDE}/32",), (block,), routing)
    edge = (upstream.name, WAN, upstream.switch, upstream.port)
    return Station(upstream.name, upstream.name, text, (edge,), tuple(sessions))
