"""What Batfish said of every seeded fault, in exactly what it would be shown now."""

import importlib.util
import os
import warnings

import pytest
from fault import Where, wanted
from fault_bench import Bench
from fault_fabrics import EVERY, Fabric
from fault_judges import shown
from fault_list import SHOWN, Case, case_id, spoilt
from fault_outcomes import control, outcome, words
from fault_record import SOUND

from barefabric.verify.batfish.service import address, answers

STALE = "Batfish was shown something else when it was recorded: run `make faults`"


@pytest.fixture(autouse=True, scope="module")
def say_so() -> None:
    where = address("", os.environ)
    if importlib.util.find_spec("pybatfish") is None or not answers(where):
        said = (
            f"Batfish was not run: nothing answers at {where}; what it said of faults is recorded"
        )
        # A class of its own could not travel from a worker of pytest-xdist to the summary.
        warnings.warn(said, UserWarning, stacklevel=1)


@pytest.mark.parametrize("fabric", EVERY, ids=lambda f: f.name)
def test_batfish_found_nothing_where_nothing_is_wrong(fabric: Fabric) -> None:
    word = control(fabric)
    assert word.shown == shown(Bench(fabric)), STALE
    assert word.found == ()


@pytest.mark.parametrize("case", SHOWN, ids=case_id)
def test_batfish_said_of_the_fault_what_it_must(case: Case) -> None:
    fault, fabric = case
    word = outcome(fault, fabric).batfish
    assert word.shown == shown(spoilt(fault, fabric)), STALE
    must = wanted(fault.batfish, fabric)
    assert bool(word.found) == bool(must), word.found
    assert not must or set(must) & set(word.codes), word.found


def test_there_are_records_of_these_faults_only() -> None:
    known = {case_id(case) for case in SHOWN} | {f"{SOUND} / {fabric.name}" for fabric in EVERY}
    assert words().keys() == known


def test_a_changed_line_is_noticed() -> None:
    """The digest itself: one more line in one file of one switch."""
    bench = Bench(EVERY[0])
    bench.edit("r1-leaf1", "startup-config", r"\Ano aaa root\n", "no aaa root\n!\n")
    assert shown(bench) != shown(Bench(EVERY[0]))


def test_a_line_that_batfish_leaves_out_is_not_in_the_digest() -> None:
    """It says itself that the line is not in its model; it had nothing to say of such a fault."""
    bench = Bench(EVERY[0])
    bench.config(
        "r1-leaf1", r"neighbor SPINES ttl maximum-hops 1", "neighbor SPINES ttl maximum-hops 2"
    )
    assert shown(bench) == shown(Bench(EVERY[0]))
    told = [case for case in SHOWN if case[0].where is not Where.DESIGN]
    same = [c for c in told if outcome(*c).batfish.shown == control(c[1]).shown]
    assert same
    assert [outcome(*case).batfish.found for case in same] == [()] * len(same)
