import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_judge_designs import example

from barefabric.errors import OutsideError
from barefabric.model.contract import ContractKind
from barefabric.verify.agreement import side_by_side
from barefabric.verify.batfish.case import Outcome
from barefabric.verify.batfish.routes import likely_cause
from barefabric.verify.judge import verify
from barefabric.verify.receipt import (
    build_digest,
    contracts_digest,
    make_receipt,
    read_receipt,
    write_receipt,
)
from barefabric.verify.report import as_json, report
from barefabric.verify.verdict import Count, Finding, Judgement, NotRun, Sides, Verdict


def judged(*findings: Finding, counts: dict[ContractKind, Count] | None = None) -> Verdict:
    counts = counts or {
        ContractKind.ROUTE: Count(3, 2914, 2914),
        ContractKind.SESSION: Count(2, 107, 107),
    }
    judgement = Judgement("built-in", "1.0", {}, counts, findings, 0.4, ("a note",))
    not_run = (NotRun("Batfish", "nothing answers", "fabric batfish start"), NotRun("lab", "", ""))
    return Verdict("f", 5, (judgement,), not_run)


FOUND = Finding(
    "JU002", "route/r1/spines", "the spines reach rack r1 " + "by every leaf " * 12, "built-in", 7,
    ("spine1 to 10.0.0.0/24: no route", "x" * 150), "a cause", "a remedy",
)  # fmt: skip


def test_a_good_verdict_is_a_table_and_one_line() -> None:
    text = report(judged(), receipt="build/f/verify/receipt.json", digest="9f3c00", seconds=14.2)
    lines = text.splitlines()
    assert lines[0].split() == ["contracts", "built-in", "files", "Batfish", "lab"]
    assert lines[1].split() == ["sessions", "up", "2", "107", "-", "-", "-"]
    assert lines[2].split() == ["routes", "exact", "3", "2,914", "-", "-", "-"]
    assert lines[3].strip() == "rows that hold, by judge"
    assert "  note: a note" in lines
    assert lines[-2] == "  proven in 14.20 s   receipt build/f/verify/receipt.json (9f3c...)"
    assert lines[-1] == "  not run: Batfish (fabric batfish start), lab"
    assert text.isascii()


def test_failures_lead_and_fit() -> None:
    counts = {ContractKind.ROUTE: Count(3, 2914, 2907, 7)}
    text = report(judged(FOUND, counts=counts))
    assert text.startswith("FAILED  the spines reach rack r1")
    assert all(len(line) <= 100 for line in text.splitlines() if "xxx" not in line)
    assert "  built-in: spine1 to 10.0.0.0/24: no route" in text
    assert "  route/r1/spines, 7 rows   fabric explain JU002" in text
    assert "2,907 (7 no)" in text
    assert "not proven: 7 rows of 1 contract\n" in text


def test_what_is_not_decided_is_said() -> None:
    counts = {ContractKind.ROUTE: Count(1, 4, 3, 0, 1)}
    text = report(judged(FOUND._replace(decided=False, rows=1), counts=counts))
    assert text.startswith("UNDECIDED  ")
    assert "3 (1 ?)" in text


def test_what_failed_comes_before_what_is_not_decided() -> None:
    open_one = FOUND._replace(contract="route/open", decided=False)
    text = report(judged(open_one, FOUND, counts={ContractKind.ROUTE: Count(9, 9, 1, 7, 1)}))
    assert text.index("FAILED  ") < text.index("UNDECIDED  ")
    assert "1 (7 no, 1 ?)" in text
    assert "rows that hold, by judge; no: do not; ?: that judge cannot tell" in text


SIDES = tuple(
    Sides(f"r1-leaf{n} to 10.10.{n}.0/24", ", ".join(f"r{k}-leaf1" for k in range(30)), "spine1")
    for n in range(1, 8)
)


def with_another(*findings: Finding, rows: int = 1200) -> Verdict:
    failed = sum(f.rows for f in findings)
    counts = {ContractKind.ROUTE: Count(3, rows, rows - failed, failed)}
    other = Judgement("Batfish", "0.36", {}, counts, findings, 2.0)
    return replace(judged(), judgements=(*judged().judgements, other), not_run=())


def test_judges_that_differ_are_shown_side_by_side() -> None:
    outcome = Outcome(ContractKind.ROUTE, 3, 1200)
    outcome.differ("BF030", "batfish/routes", "the routes are equal", SIDES, "a cause")
    text = report(with_another(*outcome.findings))
    lines = text.splitlines()
    assert lines[0] == "JUDGES DIFFER  the routes are equal"
    assert lines[1] == "  r1-leaf1 to 10.10.1.0/24"
    assert lines[2].startswith("    built-in  r0-leaf1, r1-leaf1")
    assert lines[3].startswith("              r"), "a long answer goes on below itself"
    assert "    Batfish   spine1" in lines
    assert "  and 2 rows more" in lines
    assert "  cause: a cause" in lines
    assert "  judges agree        no: not with Batfish on 7 rows, shown above" in lines
    assert any(line.startswith("  not proven: 7 rows of 1 contract") for line in lines)
    assert all(len(line) <= 100 for line in lines)
    assert not with_another(*outcome.findings).proven


def test_judges_that_agree_are_said_to() -> None:
    text = report(with_another())
    assert "  judges agree        Batfish on 1,200 routes, row by row" in text.splitlines()
    assert with_another().proven


@pytest.mark.parametrize(
    ("plan", "found", "says"),
    [
        ("spine1, spine2", "spine1", "say less than the design"),
        ("spine1", "no route", "say less than the design"),
        ("no route", "spine1", "say more than the design"),
        ("spine1", "spine2", "or one judge is wrong"),
    ],
)
def test_the_likely_cause_of_a_difference(plan: str, found: str, says: str) -> None:
    assert says in likely_cause([Sides("r1-leaf1 to 10.0.0.0/8", plan, found)])


def test_many_failures_are_counted() -> None:
    findings = [FOUND._replace(contract=f"route/{n}") for n in range(30)]
    counts = {ContractKind.ROUTE: Count(30, 300, 90, 210)}
    text = report(judged(*findings, counts=counts))
    assert text.count("FAILED") == 20
    assert "and 10 more contracts: --json shows all" in text


def test_a_verdict_of_no_judge_is_not_proven() -> None:
    assert not Verdict("f", 0, ()).proven


def test_json_has_the_same_facts() -> None:
    document = json.loads(json.dumps(as_json(judged(FOUND))))
    assert document["proven"] is False
    assert document["not_run"][0]["judge"] == "Batfish"
    built_in = document["judges"]["built-in"]
    assert built_in["counts"]["route"]["rows"] == 2914
    assert built_in["findings"][0]["contract"] == "route/r1/spines"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "switches" / "leaf1").mkdir(parents=True)
    (tmp_path / "switches" / "leaf1" / "config").write_text("hostname leaf1\n")
    (tmp_path / "design.json").write_text("{}")
    return tmp_path


def test_the_digest_is_of_paths_and_contents(build: Path) -> None:
    before = build_digest(build)
    assert before == build_digest(build)
    (build / "design.json").write_text("{ }")
    assert build_digest(build) != before
    (build / "design.json").write_text("{}")
    assert build_digest(build) == before
    (build / "design.json").rename(build / "other.json")
    assert build_digest(build) != before


def test_moving_bytes_between_files_changes_the_digest(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, first, second in ((one, "ab", "c"), (two, "a", "bc")):
        folder.mkdir()
        (folder / "x").write_text(first)
        (folder / "y").write_text(second)
    assert build_digest(one) != build_digest(two)


def test_the_judges_own_folder_is_no_part_of_it(build: Path) -> None:
    before = build_digest(build)
    (build / "verify").mkdir()
    (build / "verify" / "anything").write_text("x")
    assert build_digest(build) == before
    (build / "switches" / "verify").mkdir()
    (build / "switches" / "verify" / "config").write_text("a switch of this name")
    assert build_digest(build) != before


def test_a_receipt_holds_until_a_file_changes(build: Path) -> None:
    design = example("quickstart")
    when = datetime(2026, 11, 22, 12, 0, 0, 999, tzinfo=UTC)
    receipt = make_receipt(build, verify(design), design.contracts, when)
    path = write_receipt(build, receipt)
    assert path == build / "verify" / "receipt.json"
    found = read_receipt(build)
    assert found == receipt
    assert found is not None
    assert (found.proven, found.judges) == (True, ("built-in",))
    assert found.not_run == ("files", "Batfish", "lab")
    assert found.when == datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
    assert found.digest == build_digest(build)
    (build / "switches" / "leaf1" / "config").write_text("hostname leaf2\n")
    assert found.digest != build_digest(build)
    assert [p.name for p in (build / "verify").iterdir()] == ["receipt.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "other/1"}', '{"schema": "barefabric.receipt/1"}']
)
def test_a_receipt_that_cannot_be_read_is_none(build: Path, text: str) -> None:
    assert read_receipt(build) is None
    (build / "verify").mkdir()
    (build / "verify" / "receipt.json").write_text(text)
    assert read_receipt(build) is None


def test_a_receipt_that_cannot_be_written_says_so(build: Path) -> None:
    design = example("quickstart")
    receipt = make_receipt(build, verify(design), design.contracts)
    (build / "verify").write_text("a file where the folder should be")
    with pytest.raises(OutsideError) as caught:
        write_receipt(build, receipt)
    assert caught.value.diagnostics[0].code == "JU031"


def test_the_digest_of_contracts_follows_their_words() -> None:
    contracts = example("quickstart").contracts
    other = (contracts[0]._replace(sentence="other"), *contracts[1:])
    assert contracts_digest(contracts) == contracts_digest(list(contracts))
    assert contracts_digest(contracts) != contracts_digest(other)


def another(kind: ContractKind, contract: str, *lines: str) -> Finding:
    return Finding("BF040", contract, "a sentence", "Batfish", 7, lines, kind=kind)


def both(found: Finding, *ours: Finding) -> Finding:
    """A finding of Batfish's beside what the built-in judge says of the same class."""
    kind = found.kind or ContractKind.ROUTE
    failed = len(ours)
    first = Judgement("built-in", "1", {}, {kind: Count(9, 90, 90 - failed, failed)}, ours, 1.0)
    second = Judgement("Batfish", "1", {}, {kind: Count(9, 90, 83, 7)}, (found,), 1.0)
    verdict = side_by_side(Verdict("f", 9, (first, second)))
    return verdict.judgements[1].findings[0]


def test_what_only_the_second_judge_finds_is_a_disagreement() -> None:
    line = "r2-leaf1 FROM-PROD lets 10.64.0.0/25 through"
    place = "switches/r2-leaf1/startup-config:142   route-map FROM-PROD permit 10"
    found = another(ContractKind.REFUSED, "refused/prod-calico/rest", line, "and 6 more")
    differ = both(found._replace(places=(place,)))
    assert differ.sides == (Sides(line, "refused", "permitted"),)
    assert differ.evidence == ("and 6 more",)
    text = report(with_another(differ))
    assert text.startswith("JUDGES DIFFER  a sentence\n")
    lines = text.splitlines()
    assert lines[1:6] == [
        f"  {line}", "    built-in  refused", "    Batfish   permitted", "  and 6 more",
        f"  {place}",
    ]  # fmt: skip


def test_what_both_judges_find_is_none() -> None:
    found = another(ContractKind.REFUSED, "refused/prod-calico/rest", "a line")
    same = FOUND._replace(contract="refused/prod-calico/rest")
    assert both(found, same) == found
    assert both(found, FOUND).sides, "the built-in judge found another contract"


def test_a_class_is_compared_where_a_judge_has_names_of_its_own() -> None:
    found = another(ContractKind.SESSION, "batfish/sessions", "r1-leaf1 with spine1: down")
    assert both(found).sides[0].built_in == "as planned"
    assert both(found, FOUND) == found, "the built-in judge finds sessions that are down, too"


def test_packets_that_must_never_arrive_have_answers_that_fit() -> None:
    found = another(ContractKind.REACH, "user/shut", "wan-a (192.0.2.1) to 10.0.0.1: arrives")
    (side,) = both(found).sides
    assert (side.built_in, side.other) == ("holds", "does not hold")


def test_checks_are_each_judges_own() -> None:
    found = another(ContractKind.CHECK, "batfish/parse", "leaf1: a line")
    assert both(found) == found
    open_one = another(ContractKind.REACH, "batfish/flows", "?")._replace(decided=False)
    assert both(open_one) == open_one
