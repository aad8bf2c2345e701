"""Checks of addresses, pools, AS numbers and router ids."""

from collections.abc import Iterable, Sequence

from barefabric.model.address import number
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Role
from barefabric.verify.checks.tally import Tally
from barefabric.verify.prefixes import Prefix, inside, parse
from barefabric.verify.survey import Survey


def check_numbers(survey: Survey, tally: Tally) -> None:
    """Everything about numbers."""
    _addresses(survey, tally)
    _in_pools(survey.design, tally)
    _pools(survey.design, tally)
    _asns(survey, tally)
    _router_ids(survey, tally)


def _bare(address: str) -> str:
    return address.partition("/")[0]


# Addresses.


def _own_addresses(survey: Survey) -> list[tuple[str, str]]:
    """Every address that a device answers to beside those of its links, with the device."""
    design = survey.design
    found = [(a, name) for name, facts in survey.switches.items() for a in facts.addresses]
    found += [(switch.management, switch.name) for switch in design.switches.values()]
    found += [(a, server.name) for server in design.servers.values() for a in server.own_addresses]
    found += [(r.gateway, f"rack {r.name}") for r in design.racks.values() if r.gateway]
    found += [(r.gateway6, f"rack {r.name}") for r in design.racks.values() if r.gateway6]
    return [entry for entry in found if entry[0]]


def _addresses(survey: Survey, tally: Tally) -> None:
    """No address is used twice. Addresses of links are compared as text, while that suffices."""
    own = _own_addresses(survey)
    cables = survey.design.cables
    ends = [(c.a_address, c.b_address, c) for c in cables if c.a_address]
    ends6 = [(c.a_address6, c.b_address6, c) for c in cables if c.a_address6]
    tally.count("addresses", len(own) + 2 * len(ends) + 2 * len(ends6))
    alone = {address for address, _ in own}
    if len(alone) == len(own) and _apart(alone, ends) and _apart(alone, ends6):
        return
    owners: dict[str, set[str]] = {}
    for address, owner in own:
        owners.setdefault(address, set()).add(owner)
    for a_address, b_address, cable in (*ends, *ends6):
        owners.setdefault(_bare(a_address), set()).add(f"{cable.a} {cable.a_port}")
        owners.setdefault(_bare(b_address), set()).add(f"{cable.b} {cable.b_port}")
    for address, names in owners.items():
        if len(names) > 1:
            tally.fault(
                "addresses",
                f"{address} belongs to {' and '.join(sorted(names))}",
                "a pinned or hand-written address meets an allocated one",
                "change the pin, or release one in the ledger",
            )


def _apart(alone: Iterable[str], ends: Sequence[tuple[str, str, Cable]]) -> bool:
    """Whether links of one length surely share no address with each other, nor with devices."""
    linked = {a for a, _, _ in ends} | {b for _, b, _ in ends}
    if not ends:
        return True
    length = ends[0][0].rpartition("/")[2]
    return (
        len(linked) == 2 * len(ends)
        and all(address.endswith(f"/{length}") for address in linked)
        and not any(f"{address}/{length}" in linked for address in alone)
    )


def _in_pools(design: Design, tally: Tally) -> None:
    """Loopbacks, management addresses, racks and links lie where their pools say."""
    pools = {pool.name: [parse(p) for p in pool.prefixes] for pool in design.pools}
    checks: list[tuple[str, str, str]] = []
    for switch in design.switches.values():
        checks.append(("loopbacks", switch.loopback, switch.name))
        checks.append(("management", switch.management, switch.name))
        checks.append(("loopbacks6", switch.loopback6, switch.name))
    checks += [("servers", rack.prefix, f"rack {rack.name}") for rack in design.racks.values()]
    checks += [("servers6", rack.prefix6, f"rack {rack.name}") for rack in design.racks.values()]
    checks += [
        ("links", cable.a_address, cable.key) for cable in _outside(design, pools.get("links", ()))
    ]
    kinds = (CableKind.FABRIC, CableKind.SERVER)
    checks += [("links6", c.a_address6, c.key) for c in design.cables if c.kind in kinds]
    checks = [check for check in checks if check[1]]
    tally.count("addresses", len(checks))
    for pool, address, owner in checks:
        if pool in pools and not _within(address, pools[pool]):
            tally.fault(
                "addresses",
                f"{address} of {owner} lies outside the pool {pool}",
                "the pool was changed and the ledger kept the number, or a pin is outside",
                "widen the pool, or accept a renumbering with --max-renumber",
            )
    _servers(design, tally)


def _outside(design: Design, pools: Sequence[Prefix]) -> list[Cable]:
    """Cables with an address in a /24 that is not wholly inside the pools: worth a closer look."""
    kinds = (CableKind.FABRIC, CableKind.SERVER)
    cables = [c for c in design.cables if c.a_address and c.kind in kinds]
    parts = {c.a_address.rpartition(".")[0] for c in cables}
    wide = [pool for pool in pools if pool.length <= 24]
    whole = {part for part in parts if part and _within(f"{part}.0", wide)}
    if whole == parts:
        return []
    return [c for c in cables if c.a_address.rpartition(".")[0] not in whole]


def _within(address: str, pools: Iterable[Prefix]) -> bool:
    if ":" not in address:
        value = number(address.partition("/")[0])
        return any(
            pool.bits == 32 and (value ^ pool.network) >> (32 - pool.length) == 0 for pool in pools
        )
    wanted = parse(address)
    return any(inside(wanted, pool) for pool in pools)


def _servers(design: Design, tally: Tally) -> None:
    """A server's addresses lie in its rack's prefix."""
    racks = design.racks.values()
    prefixes = {
        rack.name: [parse(p) for p in (rack.prefix, rack.prefix6) if p]
        for rack in racks
        if rack.prefix
    }
    tally.count("gateways" if prefixes else "addresses", len(design.servers))
    for server in design.servers.values():
        outer = prefixes.get(server.rack)
        for address in server.own_addresses if outer is not None else ():
            if address and not _within(address, outer or ()):
                tally.fault(
                    "gateways",
                    f"{server.name} has {address}, outside its rack's prefix",
                    "the server moved to another rack with its old address",
                    "release the address in the ledger",
                )


# Pools.


def _named_pools(design: Design) -> list[tuple[str, str]]:
    found = [(pool.name, prefix) for pool in design.pools for prefix in pool.prefixes]
    for cluster in design.clusters.values():
        found += [(f"pods of {cluster.name}", p) for p in cluster.pods]
        found += [(f"services of {cluster.name}", p) for p in cluster.services]
        found += [
            (f"pool {pool.name} of {cluster.name}", p)
            for pool in cluster.pools
            if cluster.announcer != "l2"  # announced by ARP: part of a rack's prefix on purpose
            for p in pool.prefixes
        ]
    found += [
        (f"link to {u.name}", ours)
        for u in design.upstreams.values()
        for ours in (u.ours, u.ours6)
        if ours
    ]
    return found


def _pools(design: Design, tally: Tally) -> None:
    named = sorted((parse(prefix), name, prefix) for name, prefix in _named_pools(design))
    tally.count("pools", len(named))
    for place, (prefix, name, written) in enumerate(named):
        for other, other_name, other_written in named[place + 1 :]:
            if other.bits != prefix.bits or not _overlap(prefix, other):
                break
            tally.fault(
                "pools",
                f"{written} ({name}) overlaps {other_written} ({other_name})",
                "two pools of the topology share addresses",
                "choose another prefix for one",
            )


def _overlap(first: Prefix, second: Prefix) -> bool:
    """Whether two prefixes share addresses; ``first`` does not begin after ``second``."""
    return second.network < first.network + (1 << (first.bits - first.length))


# AS numbers.


def _asns(survey: Survey, tally: Tally) -> None:
    """Spines of a pod share a number, superspines do, the leaves of a pair do; nothing else."""
    design = survey.design
    groups: dict[int, set[str]] = {}
    for name, facts in survey.switches.items():
        switch = design.switches[name]
        group = {
            Role.SUPERSPINE: "the superspines",
            Role.SPINE: f"the spines of pod {switch.pod}" if switch.pod else "the spines",
            Role.LEAF: f"the pair {' and '.join(sorted((name, switch.peer)))}"
            if switch.peer
            else name,
            Role.BORDER: name,
        }[switch.role]
        groups.setdefault(facts.asn, set()).add(group)
    for server in design.servers.values():
        if server.asn:
            groups.setdefault(server.asn, set()).add("servers")
    for upstream in design.upstreams.values():
        groups.setdefault(upstream.asn, set()).add("upstreams")
    shown = {p.a.local_as: "what leaves show to nodes" for p in design.profiles.values()}
    for asn, what in shown.items():
        if asn:
            groups.setdefault(asn, set()).add(what)
    tally.count("asns", len(groups))
    for asn, owners in groups.items():
        if len(owners) > 1:
            tally.fault(
                "asns",
                f"AS {asn} belongs to {_listed(sorted(owners))}",
                "routers of one AS refuse each other's routes as loops",
                "change the pin, or the range of one tier under `asn:`",
            )
    _pairs_share(survey, tally)


def _pairs_share(survey: Survey, tally: Tally) -> None:
    for pair in survey.design.pairs.values():
        tally.count("asns")
        first, second = survey.switches.get(pair.first), survey.switches.get(pair.second)
        if first and second and first.asn != second.asn:
            tally.fault(
                "asns",
                f"{pair.first} has AS {first.asn}, {pair.second} AS {second.asn}",
                "a pair with two AS numbers has no iBGP session over its peer link",
                "pin the same number for both leaves, or for neither",
            )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _router_ids(survey: Survey, tally: Tally) -> None:
    found: dict[str, list[str]] = {}
    for known in (survey.switches, survey.hosts):
        for name, facts in known.items():
            found.setdefault(facts.router_id, []).append(name)
    tally.count("router-ids", len(survey.switches) + len(survey.hosts))
    for router_id, names in found.items():
        if len(names) > 1:
            tally.fault(
                "router-ids",
                f"{router_id} is the router id of {_listed(names)}",
                "two loopbacks are equal",
                "change the pin of one of them",
            )
