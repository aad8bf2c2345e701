"""Fixtures of these tests."""

from pathlib import Path

import pytest
from changed_fabrics import Make, maker


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Designs a topology of the repository with a few words changed."""
    return maker(tmp_path)
