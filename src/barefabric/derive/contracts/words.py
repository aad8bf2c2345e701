"""Words that several families of contracts share."""

from collections.abc import Sequence
from functools import lru_cache

from barefabric.model.design import Design
from barefabric.model.device import Attach, Rack, Role

UP = ("@up",)
ORIGIN = ("@origin",)

NOUN = {
    Role.SUPERSPINE: "superspines",
    Role.SPINE: "spines",
    Role.LEAF: "leaves",
    Role.BORDER: "borders",
}
"""The selector's noun for each role."""


def listed(names: Sequence[str], limit: int = 6) -> str:
    """Names in a sentence: "a, b and c", or how many beyond a limit."""
    if not names:
        return "nobody"
    if len(names) > limit:
        return f"{', '.join(names[:2])} and {len(names) - 2:,} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def verb(names: Sequence[str], one: str, many: str) -> str:
    """The verb's form for one or many."""
    return one if len(names) == 1 else many


@lru_cache(maxsize=8)
def roles(design: Design) -> frozenset[Role]:
    """The roles that occur."""
    return frozenset(switch.role for switch in design.switches.values())


def top_role(design: Design) -> Role:
    """The tier that borders connect to."""
    return Role.SUPERSPINE if Role.SUPERSPINE in roles(design) else Role.SPINE


def spines_of(pod: str) -> str:
    """The selector of a pod's spines, or of all where there are no pods."""
    return f"@spines:pod={pod}" if pod else "@spines"


def spoken(pod: str) -> str:
    """A pod's spines in a sentence."""
    return f"the spines of pod {pod}" if pod else "the spines"


def attaches(design: Design, rack: Rack) -> set[Attach]:
    """The ways servers of a rack are connected."""
    return {design.servers[name].attach for name in rack.servers}


def originating(design: Design, rack: Rack) -> list[str]:
    """Everything in a rack that is announced from one place, as prefixes and selectors."""
    found = [rack.prefix] if rack.gateway else []
    kinds = set()
    for name in rack.servers:
        server = design.servers[name]
        if server.attach is Attach.ROUTED:
            kinds.add("hosts")
        if server.cluster and _announces_pods(design, server.cluster):
            kinds.add("pods")
    return found + [f"@{kind}:rack={rack.name}" for kind in sorted(kinds)]


def _announces_pods(design: Design, cluster: str) -> bool:
    return design.clusters[cluster].cni_mode == "bgp"
