"""The IPv4 half of a design: what Batfish can judge.

Batfish has no IPv6 in its model: no address, route, filter or packet of it
(``org.batfish.datamodel``). It reads such lines and forgets them.
"""

from collections.abc import Iterator
from dataclasses import replace

from barefabric.model.address import is_ipv4
from barefabric.model.contract import Contract
from barefabric.model.design import Design, PrefixPlan

IPV4 = ("ipv4",)


def ipv4_half(design: Design) -> Design:
    """The design as it were without IPv6; itself where it has none."""
    if design.underlay.families == IPV4:
        return design
    profiles = {p.name: p for p in design.profiles.values() if not p.only_ipv6}
    return replace(
        design,
        underlay=design.underlay._replace(families=IPV4),
        switches={n: replace(s, loopback6="") for n, s in design.switches.items()},
        servers={n: s._replace(address6="", second_address6="") for n, s in design.servers.items()},
        racks={n: replace(r, prefix6="", gateway6="") for n, r in design.racks.items()},
        pairs={n: pair._replace(routing6=("", "")) for n, pair in design.pairs.items()},
        upstreams={
            n: replace(u, accept=_kept(u.accept), announce=_kept(u.announce), ours6="", theirs6="")
            for n, u in design.upstreams.items()
            if u.ours
        },
        cables=tuple(c._replace(a_address6="", b_address6="") for c in design.cables),
        profiles=profiles,
        sessions=tuple(s for s in design.sessions if not s.profile.only_ipv6),
        announcements=tuple(a for a in design.announcements if is_ipv4(a.prefix)),
        plan=PrefixPlan(*(tuple(m for m in of if is_ipv4(m.prefix)) for of in design.plan)),
        contracts=tuple(_contracts(design)),
    )


def left_out(design: Design) -> str:
    """What Batfish is not asked of a design, in words; empty where it is asked everything."""
    half = ipv4_half(design)
    if half is design:
        return ""
    whole = {contract.id: contract for contract in design.contracts}
    alone = len(whole) - len(half.contracts)
    part = sum(whole[contract.id] != contract for contract in half.contracts)
    return (
        f"IPv6, which Batfish has no model of: {alone:,} contracts on IPv6 alone and the IPv6 rows "
        f"of all others ({part:,} name IPv6 prefixes) are not run there"
    )


def _contracts(design: Design) -> Iterator[Contract]:
    """Contracts with their IPv6 rows taken out; those that have no other rows are gone."""
    only6 = {profile.name for profile in design.profiles.values() if profile.only_ipv6}
    gone = {upstream.name for upstream in design.upstreams.values() if not upstream.ours}
    for contract in design.contracts:
        prefixes, expected = _kept(contract.prefixes), _kept(contract.expected)
        subjects = tuple(s for s in contract.subjects if s not in gone)
        emptied = (contract.prefixes and not prefixes) or (contract.subjects and not subjects)
        if contract.over not in only6 and not emptied:
            yield contract._replace(subjects=subjects, prefixes=prefixes, expected=expected)


def _kept(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Prefixes of IPv4, and selectors: what those select is looked up in the half."""
    return tuple(text for text in texts if text.startswith("@") or is_ipv4(text))
