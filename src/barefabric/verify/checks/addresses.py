"""Checks of addresses: nobody has that of another, and all lie where their pools say."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, repeat
from operator import attrgetter
from socket import AF_INET6, inet_aton, inet_pton

from barefabric.model.address import bare, number
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design
from barefabric.model.device import Server
from barefabric.model.record import fields
from barefabric.verify.cabling import Cabling
from barefabric.verify.checks.tally import Tally
from barefabric.verify.prefixes import Prefix, inside, parse
from barefabric.verify.survey import Survey


def check_addresses(survey: Survey, tally: Tally) -> None:
    """Everything about addresses."""
    _unique(survey, tally)
    _in_pools(survey.cabling, tally)


_Held = Sequence[tuple[str, Iterable[str]]]
"""Devices with addresses of theirs; those may be empty."""


def _switch_addresses(survey: Survey) -> _Held:
    """Every address that switches and racks answer to beside those of links."""
    design = survey.design
    racks = [rack for rack in design.racks.values() if rack.gateway or rack.gateway6]
    return (
        *((name, facts.addresses) for name, facts in survey.switches.items()),
        *((switch.name, (switch.management,)) for switch in design.switches.values()),
        *((f"rack {rack.name}", (rack.gateway,)) for rack in racks),
        *((f"rack {rack.name}", (rack.gateway6,)) for rack in racks),
    )


def _unique(survey: Survey, tally: Tally) -> None:
    """No address is used twice. Addresses of links are compared as text, while that suffices."""
    servers, cables = survey.design.servers.values(), survey.design.cables
    held = _switch_addresses(survey)
    own = [address for _, some in held for address in some if address]
    own += _server_addresses(servers)
    alone, apart, rows = set(own), True, len(own)
    for at_a, at_b in (_ADDRESSES, _ADDRESSES6):
        upper = list(filter(None, map(at_a, cables)))
        apart = apart and _apart(alone, upper, list(filter(None, map(at_b, cables))))
        rows += 2 * len(upper)
    tally.count("addresses", rows)
    if not apart or len(alone) < len(own):
        theirs = [(server.name, server.own_addresses) for server in servers]
        _shared((*held, *theirs), cables, tally)


def _server_addresses(servers: Collection[Server]) -> Iterator[str]:
    """All addresses of servers that are in use; mostly none of them uses a second one."""
    if any(map(attrgetter("uses_second"), servers)):
        return (a for server in servers for a in server.own_addresses if a)
    each = map(attrgetter, ("address", "address6"))
    return filter(None, chain.from_iterable(map(address, servers) for address in each))


_ADDRESSES, _ADDRESSES6 = (
    tuple(fields(Cable, end + tail) for end in ("a", "b")) for tail in ("_address", "_address6")
)
"""Addresses of a cable at both ends."""


def _apart(alone: Iterable[str], upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether links of one length surely share no address with each other, nor with devices."""
    if not upper:
        return True
    linked, length = {*upper, *lower}, "/" + upper[0].rpartition("/")[2]
    return (
        len(linked) == 2 * len(upper) == len(upper) + len(lower)
        and all(map(str.endswith, linked, repeat(length)))
        and linked.isdisjoint([address + length for address in alone])
    )


def _shared(held: _Held, cables: Sequence[Cable], tally: Tally) -> None:
    """Name the owners of addresses that have several."""
    owners: dict[str, set[str]] = {}
    for owner, some in held:
        for address in filter(None, some):
            owners.setdefault(address, set()).add(owner)
    for at_a, at_b in (_ADDRESSES, _ADDRESSES6):
        for cable in filter(at_a, cables):
            owners.setdefault(bare(at_a(cable)), set()).add(f"{cable.a} {cable.a_port}")
            owners.setdefault(bare(at_b(cable)), set()).add(f"{cable.b} {cable.b_port}")
    for address, names in owners.items():
        if len(names) > 1:
            tally.fault(
                "addresses",
                f"{address} belongs to {' and '.join(sorted(names))}",
                "a pinned or hand-written address meets an allocated one",
                "change the pin, or release one in the ledger",
            )


def _in_pools(cabling: Cabling, tally: Tally) -> None:
    """Loopbacks, management addresses, racks and links lie where their pools say."""
    design = cabling.design
    pools = {pool.name: [parse(p) for p in pool.prefixes] for pool in design.pools}
    checks: list[tuple[str, str, str]] = []
    for switch in design.switches.values():
        checks.append(("loopbacks", switch.loopback, switch.name))
        checks.append(("management", switch.management, switch.name))
        checks.append(("loopbacks6", switch.loopback6, switch.name))
    checks += [("servers", rack.prefix, f"rack {rack.name}") for rack in design.racks.values()]
    checks += [("servers6", rack.prefix6, f"rack {rack.name}") for rack in design.racks.values()]
    checks += [("links", c.a_address, c.key) for c in _outside(cabling, pools.get("links", ()))]
    kinds = (CableKind.FABRIC, CableKind.SERVER)
    checks += [
        ("links6", c.a_address6, c.key)
        for c in filter(_ADDRESSES6[0], design.cables)
        if c.kind in kinds
    ]
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


def _outside(cabling: Cabling, pools: Sequence[Prefix]) -> list[Cable]:
    """Cables with an address in a /24 that is not wholly inside the pools: worth a closer look."""
    kinds = (CableKind.FABRIC, CableKind.SERVER)
    addresses = map(_ADDRESSES[0], chain.from_iterable(cabling.by_kind[kind] for kind in kinds))
    parts = {address.rpartition(".")[0] for address in addresses if address}
    wide = [pool for pool in pools if pool.length <= 24]
    whole = {part for part in parts if part and _within(f"{part}.0", wide)}
    if whole == parts:
        return []
    cables = [c for c in cabling.cables if c.a_address and c.kind in kinds]
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
    found: dict[str, list[str]] = {}
    for server in design.servers.values():
        found.setdefault(server.rack, []).extend(server.own_addresses)
    odd = {rack for rack, outer in prefixes.items() if not _all_within(found.get(rack, ()), outer)}
    for server in design.servers.values() if odd else ():
        for address in server.own_addresses if server.rack in odd else ():
            if address and not _within(address, prefixes[server.rack]):
                tally.fault(
                    "gateways",
                    f"{server.name} has {address}, outside its rack's prefix",
                    "the server moved to another rack with its old address",
                    "release the address in the ledger",
                )


def _all_within(addresses: Iterable[str], pools: Iterable[Prefix]) -> bool:
    """Whether addresses lie in pools, each family in one: its lowest and its highest address do."""
    known = list(filter(None, addresses))
    packed = [inet_aton(a) for a in known if ":" not in a]  # octets sort as the addresses do
    packed6 = [inet_pton(AF_INET6, a) for a in known if ":" in a]
    for bits, some in ((32, packed), (128, packed6)):
        ends = [int.from_bytes(end, "big") for end in (min(some), max(some))] if some else []
        if ends and not any(
            all((end ^ pool.network) >> (bits - pool.length) == 0 for end in ends)
            for pool in pools
            if pool.bits == bits
        ):
            return False
    return True
