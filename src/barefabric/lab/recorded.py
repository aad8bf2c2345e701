"""What faults cost when they were measured, as a table and as plots."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from barefabric.lab.measuring import Cost, Phase

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

LINEAR = 100
"""Milliseconds up to which an axis of times is linear; beyond, it is logarithmic."""


@dataclass(frozen=True)
class Recorded:
    """Measured faults by setting, and the machine they were measured on."""

    machine: str
    costs: tuple[tuple[str, Cost], ...]

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings, each once, in order."""
        return tuple(dict.fromkeys(setting for setting, _ in self.costs))

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults, each once, in order."""
        return tuple(dict.fromkeys(name(cost) for _, cost in self.costs))


def name(cost: Cost) -> str:
    """A fault in words."""
    return f"{cost.kind}: {cost.name}"


def read_recorded(path: Path) -> Recorded:
    """Read what ``benchmarks/lab.py failures`` wrote."""
    document = json.loads(path.read_text(encoding="utf-8"))
    costs = tuple((one.pop("setting"), _cost(one)) for one in document["costs"])
    return Recorded(document["machine"], costs)


def _cost(told: dict[str, object]) -> Cost:
    phases = {key: _phase(told[key]) for key in ("broken", "mended")}
    return Cost(**{**told, **phases})  # type: ignore[arg-type]


def _phase(told: object) -> Phase:
    assert isinstance(told, dict)  # noqa: S101  (our own file)
    return Phase(**{**told, "gaps": tuple(told["gaps"])})


def costs_table(recorded: Recorded) -> str:
    """Every measurement as a Markdown table."""
    lines = [
        "| fault | setting | flows hit | packets lost | worst ms | predicted ms | mending ms |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for setting, cost in recorded.costs:
        broken, mended = cost.broken, cost.mended
        lines.append(
            f"| {name(cost)} | {setting} | {broken.hit} of {broken.flows} | {broken.lost:,}"
            f" | {_worst(broken)} | {cost.predicted:,.0f} | {_worst(mended)} |"
        )
    return "\n".join(lines)


def _worst(phase: Phase) -> str:
    return f"{phase.worst:,.0f}" if phase.calm else f"over {phase.worst:,.0f}"


def plot_gaps(recorded: Recorded) -> "Figure":
    """The worst gap of each fault under each setting, and what the plan predicts (a mark)."""
    with _drawing("Worst interruption of any flow", len(recorded.faults) * 0.6 + 1.2) as drawing:
        figure, axes = drawing
        height = 0.8 / len(recorded.settings)
        for turn, setting in enumerate(recorded.settings):
            rows = _of(recorded, setting)
            at = [place + turn * height for place, _ in rows]
            worst = [cost.broken.worst for _, cost in rows]
            axes.barh(at, worst, height * 0.9, label=setting, color=_colour(turn))
            predicted = [cost.predicted for _, cost in rows]
            axes.scatter(predicted, at, marker="|", s=90, color="black", zorder=3)
        middle = height * (len(recorded.settings) - 1) / 2
        axes.set_yticks([n + middle for n in range(len(recorded.faults))], recorded.faults)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        _milliseconds(axes.xaxis, axes.set_xscale, axes.set_xlim)
        axes.set_xlabel("ms; a mark is what the plan predicts")
        figure.legend(ncols=3, loc="outside lower left")
        return figure


def plot_flows(recorded: Recorded, kind: str) -> "Figure":
    """How long each flow was interrupted by one kind of fault, worst flow first."""
    with _drawing(f"Every flow: {kind}", 3.2) as (figure, axes):
        for turn, setting in enumerate(recorded.settings):
            found = [c for s, c in recorded.costs if s == setting and c.kind == kind]
            gaps = sorted((gap for c in found[:1] for gap in c.broken.gaps), reverse=True)
            flows = range(1, len(gaps) + 1)
            axes.step(flows, gaps, where="mid", label=setting, color=_colour(turn))
        _milliseconds(axes.yaxis, axes.set_yscale, axes.set_ylim)
        axes.set_xlabel("flows, worst first")
        axes.set_ylabel("interruption, ms")
        axes.legend()
        return figure


def _of(recorded: Recorded, setting: str) -> Sequence[tuple[int, Cost]]:
    """Faults under one setting, with their place on the axis."""
    faults = recorded.faults
    return [(faults.index(name(c)), c) for s, c in recorded.costs if s == setting]


def _milliseconds(axis: "Axis", scale: Callable[..., None], limits: Callable[..., object]) -> None:
    """An axis from nothing to many seconds, with plain numbers."""
    scale("symlog", linthresh=LINEAR)
    limits(0)
    axis.set_major_formatter("{x:,.0f}")


@contextmanager
def _drawing(title: str, height: float) -> "Iterator[tuple[Figure, Axes]]":
    """An empty figure in the style of the capacity plots."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    from barefabric.capacity.plots import STYLE

    with rc_context(STYLE):
        figure = Figure(figsize=(9, height), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title)
        yield figure, axes


def _colour(turn: int) -> str:
    from barefabric.capacity.plots import SERIES

    return SERIES[turn % len(SERIES)]
