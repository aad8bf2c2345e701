"""Labs that several tests look at: each is brought up once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from barefabric.lab import runner
from barefabric.lab.live import Live, bring_up
from live_labs import ROOT, at_rest, built, planned


def _live(path: Path, word: str) -> Iterator[Live]:
    live = bring_up(planned(path, word), hold=True)
    try:
        at_rest(live)
        yield live
    finally:
        runner.stop(live.state)


@pytest.fixture(scope="session")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """topologies/routed-frr.yaml, up."""
    folder = tmp_path_factory.mktemp("routed")
    yield from _live(built(folder, ROOT / "topologies" / "routed-frr.yaml"), "routed")


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """tests/lab/topologies/policies.yaml, up: two clusters, passwords, short timers."""
    folder = tmp_path_factory.mktemp("policies")
    topology = Path(__file__).parent / "topologies" / "policies.yaml"
    yield from _live(built(folder, topology), "policies")


@pytest.fixture(scope="session")
def numbered6(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """tests/lab/topologies/both-numbered.yaml, up: a session for each family on each link."""
    folder = tmp_path_factory.mktemp("numbered6")
    topology = Path(__file__).parent / "topologies" / "both-numbered.yaml"
    yield from _live(built(folder, topology), "numbered6")


@pytest.fixture(scope="session")
def unnumbered6(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """tests/lab/topologies/both-unnumbered.yaml, up: one session carries both families."""
    folder = tmp_path_factory.mktemp("unnumbered6")
    topology = Path(__file__).parent / "topologies" / "both-unnumbered.yaml"
    yield from _live(built(folder, topology), "unnumbered6")
