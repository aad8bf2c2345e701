"""What a fault cost: one row for each fault, as a table and as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from barefabric.lab.breaking import Broken

WIDTH = 100


class Phase(NamedTuple):
    """What flows lost after a change: how many of them, packets, and the worst gap.

    ``worst`` is the longest interruption of any flow, ``healed`` the time after which no flow
    lost anything more; both in milliseconds. ``calm`` is false where flows still lost packets
    when the measurement ended.
    """

    flows: int
    hit: int
    lost: int
    sent: int
    worst: float
    healed: float
    calm: bool
    gaps: tuple[float, ...]


class Cost(NamedTuple):
    """A fault and what it cost: while broken, and when it was mended."""

    kind: str
    name: str
    predicted: float
    why: str
    broken: Phase
    mended: Phase


def cost(broken: Broken, answer: dict[str, Any]) -> Cost:
    """Read the lab's answer to a measurement."""
    return Cost(
        broken.kind,
        broken.name,
        broken.predicted,
        broken.why,
        _phase(answer["broken"]),
        _phase(answer["mended"]),
    )


def _phase(told: dict[str, Any]) -> Phase:
    flows = told["flows"]
    hit = [flow for flow in flows if flow["lost"]]
    return Phase(
        len(flows),
        len(hit),
        sum(flow["lost"] for flow in flows),
        sum(flow["sent"] for flow in flows),
        max((flow["gap"] for flow in flows), default=0.0),
        max((flow["last"] for flow in hit), default=0.0),
        bool(told["calm"]),
        tuple(flow["gap"] for flow in flows),
    )


def as_json(costs: Iterable[Cost]) -> list[dict[str, Any]]:
    """Costs as plain values."""
    return [
        {
            **c._asdict(),
            "broken": {**c.broken._asdict(), "gaps": list(c.broken.gaps)},
            "mended": {**c.mended._asdict(), "gaps": list(c.mended.gaps)},
        }
        for c in costs
    ]


def table(costs: Sequence[Cost]) -> str:
    """Costs for people: a row each, then a bar for the worst gap."""
    names = max((len(f"{c.kind}  {c.name}") for c in costs), default=0)
    width = min(max(names, 24), 44)
    head = f"  {'fault':<{width}}{'flows hit':>11}{'worst gap':>12}{'predicted':>12}"
    lines = [f"{head}{'on mending':>12}"]
    for c in costs:
        name = f"{c.kind}  {c.name}"
        hit = f"{c.broken.hit} of {c.broken.flows}"
        worst = _time(c.broken)
        lines.append(
            f"  {name:<{width}}{hit:>11}{worst:>12}{_within(c.predicted):>12}{_time(c.mended):>12}"
        )
    return "\n".join([*lines, "", *_bars(costs, width)]) + "\n"


def _time(phase: Phase) -> str:
    if not phase.hit:
        return "0 ms"
    return f"{phase.worst:,.0f} ms" if phase.calm else f">{phase.worst:,.0f} ms"


def _within(milliseconds: float) -> str:
    return f"{milliseconds:,.0f} ms" if milliseconds else "at once"


def _bars(costs: Sequence[Cost], width: int) -> Iterable[str]:
    """Worst gaps as bars of one scale; ``|`` marks what was predicted."""
    most = max((max(c.broken.worst, c.predicted) for c in costs), default=0.0)
    room = WIDTH - width - 6
    for c in costs if most else ():
        filled = round(c.broken.worst / most * room)
        mark = min(round(c.predicted / most * room), room - 1)
        bar = ["#" if n < filled else " " for n in range(room)]
        bar[mark] = "|"
        yield f"  {f'{c.kind}  {c.name}':<{width}}  {''.join(bar).rstrip()}"
