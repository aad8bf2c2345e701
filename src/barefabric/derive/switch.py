"""The complete view of one switch: ports, VLANs, policies and BGP, ready to be laid out."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from barefabric.derive.groups import peer_groups
from barefabric.derive.policies import local_prefixes, switch_policy
from barefabric.derive.ports import SwitchPorts, switch_ports
from barefabric.derive.sessions import leaf_address
from barefabric.model.address import split, width
from barefabric.model.design import Design, Pair
from barefabric.model.device import Rack, Role, Switch
from barefabric.model.intent import Bgp, Mlag, PeerGroup, Svi, SwitchIntent, Vlan
from barefabric.model.session import SessionKind
from barefabric.vendors import catalogue

PATHS = (64, 128, 256, 512, 1024)
"""Widths of ECMP to choose from: the first that is wide enough keeps configurations steady."""


@lru_cache(maxsize=8)
def pairs_by_leaf(design: Design) -> Mapping[str, Pair]:
    """The pair each leaf belongs to."""
    return {leaf: p for p in design.pairs.values() for leaf in (p.first, p.second)}


def switch_intent(design: Design, name: str) -> SwitchIntent:
    """Compute what one switch must be told."""
    switch = design.switches[name]
    rack = design.racks.get(switch.rack)
    pair = pairs_by_leaf(design).get(name)
    ports = switch_ports(design, switch, rack)
    policy = switch_policy(design, switch)
    return SwitchIntent(
        switch=switch,
        management=f"{switch.management}/{design.management_length}",
        management_gateway=design.management_gateway,
        loopback=f"{switch.loopback}/32",
        routed=ports.routed,
        members=ports.members,
        access=ports.access,
        unused=ports.unused,
        channels=ports.channels,
        vlans=tuple(_vlans(switch, rack, pair)),
        svis=tuple(_svis(design, switch, rack, pair)),
        mlag=_mlag(design, switch, pair, ports),
        prefix_lists=policy.prefix_lists,
        community_lists=policy.community_lists,
        policies=policy.policies,
        bgp=_bgp(design, switch),
        extra=_extra(design, switch),
        loopback6=f"{switch.loopback6}/128" if switch.loopback6 else "",
    )


VLAN_NAME = 32
"""The longest name of a VLAN (EOS User Manual, command name in VLAN configuration)."""


def _extra(design: Design, switch: Switch) -> tuple[str, ...]:
    """The user's own lines: those of the switch type first, then those of the switch."""
    wanted = dict(design.settings.extra)
    return (*wanted.get(switch.type, ()), *wanted.get(switch.name, ()))


def _pair_vlans(switch: Switch) -> tuple[int, int]:
    vendor = catalogue.known(switch.nos)
    return vendor.pair_vlan, vendor.routing_vlan


def _vlans(switch: Switch, rack: Rack | None, pair: Pair | None) -> Iterator[Vlan]:
    if rack is not None and rack.vlan:
        yield Vlan(rack.vlan, f"rack-{rack.name}"[:VLAN_NAME], pair_only=False)
    if pair is not None:
        control, routing = _pair_vlans(switch)
        yield Vlan(routing, "pair-ibgp", pair_only=True)
        yield Vlan(control, "pair-control", pair_only=True)


def _svis(design: Design, switch: Switch, rack: Rack | None, pair: Pair | None) -> Iterator[Svi]:
    mtu = design.underlay.mtu
    if rack is not None and rack.vlan:
        address = f"{leaf_address(rack, switch)}/{split(rack.prefix)[1]}"
        address6 = leaf_address(rack, switch, "ipv6")
        yield Svi(
            rack.vlan,
            f"servers of rack {rack.name}",
            mtu,
            address,
            rack.gateway,
            False,
            f"{address6}/{split(rack.prefix6)[1]}" if address6 else "",
            rack.gateway6,
        )
    if pair is not None:
        control, routing = _pair_vlans(switch)
        mine = switch.name != pair.first
        peer = switch.peer
        address, address6 = pair.routing[mine], pair.routing6[mine]
        yield Svi(routing, f"iBGP with {peer}", mtu, address, "", True, address6)
        yield Svi(control, f"pair control with {peer}", mtu, pair.control[mine], "", True)


def _mlag(design: Design, switch: Switch, pair: Pair | None, ports: SwitchPorts) -> Mlag | None:
    if pair is None:
        return None
    mine = switch.name != pair.first
    return Mlag(
        domain=pair.name,
        vlan=_pair_vlans(switch)[0],
        address=pair.control[mine],
        peer_address=pair.control[not mine].partition("/")[0],
        channel=ports.peer_channel,
        peer=switch.peer,
        heartbeat=design.switches[switch.peer].management,
    )


def _bgp(design: Design, switch: Switch) -> Bgp:
    groups = tuple(peer_groups(design, switch.name))
    return Bgp(
        asn=switch.asn,
        router_id=switch.loopback,
        ecmp=ecmp_width(design, switch, groups),
        networks=local_prefixes(design, switch),
        aggregates=_aggregates(design, switch),
        last_resort=switch.role is Role.SPINE,
        groups=groups,
        families=design.underlay.families,
    )


def ecmp_width(design: Design, switch: Switch, groups: Iterable[PeerGroup]) -> int:
    """How many equal paths the switch must hold: as many as one group can offer.

    The topology's own number holds if it is given. The network OS caps both.
    """
    vendor = catalogue.vendor(switch.nos)
    limit = vendor.max_ecmp if vendor and vendor.max_ecmp else PATHS[-1]
    if design.underlay.ecmp:
        return min(design.underlay.ecmp, limit)
    need = max((len(g.neighbors) for g in groups if g.kind is not SessionKind.PAIR), default=1)
    return min(next((p for p in PATHS if p >= need), PATHS[-1]), limit)


def _aggregates(design: Design, switch: Switch) -> tuple[str, ...]:
    """Pools a border must aggregate: those announced outwards whose nodes send single addresses.

    A pool that the CNI announces as a whole arrives as it is; aggregating it again would make the
    border discard traffic for it.
    """
    if all(upstream.switch != switch.name for upstream in design.upstreams.values()):
        return ()
    outward = {
        prefix
        for upstream in design.upstreams.values()
        if upstream.switch == switch.name
        for prefix in upstream.announce
    }
    single = {
        prefix
        for cluster in design.clusters.values()
        if cluster.announcer == "metallb"
        for pool in cluster.pools
        for prefix in pool.prefixes
        if split(prefix)[1] < width(prefix)
    }
    return tuple(sorted(outward & single))
