"""Batfish itself, where a service answers: it still says of each fault what was recorded.

Faults of which it said nothing are shown to it again by `make faults`: each costs as much as a
whole verdict.
"""

import os
from collections.abc import Iterator

import pytest
from fault_bench import Bench
from fault_judges import Batfish
from fault_list import SHOWN, Case, case_id, spoilt
from fault_outcomes import outcome
from fault_record import Word, ask

from barefabric.verify.batfish.service import Service, address

SEEN = [case for case in SHOWN if outcome(*case).batfish.found]


@pytest.fixture(scope="module")
def batfish() -> Iterator[Batfish]:
    with Service(address("", os.environ)) as service:
        yield Batfish(service)


def codes(word: Word) -> tuple[str, ...]:
    return word.codes


@pytest.mark.parametrize("case", SEEN, ids=case_id)
def test_batfish_says_what_was_recorded(case: Case, batfish: Batfish) -> None:
    fault, fabric = case
    assert codes(ask(batfish, spoilt(fault, fabric))) == codes(outcome(fault, fabric).batfish)


def test_a_line_without_meaning_leaves_batfishs_model_as_it_was(batfish: Batfish) -> None:
    """The control of what is not asked: the model is equal, and is not where a route differs."""
    same, other = Bench(SHOWN[0][1]), Bench(SHOWN[0][1])
    same.config("r1-leaf1", r"neighbor SPINES timers 3 9", "neighbor SPINES timers 5 15")
    other.config("r1-leaf1", r"maximum-paths 64 ecmp 64", "maximum-paths 1 ecmp 1")
    assert batfish.first(same) == []
    assert [finding.code for finding in batfish.first(other)] == ["BF030"]
