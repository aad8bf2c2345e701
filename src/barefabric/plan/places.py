"""Where things stand, as far as a design says: racks by name, other tiers by what they are."""

from barefabric.model.device import Role, Switch, Upstream

OUTSIDE = "outside"
"""The place of what is not ours."""

_TIERS = {Role.SUPERSPINE: "superspines", Role.SPINE: "spines", Role.BORDER: "borders"}


def place(switch: Switch) -> str:
    """The rack of a switch, or its tier (``spines``, ``p1 spines``) where it is in no rack."""
    if switch.rack:
        return switch.rack
    tier = _TIERS.get(switch.role, switch.role.value)
    return f"{switch.pod} {tier}" if switch.pod else tier


def outside(upstream: Upstream) -> str:
    """A sentence's worth of who an upstream router is: ``wan-a (AS 64496)``."""
    return f"{upstream.name} (AS {upstream.asn})"
