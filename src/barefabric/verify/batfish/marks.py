"""Nobody outside marks routes: communities of servers and upstreams go no further."""

from barefabric.model.contract import ContractKind
from barefabric.model.policy import LAST_RESORT
from barefabric.model.session import SessionKind
from barefabric.verify.batfish.case import BASE, Case, Outcome

OUTSIDE = frozenset((SessionKind.NODE, SessionKind.HOST, SessionKind.UPSTREAM))

Attached = set[tuple[str, str]]
"""Nodes with the policy that they import by."""


def check_marks(case: Case) -> Outcome:
    """No policy towards the outside permits a route that has the last resort's community after it.

    A search on a policy that a node does not have finds nothing and says nothing. So there is a
    control: each policy permits or refuses some route without the community.
    """
    wanted: Attached = {
        (session.a.lower(), session.a_import or session.profile.a.import_policy)
        for session in case.design.sessions
        if session.profile.kind in OUTSIDE
    }
    outcome = Outcome(ContractKind.REFUSED, contracts=1, rows=len(wanted))
    if not wanted:
        return outcome
    marked = _found(case, wanted, LAST_RESORT, "permit") & wanted
    known = _found(case, wanted, f"!{LAST_RESORT}", "permit") | marked
    if wanted - known:
        known |= _found(case, wanted, "", "deny")
    lines = [f"{node} {policy} lets {LAST_RESORT} through" for node, policy in marked]
    lines += [f"{node} has no policy {policy}" for node, policy in wanted - known]
    outcome.fail(
        "BF041",
        "batfish/marks",
        "no server and no upstream can mark its routes as the default of last resort",
        sorted(lines),
        cause="the rendered policy adds to the communities of a route, or leaves them",
    )
    return outcome


def _found(case: Case, wanted: Attached, community: str, action: str) -> Attached:
    """Which policies do something to some route that has a community afterwards."""
    rows = case.service.marked_through(
        BASE,
        sorted({node for node, _ in wanted}),
        sorted({policy for _, policy in wanted}),
        community,
        action,
    )
    return {(row["Node"]["name"], row["Policy_Name"]) for row in rows}
