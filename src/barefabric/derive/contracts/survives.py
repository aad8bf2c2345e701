"""Contracts about failures: what still reaches what when any one thing is gone."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from barefabric.derive.contracts.words import roles
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.model.device import Role

UNAVOIDABLE = "but for what the shape cuts off with it"


def survive_contracts(design: Design) -> Iterator[Contract]:
    """One contract for each kind of failure that the design can have."""
    kinds = {kind.value for kind, _ in groupby(design.cables, key=attrgetter("kind"))}
    found = roles(design)
    wanted = [
        ("links", "one link between switches", "fabric" in kinds),
        ("peer-links", "one peer link of a pair, all its cables", "peer" in kinds),
        ("server-links", "one link of a server", "server" in kinds),
        ("spines", "one spine", Role.SPINE in found),
        ("superspines", "one superspine", Role.SUPERSPINE in found),
        ("planes", "one plane of superspines", Role.SUPERSPINE in found),
        ("leaves", "one leaf", Role.LEAF in found),
        ("borders", "one border", Role.BORDER in found),
        ("racks", "one rack, its leaves and servers", len(design.racks) > 1),
        ("upstreams", "one upstream router", bool(design.upstreams)),
    ]
    for kind, words, present in wanted:
        if present and design.servers:
            yield Contract(
                f"survives/{kind}", ContractKind.SURVIVES,
                f"with {words} gone, whoever is left reaches what is left, {UNAVOIDABLE}",
                ("@servers",), ("@all",), (), kind,
            )  # fmt: skip
