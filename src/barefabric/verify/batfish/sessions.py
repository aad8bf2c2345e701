"""Sessions as Batfish sees them, compared with the plan in both directions."""

from collections.abc import Iterator
from typing import NamedTuple

from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.model.session import Session, SessionKind, Side
from barefabric.verify.batfish.case import BASE, Case, Outcome, node_of
from barefabric.verify.batfish.service import Row

UP = "ESTABLISHED"
UNICAST = "IPV4_UNICAST"


class End(NamedTuple):
    """One end of a session: node and device names in Batfish's lower case.

    ``local`` and ``remote`` are addresses, or the ports of an unnumbered link.
    """

    node: str
    asn: int
    local: str
    other: str
    other_asn: str
    remote: str


def planned(case: Case) -> dict[End, Session]:
    """Both ends of every session of the plan."""
    return {end: session for session in case.design.sessions for end in ends(case, session)}


def ends(case: Case, session: Session) -> tuple[End, End]:
    """Both ends of a session as Batfish should report them."""
    a, b = session.a.lower(), case.snapshot.nodes.get(session.id, session.b).lower()
    left = session.a_address or session.a_interface
    right = session.b_address or session.b_interface
    return (
        End(a, session.a_asn, left, b, str(session.b_asn), right),
        End(b, session.b_asn, right, a, str(session.a_asn), left),
    )


def reported(row: Row) -> End:
    """The end that a row is about."""
    other = row["Remote_Node"]
    return End(
        node_of(row),
        row["Local_AS"],
        _place(row["Local_IP"], row["Local_Interface"]),
        other["name"] if other else "",
        str(row["Remote_AS"]),
        _place(row["Remote_IP"], row["Remote_Interface"]),
    )


def _place(ip: object, port: object) -> str:
    if isinstance(ip, dict):
        ip = ip.get("value")
    if ip:
        return str(ip)
    return str(port["interface"]) if isinstance(port, dict) else ""


def check_sessions(case: Case, snapshot: str = BASE) -> Outcome:
    """The sessions that are up are exactly those of the plan, each end with IPv4 unicast."""
    outcome = Outcome(ContractKind.SESSION, case.contracts(ContractKind.SESSION))
    plan = planned(case)
    outcome.rows = len(plan)
    rows = case.service.ask("bgpSessionStatus", snapshot)
    up: set[End] = set()
    silent, extra = [], []
    for row in rows:
        end = reported(row)
        if row["Established_Status"] != UP:
            continue
        up.add(end)
        if end not in plan:
            extra.append(f"{_spoken(end)} is up and not in the plan")
        elif UNICAST not in row["Address_Families"]:
            silent.append(f"{_spoken(end)} carries no IPv4 routes")
    down = {reported(r)[:3]: r["Established_Status"] for r in rows}
    missing = [f"{_spoken(end)}: {_why(end, down)}" for end in plan if end not in up]
    outcome.fail(
        "BF020",
        "batfish/sessions",
        "the sessions that come up are those of the plan",
        [*missing, *silent, *extra],
        cause="both ends of a session must name each other's address and AS number",
        places=_places(case, [end for end in plan if end not in up]),
    )
    return outcome


def _places(case: Case, missing: list[End]) -> list[str]:
    """The lines that name the neighbor, at both ends of the first session that is down."""
    for end in missing[:1]:
        return [*case.line_of(end.node, end.remote), *case.line_of(end.other, end.local)]
    return []


def _why(end: End, down: dict[tuple[str, int, str], str]) -> str:
    return f"Batfish says {down[end[:3]]}" if end[:3] in down else "Batfish sees no such session"


def _spoken(end: End) -> str:
    return (
        f"{end.node} {end.local} (AS {end.asn}) with {end.other or 'nobody'} {end.remote} "
        f"(AS {end.other_asn})"
    )


def check_attached(case: Case, whole: Design) -> Outcome:
    """Every neighbor of our own devices has exactly the policies of the plan.

    Switches have no other neighbors than those of ``whole``, the design without a sample taken. A
    server's device has more than its own files say.
    """
    outcome = Outcome(ContractKind.CHECK, contracts=1)
    plan = dict(_policies(case))
    outcome.rows = len(plan)
    known = {(s.a.lower(), s.b_address or s.a_interface) for s in whole.sessions}
    known |= {(s.b.lower(), s.a_address or s.b_interface) for s in whole.sessions}
    seen: set[tuple[str, str]] = set()
    wrong = []
    for row in case.ask("bgpPeerConfiguration"):
        key = (node_of(row), _place(row["Remote_IP"], {"interface": row.get("Local_Interface")}))
        if key not in plan:
            if key not in known and case.device(key[0]) in whole.switches:
                wrong.append(f"{key[0]} has a neighbor {key[1]} that is not in the plan")
            continue
        seen.add(key)
        actual = (tuple(row["Import_Policy"] or ()), tuple(row["Export_Policy"] or ()))
        if actual != plan[key]:
            wrong.append(
                f"{key[0]} with {key[1]}: {_named(actual)}; the plan has {_named(plan[key])}"
            )
    wrong += [f"{node} has no neighbor {peer}" for node, peer in plan.keys() - seen]
    first = wrong[0].split(": ")[0].split() if wrong else []
    outcome.fail(
        "BF022",
        "batfish/attached",
        "every neighbor has the policies that the plan gives it",
        sorted(wrong),
        cause="a policy that is not attached filters nothing",
        places=case.line_of(first[0], first[-1]) if first else (),
    )
    return outcome


Attached = tuple[tuple[str, ...], tuple[str, ...]]


def _policies(case: Case) -> Iterator[tuple[tuple[str, str], Attached]]:
    """Import and export policies by node and neighbor, for ends whose configuration is ours."""
    for session in case.design.sessions:
        profile = session.profile
        upper, lower = ends(case, session)
        own = session.a_import or profile.a.import_policy
        yield (upper.node, session.b_address or session.a_interface), _attached(profile.a, own)
        if profile.kind in (SessionKind.FABRIC, SessionKind.PAIR, SessionKind.HOST):
            key = (lower.node, session.a_address or session.b_interface)
            yield key, _attached(profile.b, profile.b.import_policy)


def _attached(side: Side, imports: str) -> Attached:
    return (imports,) if imports else (), (side.export_policy,) if side.export_policy else ()


def _named(policies: Attached) -> str:
    imports, exports = (", ".join(names) or "none" for names in policies)
    return f"in {imports}, out {exports}"
