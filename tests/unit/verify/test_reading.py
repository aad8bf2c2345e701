"""Facts read back from rendered files: every one is covered, and each difference is said."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.errors import FabricError
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.vendors import catalogue
from barefabric.verify.batfish.snapshot import Rendered, render
from barefabric.verify.reading import rules as reading_rules
from barefabric.verify.reading.compare import Difference, compare
from barefabric.verify.reading.facts import server_facts, switch_facts
from barefabric.verify.reading.lines import lines
from barefabric.verify.reading.rules import Fact, reader

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
VARIANTS: dict[str, tuple[str, Callable[[str], str]]] = {
    "both-families-unnumbered": (
        "both-families",
        lambda text: text.replace("ipv4, ipv6]\n", "ipv4, ipv6]\n  links: unnumbered\n"),
    ),
    "both-families-all-eos": (
        "both-families",
        lambda text: text.replace(
            "nos: frr, model: SN2410", "nos: arista_eos, model: 7050SX3-48YC8"
        ).replace("ipv4, ipv6]\n", "ipv4, ipv6]\n  links: unnumbered\n"),
    ),
    "both-families-one-leaf": (
        "both-families",
        lambda text: (
            text.replace(
                "leaves: {type: linux, count: 2}, servers: {worker: 4}",
                "leaves: {type: linux, count: 1}, servers: {lone: 4}",
            )
            .replace(
                "  worker: {nics: 2 x 25G, attach: routed}",
                "  lone: {nics: 1 x 25G, attach: single}",
            )
            .replace("types: [worker]", "types: [lone]")
        ),
    ),
    "quickstart-unnumbered": (
        "quickstart",
        lambda text: f"{text}\nunderlay: {{links: unnumbered}}\n",
    ),
}
"""Further fabrics: an example, and what is changed in it."""

NAMES = ("quickstart", "three-racks", "routed-frr", "both-families", *VARIANTS)


@cache
def designed(name: str) -> Design:
    """An example, or a variant of one."""
    if name not in VARIANTS:
        return design_values(load(TOPOLOGIES / f"{name}.yaml")).design
    example, change = VARIANTS[name]
    text = (TOPOLOGIES / f"{example}.yaml").read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{example}.yaml"
        path.write_text(changed, encoding="utf-8")
        return design_values(load(path)).design


@pytest.fixture(scope="module", params=NAMES)
def design(request: pytest.FixtureRequest) -> Design:
    return designed(request.param)


def facts(name: str) -> set[str]:
    """Names of all facts that a design has."""
    design = designed(name)
    found = {f.name for s in design.switches for f in switch_facts(switch_intent(design, s))}
    return found | {f.name for s in design.servers for f in server_facts(server_intent(design, s))}


def taught() -> list[str]:
    return [nos for nos in catalogue.vendors() if reader(nos) is not None]


def test_every_network_os_with_templates_is_read() -> None:
    """One that can be rendered and not read back would be proven less than the others."""
    written = [n for n in catalogue.vendors() if (v := catalogue.vendor(n)) and v.dialect]
    assert taught() == written


@pytest.mark.parametrize("nos", taught())
def test_every_fact_is_read_or_said_not_to_be(nos: str) -> None:
    rules = reader(nos)
    assert rules is not None
    unread = {one.fact for one in rules.unread}
    every = set.union(*map(facts, NAMES)) | {"bfd profile", "neighbor shut"}
    assert rules.known | unread == every
    assert not rules.known & unread
    assert all(one.reason for one in rules.unread)


@pytest.mark.parametrize("nos", taught())
def test_rules_read_files_that_are_rendered(nos: str) -> None:
    rules, vendor = reader(nos), catalogue.vendor(nos)
    assert rules is not None
    assert vendor is not None
    assert vendor.dialect is not None
    of_servers = {"01-barefabric.yaml"}
    assert {rule.file for rule in rules.rules} <= vendor.dialect.files.keys() | of_servers


def different(design: Design, files: Rendered) -> tuple[int, list[Difference]]:
    """How many facts all devices have, and what differs."""
    rows, found = 0, list[Difference]()
    for name in (*design.switches, *design.servers):
        switch = design.switches.get(name)
        planned = (
            switch_facts(switch_intent(design, name))
            if switch
            else server_facts(server_intent(design, name))
        )
        rules = lines(switch.nos if switch else "frr")
        assert rules is not None
        compared = compare(name, rules, planned, files[name])
        rows += sum(compared.rows.values())
        found += compared.different
    return rows, found


def test_the_examples_say_what_the_plan_says(design: Design) -> None:
    rows, found = different(design, render(design, design.servers))
    assert found == []
    assert rows > 300


def changed(old: str, new: str) -> tuple[str, ...]:
    design = designed("routed-frr")
    files = render(design, design.servers)
    assert old in files["spine1"]["frr.conf"]
    files["spine1"]["frr.conf"] = files["spine1"]["frr.conf"].replace(old, new)
    return tuple(map(str, different(design, files)[1]))


def test_a_line_that_says_something_else_is_seen_twice() -> None:
    assert changed("LEAVES timers 3 9", "LEAVES timers 3 10") == (
        "spine1 does not say: timers LEAVES 3 9",
        "spine1 says: timers LEAVES 3 10",
    )


def test_a_line_too_many_is_seen() -> None:
    more = "LEAVES timers 3 9\n neighbor BORDERS shutdown"
    assert changed("LEAVES timers 3 9", more) == ("spine1 says: neighbor shut BORDERS",)


def test_a_password_in_clear_text_is_not_repeated() -> None:
    said = changed("LEAVES timers 3 9", "LEAVES timers 3 9\n neighbor LEAVES password hunter2")
    assert said == ("spine1 says: password LEAVES, in clear text",)


def test_a_line_counts_in_its_own_block_only() -> None:
    rules = lines("arista_eos")
    assert rules is not None
    text = "interface Port-Channel1\n   mtu 9214\ninterface Vlan100\n   mtu 9000\n"
    assert rules.facts({"startup-config": text}) == {
        Fact("channel mtu", "1", "9214"),
        Fact("vlan mtu", "100", "9000"),
    }


def test_a_pattern_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "read.toml").write_text('[[read]]\nfact = "a"\nfile = "b"\npattern = "("\n')
    monkeypatch.setattr(reading_rules.catalogue, "templates_root", lambda: tmp_path)
    with pytest.raises(FabricError) as caught:
        reader("broken")
    assert caught.value.diagnostics[0].code == "VE003"
