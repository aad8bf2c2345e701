"""Checks of what a switch must do that no route of the intact fabric would show missing."""

from collections.abc import Iterator

from barefabric.model.device import Role
from barefabric.model.intent import SwitchIntent
from barefabric.model.policy import Policy
from barefabric.model.session import SessionKind
from barefabric.verify.checks.tally import Tally

OUTSIDE = frozenset((SessionKind.NODE, SessionKind.HOST, SessionKind.UPSTREAM))
"""Sessions whose other end is not one of our switches."""
_AGAIN = "run fabric design again; if it stays, report it"


def check_duties(intent: SwitchIntent, tally: Tally) -> None:
    """A spine has a default of last resort; nobody outside marks routes."""
    _last_resort(intent, tally)
    _marks(intent, tally)


def _last_resort(intent: SwitchIntent, tally: Tally) -> None:
    """Every spine originates the default of last resort, and no other switch does.

    While an upstream's default is there, nobody uses it and no route shows that it is missing.
    """
    switch, wanted = intent.switch, intent.switch.role is Role.SPINE
    tally.count("settings")
    if intent.bgp.last_resort != wanted:
        tally.fault(
            "settings",
            f"{switch.name} {'lacks' if wanted else 'originates'} a default of last resort",
            "when every upstream is gone, only spines may give routed servers a way to each other",
            _AGAIN,
        )


def _marks(intent: SwitchIntent, tally: Tally) -> None:
    """Whatever comes from outside gets communities of ours instead of its own.

    A server that could mark a route with the community of the last resort would have every leaf
    lower its preference (`derive/policies.py`), and could so steer the fabric's traffic.
    """
    policies = {policy.name: policy for policy in intent.policies}
    for name in dict.fromkeys(_imports(intent)):
        tally.count("policies")
        policy = policies.get(name)
        if policy is not None and not _replaces(policy):
            tally.fault(
                "policies",
                f"{intent.switch.name}: {name} leaves the communities of neighbors in place",
                "a neighbor could mark its routes as the fabric's own default of last resort",
                _AGAIN,
            )


def _imports(intent: SwitchIntent) -> Iterator[str]:
    for group in intent.bgp.groups:
        if group.kind in OUTSIDE:
            yield group.import_policy
            yield from (neighbor.import_policy for neighbor in group.neighbors)


def _replaces(policy: Policy) -> bool:
    return all(term.set_community for term in policy.terms if term.permit)
