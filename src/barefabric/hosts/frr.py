"""Routing on routed servers: FRR with a session on each link, from the switches' own templates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from barefabric.errors import fail
from barefabric.model.device import Role
from barefabric.model.intent import Bgp, ServerIntent
from barefabric.model.policy import CommunityList, Policy, PrefixList
from barefabric.render.environment import environment, whole
from barefabric.render.policy import policy_view
from barefabric.render.routing import bgp_view
from barefabric.render.routing_view import BgpView, PolicyView
from barefabric.vendors import catalogue

if TYPE_CHECKING:
    from barefabric.model.intent import SwitchIntent

NOS = "frr"

DAEMONS = """\
# /etc/frr/daemons
bgpd=yes
bfdd=yes

# Defaults of the datacenter profile, which frr.conf is written for.
frr_profile="datacenter"
vtysh_enable=yes
zebra_options="  -A 127.0.0.1 -s 90000000"
staticd_options="-A 127.0.0.1"
# -p 0: bgpd dials its leaves and never listens, so that port 179 is left to the CNI's own speaker.
bgpd_options="   -A 127.0.0.1 -p 0"
bfdd_options="   -A 127.0.0.1"
"""

SYSCTL = """\
# /etc/sysctl.d/90-barefabric.conf
net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1

# Answers may leave by the other link: a source need only be reachable by any link (loose).
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.default.rp_filter = 2

# Both links are used, chosen by addresses and ports.
net.ipv4.fib_multipath_hash_policy = 1

# A link that is down takes its routes out of use at once.
net.ipv4.conf.all.ignore_routes_with_linkdown = 1
net.ipv4.conf.default.ignore_routes_with_linkdown = 1
net.ipv6.conf.all.ignore_routes_with_linkdown = 1
net.ipv6.conf.default.ignore_routes_with_linkdown = 1
"""

SYSCTL6 = """
# IPv6 flows too are told apart by addresses and ports.
net.ipv6.fib_multipath_hash_policy = 1
"""
"""Follows :data:`SYSCTL` where links carry IPv6 routes (kernel.org, ``networking/ip-sysctl``)."""

NETWORKD = """\
# /etc/systemd/networkd.conf.d/90-barefabric.conf
# Routes belong to FRR: networkd would remove them whenever it starts or configures a link anew.
[Network]
ManageForeignRoutes=no
ManageForeignRoutingPolicyRules=no
"""


class _Filters(NamedTuple):
    """What :func:`policy_view` reads of an intent."""

    prefix_lists: tuple[PrefixList, ...]
    community_lists: tuple[CommunityList, ...]
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class HostView:
    """What the templates of ``frr.conf`` read, for a server.

    ``source`` is the address that the host's own traffic has to have, where links have addresses:
    link networks are not announced, so answers to those would find no way back.
    """

    name: str
    policy: PolicyView
    bgp: BgpView
    source: str
    source6: str


@cache
def _render() -> Callable[..., str]:
    """The compiled template: a host's frame around the parts that switches have too."""
    from jinja2 import ChoiceLoader, FileSystemLoader

    switches = environment(NOS)
    frames = FileSystemLoader(Path(__file__).parent / "templates")
    loaders = [frames, switches.loader] if switches.loader else [frames]
    return whole(switches.overlay(loader=ChoiceLoader(loaders))).get_template("host.j2").render


def host_view(intent: ServerIntent, bgp: Bgp) -> HostView:
    """A server's routing in FRR's words."""
    vendor = catalogue.vendor(NOS)
    if vendor is None or vendor.dialect is None:
        raise fail("VE010", f"there are no templates for {NOS}")
    routing = bgp_view(bgp, Role.LEAF, vendor.dialect)
    filters = _Filters(intent.prefix_lists, (), intent.policies)
    return HostView(
        name=intent.server.name,
        policy=policy_view(cast("SwitchIntent", filters), routing),
        bgp=routing,
        source=intent.server.address if any(nic.address for nic in intent.nics) else "",
        source6=intent.server.address6 if any(nic.address6 for nic in intent.nics) else "",
    )


def files(intent: ServerIntent) -> Iterator[tuple[str, str]]:
    """Files of a server that routes; nothing for others."""
    if intent.bgp is None:
        return
    yield "frr.conf", _render()(switch=host_view(intent, intent.bgp))
    yield "daemons", DAEMONS
    yield "sysctl.conf", SYSCTL + SYSCTL6 if "ipv6" in intent.bgp.families else SYSCTL
    yield "networkd.conf", NETWORKD
