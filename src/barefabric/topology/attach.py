"""Check that racks and servers can be attached the way the topology asks."""

from collections.abc import Iterator

from barefabric.errors import Diagnostic
from barefabric.model.device import Attach
from barefabric.model.shape import Shape
from barefabric.topology.load import Loaded
from barefabric.vendors import catalogue


def check_attachments(loaded: Loaded, shape: Shape) -> Iterator[Diagnostic]:
    """Yield one diagnostic for each kind of fault.

    Pairs and attachments the network OS cannot do, servers on a subnet that several unpaired leaves
    would share, racks without leaves.
    """
    yield from _pairs(loaded)
    yield from _mixed_racks(loaded, shape)
    seen: set[tuple[str, str, int, bool]] = set()
    for rack in shape.racks.values():
        first = shape.switches[rack.leaves[0]] if rack.leaves else None
        leaf, paired = (first.type, bool(first.peer)) if first else ("", False)
        for name in rack.servers:
            kind = (shape.servers[name].type, leaf, len(rack.leaves), paired)
            if kind not in seen:
                seen.add(kind)
                fault = _fault(loaded, shape, rack.name, name)
                if fault is not None:
                    yield fault


def _pairs(loaded: Loaded) -> Iterator[Diagnostic]:
    for name, kind in loaded.topology.switch_types.items():
        vendor = catalogue.vendor(kind.nos)
        if vendor is None or kind.pair == "none" or kind.pair in vendor.pairs:
            continue
        able = ", ".join(vendor.pairs)
        yield Diagnostic(
            "PO008",
            f"{kind.nos} has no pair of kind {kind.pair}",
            (loaded.place("switch_types", name, "pair"),),
            allowed=f"{kind.nos} can do: {able}" if able else f"{kind.nos} pairs no leaves",
            mend="leave pair out and attach servers with attach: routed, or use another network OS",
        )


def _mixed_racks(loaded: Loaded, shape: Shape) -> Iterator[Diagnostic]:
    """Racks with routed servers beside others.

    A routed server's loopback lies in the rack's prefix, which the others take to be on their VLAN:
    they would ask for it by ARP, and nobody would answer.
    """
    mixed: list[str] = []
    types: dict[str, None] = {}
    for rack in shape.racks.values():
        servers = [shape.servers[name] for name in rack.servers]
        if len({server.attach is Attach.ROUTED for server in servers}) > 1:
            mixed.append(rack.name)
            types.update(dict.fromkeys(sorted({server.type for server in servers})))
    if mixed:
        more = f" and {len(mixed) - 1} more" if len(mixed) > 1 else ""
        yield Diagnostic(
            "PO012",
            f"rack {mixed[0]}{more} has routed servers beside bonded or single ones",
            tuple(loaded.place("server_types", name, "attach") for name in types),
            allowed="the servers of a rack are all routed, or none is: they share a prefix, and a "
            "routed server's address is not on the VLAN",
            mend="give them racks of their own",
        )


def _fault(loaded: Loaded, shape: Shape, rack: str, name: str) -> Diagnostic | None:
    server = shape.servers[name]
    leaves = [shape.switches[leaf] for leaf in shape.racks[rack].leaves]
    place = (loaded.place("server_types", server.type, "attach"),)
    if not leaves:
        return Diagnostic(
            "PO009", f"rack {rack} has servers but no leaf", place, mend="give the rack leaves: 2"
        )
    vendor = catalogue.vendor(leaves[0].nos)
    if vendor is not None and server.attach.value not in vendor.attaches:
        return Diagnostic(
            "PO010",
            f"servers of type {server.type} cannot attach to {leaves[0].nos} leaves by "
            f"{server.attach.value}",
            place,
            allowed=f"{leaves[0].nos} can do: {', '.join(vendor.attaches)}",
        )
    if server.attach is Attach.BOND and leaves[0].peer and server.nics < len(leaves):
        return Diagnostic(
            "PO013",
            f"servers of type {server.type} are bonded to a pair with one port",
            (loaded.place("server_types", server.type),),
            allowed="a bond over a pair has a port for each leaf: nics: 2 x 25G",
            mend="attach: single spreads servers with one port over the leaves",
        )
    if server.attach is Attach.ROUTED and server.nics < len(leaves):
        return Diagnostic(
            "PO015",
            f"servers of type {server.type} are routed and have {server.nics} "
            f"port{'s' if server.nics > 1 else ''}, but rack {rack} has {len(leaves)} leaves",
            (loaded.place("server_types", server.type, "nics"),),
            allowed="a routed server has a cable to each leaf of its rack: all of them announce it",
            mend=f"nics: {len(leaves)} x {server.nic_speed}G, or a rack with fewer leaves",
        )
    if server.attach is not Attach.ROUTED and len(leaves) > 1 and not leaves[0].peer:
        return Diagnostic(
            "PO011",
            f"rack {rack} has {len(leaves)} leaves that are no pair, and its {server.type} servers "
            f"would share one subnet across them ({server.attach.value})",
            (*place, loaded.key_place("switch_types", leaves[0].type)),
            mend=f"set pair: mlag on switch type {leaves[0].type}, give the rack one leaf, or use "
            "attach: routed",
        )
    return None
