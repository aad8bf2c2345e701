"""Checks of the fabric's shape: tiers, racks, kinds of devices, and their names."""

from collections.abc import Iterator

from barefabric.errors import Diagnostic, Place
from barefabric.model.device import Role
from barefabric.topology.names import did_you_mean
from barefabric.topology.roster import Keys
from barefabric.topology.view import View, listing

RESERVED = tuple(role.value for role in Role)


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of the shape: IN040, IN041, IN045 to IN052, IN060, IN061."""
    yield from _tiers(view)
    yield from _superspines(view)
    yield from _planes(view)
    yield from _switch_types(view)
    yield from _types_used(view)
    yield from _pairs(view)
    yield from _server_types(view)


def _tiers(view: View) -> Iterator[Diagnostic]:
    """Either spines and racks, or pods that have both."""
    topology = view.topology
    shapes = "spines and racks, or superspines and pods that have spines and racks of their own"
    if topology.spines is not None and topology.pods:
        places = (view.key_place("spines"), view.key_place("pods"))
        mend = "move spines into a pod, or take the pods away"
        yield Diagnostic("IN045", "the fabric has both spines and pods", places, shapes, mend)
    elif topology.spines is None and not topology.pods:
        message = "the fabric has neither spines nor pods"
        yield Diagnostic("IN045", message, (view.place(),), shapes, "write spines: 2")
    elif topology.pods and topology.racks:
        message = "racks beside pods have no spines of their own"
        yield Diagnostic("IN045", message, (view.key_place("racks"),), mend="move them into a pod")
    elif not view.roster.racks:
        mend = "write racks: [{name: r1, leaves: 2, servers: {node: 4}}]"
        yield Diagnostic("IN047", "the fabric has no racks", (view.place(),), mend=mend)


def _superspines(view: View) -> Iterator[Diagnostic]:
    """Superspines join pods."""
    topology = view.topology
    if topology.superspines and not topology.pods:
        mend = "take superspines away, or move spines and racks into pods"
        place = view.key_place("superspines")
        yield Diagnostic("IN048", "superspines need pods below them", (place,), mend=mend)
    if not topology.superspines and len(view.roster.pods) > 1:
        message = "nothing joins the pods: there are no superspines"
        mend = "write superspines: {count: 4, planes: 2}"
        yield Diagnostic("IN048", message, (view.key_place("pods"),), mend=mend)


def _planes(view: View) -> Iterator[Diagnostic]:
    superspines = view.topology.superspines
    if superspines is None or superspines.planes == 1:
        return
    planes = superspines.planes
    rows: list[tuple[str, int, Keys]] = [("superspines", superspines.count, ("superspines",))]
    for index, pod in enumerate(view.topology.pods):
        rows.append((f"spines of {pod.name}", pod.spines.count, ("pods", index, "spines")))
    odd = [row for row in rows if row[1] % planes]
    if not odd:
        return
    what, count, _ = odd[0]
    rows_too = "row" if len(odd) == 2 else "rows"
    more = f" (nor {len(odd) - 1} other {rows_too})" if len(odd) > 1 else ""
    more_of = f", or {-(-count // planes) * planes} {what}" if len(odd) == 1 else ""
    yield Diagnostic(
        "IN049",
        f"{count} {what} cannot be divided into {planes} planes{more}",
        view.places(("superspines", "planes"), *(keys for _, _, keys in odd[:5])),
        "every plane has equally many superspines, and as many spines of each pod",
        f"write planes: {_divisor(rows, planes)}{more_of}",
    )


def _divisor(rows: list[tuple[str, int, Keys]], planes: int) -> int:
    """The largest number of planes, at most the one asked for, that divides every row."""
    return next(p for p in range(planes, 0, -1) if not any(count % p for _, count, _ in rows))


def _switch_types(view: View) -> Iterator[Diagnostic]:
    """Each kind of switch: its network OS, and either a model or ports."""
    from barefabric.vendors.catalogue import vendors

    known = vendors()
    unknown: dict[str, list[Place]] = {}
    for name, kind in view.topology.switch_types.items():
        keys = ("switch_types", name)
        if kind.nos not in known:
            unknown.setdefault(kind.nos, []).append(view.place(*keys, "nos"))
        if bool(kind.model) == bool(kind.ports):
            what = "both a model and ports" if kind.model else "neither a model nor ports"
            both = (view.place(*keys, "model"), view.place(*keys, "ports"))
            yield Diagnostic(
                "IN061",
                f"switch type {name} has {what}",
                both if kind.model else (view.key_place(*keys),),
                "a model from the catalogue, or ports written out",
                "" if kind.model else "write ports: {downlink: 48 x 25G, uplink: 8 x 100G}",
            )
    for nos, places in unknown.items():
        yield Diagnostic(
            "IN060",
            f'no network OS is called "{nos}"',
            tuple(places),
            listing("network OSes", known),
            did_you_mean(nos, known),
        )


def _types_used(view: View) -> Iterator[Diagnostic]:
    """Every type that a row or a rack names is declared."""
    topology, known = view.topology, list(view.topology.switch_types)
    rows: dict[Keys, str] = {keys: tier.type for _, tier, keys in view.roster.tiers()}
    for rack in view.roster.racks:
        rows[(*rack.keys, "leaves")] = rack.group.leaves.type
    for keys, kind in rows.items():
        if kind in known:
            continue
        place = view.place(*keys, "type")
        yield view.unknown(
            "IN040",
            "switch type",
            kind,
            place,
            known,
            f"add {kind} to switch_types, or write {{type: ..., count: ...}} here",
        )
    groups = {rack.keys: rack.group for rack in view.roster.racks}
    for keys, group in groups.items():
        for kind in group.servers:
            if kind not in topology.server_types:
                place = view.key_place(*keys, "servers", kind)
                yield view.unknown(
                    "IN041",
                    "server type",
                    kind,
                    place,
                    list(topology.server_types),
                    f"add {kind} to server_types",
                )


def _pairs(view: View) -> Iterator[Diagnostic]:
    """Racks of paired leaves have two of them."""
    types = view.topology.switch_types
    groups = {rack.keys: rack.group for rack in view.roster.racks}
    for keys, group in groups.items():
        kind = types.get(group.leaves.type)
        if kind is None or kind.pair != "mlag" or group.leaves.count == 2:
            continue
        count, plural = group.leaves.count, "leaf" if group.leaves.count == 1 else "leaves"
        yield Diagnostic(
            "IN046",
            f"rack {group.name} has {count} {plural}, but {group.leaves.type} leaves come in pairs",
            view.places((*keys, "leaves"), ("switch_types", group.leaves.type, "pair")),
            "pair: mlag needs exactly 2 leaves in a rack",
            "write leaves: 2, or name a switch type without pair: mlag",
        )


def _server_types(view: View) -> Iterator[Diagnostic]:
    """Names of server types that would make a server's name that of a switch."""
    for name, kind in view.topology.server_types.items():
        keys = ("server_types", name)
        if name.casefold() in RESERVED:
            yield Diagnostic(
                "IN052",
                f'"{name}" cannot be a server type: switches are called r1-{name}1',
                (view.key_place(*keys),),
                f"reserved: {', '.join(RESERVED)}",
                f'write "{name}-server", for example',
            )
        given = len(kind.interfaces)
        if given and given != kind.nics.count:
            yield Diagnostic(
                "IN062",
                f"server type {name} has {kind.nics.count} ports, but names {given} of them",
                (view.place(*keys, "interfaces"), view.place(*keys, "nics")),
                mend="name each port once, or leave interfaces out for eno1, eno2 and so on",
            )
