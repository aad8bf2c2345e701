"""The verdict for CI systems: JUnit XML and SARIF, read by strict readers of our own.

The readers know the parts of the formats that are written, and refuse every other key: what they
pass is a subset of what the schemas of SARIF 2.1.0 and of JUnit's readers allow.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from test_judge_designs import example

from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.topology.load import load
from barefabric.verify.judge import verify
from barefabric.verify.junit import junit
from barefabric.verify.places import Finder
from barefabric.verify.sarif import sarif
from barefabric.verify.verdict import Count, Finding, Judgement, Sides, Verdict

ROOT = Path(__file__).parents[3]
THREE = ROOT / "topologies" / "three-racks.yaml"


def spoiled() -> tuple[Design, Verdict]:
    """Three racks whose leaf has lost a session: contracts of several kinds fail."""
    design = example("three-racks")
    lost = next(s for s in design.sessions if (s.a, s.b) == ("spine1", "r2-leaf1"))
    bad = replace(design, sessions=tuple(s for s in design.sessions if s is not lost))
    return design, verify(bad)


def with_batfish(verdict: Verdict) -> Verdict:
    differ = Finding(
        "BF030", "batfish/routes", "same <routes> & \x07", "Batfish", 1, (),
        kind=ContractKind.ROUTE, sides=(Sides("r2-leaf1 to 10.0.0.0/8", "spine1", "no route"),),
    )  # fmt: skip
    unsure = Finding(
        "BF050", "batfish/flows", "packets arrive", "Batfish", 2, ("r3-node1: ?",),
        decided=False, kind=ContractKind.REACH,
    )  # fmt: skip
    counts = {ContractKind.ROUTE: Count(3, 9, 8, 1), ContractKind.REACH: Count(1, 4, 2, 0, 2)}
    word = Judgement("Batfish", "0.36", {}, counts, (differ, unsure), 1.0)
    others = tuple(other for other in verdict.not_run if other.judge != "Batfish")
    return replace(verdict, judgements=(*verdict.judgements, word), not_run=others)


# JUnit.

SUITE = {"name", "tests", "failures", "skipped", "errors"}


def read_junit(text: str) -> dict[str, dict[str, ET.Element]]:
    """Suites and their cases, after everything that a reader relies on was checked."""
    root = ET.fromstring(text)  # noqa: S314 (our own)
    assert root.tag == "testsuites"
    assert set(root.attrib) == SUITE
    found: dict[str, dict[str, ET.Element]] = {}
    for suite in root:
        assert suite.tag == "testsuite"
        assert set(suite.attrib) == SUITE
        assert suite.get("name") not in found
        cases = found[suite.get("name", "")] = {}
        for number, case in enumerate(suite):
            assert case.tag == "testcase"
            assert set(case.attrib) == {"classname", "name"}
            assert len(case) <= 1
            for inner in case:
                wanted = {"message", "type"} if inner.tag == "failure" else {"message"}
                assert inner.tag in {"failure", "skipped"}
                assert set(inner.attrib) == wanted
            cases[f"{case.get('classname')}#{number}"] = case
        for key, tag in (("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.get(key, "")) == sum(c.find(tag) is not None for c in suite)
        assert int(suite.get("tests", "")) == len(suite)
    for key in ("tests", "failures", "skipped"):
        assert int(root.get(key, "")) == sum(int(suite.get(key, "")) for suite in root)
    return found


def case_of(suite: dict[str, ET.Element], contract: str) -> ET.Element:
    (found,) = (case for name, case in suite.items() if name.partition("#")[0] == contract)
    return found


def test_junit_has_a_case_for_each_contract() -> None:
    design, verdict = spoiled()
    suites = read_junit(junit(verdict, design.contracts))
    ours = [name for name in suites if name.startswith("built-in: ")]
    assert sum(len(suites[name]) for name in ours) == len(design.contracts)
    failed = {
        name.partition("#")[0]
        for suite in suites.values() for name, case in suite.items()
        if case.find("failure") is not None
    }  # fmt: skip
    assert failed == {found.contract for found in verdict.findings}
    failure = case_of(suites["built-in: sessions up"], "session/fabric/r2").find("failure")
    assert failure is not None
    assert failure.get("type") == "JU001"
    assert failure.text is not None
    assert "cause: " in failure.text
    assert "mend: " in failure.text
    assert case_of(suites["built-in: sessions up"], "session/fabric/r1").find("failure") is None


def test_junit_says_what_did_not_run() -> None:
    design = example("quickstart")
    suites = read_junit(junit(verify(design, failures=0), design.contracts))
    skipped = case_of(suites["Batfish"], "Batfish").find("skipped")
    assert skipped is not None
    assert str(skipped.get("message")).startswith("not run")
    survives = suites["built-in: survives failures"]
    assert survives
    assert all(case.find("skipped") is not None for case in survives.values())


def test_junit_of_a_second_judge() -> None:
    design, verdict = spoiled()
    suites = read_junit(junit(with_batfish(verdict), design.contracts))
    assert "Batfish" not in suites
    failure = case_of(suites["Batfish: routes exact"], "batfish/routes").find("failure")
    assert failure is not None
    assert failure.get("message") == "r2-leaf1 to 10.0.0.0/8: built-in spine1; Batfish no route"
    assert failure.text is not None
    assert failure.text.startswith("same <routes> & ?")
    unsure = case_of(suites["Batfish: reaches"], "batfish/flows").find("skipped")
    assert unsure is not None
    assert unsure.get("message") == "not decided: r3-node1: ?"


# SARIF.

KEYS: dict[str, tuple[set[str], set[str]]] = {
    "": ({"$schema", "version", "runs"}, set()),
    "runs": ({"tool", "results", "columnKind", "invocations"}, set()),
    "tool": ({"driver"}, set()),
    "driver": ({"name", "version", "rules"}, set()),
    "rules": (
        {"id", "shortDescription", "fullDescription", "help", "defaultConfiguration"}, set(),
    ),
    "shortDescription": ({"text"}, set()),
    "fullDescription": ({"text"}, set()),
    "help": ({"text"}, set()),
    "defaultConfiguration": ({"level"}, set()),
    "invocations": ({"executionSuccessful", "toolExecutionNotifications"}, set()),
    "toolExecutionNotifications": ({"level", "message"}, set()),
    "message": ({"text"}, set()),
    "results": (
        {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints",
         "properties"}, set(),
    ),
    "locations": ({"physicalLocation"}, set()),
    "physicalLocation": ({"artifactLocation"}, {"region"}),
    "artifactLocation": ({"uri"}, {"uriBaseId"}),
    "region": ({"startLine"}, {"startColumn", "endColumn"}),
}  # fmt: skip
"""What each object of the log must hold, and what it may."""


def check_keys(name: str, value: Any) -> None:
    if isinstance(value, list):
        for one in value:
            check_keys(name, one)
    elif isinstance(value, dict) and name in KEYS:
        must, may = KEYS[name]
        assert must <= set(value) <= must | may, name
        for key, inner in value.items():
            check_keys(key, inner)


def read_sarif(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Results with their rules, after everything that a code host relies on was checked."""
    document = json.loads(json.dumps(document))
    check_keys("", document)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning"}
        assert result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert 1 <= region["startColumn"] < region["endColumn"]
        yield result, rule


def line_of(result: dict[str, Any]) -> str:
    region = result["locations"][0]["physicalLocation"]["region"]
    line = THREE.read_text(encoding="utf-8").splitlines()[region["startLine"] - 1]
    return line[region["startColumn"] - 1 : region["endColumn"] - 1]


def test_sarif_points_at_the_topology() -> None:
    _, verdict = spoiled()
    results = list(read_sarif(sarif(with_batfish(verdict), load(THREE))))
    assert len(results) == len(with_batfish(verdict).findings)
    for result, rule in results:
        where = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert where == {"uri": "topologies/three-racks.yaml", "uriBaseId": "%SRCROOT%"}
        assert len(rule["help"]["text"]) > 40
    by_contract = {r["properties"]["contract"]: r for r, _ in results}
    assert line_of(by_contract["session/fabric/r2"]) == "r[1-3]"
    assert line_of(by_contract["batfish/routes"]) == "{type: leaf, count: 2}"
    assert by_contract["batfish/flows"]["level"] == "warning"
    prints = {json.dumps(r["partialFingerprints"]) for r, _ in results}
    assert len(prints) == len(results)


def test_sarif_says_what_did_not_run() -> None:
    (run,) = sarif(verify(example("quickstart")), load(THREE))["runs"]
    said = [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]]
    assert any(text.startswith("Batfish did not run") for text in said)
    assert run["results"] == []


@pytest.mark.parametrize(
    ("contract", "evidence", "keys"),
    [
        ("session/fabric/r2", (), ("racks", 0, "name")),
        ("session/prod-calico/r2", (), ("racks", 0, "name")),
        ("refused/prod-calico/rest", (), ("clusters", 0, "name")),
        ("refused/upstream/wan-b/rest", (), ("external", 1, "name")),
        ("route/default/border1", (), ("borders",)),
        ("survives/spines", (), ("spines",)),
        ("survives/server-links", (), ("racks",)),
        ("check/mtu", (), ("underlay", "mtu")),
        ("check/ecmp", (), ("underlay",)),
        ("check/bonds", (), ("server_types",)),
        ("batfish/lines", ("border2: unread line 7",), ("borders",)),
        ("batfish/lines", ("r3-worker4: unread line 7",), ("racks", 0, "name")),
        ("batfish/loops", (), ("fabric",)),
    ],
)  # fmt: skip
def test_places(contract: str, evidence: tuple[str, ...], keys: tuple[str | int, ...]) -> None:
    loaded = load(THREE)
    found = Finding("JU001", contract, "", "built-in", 1, evidence)
    assert Finder(loaded).place(found) == loaded.place(*keys)


def test_a_contract_of_the_users_own_has_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    own = "\ncontracts:\n  - {name: no way in, never-reach: {from: r1, to: prod}}\n"
    path.write_text(THREE.read_text(encoding="utf-8") + own, encoding="utf-8")
    found = Finding("JU006", "user/no way in", "", "built-in", 1, ())
    place = Finder(load(path)).place(found)
    assert place.line == len(path.read_text(encoding="utf-8").splitlines())


# The command.


def fabric(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from barefabric.cli import main; main()", *words],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": "", "BATFISH_HOST": "off", "PYTHONPATH": str(ROOT / "src"),
             "HOME": str(folder)},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with a topology in a folder, whose contract cannot hold."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "nets").mkdir()
    text = (ROOT / "topologies" / "quickstart.yaml").read_text(encoding="utf-8")
    rack = yaml.safe_load(text)["racks"][0]["name"]
    text += f"\ncontracts:\n  - {{name: shut, never-reach: {{from: {rack}, to: {rack}}}}}\n"
    (tmp_path / "nets" / "lab net.yaml").write_text(text, encoding="utf-8")
    assert fabric(tmp_path / "nets", "design", "lab net.yaml").returncode == 1
    return tmp_path


def test_reports_are_written_when_the_verdict_is_bad(folder: Path) -> None:
    done = fabric(
        folder / "nets", "verify", "lab net.yaml", "--junit", "../out/v.xml", "--sarif", "v.sarif"
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr == "", "no progress where stderr is no terminal"
    suites = read_junit((folder / "out" / "v.xml").read_text(encoding="utf-8"))
    assert case_of(suites["built-in: reaches"], "user/shut").find("failure") is not None
    document = json.loads((folder / "nets" / "v.sarif").read_text(encoding="utf-8"))
    ((result, _),) = read_sarif(document)
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where["uri"] == "nets/lab%20net.yaml"
    assert sorted(p.name for p in (folder / "out").iterdir()) == ["v.xml"]


def test_two_failures_have_a_case_of_their_own(folder: Path) -> None:
    done = fabric(folder / "nets", "verify", "lab net.yaml", "--failures", "2", "--junit", "v.xml")
    assert done.returncode == 1, done.stderr
    suites = read_junit((folder / "nets" / "v.xml").read_text(encoding="utf-8"))
    case = case_of(suites["built-in: survives failures"], "survives/two")
    assert len(case) == 0, "it holds"


def test_a_report_that_cannot_be_written_says_so(folder: Path) -> None:
    done = fabric(folder / "nets", "verify", "lab net.yaml", "--sarif", "lab net.yaml/v.sarif")
    assert done.returncode == 3
    assert "error JU032: the report cannot be written" in done.stderr


def test_reports_are_written_where_a_required_judge_did_not_run(folder: Path) -> None:
    done = fabric(
        folder / "nets", "verify", "lab net.yaml", "--require", "batfish", "--junit", "v.xml"
    )
    assert done.returncode == 3
    assert (folder / "nets" / "v.xml").is_file()
