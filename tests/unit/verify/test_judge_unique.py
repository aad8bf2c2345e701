"""The judge sees a name that stands for two things on one switch."""

from dataclasses import replace
from pathlib import Path

import pytest

from barefabric.derive.switch import switch_intent
from barefabric.model.intent import SwitchIntent
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.judge import verify

ROOT = Path(__file__).parents[3]
DESIGN = design_values(load(ROOT / "topologies" / "quickstart.yaml")).design


def twice(intent: SwitchIntent, what: str) -> SwitchIntent:
    """The intent with one name or number given to two things."""
    if what == "peer group":
        first, second, *rest = intent.bgp.groups
        groups = (first, second._replace(name=first.name), *rest)
        return replace(intent, bgp=replace(intent.bgp, groups=groups))
    first_channel, second_channel, *others = intent.channels
    changed = second_channel._replace(number=first_channel.number, mlag=first_channel.mlag)
    return replace(intent, channels=(first_channel, changed, *others))


@pytest.mark.parametrize("what", ["peer group", "port channel", "MLAG id"])
def test_two_things_of_one_name_are_found(what: str) -> None:
    intents = [switch_intent(DESIGN, name) for name in DESIGN.switches]
    assert verify(DESIGN, intents, failures=0).proven
    spoiled = [twice(i, what) if i.switch.name == "r1-leaf1" else i for i in intents]
    evidence = [line for f in verify(DESIGN, spoiled, failures=0).findings for line in f.evidence]
    assert any(f"r1-leaf1 has {what}" in line for line in evidence)
