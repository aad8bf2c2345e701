"""What a failure at layer 2 means for routes: the built-in computation knows of BGP alone.

* A pair that loses its peer link shuts the second leaf's servers' ports and the interface of their
  VLAN (:mod:`barefabric.lab.wiring.partnership`; NVIDIA's clagd with a backup address and Cisco's
  vPC do so): that leaf has no sessions with nodes left and no longer announces the rack.
* A server without a cable has no default left.
"""

from collections.abc import Iterator

from barefabric.lab.judging.tables import DEFAULTS, GATEWAY, Table
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design, Pair
from barefabric.model.device import Server
from barefabric.verify.wiring import Failure


def with_pairs(design: Design, failure: Failure) -> Failure:
    """A failure with what the pairs' daemons shut because of it."""
    shut = {
        cable.key
        for pair in _split(design, failure)
        for cable in design.cables_by_device[pair.second]
        if cable.kind is CableKind.SERVER
    }
    return failure._replace(cables=failure.cables | shut) if shut else failure


def left(design: Design, failure: Failure, table: Table) -> Table:
    """Computed routes without those that are gone with an interface."""
    found = {
        (device, prefix): hops
        for (device, prefix), hops in table.items()
        if prefix not in DEFAULTS.values()
        or hops != (GATEWAY,)
        or _is_cabled(design, failure, design.servers[device])
    }
    for pair in _split(design, failure):
        rack = design.racks[design.switches[pair.second].rack]
        for device, known in [key for key in found if key[1] in (rack.prefix, rack.prefix6)]:
            hops = tuple(hop for hop in found[device, known] if hop != pair.second)
            if device == pair.second or not hops:
                del found[device, known]
            else:
                found[device, known] = hops
    return found


def _split(design: Design, failure: Failure) -> Iterator[Pair]:
    """Pairs whose leaves both live and have no peer link left."""
    for pair in design.pairs.values():
        leaves = {pair.first, pair.second}
        if not leaves & failure.devices and failure.cables.issuperset(_peer_link(design, pair)):
            yield pair


def _peer_link(design: Design, pair: Pair) -> set[str]:
    cables = design.cables_by_device[pair.first]
    return {cable.key for cable in cables if cable.kind is CableKind.PEER}


def _is_cabled(design: Design, failure: Failure, server: Server) -> bool:
    """Whether a server has a cable left to a switch that lives."""
    return any(_lives(cable, failure) for cable in design.cables_by_device[server.name])


def _lives(cable: Cable, failure: Failure) -> bool:
    return cable.key not in failure.cables and not {cable.a, cable.b} & failure.devices
