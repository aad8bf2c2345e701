"""Contracts that are checks of the design itself. The judge counts their rows."""

from collections.abc import Iterator

from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.model.device import Attach

SENTENCES = {
    "addresses": "no address is used twice, and every address lies in its pool",
    "pools": "no two pools overlap",
    "asns": "AS numbers are shared only where the design means it",
    "router-ids": "no router id is used twice",
    "ports": "every cable ends in a port that exists, carries its speed and has no other cable",
    "links": "both ends of every cable agree with the configurations of both devices",
    "neighbors": "the neighbors a router configures are exactly its sessions",
    "settings": "both ends of every session have the same timers, BFD, password and families",
    "mtu": "every link carries what the pods send, and both ends have the same MTU",
    "ecmp": "no router needs more equal paths than it is told to use and its hardware holds",
    "max-prefix": "no neighbor announces more than its limit allows",
    "timers": "hold times are at least three keepalives, and BFD runs only where both ends have it",
    "tables": "every router holds its routes and its neighbors",
    "policies": "every policy and every list that is named exists",
    "kubernetes": "the clusters' components agree with the sessions (lints of known mistakes)",
}
"""Checks by name, for every design."""

BRIDGED = {
    "gateways": "every server's gateway is on all its leaves, and its address on their VLAN",
    "bonds": "LACP, MLAG ids, VLANs and speeds of every bond agree, member by member",
}
"""Checks of racks whose servers share a VLAN."""

PAIRED = {
    "peer-links": "both leaves of every pair agree on domain, addresses, VLANs and peer link",
}
"""Checks of MLAG pairs."""


def check_contracts(design: Design) -> Iterator[Contract]:
    """One contract for each check that has something to look at."""
    wanted = dict(SENTENCES)
    if design.attaches - {Attach.ROUTED}:
        wanted.update(BRIDGED)
    if design.pairs:
        wanted.update(PAIRED)
    for name, sentence in wanted.items():
        yield Contract(f"check/{name}", ContractKind.CHECK, sentence, over=name)
