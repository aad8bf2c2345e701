"""Cables and batches of commands."""

import pytest

from barefabric.lab.inside import network
from barefabric.lab.types import Link


def test_many_cables_are_laid_by_several_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """``ip`` keeps two files open for each line: 512 at once are more than it may have."""
    sizes: list[int] = []
    monkeypatch.setattr(network, "batch", lambda _, __, lines: sizes.append(len(lines)))
    links = [Link(str(n), "fabric", "a", f"swp{n}", "b", f"swp{n}") for n in range(1101)]
    network.lay_cables(links)
    assert sum(sizes) == 1101
    assert max(sizes) * 2 < 1024


@pytest.mark.needs("ip")
def test_a_failing_line_is_named() -> None:
    with pytest.raises(network.SetupError, match=r"^here: link set no-such-port up: .*-:2"):
        network.batch("here", ("ip",), ["link show lo", "link set no-such-port up"])
