"""Which servers the clusters claim: none is in two of them, and each has some.

Servers are counted by rack and type, and one by one only where a cluster names them.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic
from barefabric.topology.members import selects
from barefabric.topology.roster import Keys
from barefabric.topology.view import View

if TYPE_CHECKING:
    from barefabric.topology.schema import Cluster, ServerSelector

Claim = dict[tuple[str, str], set[str] | int]
"""What a selector claims of a rack's servers of one type: their number, or some by name."""


def countable(view: View) -> bool:
    """Whether racks and server types are such that counting servers says something new."""
    roster = view.roster
    kinds = {kind for rack in roster.racks for kind in rack.group.servers}
    distinct = len(roster.rack_names) == len(roster.racks)
    return distinct and bool(roster.racks) and kinds <= view.topology.server_types.keys()


def memberships(view: View) -> Iterator[Diagnostic]:
    """No server is in two clusters; a cluster has servers, its control plane some: IN043, IN066."""
    clusters = view.topology.clusters
    claims = [_claimed(view, cluster.servers) for cluster in clusters]
    for index, cluster in enumerate(clusters):
        for other in range(index):
            shared = _shared(claims[other], claims[index])
            if shared[0]:
                yield _in_both(view, (clusters[other], cluster), (other, index), shared)
        if not claims[index]:
            yield _empty(view, f"cluster {cluster.name}", ("clusters", index, "servers"))
        else:
            yield from _control_plane(view, cluster, index, claims[index])


def _claimed(view: View, selector: "ServerSelector") -> Claim:
    """The servers that a selector means, by rack and type."""
    test, named = selects(selector), set(selector.names)
    claim: Claim = {}
    for rack in view.roster.racks:
        for kind, entry in rack.group.servers.items():
            if test("", kind, rack.name, rack.pod):
                count = entry if isinstance(entry, int) else len(entry)
                if count:
                    claim[rack.name, kind] = count
    for name in named & view.roster.server_names.keys() if named else ():
        kind, rack = view.roster.server_names[name]
        cell = claim.setdefault((rack.name, kind), set())
        if isinstance(cell, set) and test(name, kind, rack.name, rack.pod):
            cell.add(name)
    return {cell: servers for cell, servers in claim.items() if servers}


def _shared(one: Claim, other: Claim) -> tuple[int, str]:
    """How many servers two claims share, and an example: a server, or servers of a rack."""
    count, example = 0, ""
    for cell in one.keys() & other.keys():
        mine, theirs = one[cell], other[cell]
        if isinstance(mine, set) and isinstance(theirs, set):
            names = mine & theirs
            number, said = len(names), min(names, default="")
        elif isinstance(mine, int) and isinstance(theirs, int):
            number, said = mine, f"{cell[1]} servers of rack {cell[0]}"
        else:
            names = mine if isinstance(mine, set) else theirs if isinstance(theirs, set) else set()
            number, said = len(names), min(names, default="")
        count += number
        if number and (not example or said < example):
            example = said
    return count, example


def _in_both(
    view: View, pair: tuple["Cluster", "Cluster"], at: tuple[int, int], shared: tuple[int, str]
) -> Diagnostic:
    count, example = shared
    servers = "server is" if count == 1 else "servers are"
    sample = example if count == 1 else f"for example {example}"
    return Diagnostic(
        "IN043",
        f"{count:,} {servers} in two clusters, {pair[0].name} and {pair[1].name}: {sample}",
        tuple(view.place("clusters", index, "servers") for index in at),
        "a server belongs to one cluster, or to none",
        "choose by rack as well: {types: [node], racks: [r1]}",
    )


def _empty(view: View, whose: str, keys: Keys) -> Diagnostic:
    return Diagnostic(
        "IN066",
        f"{whose} has no servers",
        (view.place(*keys),),
        mend="no server matches every key that is given here",
    )


def _control_plane(
    view: View, cluster: "Cluster", index: int, claim: Claim
) -> Iterator[Diagnostic]:
    """The control plane's servers are servers of the cluster."""
    keys: Keys = ("clusters", index, "control_plane", "servers")
    if cluster.control_plane is None or not view.document.written(*keys):
        return
    chosen = _claimed(view, cluster.control_plane.servers)
    if not _shared(claim, chosen)[0]:
        yield _empty(view, f"the control plane of {cluster.name}", keys)
