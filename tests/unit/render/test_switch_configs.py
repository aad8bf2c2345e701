"""What holds for the files of every switch, on each network OS, in each fabric."""

import re
from dataclasses import replace

import pytest
from intents import BRIDGED, EXAMPLES, ROUTED, SERVICES, designs, example, fabric, files, main_file

from barefabric.derive.switch import switch_intent
from barefabric.errors import FabricError
from barefabric.model.design import Design
from barefabric.push.secrets import PLACEHOLDER
from barefabric.render import environment
from barefabric.render.configs import switch_files
from barefabric.vendors import catalogue

DESIGNS = list(designs())
SWITCHES = [(design, name) for design in DESIGNS for name in design.switches]


def every_file(design: Design) -> list[str]:
    return [text for name in design.switches for text in files(design, name).values()]


@pytest.mark.parametrize("design", DESIGNS, ids=[f"{n}-{d.name}" for n, d in enumerate(DESIGNS)])
def test_files_are_tidy(design: Design) -> None:
    for text in every_file(design):
        assert text.endswith("\n")
        assert not text.endswith("\n\n\n")
        assert not re.search(r"[ \t]$", text, re.MULTILINE)
        assert "\r" not in text
        assert "None" not in text
        assert "{{" not in text
        assert "{%" not in text


def test_files_are_those_the_vendor_declares() -> None:
    with_services = files(fabric(BRIDGED, "frr"), "r1-leaf1")
    assert list(with_services) == list(catalogue.vendor("frr").dialect.files)
    without = files(example("routed-frr"), "r1-leaf1")
    assert list(without) == ["frr.conf", "daemons", "interfaces", "sysctl.conf"]
    assert list(files(example("quickstart"), "spine1")) == ["startup-config"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_design_gives_the_same_bytes(name: str) -> None:
    first = every_file(example(name))
    environment.environment.cache_clear()
    environment.renderer.cache_clear()
    assert every_file(example(name)) == first


def test_a_network_os_without_templates() -> None:
    design = example("quickstart")
    intent = switch_intent(design, "spine1")
    other = replace(intent, switch=replace(intent.switch, nos="sonic"))
    with pytest.raises(FabricError) as caught:
        list(switch_files(design, other))
    assert caught.value.diagnostics[0].code == "VE010"


# What a configuration refers to, it defines; what it defines, it uses.

DEFINED = {
    "prefix-list": r"^ip prefix-list (\S+)",
    "route-map": r"^route-map (\S+)",
    "community-list": r"^(?:ip|bgp) community-list (?:standard )?(\S+)",
    "group": r"^ +neighbor (\S+) peer[- ]group$",
}
USED = {
    "prefix-list": r"match ip address prefix-list (\S+)",
    "route-map": r"route-map (\S+)(?: in| out|$)",
    "community-list": r"match community (\S+)",
    "group": r"peer[- ]group (\S+)",
}
# Lists that every switch of a fabric has alike, whether its policies name them or not.
SHARED = {"DEFAULT", "FABRIC", "EXTERNAL"}


@pytest.mark.parametrize("kind", DEFINED)
def test_references_are_complete(kind: str) -> None:
    for design, name in SWITCHES:
        text = main_file(design, name)
        defined = set(re.findall(DEFINED[kind], text, re.MULTILINE))
        used = set(re.findall(USED[kind], text, re.MULTILINE))
        assert used <= defined, (design.name, name)
        assert defined - used <= SHARED, (design.name, name)
        assert kind == "community-list" or defined


def test_every_external_neighbor_is_filtered_both_ways() -> None:
    for design, name in SWITCHES:
        text = main_file(design, name)
        inward = set(re.findall(r"neighbor (\S+) route-map \S+ in", text))
        outward = set(re.findall(r"neighbor (\S+) route-map \S+ out", text))
        groups = set(re.findall(DEFINED["group"], text, re.MULTILINE)) - {"PEER"}
        assert groups <= inward
        assert groups <= outward


def test_every_session_of_the_design_has_its_neighbor() -> None:
    for design, name in SWITCHES:
        text = main_file(design, name)
        for session in design.sessions_by_device[name]:
            at_a = session.a == name
            address = session.b_address if at_a else session.a_address
            port = session.a_interface if at_a else session.b_interface
            asn = session.b_asn if at_a else session.a_asn
            if address:
                assert f" neighbor {address} peer" in text
            else:
                line = rf"neighbor (interface {port} peer-group|{port} interface peer-group) \S+"
                assert re.search(line, text)
            assert f"remote-as {asn}\n" in text


def test_secrets_are_placeholders_of_one_word() -> None:
    for nos in ("arista_eos", "frr"):
        for text in (BRIDGED, ROUTED):
            design = fabric(text, nos)
            for name in design.switches:
                config = main_file(design, name)
                lines = [
                    line for line in config.splitlines() if re.search("password|secret ", line)
                ]
                assert lines
                for line in lines:
                    words = line.split()
                    assert PLACEHOLDER.fullmatch(words[-1]), line
                    assert PLACEHOLDER.fullmatch(words[-1])[1] in design.secrets
    assert "password" not in "".join(every_file(example("quickstart")))


def test_lines_of_the_users_own_come_last_and_are_marked() -> None:
    more = SERVICES + "extra:\n  leaf: |\n    first line\n    second line\n"
    for nos in ("arista_eos", "frr"):
        design = fabric(BRIDGED, nos, more)
        text = main_file(design, "r1-leaf1")
        tail = text[text.index("! Lines of the user's own") :].splitlines()
        assert tail[1:] == ["first line", "second line", "!", "end"]
        assert "user's own" not in main_file(design, "spine1")


def test_an_upstream_may_send_more_than_is_taken() -> None:
    lines = files(example("three-racks"), "border1")["startup-config"].splitlines()
    assert "   neighbor WAN-A maximum-routes 10000" in lines
    taken = lines.index("ip prefix-list WAN-A-ACCEPT")
    assert lines[taken + 1 : taken + 3] == ["   seq 10 permit 0.0.0.0/0", "!"]


def test_names_of_vlans_fit() -> None:
    rack = "a-rack-whose-name-is-as-long-as-may-be-1"
    design = fabric(BRIDGED.replace("name: r1", f"name: {rack}"), "arista_eos")
    lines = files(design, f"{rack}-leaf1")["startup-config"].splitlines()
    assert lines[lines.index("vlan 100") + 1] == "   name rack-a-rack-whose-name-is-as-lon"


def test_every_template_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import jinja2

    compiled: list[str] = []
    read: list[str] = []
    real, source_of = jinja2.Environment.compile, jinja2.FileSystemLoader.get_source

    def counting(self: jinja2.Environment, source: object, name: str, *rest: object) -> object:
        compiled.append(name)
        return real(self, source, name, *rest)

    def reading(self: jinja2.FileSystemLoader, own: jinja2.Environment, name: str) -> object:
        read.append(name)
        return source_of(self, own, name)

    monkeypatch.setattr(jinja2.Environment, "compile", counting)
    monkeypatch.setattr(jinja2.FileSystemLoader, "get_source", reading)
    environment.environment.cache_clear()
    environment.renderer.cache_clear()
    every_file(example("five-stage"))
    assert compiled == ["device.j2"], "the parts are compiled in their places"
    templates = (catalogue.templates_root() / "arista_eos").glob("*.j2")
    assert sorted(read) == sorted(path.name for path in templates)


def test_a_misspelt_name_in_a_template_is_an_error() -> None:
    import jinja2

    for text in (
        "{% if switch.nmae %}x{% endif %}",
        "{{ swicth }}",
        "{{ switch.nmae is defined }}",
    ):
        template = environment.environment("frr").from_string(text)
        with pytest.raises((jinja2.UndefinedError, AttributeError)):
            template.render(switch=object())
