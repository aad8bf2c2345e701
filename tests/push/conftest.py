"""Fixtures of the push's integration tests."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "push"))

from push_lab import Lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """A lab whose servers end with the test."""
    made = Lab(tmp_path)
    yield made
    for server in made.servers.values():
        server.close()
