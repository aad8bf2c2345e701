"""The judge of files: what it counts, what it says, and what it cannot read."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from barefabric.cli.verify import _refuse_missing
from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.errors import OutsideError
from barefabric.model.contract import ContractKind
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish.snapshot import render
from barefabric.verify.places import Finder
from barefabric.verify.reading import lines as reading_lines
from barefabric.verify.reading.judge import FilesJudge
from barefabric.verify.reading.lines import REMEMBERED, lines
from barefabric.verify.reading.rules import reader
from barefabric.verify.report import report
from barefabric.verify.verdict import Judgement, Verdict

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
Change = Callable[[str], str]


@pytest.fixture(scope="module")
def design() -> Design:
    return design_values(load(TOPOLOGIES / "quickstart.yaml")).design


def judged(
    design: Design,
    change: Change = lambda text: text,
    *,
    device: str = "r1-leaf1",
    extra: tuple[str, ...] = (),
    nos: dict[str, str] | None = None,
) -> Judgement:
    """The word on all files, those of one device changed."""
    judge, files = FilesJudge(), render(design, design.servers)
    files[device] = {path: change(text) for path, text in files[device].items()}
    for name in design.switches:
        intent = switch_intent(design, name)
        if name in (nos or {}):
            intent = replace(intent, switch=replace(intent.switch, nos=(nos or {})[name]))
        judge.switch(replace(intent, extra=extra), files[name])
    for name in design.servers:
        judge.server(server_intent(design, name), files[name])
    return judge.judgement()


def test_every_row_of_a_sound_build_holds(design: Design) -> None:
    word = judged(design)
    count = word.counts[ContractKind.CHECK]
    assert word.findings == word.notes == ()
    assert count.held == count.rows > 100
    assert word.settings == {"read": "arista_eos (4), servers (4)"}
    assert count.contracts > 20


def test_one_kind_of_fact_is_one_finding_however_many_devices(design: Design) -> None:
    before = judged(design).counts[ContractKind.CHECK]
    word = judged(design, lambda text: text.replace(" timers 3 9", " timers 30 90"))
    (found,) = word.findings
    assert found.cause == "the rendered file is not what the design asks for"
    assert "vendor_templates/arista_eos/read.toml" in found.mend
    groups = found.rows // 2
    assert groups > 1
    assert len(found.evidence) == min(found.rows, 7)
    after = word.counts[ContractKind.CHECK]
    assert (after.rows, after.failed) == (before.rows + groups, found.rows)
    assert after.held == before.held - groups


def test_a_line_of_extra_is_said_to_be_one(design: Design) -> None:
    line = "neighbor SPINES maximum-routes 7"
    found = judged(
        design,
        lambda text: text.replace("router bgp", "router bgp 1\n   " + line + "\n!\nrouter bgp", 1),
        extra=("router bgp 1", f"   {line}"),
    ).findings
    assert [one.contract for one in found] == ["files/max-prefix"]
    assert found[0].cause == "a line of extra: says so"


def test_a_password_in_clear_text_is_not_repeated(design: Design) -> None:
    def told(text: str) -> str:
        return text.replace(
            "neighbor SPINES timers", "neighbor SPINES password hunter2\n   neighbor SPINES timers"
        )

    word = judged(design, told)
    found = next(f for f in word.findings if f.contract == "files/password")
    assert "r1-leaf1 says: password SPINES, in clear text" in found.evidence
    assert found.places[-1].startswith("switches/r1-leaf1/startup-config:")
    assert "hunter2" not in repr(word)


def test_the_place_in_the_topology_is_that_of_the_device(design: Design) -> None:
    finder = Finder(load(TOPOLOGIES / "quickstart.yaml"))
    server = judged(design, lambda t: t.replace("mtu:", "MTU:"), device="r1-node2").findings
    spine = judged(design, lambda t: t.replace(" timers 3 9", ""), device="spine1").findings
    places = [finder.place(found) for found in (server[0], spine[0])]
    text = (TOPOLOGIES / "quickstart.yaml").read_text().splitlines()
    assert "r1" in text[places[0].line - 1] or "racks" in text[places[0].line - 1]
    assert "spines" in text[places[1].line - 1]


# What it cannot read.


def test_a_network_os_without_rules_is_named_and_not_counted(design: Design) -> None:
    sound = judged(design).counts[ContractKind.CHECK]
    word = judged(design, nos={"spine1": "some_nos"})
    assert word.settings == {"read": "arista_eos (3), servers (4)", "not read": "some_nos (1)"}
    (note,) = word.notes
    assert note.startswith("files not read: those of 1 device with some_nos, which has no ")
    assert note.endswith("vendor_templates/some_nos/read.toml")
    count = word.counts[ContractKind.CHECK]
    assert count.held == count.rows < sound.rows
    verdict = Verdict("f", 1, (word,))
    assert "files not read: those of 1 device with some_nos" in report(verdict)
    _refuse_missing(verdict, ())
    with pytest.raises(OutsideError) as caught:
        _refuse_missing(verdict, ("files",))
    (said,) = caught.value.diagnostics
    assert said.code == "GE012"
    assert "cannot read files of some_nos (1)" in said.message


# Reading.


def test_what_is_remembered_has_a_bound_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, design: Design
) -> None:
    """With room for two lines everything is read again and again, to the same facts."""
    rules = reader("arista_eos")
    assert rules is not None
    files = render(design, ())
    told = lines("arista_eos")
    assert told is not None
    assert REMEMBERED < 10_000
    monkeypatch.setattr(reading_lines, "REMEMBERED", 2)
    forgetful = reading_lines.Lines(rules)
    for name in design.switches:
        facts = forgetful.facts(files[name])
        assert facts == told.facts(files[name])
        assert len(facts) > 20
