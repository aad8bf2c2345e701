"""Work is counted, not seconds: no step goes through all cables or sessions once per device."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from barefabric.capacity import load
from barefabric.capacity.looks import looks
from barefabric.capacity.summary import summary
from barefabric.model.design import Design
from barefabric.plan.files import plan_files
from barefabric.render.content import whole

Make = Callable[[str], Design]

FABRIC = """
fabric: counted
switch_types:
  spine: {nos: arista_eos, ports: 128 x 100G}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
spines: 4
racks:
  - {name: "r[01-RACKS]", leaves: 2, servers: {node: 6}}
clusters:
  - name: c
    servers: [node]
    pods: 10.64.0.0/14
    services: 10.96.0.0/16
    cni: calico
"""


class Watched(tuple[Any, ...]):  # noqa: SLOT001  it carries its counter
    """A tuple that counts how often it is gone through."""

    counts: Counter[str]
    name: str

    def __iter__(self) -> Iterator[Any]:
        self.counts[self.name] += 1
        return super().__iter__()


def watched(design: Design) -> tuple[Design, Counter[str]]:
    """The design, and how often its cables and sessions have been gone through."""
    counts: Counter[str] = Counter()
    parts = {}
    for name in ("cables", "sessions"):
        part = Watched(getattr(design, name))
        part.counts, part.name = counts, name
        parts[name] = part
    return replace(design, **parts), counts


def passes(design: Design, work: Callable[[Design], object]) -> Counter[str]:
    counted, counts = watched(design)
    work(counted)
    return counts


@pytest.mark.parametrize(
    "work", [summary, looks, lambda d: [whole(content) for _, content in plan_files(d)]]
)
def test_passes_do_not_grow_with_the_fabric(
    written: Make, work: Callable[[Design], object]
) -> None:
    small = passes(written(FABRIC.replace("RACKS", "03")), work)
    large = passes(written(FABRIC.replace("RACKS", "40")), work)
    assert small, "the work does go through something"
    # Markdown of a long document is summed up, which goes through less.
    assert all(large[name] <= small[name] for name in small)
    assert max(small.values()) <= 20


def test_summary_and_looks_share_the_count_of_ports(
    written: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = written(FABRIC.replace("RACKS", "03"))
    counted: list[object] = []
    original = load._count
    monkeypatch.setattr(load, "_count", lambda asked: counted.append(asked) or original(asked))
    summary(design)
    looks(design)
    assert len(counted) == 1
