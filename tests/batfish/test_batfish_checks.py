"""The checks themselves, on answers in Batfish's form: right ones pass, each wrong one is seen.

The answers are made from the plan; that real answers have this form is what the live tests show.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish.case import Case, Outcome
from barefabric.verify.batfish.flows import check_absent, check_flows, check_loops
from barefabric.verify.batfish.marks import check_marks
from barefabric.verify.batfish.parsing import check_addresses, check_parsing
from barefabric.verify.batfish.policies import check_policies
from barefabric.verify.batfish.proof import judged_files
from barefabric.verify.batfish.routes import OWN, check_routes, computed_routes
from barefabric.verify.batfish.sessions import check_attached, check_sessions, planned
from barefabric.verify.batfish.snapshot import snapshot
from barefabric.verify.build import Fabric
from barefabric.verify.compute import Computed
from barefabric.verify.survey import Survey

if TYPE_CHECKING:
    from barefabric.verify.batfish.service import Service

ROOT = Path(__file__).parents[2]
Answers = dict[str, list[Any]]


class Canned:
    """A service that knows its answers."""

    def __init__(self) -> None:
        self.answers: Answers = {}

    def ask(self, question: str, _snapshot: str, **_parameters: object) -> list[Any]:
        return self.answers[question]


class Bench:
    """A case of routed-frr with the right answers to everything."""

    def __init__(self) -> None:
        design = design_values(load(ROOT / "topologies/routed-frr.yaml")).design
        survey = Survey(design)
        for name in design.switches:
            survey.switch(switch_intent(design, name))
        for name in design.servers:
            survey.server(server_intent(design, name))
        self.service = Canned()
        self.shown = snapshot(design, judged_files(design))
        self.case = Case(cast("Service", self.service), self.shown, Fabric(survey))
        self.computed = Computed(self.case.fabric)
        self.right: Answers = {
            "fileParseStatus": [
                {
                    "File_Name": f"configs/{name}.cfg",
                    "Status": "PASSED",
                    "Nodes": [{"name": name.lower()}],
                }
                for name in self.shown.configs
            ],
            "parseWarning": [],
            "initIssues": [],
            "undefinedReferences": [],
            "detectLoops": [],
            "ipOwners": [owner("spine1", "10.255.0.1"), owner("spine2", "10.255.0.2")],
            "bgpSessionStatus": list(map(session_row, planned(self.case))),
            "bgpPeerConfiguration": self.peers(),
            "routes": self.routes(),
        }

    def peers(self) -> list[Any]:
        rows = []
        for session in self.case.design.sessions:
            a, b = session.profile.a, session.profile.b
            imports = session.a_import or a.import_policy
            rows.append(
                peer(session.a, session.b_address, session.a_interface, imports, a.export_policy)
            )
            peer_b = (session.a_address, session.b_interface, b.import_policy, b.export_policy)
            rows.append(peer(session.b, *peer_b))
        return rows

    def routes(self) -> list[Any]:
        ports = {(node, other): port for (node, port), other in self.case.across.items()}
        addresses: dict[str, str] = {}
        for address, device in self.case.owner.items():
            addresses.setdefault(device, address)
        rows = []
        for (device, prefix), hops in computed_routes(self.computed).items():
            for hop in hops:
                if hop == OWN:
                    rows.append(route(device, prefix, "connected", {"type": "interface"}))
                elif prefix == "192.0.2.129/32" or (device, hop) not in ports:
                    address = {"type": "ip", "ip": addresses[hop]}
                    rows.append(route(device, prefix, "bgp", address))
                else:
                    via = {
                        "type": "interface",
                        "interface": ports[device, hop],
                        "ip": "169.254.0.1",
                    }
                    rows.append(route(device, prefix, "bgp", via))
        return rows


def owner(node: str, ip: str) -> dict[str, Any]:
    return {"Node": {"name": node}, "VRF": "default", "IP": ip}


def place(text: str, node: str) -> dict[str, Any]:
    numbered = text[0].isdigit()
    return {
        "ip": text if numbered else None,
        "port": None if numbered else {"hostname": node, "interface": text},
    }


def session_row(end: Any) -> dict[str, Any]:
    local, remote = place(end.local, end.node), place(end.remote, end.other)
    return {
        "Node": {"name": end.node},
        "Local_AS": end.asn,
        "Local_IP": local["ip"],
        "Local_Interface": local["port"],
        "Remote_Node": {"name": end.other},
        "Remote_AS": end.other_asn,
        "Remote_IP": remote["ip"] and {"schema": "Ip", "value": remote["ip"]},
        "Remote_Interface": remote["port"],
        "Established_Status": "ESTABLISHED",
        "Address_Families": ["IPV4_UNICAST"],
    }


def peer(node: str, ip: str, port: str, imports: str, exports: str) -> dict[str, Any]:
    return {
        "Node": {"name": node},
        "Remote_IP": {"schema": "Ip", "value": ip} if ip else None,
        "Local_Interface": port,
        "Import_Policy": [imports] if imports else [],
        "Export_Policy": [exports] if exports else [],
    }


def route(node: str, prefix: str, protocol: str, hop: dict[str, str]) -> dict[str, Any]:
    return {
        "Node": {"name": node},
        "VRF": "default",
        "Network": prefix,
        "Protocol": protocol,
        "Next_Hop": hop,
    }


@pytest.fixture(scope="module")
def made() -> Bench:
    return Bench()


@pytest.fixture
def bench(made: Bench) -> Bench:
    made.service.answers = deepcopy(made.right)
    return made


Check = Callable[[Bench], Outcome]
CHECKS: dict[str, Check] = {
    "parsing": lambda b: check_parsing(b.case),
    "addresses": lambda b: check_addresses(b.case, frozenset()),
    "sessions": lambda b: check_sessions(b.case),
    "attached": lambda b: check_attached(b.case, b.case.design),
    "routes": lambda b: check_routes(b.case, b.computed),
    "loops": lambda b: check_loops(b.case),
}


@pytest.mark.parametrize("check", CHECKS)
def test_right_answers_pass(check: str, bench: Bench) -> None:
    outcome = CHECKS[check](bench)
    assert outcome.findings == []
    assert outcome.count.held == outcome.rows > 0


def drop(question: str, index: int = 0) -> Callable[[Answers], None]:
    return lambda answers: answers[question].__delitem__(index)


def put(question: str, index: int, **values: object) -> Callable[[Answers], None]:
    return lambda answers: answers[question][index].update(values)


def add(question: str, row: dict[str, Any]) -> Callable[[Answers], None]:
    return lambda answers: answers[question].append(row)


def learned(answers: Answers) -> Any:
    return next(r for r in answers["routes"] if r["Protocol"] == "bgp")


WRONG: dict[str, tuple[str, str, Callable[[Answers], None]]] = {
    "a file is not read": ("parsing", "BF010", put("fileParseStatus", 0, Status="FAILED")),
    "a device is missing": ("parsing", "BF010", drop("fileParseStatus")),
    "a line is not read": (
        "parsing",
        "BF011",
        add(
            "parseWarning",
            {"Filename": "configs/spine1.cfg", "Line": 1, "Comment": "This syntax is unrecognized"},
        ),
    ),
    "a conversion goes wrong": (
        "parsing",
        "BF012",
        add(
            "initIssues",
            {"Type": "Convert error", "Nodes": ["spine1"], "Source_Lines": None, "Details": "no"},
        ),
    ),
    "a name is not defined": (
        "parsing",
        "BF013",
        add(
            "undefinedReferences",
            {"File_Name": "f", "Struct_Type": "list", "Ref_Name": "L", "Context": "c"},
        ),
    ),
    "an address is there twice": (
        "addresses", "BF014", add("ipOwners", owner("spine2", "10.255.0.1")),
    ),
    "a session is down": (
        "sessions", "BF020", put("bgpSessionStatus", 3, Established_Status="NOT_ESTABLISHED"),
    ),
    "a session is missing": ("sessions", "BF020", drop("bgpSessionStatus", 5)),
    "a session carries nothing": (
        "sessions", "BF020", put("bgpSessionStatus", 3, Address_Families=[]),
    ),
    "a session goes to somebody else": (
        "sessions", "BF020", put("bgpSessionStatus", 3, Remote_Node={"name": "border1"}),
    ),
    "a session is one too many": (
        "sessions",
        "BF020",
        lambda answers: answers["bgpSessionStatus"].append(
            {**answers["bgpSessionStatus"][0], "Local_AS": 7}
        ),
    ),
    "a policy is not attached": (
        "attached", "BF022", put("bgpPeerConfiguration", 0, Import_Policy=[]),
    ),
    "a neighbor is one too many": (
        "attached", "BF022", add("bgpPeerConfiguration", peer("spine1", "192.0.2.9", "", "", "")),
    ),
    "a neighbor is missing": ("attached", "BF022", drop("bgpPeerConfiguration")),
    "a route is missing": (
        "routes", "BF030", lambda answers: answers["routes"].remove(learned(answers)),
    ),
    "a route is one too many": (
        "routes", "BF030", add("routes", route("spine1", "1.0.0.0/8", "bgp", {"type": "discard"})),
    ),
    "a next hop is another": (
        "routes",
        "BF030",
        lambda answers: learned(answers).update(Next_Hop={"type": "ip", "ip": "9.9.9.9"}),
    ),
    "a next hop is there twice": (
        "routes", "BF030", lambda answers: answers["routes"].append(learned(answers)),
    ),
    "something loops": (
        "loops",
        "BF051",
        add("detectLoops", {"Flow": {"ingressNode": "spine1", "dstIp": "10.0.0.1"}}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_answer_is_seen(case: str, bench: Bench) -> None:
    check, code, spoil = WRONG[case]
    spoil(bench.service.answers)
    outcome = CHECKS[check](bench)
    assert {finding.code for finding in outcome.findings} == {code}
    assert 0 < outcome.failed <= outcome.rows
    assert outcome.findings[0].lines


def test_a_route_that_must_not_be_there_is_seen(bench: Bench) -> None:
    routes = {**computed_routes(bench.computed)}
    assert check_absent(bench.case, routes).findings == []
    routes["upstream", "10.10.0.11/32"] = ("border1",)
    routes["spine1", "172.20.0.0/16"] = ("r1-leaf1",)
    found = {f.contract: f.evidence for f in check_absent(bench.case, routes).findings}
    assert found == {
        "absent/out/upstream": ("upstream has 10.10.0.11/32",),
        "absent/links": ("spine1 has 172.20.0.0/16",),
    }


def test_neighbors_that_a_sample_leaves_out_are_in_the_plan(bench: Bench) -> None:
    """Switches have sessions with all servers, of which Batfish may be shown a few."""
    bench.service.answers["bgpPeerConfiguration"].append(peer("r1-leaf1", "10.10.0.99", "", "", ""))
    design = bench.case.design
    session = next(s for s in design.sessions if s.a == "r1-leaf1" and s.b_address)
    more = session._replace(b="r1-worker99", b_address="10.10.0.99")
    assert check_attached(bench.case, design).failed == 1
    whole = replace(design, sessions=(*design.sessions, more))
    assert check_attached(bench.case, whole).findings == []


class Searching(Canned):
    """Answers searches: ``permitted`` by policy, or nothing known of a policy at all."""

    def __init__(self) -> None:
        super().__init__()
        self.permitted: dict[str, str] = {}
        self.unknown = ""
        self.asked: list[tuple[str, tuple[str, ...], bool]] = []

    def routes_through(
        self,
        _snapshot: str,
        nodes: tuple[str, ...],
        policy: str,
        prefixes: tuple[str, ...],
        *,
        inside: bool,
    ) -> list[Any]:
        self.asked.append((policy, prefixes, inside))
        prefix = self.permitted.get(policy)
        return [self.row(node, policy, prefix) for node in nodes] if prefix else []

    def row(self, node: str, policy: str, prefix: str) -> dict[str, Any]:
        return {"Node": {"name": node}, "Policy_Name": policy, "Input_Route": {"network": prefix}}

    def ask(self, question: str, _snapshot: str, **parameters: object) -> list[Any]:
        assert question == "searchRoutePolicies"
        policy = str(parameters["policies"])
        names = str(parameters["nodes"]).split(",")
        return [] if policy == self.unknown else [self.row(n, policy, "") for n in names]


@pytest.fixture
def searching(made: Bench) -> tuple[Case, Searching]:
    service = Searching()
    return Case(cast("Service", service), made.shown, made.case.fabric), service


def test_policies_are_proven_over_the_whole_space(searching: tuple[Case, Searching]) -> None:
    case, service = searching
    outcomes = check_policies(case)
    assert [f for o in outcomes for f in o.findings] == []
    assert ("FROM-HOST-R1-WORKER1", ("10.10.0.11/32",), False) in service.asked
    assert ("FROM-EDGE-METALLB", ("192.0.2.128/25:32-32",), False) in service.asked
    assert ("TO-NODES", ("0.0.0.0/0:0-32",), True) in service.asked
    assert ("FROM-SPINES", ("0.0.0.0/0",), True) in service.asked


def test_a_policy_that_permits_too_much_is_seen(searching: tuple[Case, Searching]) -> None:
    case, service = searching
    service.permitted["FROM-EDGE-METALLB"] = "10.0.0.0/8"
    refused, told = check_policies(case)
    assert told.findings == []
    assert {f.code for f in refused.findings} == {"BF040"}
    assert "r1-leaf1 FROM-EDGE-METALLB lets 10.0.0.0/8 through" in refused.findings[0].evidence


def test_a_search_on_an_unknown_policy_proves_nothing(searching: tuple[Case, Searching]) -> None:
    case, service = searching
    service.unknown = "TO-NODES"
    _, told = check_policies(case)
    assert {f.code for f in told.findings} == {"BF040"}
    assert "has no policy TO-NODES" in told.findings[0].evidence[0]


class Marking(Canned):
    """Answers which policies permit or refuse routes, by the community that these have then."""

    def __init__(self, answers: dict[tuple[str, str], str]) -> None:
        super().__init__()
        self.by_community = answers

    def marked_through(
        self,
        _snapshot: str,
        nodes: list[str],
        policies: list[str],
        community: str,
        action: str,
    ) -> list[Any]:
        wanted = self.by_community.get((community, action), "nothing")
        return [
            {"Node": {"name": node}, "Policy_Name": policy}
            for node in nodes
            for policy in policies
            if re.fullmatch(wanted, policy)
        ]


def marks(made: Bench, answers: dict[tuple[str, str], str]) -> Outcome:
    return check_marks(Case(cast("Service", Marking(answers)), made.shown, made.case.fabric))


PLAIN = ("!65000:250", "permit")


def test_policies_take_the_marks_of_neighbors_away(made: Bench) -> None:
    outcome = marks(made, {PLAIN: ".*"})
    assert outcome.findings == []
    assert outcome.count.held == outcome.rows > 0


def test_a_policy_that_only_refuses_is_a_policy(made: Bench) -> None:
    assert marks(made, {PLAIN: "FROM-E.*", ("", "deny"): ".*"}).findings == []


def test_a_policy_that_leaves_a_mark_is_seen(made: Bench) -> None:
    outcome = marks(made, {PLAIN: ".*", ("65000:250", "permit"): "FROM-EDGE-METALLB"})
    assert [f.code for f in outcome.findings] == ["BF041"]
    assert "r1-leaf1 FROM-EDGE-METALLB lets 65000:250 through" in outcome.findings[0].evidence


def test_marks_of_an_unknown_policy_prove_nothing(made: Bench) -> None:
    outcome = marks(made, {PLAIN: "FROM-[^E].*"})
    assert "r1-leaf1 has no policy FROM-EDGE-METALLB" in outcome.findings[0].evidence


class Sending(Canned):
    """Answers questions about packets."""

    def __init__(self, lost: list[Any], arrived: list[Any]) -> None:
        super().__init__()
        self.lost, self.arrived = lost, arrived

    def flows(self, _snapshot: str, _flow: object, *, failing: bool) -> list[Any]:
        return self.lost if failing else self.arrived


LOST = {"Traces": [{"disposition": "NO_ROUTE", "hops": [{"node": {"name": "spine1"}}]}]}


@pytest.mark.parametrize(
    ("lost", "arrived", "said"),
    [
        ([], [{}], ""),
        ([LOST], [{}], "NO_ROUTE at spine1"),
        ([], [], "Batfish knows no such packet"),
    ],
)
def test_packets_must_arrive_and_some_must_be_sent(
    lost: list[Any], arrived: list[Any], said: str, made: Bench
) -> None:
    service = cast("Service", Sending(lost, arrived))
    outcome = check_flows(Case(service, made.shown, made.case.fabric))
    assert outcome.rows > 0
    if said:
        assert outcome.failed == outcome.rows
        assert outcome.findings[0].evidence[0].endswith(said)
    else:
        assert outcome.findings == []


def test_findings_name_lines_of_rendered_files(bench: Bench) -> None:
    """Where in the build a policy or a neighbor stands, for whoever must mend it."""
    case = bench.case
    files = {"r1-leaf1": {"startup-config": "hostname x\n  neighbor 10.0.0.1 remote-as 1\n"}}
    told = Case(case.service, case.snapshot, case.fabric, files)
    assert told.line_of("r1-leaf1", "10.0.0.1") == [
        "switches/r1-leaf1/startup-config:2   neighbor 10.0.0.1 remote-as 1"
    ]
    assert told.line_of("r1-leaf1", "10.0.0.11") == []
    assert told.line_of("spine1", "10.0.0.1") == []
    assert case.line_of("r1-leaf1", "hostname") == []
