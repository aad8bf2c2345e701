"""Plots of a design's capacity, in one quiet style. Each function returns a matplotlib figure."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from barefabric.capacity.addresses import Fill, asns, pod_rooms, pools
from barefabric.capacity.bandwidth import losses, rack_ratios, switch_ratios
from barefabric.capacity.growth import growth
from barefabric.capacity.load import Use
from barefabric.capacity.ports import tier_ports
from barefabric.capacity.routes import per_rack, route_count, table_use
from barefabric.model.design import Design
from barefabric.model.device import Role

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, ALARM = "#374151", "#d1d5db", "#dc2626"
SERIES = ("#2563eb", "#0d9488", "#7c3aed", "#64748b", "#d97706", "#db2777")
USE_COLOURS = {
    Use.UP: "#2563eb",
    Use.DOWN: "#60a5fa",
    Use.PEER: "#0d9488",
    Use.SERVER: "#64748b",
    Use.OUTSIDE: "#db2777",
}
STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "font.size": 10,
    "grid.color": "#eef0f3",
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@contextmanager
def _drawing(title: str, rows: int) -> "Iterator[tuple[Figure, Axes]]":
    """A figure with room for so many bars, in the common style."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(9, 1.1 + 0.34 * rows), layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title)
        yield figure, axes


def _bars_downwards(axes: "Axes", labels: Sequence[str]) -> None:
    """Name horizontal bars, the first at the top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)


def plot_ports(design: Design) -> "Figure":
    """Ports of one switch of each tier, by use; the fullest switch of a tier is shown."""
    tiers = tier_ports(design)
    with _drawing("Ports of each switch", len(tiers) + 1) as (figure, axes):
        left = [0] * len(tiers)
        for use in Use:
            sizes = [tier.used[use].most if use in tier.used else 0 for tier in tiers]
            if any(sizes):
                axes.barh(
                    range(len(tiers)),
                    sizes,
                    left=left,
                    label=use.value,
                    color=USE_COLOURS[use],
                    height=0.62,
                )
            left = [at + size for at, size in zip(left, sizes, strict=True)]
        free = [tier.count - at for tier, at in zip(tiers, left, strict=True)]
        axes.barh(range(len(tiers)), free, left=left, label="free", color="#e5e7eb", height=0.62)
        _bars_downwards(axes, [f"{t.role} {t.count} x {t.speed}G" for t in tiers])
        axes.set_xlabel("ports")
        figure.legend(ncols=6, loc="outside lower left")
        return figure


def _share_bars(axes: "Axes", fills: Sequence[Fill]) -> None:
    rows = range(len(fills))
    shares = [100 * fill.share for fill in fills]
    axes.barh(rows, [100] * len(fills), color="#eef0f3", height=0.62)
    axes.barh(rows, shares, color=[ALARM if s >= 80 else SERIES[0] for s in shares], height=0.62)
    for row, fill in zip(rows, fills, strict=True):
        axes.text(101, row, f"{fill.used:,} of {fill.size:,}", va="center")
    _bars_downwards(axes, [fill.name for fill in fills])
    axes.set_xlim(0, 125)
    axes.set_xticks(range(0, 101, 20))


def plot_addresses(design: Design) -> "Figure":
    """How full the address pools are, the pod addresses of clusters among them."""
    rooms = [
        Fill(f"pods of {r.cluster}", r.prefixes, f"/{r.block_size}", r.nodes, 0, r.blocks)
        for r in pod_rooms(design)
    ]
    fills = [*pools(design), *rooms]
    with _drawing("Address pools", len(fills)) as (figure, axes):
        _share_bars(axes, fills)
        axes.set_xlabel("percent in use (of pods: one block for each node)")
        return figure


def plot_asns(design: Design) -> "Figure":
    """How full the ranges of AS numbers are."""
    fills = asns(design)
    with _drawing("AS numbers", len(fills)) as (figure, axes):
        _share_bars(axes, fills)
        if not fills:
            axes.text(50, 0, "the design does not say its ranges", ha="center", va="center")
        axes.set_xlabel("percent in use")
        return figure


def plot_routes(design: Design) -> "Figure":
    """Routes per switch as racks are added, up to the limit, against known table sizes."""
    limits = growth(design)
    now, each = len(design.racks), max(per_rack(design).values(), default=0)
    total = route_count(design).total
    end = max(limits[0].racks if limits else now, now)
    with _drawing("IPv4 routes per switch, at most", 7) as (figure, axes):
        axes.plot([now, end], [total, total + each * (end - now)], color=SERIES[0])
        axes.plot([now], [total], "o", color=SERIES[0])
        axes.annotate(f"now: {total:,}", (now, total), xytext=(8, -10), textcoords="offset points")
        axes.axvline(end, color=ALARM, linewidth=1)
        axes.annotate(
            f"full: {limits[0].resource}" if limits else "",
            (end, total),
            xytext=(-6, 8),
            textcoords="offset points",
            ha="right",
            color=ALARM,
        )
        known = (u for u in table_use(design) if u.size and u.family == "ipv4")
        for size, model in sorted({(u.size, u.model) for u in known}):
            axes.axhline(size, color=INK, linewidth=1, linestyle=":")
            axes.annotate(f"table of {model}", (now, size), va="bottom")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("racks")
        axes.set_ylabel("routes")
        return figure


def plot_route_classes(design: Design) -> "Figure":
    """What the routes of a switch are made of."""
    count = route_count(design)
    with _drawing(f"{count.total:,} IPv4 routes per switch, at most", 2) as (figure, axes):
        left = 0
        for colour, name, number in zip(SERIES, count._fields, count, strict=True):
            if number:
                axes.barh(
                    [0], [number], left=left, color=colour, label=f"{name} {number:,}", height=0.5
                )
            left += number
        axes.set_yticks([])
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("routes")
        figure.legend(ncols=6, loc="outside lower left")
        return figure


def plot_oversubscription(design: Design) -> "Figure":
    """Oversubscription of racks, and of spines under superspines; alike ones share a bar."""
    alike: dict[tuple[Role | None, float], list[str]] = {}
    for ratio in (*rack_ratios(design), *switch_ratios(design)):
        if ratio.role is not Role.LEAF:
            name = ratio.name if ratio.role else f"rack {ratio.name}"
            alike.setdefault((ratio.role, round(ratio.ratio, 2)), []).append(name)
    bars = [(names, value) for (_, value), names in alike.items()]
    with _drawing("Oversubscription", len(bars)) as (figure, axes):
        values = [value for _, value in bars]
        axes.barh(range(len(bars)), values, color=SERIES[0], height=0.62)
        for row, value in enumerate(values):
            axes.text(value, row, f" {value:.2f} : 1", va="center")
        _bars_downwards(
            axes, [n[0] if len(n) == 1 else f"{n[0]} and {len(n) - 1} like it" for n, _ in bars]
        )
        axes.axvline(1, color=INK, linewidth=1, linestyle=":", zorder=0.5)
        axes.set_xlim(0, max([*values, 1]) * 1.25)
        axes.set_xlabel("Gbit/s below for each Gbit/s above")
        return figure


def plot_growth(design: Design) -> "Figure":
    """Racks at which each resource runs out, on a logarithmic scale."""
    limits = growth(design)
    with _drawing("Racks until it runs out", len(limits)) as (figure, axes):
        racks = [max(limit.racks, 1) for limit in limits]
        colours = [ALARM, *[SERIES[0]] * (len(limits) - 1)][: len(limits)]
        axes.barh(range(len(limits)), racks, color=colours, height=0.62)
        for row, limit in enumerate(limits):
            axes.text(racks[row], row, f" {limit.racks:,}", va="center")
        _bars_downwards(axes, [limit.resource for limit in limits])
        axes.axvline(max(len(design.racks), 1), color=INK, linewidth=1, linestyle=":")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.xaxis.set_minor_formatter(lambda *_: "")
        axes.set_xlim(0.9, max([*racks, 1]) * 3)
        axes.set_xlabel(f"racks (dotted: {len(design.racks):,} today; red: what binds first)")
        return figure


def plot_losses(design: Design) -> "Figure":
    """What a rack or a pod keeps of its uplinks when the worst switch of each kind dies."""
    found = losses(design)
    with _drawing("Bandwidth left when one switch dies", len(found)) as (figure, axes):
        axes.barh(range(len(found)), [100] * len(found), color="#eef0f3", height=0.62)
        axes.barh(range(len(found)), [100 * x.share for x in found], color=SERIES[1], height=0.62)
        for row, loss in enumerate(found):
            axes.text(101, row, f"{loss.after:,} of {loss.before:,} Gbit/s", va="center")
        _bars_downwards(axes, [f"{x.device}: {x.scope}" for x in found])
        axes.set_xlim(0, 135)
        axes.set_xticks(range(0, 101, 20))
        axes.set_xlabel("percent of uplink bandwidth left")
        return figure
