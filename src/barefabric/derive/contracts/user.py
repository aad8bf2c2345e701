"""Contracts a user wrote in the topology, in the terms of the derived ones."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from barefabric.model.address import host_route
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design

if TYPE_CHECKING:
    from barefabric.topology.schema import UserContract

_KINDS = {
    "reach": ContractKind.REACH,
    "never-reach": ContractKind.REACH,
    "max-path-length": ContractKind.REACH,
    "survives": ContractKind.SURVIVES,
}


def user_contracts(design: Design, written: "Iterable[UserContract]") -> Iterator[Contract]:
    """One contract for each statement.

    Names that the design lacks stay as they are written: the judge finds no such device and says
    so.
    """
    for one in written:
        expected = {
            "never-reach": ("@never",),
            "max-path-length": (f"@within:{one.length}",),
        }.get(one.kind, ())
        yield Contract(
            f"user/{one.name}",
            _KINDS[one.kind],
            _sentence(one),
            _subjects(design, one.source),
            _targets(design, one.target),
            expected,
            str(one.failures) if one.kind == "survives" else "",
        )


def _sentence(one: "UserContract") -> str:
    verb = "never reaches" if one.kind == "never-reach" else "reaches"
    tail = {
        "max-path-length": f" over at most {one.length} links",
        "survives": f" when any {one.failures} of links and switches fail",
    }.get(one.kind, "")
    return f"{one.name}: {one.source} {verb} {one.target}{tail}"


def _subjects(design: Design, name: str) -> tuple[str, ...]:
    """The devices a name means: itself, a rack's servers, a cluster's nodes, a pod's servers.

    An upstream router is a device too.
    """
    if name in design.racks:
        return (f"@servers:rack={name}",)
    if name in design.clusters:
        return (f"@servers:cluster={name}",)
    if any(rack.pod == name for rack in design.racks.values()):
        return (f"@servers:pod={name}",)
    return (name,)


def _alone(*addresses: str) -> tuple[str, ...]:
    """Single addresses, of either family, as prefixes."""
    return tuple(host_route(address) for address in addresses if address)


def _targets(design: Design, name: str) -> tuple[str, ...]:
    """The prefixes a name means: a server's or a switch's address, a rack's or a cluster's."""
    if name in design.servers:
        server = design.servers[name]
        return _alone(server.address, server.address6)
    if name in design.switches:
        switch = design.switches[name]
        return _alone(switch.loopback, switch.loopback6)
    if name in design.racks:
        rack = design.racks[name]
        whole = tuple(prefix for prefix in (rack.prefix, rack.prefix6) if prefix)
        return whole if rack.gateway else (f"@hosts:rack={name}",)
    if name in design.clusters:
        services = [p for pool in design.clusters[name].pools for p in pool.prefixes]
        return (f"@pods:cluster={name}", *services)
    if name in design.upstreams:
        return design.upstreams[name].accept
    return (name,)
