"""The report as a person reads it, and the same facts for a program."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from push_fabrics import FabricBuilder, five_stage, three_racks

from barefabric.model.design import Design
from barefabric.push.answers import Basis, Failure, FailureKind, SwitchDiff
from barefabric.push.clusters import ClusterChange
from barefabric.push.compare import TextDiff
from barefabric.push.document import document
from barefabric.push.dry_run import DryRunResult
from barefabric.push.receipts import Proof
from barefabric.push.report import WIDTH, render
from barefabric.push.waves import plan_waves

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
PROVEN = Proof("9f3c0d", ("built-in", "Batfish"), NOW - timedelta(minutes=3))


def result(
    design: Design,
    counts: Mapping[str, tuple[int, int]],
    failures: Mapping[str, tuple[str, Failure]] | None = None,
    clusters: tuple[ClusterChange, ...] = (),
    proof: Proof = PROVEN,
    compared_with: str = "",
) -> DryRunResult:
    """A result in which the given switches add and remove so many lines."""
    diffs = {}
    for name in design.switches:
        added, removed = counts.get(name, (0, 0))
        text = "\n".join(["+a"] * added + ["-b"] * removed)
        diffs[name] = SwitchDiff(name, Basis.DEVICE, TextDiff(text, added, removed))
    for name, (address, failure) in (failures or {}).items():
        file = f"switches/{name}/startup-config"
        diffs[name] = SwitchDiff(name, Basis.DEVICE, failure=failure, address=address, file=file)
    changed = {name for name, diff in diffs.items() if diff.changes}
    return DryRunResult(
        design.name, Path("lab.yaml"), Path("build/lab"), plan_waves(design, changed), diffs,
        clusters, proof, compared_with,
    )  # fmt: skip


TEN = {name: (12, 0) for name in three_racks().switches if "leaf" in name}
THE_TABLE = """\
proven 9f3c0d 3 min ago by built-in, Batfish                    42 servers keep a path in every step

  wave  switches                      why here                                       lines
  1     r3-leaf2                      canary: newest rack, its pair stays up         +38 -2
  2     r1-leaf1  r2-leaf1  r3-leaf1  first of each pair; no server loses both legs  +12 -0 each
  3     r1-leaf2  r2-leaf2            second of each pair                            +12 -0 each
  4     spine1                        one of two: every leaf keeps spine2            +24 -0
  5     spine2                        one of two: every leaf keeps spine1            +24 -0

  unchanged       1 switch
  clusters/prod   after wave 3: 2 BGPPeers and 1 IPPool to add, 1 BGPFilter to change
                  kubectl diff not run
  not reachable   border2 (172.20.0.12: timed out)
                  the push would stop before wave 1    fabric explain PU020
nothing was changed anywhere.      full diffs: --diff     one switch: --only r3-leaf2
"""


def three_racks_result() -> DryRunResult:
    """The example of the interface description."""
    counts = {**TEN, "r3-leaf2": (38, 2), "spine1": (24, 0), "spine2": (24, 0)}
    timed_out = Failure(FailureKind.UNREACHABLE, "timed out")
    change = ClusterChange("prod", 3, True, {"BGPPeer": 2, "IPPool": 1}, {"BGPFilter": 1}, {})
    failures = {"border2": ("172.20.0.12", timed_out)}
    return result(three_racks(), counts, failures, (change,))


def test_the_report_of_three_racks() -> None:
    assert render(three_racks_result(), now=NOW) == THE_TABLE
    assert three_racks_result().exit_status == 3


def test_colour_only_adds_to_what_is_written() -> None:
    coloured = render(three_racks_result(), now=NOW, colour=True)
    assert "\x1b[32mproven 9f3c0d" in coloured
    assert "\x1b[31mnot reachable\x1b[0m" in coloured
    for code in ("31", "32", "33", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == THE_TABLE


def test_diffs_follow_the_order_of_the_waves() -> None:
    text = render(three_racks_result(), now=NOW, diff=True)
    heads = [line for line in text.splitlines() if "   wave " in line]
    assert heads[:2] == ["r3-leaf2   +38 -2   wave 1", "r1-leaf1   +12 -0   wave 2"]
    assert text.count("\n+a\n") > 10
    assert text.endswith("\nnothing was changed anywhere.\n")


def test_no_line_is_wider_than_the_terminal() -> None:
    fabric = FabricBuilder("a-fabric-with-a-rather-long-name")
    spines = fabric.spines(3)
    for number in range(40):
        fabric.link(spines, fabric.rack(f"building-{number % 4}-room-{number}", 2, 2))
    for number in range(3):
        fabric.link(spines, fabric.rack(f"single-homed-rack-{number}", 1, 5))
    design = fabric.design()
    counts = {name: (1000 + place, 2000) for place, name in enumerate(design.switches)}
    failure = Failure(
        FailureKind.REFUSED,
        "Invalid input " * 20,
        "neighbor " + "x" * 20,
        17,
        "configure session x",
    )
    failures = {"building-0-room-0-leaf1": ("2001:db8:1234:5678:9abc:def0:1234:5678", failure)}
    found = result(design, counts, failures, compared_with="/a/folder/" + "deep/" * 10)
    for diff in (False, True):
        assert max(len(line) for line in render(found, now=NOW, diff=diff).splitlines()) <= WIDTH


def test_many_equal_waves_are_one_row() -> None:
    fabric = FabricBuilder()
    fabric.link(fabric.spines(64), fabric.rack("r1", 2, 2))
    design = fabric.design()
    text = render(result(design, dict.fromkeys(design.switches, (5, 1))), now=NOW)
    row = "  3-66  spine[1-64]  one of 64: every leaf keeps 63 spines   +5 -1 each"
    assert row in text.splitlines()


def test_pods_are_folded_too() -> None:
    design = five_stage(pods=2, spines=8, planes=4, racks=24)
    counts = dict.fromkeys(design.switches, (5, 1))
    text = render(result(design, counts), now=NOW)
    assert (
        "  4-11  p1-spine[1-8]  p2-spine[1-8]    one of 8 per pod: every leaf keeps 7 spines"
        in text
    )
    assert (
        "  12    superspine[1-4]                 one of two per plane: every spine keeps one"
        in text
    )


def test_what_is_dark_is_said_first() -> None:
    fabric = FabricBuilder()
    fabric.link(fabric.spines(2), fabric.rack("r1", 1, 7))
    fabric.link(["spine1"], fabric.rack("r2", 2, 2))
    first = render(result(fabric.design(), {"r1-leaf1": (1, 0)}), now=NOW).splitlines()[0]
    assert first.endswith("7 of 9 servers lose the network in some step")


def test_not_proven_is_said_and_shows_in_the_status() -> None:
    found = result(three_racks(), TEN, proof=Proof(why_not="there is no receipt"))
    lines = render(found, now=NOW).splitlines()
    assert lines[0].startswith("a push would be refused: there is no receipt   ")
    assert lines[1] == "  run fabric verify lab.yaml"
    assert found.exit_status == 1


def test_long_lists_of_failures_are_cut_on_the_terminal_only() -> None:
    design = five_stage(racks=24)
    down = {
        n: ("192.0.2.1", Failure(FailureKind.UNREACHABLE, "timed out")) for n in design.switches
    }
    found = result(design, {}, down)
    assert f"and {len(down) - 20} switches more; --json lists all" in render(found, now=NOW)
    assert len(document(found)["failures"]) == len(down)


def test_the_document_holds_the_same_facts() -> None:
    found = document(three_racks_result(), diff=True)
    assert json.loads(json.dumps(found)) == found
    assert found["proof"]["when"] == "2026-01-02T11:57:00+00:00"
    assert found["waves"][0]["switches"] == [
        {
            "name": "r3-leaf2",
            "reason": "canary: newest rack, its pair stays up",
            "added": 38,
            "removed": 2,
            "not_compared": 0,
        }
    ]
    assert found["clusters"][0]["add"] == {"BGPPeer": 2, "IPPool": 1}
    assert found["failures"][0]["kind"] == "not reachable"
    assert (found["exit_status"], found["servers"]["all"]) == (3, 42)
    assert "diffs" not in document(three_racks_result())
    assert set(found["diffs"]) == {s["name"] for w in found["waves"] for s in w["switches"]}
