"""Checks of names: each stands for one thing, and each that is referred to exists."""

from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter

from barefabric.errors import Diagnostic
from barefabric.topology.checks_shape import RESERVED
from barefabric.topology.roster import Keys
from barefabric.topology.view import View

PEER_LINKS = ("control", "routing")
"""The /31s of a pair of leaves."""

CASE = "capitals alone tell no names apart"

LONGEST_HOST = 63
"""Characters of a host's name: a label of DNS, and the value of ``kubernetes.io/hostname``."""


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of names: IN024, IN051, IN054 to IN056, IN063."""
    yield from _racks_and_pods(view)
    yield from _devices(view)
    yield from _lists(view)
    yield from _cables(view)
    yield from _pins_and_extra(view)
    yield from _contracts(view)


def _twice(
    view: View,
    noun: str,
    named: Iterable[tuple[str, Keys]],
    mend: str = "",
    *,
    exact: bool = False,
) -> Iterator[Diagnostic]:
    """Names that stand for two things. Equal pairs of places are reported once, and counted.

    Unless they are ``exact``, capitals make no difference: Kubernetes and DNS write names small
    (RFC 1123), and what switches call after a name is in capitals.
    """
    first: dict[str, tuple[str, Keys]] = {}
    clashes: dict[tuple[Keys, Keys], list[str]] = {}
    for name, keys in named:
        other, held = first.setdefault(name if exact else name.lower(), (name, keys))
        if held is not keys:
            both = f'"{name}"' if name == other else f'"{other}" and "{name}"'
            clashes.setdefault((held, keys), []).append(both)
    for (held, keys), names in clashes.items():
        more = f" (and {len(names) - 1:,} more)" if len(names) > 1 else ""
        yield Diagnostic(
            "IN051",
            f"two {noun} are called {names[0]}{more}",
            view.places(keys, held),
            CASE if " and " in names[0] else "",
            mend,
        )


def _racks_and_pods(view: View) -> Iterator[Diagnostic]:
    roster = view.roster
    yield from _twice(view, "pods", ((pod.name, (*pod.keys, "name")) for pod in roster.pods))
    ranged = "racks of a range of pods cannot have equal names: write one pod after the other"
    some = any(len(pods) > 1 for pods in _pods_by_keys(view).values())
    racks = ((rack.name, (*rack.keys, "name")) for rack in roster.racks)
    yield from _twice(view, "racks", racks, ranged if some else "")


def _pods_by_keys(view: View) -> dict[Keys, list[str]]:
    found: dict[Keys, list[str]] = {}
    for pod in view.roster.pods:
        found.setdefault(pod.keys, []).append(pod.name)
    return found


def _fewer(names: Iterable[str], things: Collection[object]) -> bool:
    """Whether some things share a name, capitals or not."""
    return len({name.lower() for name in names}) < len(things)


def _devices(view: View) -> Iterator[Diagnostic]:
    """Names of switches and servers, which are rarely written but always made."""
    roster = view.roster
    pods = {pod.name for pod in roster.pods}
    if _fewer(roster.rack_names, roster.racks) or _fewer(pods, roster.pods):
        return
    if any(name.casefold() in RESERVED for name in view.topology.server_types):
        return
    switches = list(roster.switches())
    names = {name for name, _ in switches}
    if _fewer(names, switches):
        yield from _twice(view, "switches", switches, "every switch has a name of its own")
    servers = roster.server_names
    small = {name.lower(): name for name in servers}
    total = sum(
        entry if isinstance(entry, int) else len(entry)
        for rack in roster.racks
        for entry in rack.group.servers.values()
    )
    if len(small) < total:
        written = ((name, (*rack.keys, "servers", kind)) for name, kind, rack in roster.servers())
        yield from _twice(view, "servers", written, "every server has a name of its own")
    yield from _long(view)
    shared = [switch for switch in switches if switch[0].lower() in small]
    for name, keys in sorted(shared, key=itemgetter(0))[:10]:
        server = small[name.lower()]
        kind, rack = servers[server]
        both = f'both called "{name}"' if name == server else f'called "{name}" and "{server}"'
        yield Diagnostic(
            "IN051",
            f"a switch and a server are {both}",
            (view.place(*rack.keys, "servers", kind), view.place(*keys)),
            "" if name == server else CASE,
        )


def _long(view: View) -> Iterator[Diagnostic]:
    """No server has a name that no host may have; the first one stands for all."""
    for name, (kind, rack) in view.roster.server_names.items():
        if len(name) > LONGEST_HOST:
            yield Diagnostic(
                "IN024",
                f'"{name}" cannot be the name of a server: it has {len(name)} characters',
                view.places((*rack.keys, "servers", kind), (*rack.keys, "name")),
                f"a host's name has at most {LONGEST_HOST} (RFC 1123; a label in Kubernetes)",
                "shorten the name of the rack or of the server type",
            )
            return


def _lists(view: View) -> Iterator[Diagnostic]:
    """Lists whose items have names."""
    topology = view.topology
    lists: dict[str, tuple[Keys, Iterable[str], bool]] = {
        "clusters": (("clusters",), (c.name for c in topology.clusters), False),
        "upstream routers": (("external",), (e.name for e in topology.external), False),
        "users": (("settings", "users"), (u.name for u in topology.settings.users), True),
        "contracts": (("contracts",), (c.name for c in topology.contracts), True),
    }
    for noun, (keys, names, exact) in lists.items():
        named = ((name, (*keys, index, "name")) for index, name in enumerate(names))
        yield from _twice(view, noun, named, exact=exact)
    for index, cluster in enumerate(topology.clusters):
        if cluster.load_balancer:
            keys = ("clusters", index, "load_balancer", "pools")
            pools = ((name, (*keys, name)) for name in cluster.load_balancer.pools)
            yield from _twice(view, f"pools of {cluster.name}", pools)


def _cables(view: View) -> Iterator[Diagnostic]:
    """Cables end at two devices."""
    roster = view.roster
    for index, cable in enumerate(view.topology.cables):
        for end, device in (("a", cable.a.device), ("b", cable.b.device)):
            if device not in roster.switch_names and device not in roster.server_names:
                place = view.place("cables", index, end)
                yield view.unknown(
                    "IN054",
                    "switch or server",
                    device,
                    place,
                    [*roster.switch_names, *roster.server_names],
                )
        if cable.a.device == cable.b.device:
            yield Diagnostic(
                "IN054",
                f"the cable joins {cable.a.device} with itself",
                (view.place("cables", index),),
            )


def _pins_and_extra(view: View) -> Iterator[Diagnostic]:
    """What a pin or lines of configuration are for exists."""
    roster, topology = view.roster, view.topology
    for name in topology.pins:
        words = name.split()
        for word in words[:2] if len(words) == 3 and is_link_index(words[2]) else words:
            if (
                word in roster.switch_names
                or word in roster.rack_names
                or word in roster.server_names
            ):
                continue
            known = [*roster.switch_names, *roster.rack_names, *roster.server_names]
            yield view.unknown("IN055", "device or rack", word, view.key_place("pins", name), known)
    for name in topology.extra:
        if name not in topology.switch_types and name not in roster.switch_names:
            known = [*topology.switch_types, *roster.switch_names]
            place = view.key_place("extra", name)
            yield view.unknown("IN056", "switch type or switch", name, place, known)


def is_link_index(word: str) -> bool:
    """Whether it tells links of two devices apart: a number, or which /31 of a peer link."""
    return word.isdecimal() or word in PEER_LINKS


def _contracts(view: View) -> Iterator[Diagnostic]:
    """Contracts begin at devices and end at devices or prefixes; groups of devices have names."""
    for index, contract in enumerate(view.topology.contracts):
        keys: Keys = ("contracts", index, contract.kind)
        yield from _contract_end(view, contract.source, (*keys, "from"), _SOURCES)
        if not _is_prefix(contract.target):
            yield from _contract_end(view, contract.target, (*keys, "to"), _TARGETS)


_SOURCES = ("switch", "server", "rack", "cluster", "pod", "upstream router")
_TARGETS = ("switch", "server", "rack", "cluster", "upstream router")


def _contract_end(
    view: View, word: str, keys: Keys, nouns: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """One end names something of these kinds."""
    roster, topology = view.roster, view.topology
    names: dict[str, Collection[str]] = {
        "cluster": [cluster.name for cluster in topology.clusters],
        "rack": roster.rack_names,
        "pod": [pod.name for pod in roster.pods],
        "upstream router": [external.name for external in topology.external],
        "switch": roster.switch_names,
        "server": roster.server_names,
    }
    if any(word in names[noun] for noun in nouns):
        return
    known = [name for noun in names if noun in nouns for name in names[noun]]
    said = f"{', '.join(nouns[:-1])} or {nouns[-1]}"
    target = nouns is _TARGETS
    with_length = f'"{word}" is an address: write it with its length, as in 10.64.0.7/32'
    mend = with_length if target and word.replace(".", "").isdigit() else ""
    yield Diagnostic(
        "IN063",
        f'there is no {said} "{word}"',
        (view.place(*keys),),
        f'"{keys[-1]}" takes the name of a {said}{", or a prefix" if target else ""}',
        mend or roster.suggestions.did_you_mean(word, known),
    )


def _is_prefix(word: str) -> bool:
    from barefabric.topology.addresses import prefix

    try:
        prefix(word)
    except ValueError:
        return False
    return True
