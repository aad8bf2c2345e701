"""Words that several families of contracts share."""

from collections.abc import Sequence
from functools import lru_cache

from barefabric.derive.prefixes import DEFAULTS
from barefabric.model.design import Design
from barefabric.model.device import Attach, Rack, Role
from barefabric.model.session import SessionProfile

UP = ("@up",)
ORIGIN = ("@origin",)

NOUN = {
    Role.SUPERSPINE: "superspines",
    Role.SPINE: "spines",
    Role.LEAF: "leaves",
    Role.BORDER: "borders",
}
"""The selector's noun for each role."""


def listed(each: Sequence[str], limit: int = 6) -> str:
    """Names in a sentence: "a, b and c", or how many beyond a limit."""
    if not each:
        return "nobody"
    if len(each) > limit:
        return f"{', '.join(each[:2])} and {len(each) - 2:,} more"
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"


def verb(each: Sequence[str], one: str, many: str) -> str:
    """The verb's form for one or many."""
    return one if len(each) == 1 else many


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
    return {kind.attach for kind in design.kinds_by_rack[rack.name]}


def defaults(design: Design) -> tuple[str, ...]:
    """The default route of each family that the fabric carries."""
    return tuple(DEFAULTS[family] for family in design.underlay.families)


def over(profile: SessionProfile) -> str:
    """Which sessions a sentence is about, where there are others of the same kind."""
    return " over IPv6" if profile.only_ipv6 else ""


def originating(design: Design, rack: Rack) -> list[str]:
    """Everything in a rack that is announced from one place, as prefixes and selectors."""
    found = [p for p in (rack.prefix, rack.prefix6) if p] if rack.gateway else []
    kinds = set()
    for kind in design.kinds_by_rack[rack.name]:
        if kind.attach is Attach.ROUTED:
            kinds.add("hosts")
        if kind.cluster and _announces_pods(design, kind.cluster):
            kinds.add("pods")
    return found + [f"@{what}:rack={rack.name}" for what in sorted(kinds)]


def _announces_pods(design: Design, cluster: str) -> bool:
    return design.clusters[cluster].cni_mode == "bgp"
