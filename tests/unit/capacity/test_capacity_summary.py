"""The summary that `fabric design` prints, the tables and the plots."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from barefabric.capacity import plots, report
from barefabric.capacity.summary import count, summary
from barefabric.model.design import AsnPool, Design
from barefabric.model.session import SessionKind, Speaker

Make = Callable[[str], Design]
PAGE = Path(__file__).parents[3] / "docs" / "capacity.md"

TABLES = (
    report.ports_table,
    report.addresses_table,
    report.asns_table,
    report.routes_table,
    report.oversubscription_table,
    report.losses_table,
    report.growth_table,
    report.largest_table,
    report.power_table,
)
PLOTS = (
    plots.plot_ports,
    plots.plot_addresses,
    plots.plot_asns,
    plots.plot_route_classes,
    plots.plot_routes,
    plots.plot_oversubscription,
    plots.plot_losses,
    plots.plot_growth,
)


def test_three_racks(named: Make) -> None:
    facts = summary(named("three-racks"))
    assert facts.fabric == "three-racks"
    assert [f"{c.number} {c.noun}" for c in facts.devices] == [
        "2 spines",
        "3 racks",
        "6 leaves",
        "2 borders",
        "42 servers",
        "1 cluster",
    ]
    assert [(w.role.value, w.least, w.most) for w in facts.oversubscription] == [
        ("leaf", 2.125, 2.125)
    ]
    assert [tuple(s) for s in facts.sessions] == [
        (SessionKind.FABRIC, Speaker.SWITCH, "", 16),
        (SessionKind.PAIR, Speaker.SWITCH, "", 3),
        (SessionKind.NODE, Speaker.CALICO, "prod", 84),
        (SessionKind.NODE, Speaker.KUBE_VIP, "prod", 6),
        (SessionKind.UPSTREAM, Speaker.UPSTREAM, "", 2),
    ]
    assert facts.full is not None
    assert facts.full.racks == 15


def test_numbers_add_up(any_design: Design) -> None:
    facts = summary(any_design)
    assert sum(s.number for s in facts.sessions) == len(any_design.sessions)
    assert sum({(t.role, t.model): t.switches for t in facts.ports}.values()) == len(
        any_design.switches
    )
    watts = [switch.model.watts for switch in any_design.switches.values()]
    assert (facts.watts, facts.unknown_watts) == (sum(watts), watts.count(0))


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [(1, "leaf", "leaf"), (2, "leaf", "leaves"), (1, "rack", "rack"), (0, "rack", "racks")],
)
def test_nouns_agree(number: int, noun: str, said: str) -> None:
    assert count(number, noun) == (number, said)


def test_an_empty_fabric_is_never_full(named: Make) -> None:
    design = named("quickstart")
    empty = replace(design, racks={}, servers={}, cables=(), pairs={}, clusters={}, profiles={})
    assert summary(replace(empty, sessions=())).full is None


# Tables and plots


@pytest.mark.parametrize("table", TABLES, ids=lambda f: f.__name__)
def test_tables_are_even(any_design: Design, table: Callable[[Design], str]) -> None:
    lines = [line for line in table(any_design).splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in lines}) <= 1
    assert len({len(line) for line in lines}) <= 1


def test_alike_rows_become_one(named: Make) -> None:
    text = report.oversubscription_table(named("five-stage"))
    assert "| p1r01" not in text
    assert "| rack p1r01 and 47 more |        2,000 |        1,600 | 1.25 : 1 |" in text
    assert "| p1-spine1 and 15 more  |        4,800 |          800 | 6.00 : 1 |" in text


def test_long_tables_end_in_a_count(named: Make) -> None:
    design = named("quickstart")
    many = tuple(AsnPool(f"range{n}", n * 10 + 1, n * 10 + 9) for n in range(50))
    text = report.asns_table(replace(design, asn_pools=many))
    assert text.count("\n| range") == report.LONGEST
    assert text.endswith("\n\n10 more rows.")


@pytest.mark.parametrize("plot", PLOTS, ids=lambda f: f.__name__)
def test_plots_have_titles_and_labelled_axes(
    any_design: Design, plot: Callable[[Design], object]
) -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    figure = plot(replace(any_design, asn_pools=(AsnPool("leaf", 4200020001, 4200029999),)))
    assert isinstance(figure, Figure)
    (axes,) = figure.axes
    assert axes.get_title(loc="left")
    assert axes.get_xlabel()
    figure.draw_without_rendering()


def test_bars_are_as_long_as_the_numbers(named: Make) -> None:
    pytest.importorskip("matplotlib")
    (axes,) = plots.plot_growth(named("three-racks")).axes
    assert [round(bar.get_width()) for bar in axes.patches] == [15, 256, 292, 508, 1022, 2045, 5460]
    (axes,) = plots.plot_losses(named("three-racks")).axes
    assert [bar.get_width() for bar in axes.patches] == [100, 100, 50, 50]


@pytest.mark.parametrize(
    "table",
    [
        report.ports_table,
        report.growth_table,
        report.largest_table,
        report.losses_table,
        report.oversubscription_table,
    ],
    ids=lambda f: f.__name__,
)
def test_the_page_shows_what_the_functions_say(named: Make, table: Callable[[Design], str]) -> None:
    assert table(named("three-racks")) in PAGE.read_text(encoding="utf-8")
