import re
from pathlib import Path
from typing import NamedTuple

import pytest

from barefabric.errors import FabricError
from barefabric.vendors import catalogue
from barefabric.vendors.cages import CAGES
from barefabric.vendors.lanes import lane_names
from barefabric.vendors.model_file import load_model
from barefabric.vendors.vendor_file import load_vendor

ROOT = catalogue.templates_root()
MODELS = sorted(ROOT.glob("*/models/*.toml"))


class Block(NamedTuple):
    count: int
    speed: int
    group: str = "any"


def model_of(path: Path):
    return catalogue.device_model(path.parent.parent.name, path.stem)


def test_every_folder_is_a_network_os() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert set(catalogue.vendors()) == folders
    assert {"arista_eos", "frr"} == {n for n in folders if catalogue.vendor(n).renders}


@pytest.mark.parametrize("name", ["SN2410", "SN2700", "SN4600C"])
def test_ports_whose_neighbors_pay_for_it_are_not_split_in_four(name: str) -> None:
    """NVIDIA's breakout rules: an ASIC has twice as many logical ports as its panel cages."""
    models = [catalogue.device_model(nos, name) for nos in catalogue.vendors()]
    found = [port for model in models if model for port in model.ports if port.form == "QSFP28"]
    assert found
    assert {count for port in found for count, _ in port.breakouts} == {2}


def test_unknown_names_have_no_entry() -> None:
    assert catalogue.vendor("arista") is None
    assert catalogue.models("arista") == ()
    assert catalogue.device_model("arista_eos", "7050") is None
    assert catalogue.device_model("arista_eos", "../../frr/models/SN2700") is None


@pytest.mark.parametrize("path", MODELS, ids=lambda p: f"{p.parent.parent.name}/{p.stem}")
def test_every_model_is_a_plausible_front_panel(path: Path) -> None:
    model = model_of(path)
    panels = [port.panel for port in model.ports]
    assert panels == list(range(panels[0], panels[0] + len(panels)))
    for port in model.ports:
        assert list(port.speeds) == sorted(port.speeds, reverse=True)
        assert set(port.speeds) <= set(CAGES)
        assert all(lanes * speed <= port.speeds[0] for lanes, speed in port.breakouts)
        assert port.form


@pytest.mark.parametrize("path", MODELS, ids=lambda p: f"{p.parent.parent.name}/{p.stem}")
def test_every_model_names_its_sources(path: Path) -> None:
    text = path.read_text()
    model = model_of(path)
    assert re.search(r"^# .*(datasheet|data sheet|hardware user manual)", text, re.MULTILINE)
    if not model.watts:
        assert re.search(r"^# Power: not stated", text, re.MULTILINE)
    sizes = text[: text.index("[tables]")].rpartition("\n\n")[2]
    source = re.search(r"datasheet|user guide", sizes)
    assert source if any(model.tables) else sizes.startswith("# Not stated")


def test_the_models_of_the_examples() -> None:
    spine = catalogue.device_model("arista_eos", "7050CX3-32S")
    assert [p.name for p in spine.ports[:2]] == ["Ethernet1/1", "Ethernet2/1"]
    assert [p.name for p in spine.ports[32:]] == ["Ethernet33", "Ethernet34"]
    assert {p.group for p in spine.ports[:32]} == {"any"}
    leaf = catalogue.device_model("arista_eos", "7050SX3-48YC8")
    assert [p.group for p in leaf.ports].count("downlink") == 48
    assert [p.name for p in leaf.ports[48:]] == [f"Ethernet{n}/1" for n in range(49, 57)]
    sonic = catalogue.device_model("sonic", "SN4600C")
    assert [sonic.ports[n].name for n in (0, 1, 63)] == ["Ethernet0", "Ethernet4", "Ethernet252"]
    assert catalogue.device_model("juniper_junos", "QFX5200-32C").ports[0].name == "et-0/0/0"


@pytest.mark.parametrize(
    ("nos", "first", "last"),
    [
        ("arista_eos", "Ethernet1", "Ethernet56/1"),
        ("frr", "swp1", "swp56"),
        ("cisco_nxos", "Ethernet1/1", "Ethernet1/56"),
        ("juniper_junos", "et-0/0/0", "et-0/0/55"),
        ("sonic", "Ethernet0", "Ethernet76"),
    ],
)
def test_ports_written_as_blocks(nos: str, first: str, last: str) -> None:
    blocks = [Block(48, 25, "downlink"), Block(8, 100, "uplink")]
    model = catalogue.model_from_ports(catalogue.vendor(nos), blocks)
    assert (model.ports[0].name, model.ports[-1].name) == (first, last)
    assert model.name == "48 x 25G + 8 x 100G"
    assert [p.group for p in model.ports] == ["downlink"] * 48 + ["uplink"] * 8
    assert model.ports[0].speeds == (25, 10, 1)
    assert model.ports[48].breakouts[0] == (2, 50)
    assert len({p.name for p in model.ports}) == 56


def test_a_port_speed_that_does_not_exist() -> None:
    with pytest.raises(FabricError) as caught:
        catalogue.model_from_ports(catalogue.vendor("frr"), [Block(4, 20)])
    (found,) = caught.value.diagnostics
    assert found.code == "VE007"
    assert "25G" in found.mend


# Wrong declarations: a line of a good file is replaced; the fault names the file.

GOOD_VENDOR = (ROOT / "arista_eos" / "vendor.toml").read_text()
GOOD_MODEL = (ROOT / "arista_eos" / "models" / "7050SX3-48YC8.toml").read_text()


def codes(caught: pytest.ExceptionInfo[FabricError], path: Path) -> list[str]:
    assert {p.path for d in caught.value.diagnostics for p in d.places} == {str(path)}
    return sorted(d.code for d in caught.value.diagnostics)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('title = "Arista EOS"', "title = Arista", "VE001"),
        ('title = "Arista EOS"\n', "", "VE002"),
        ("max_ecmp = 128", "max_ecpm = 128\nmax_ecmp = 128", "VE004"),
        ("max_ecmp = 128", "max_ecmp = 0", "VE003"),
        ("max_ecmp = 128", "max_ecmp = true", "VE003"),
        ("unnumbered = true", 'unnumbered = "yes"', "VE003"),
        ('pairs = ["mlag"]', 'pairs = ["vpc"]', "VE003"),
        ('lane_name = "Ethernet{panel}/{lane}"', 'lane_name = "Ethernet{slot}/{lane}"', "VE003"),
        ('breakout_name = "Ethernet{panel}/{lane}"', 'breakout_name = "{port}s{lane}"', "VE003"),
        ('"Port-Channel{number}"', '"Port-Channel{}"', "VE003"),
        ("single_speeds = [1, 10, 25, 50]", "single_speeds = [1, -10]", "VE003"),
        ('50 = "50g-2"\n', "", "VE005"),
        ('"device.j2"', '"devices.j2"', "VE005"),
        ('config_file = "startup-config"', 'config_file = "running-config"', "VE005"),
        ("interface_import = false", "interface_imports = false", "VE002 VE004"),
    ],
)
def test_a_wrong_vendor_file(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in GOOD_VENDOR
    (tmp_path / "device.j2").touch()
    path = tmp_path / "vendor.toml"
    path.write_text(GOOD_VENDOR.replace(old, new))
    with pytest.raises(FabricError) as caught:
        load_vendor(tmp_path)
    assert codes(caught, path) == code.split()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("watts = 124\n", "", "VE002"),
        ("watts = 124", 'watts = "124"', "VE003"),
        ("watts = 124", "watts = 124\nweight = 9", "VE004"),
        ("count = 48", "count = 0", "VE003"),
        ("count = 48", "count = 48\nlane = 1\nfirst = 1", "VE004"),
        ('group = "uplink"', 'group = "up"', "VE003"),
        ("speeds = [25, 10, 1]", "speeds = 25", "VE003"),
        ("[4, 25]", "[4]", "VE003"),
        ("count = 8", "count = 8\npanel = 48", ""),
        ('name = "Ethernet{panel}/1"', 'name = "Ethernet48"', " ".join(["VE005"] * 8)),
        ("ecmp = 0", "ecmp = -1", "VE003"),
        ("[tables]", "[table]", "VE002 VE002 VE002 VE002 VE004"),
    ],
)  # fmt: skip
def test_a_wrong_model_file(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in GOOD_MODEL
    path = tmp_path / "model.toml"
    path.write_text(GOOD_MODEL.replace(old, new))
    if not code:
        assert load_model(path, "arista_eos").ports[48].panel == 48
        return
    with pytest.raises(FabricError) as caught:
        load_model(path, "arista_eos")
    assert codes(caught, path) == code.split()


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "model.toml"
    path.write_text(GOOD_MODEL.replace("count = 48", "cuont = 48").replace("watts = 124", ""))
    with pytest.raises(FabricError) as caught:
        load_model(path, "arista_eos")
    assert codes(caught, path) == ["VE002", "VE002", "VE004"]
    unknown = next(d for d in caught.value.diagnostics if d.code == "VE004")
    assert "ports[1].cuont" in unknown.message
    assert unknown.mend == 'did you mean "count"?'


@pytest.mark.parametrize("content", [b"\xff\xfe", b"title = ", b""])
def test_files_that_are_no_toml_or_empty(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vendor.toml").write_bytes(content)
    with pytest.raises(FabricError) as caught:
        load_vendor(tmp_path)
    assert set(codes(caught, tmp_path / "vendor.toml")) <= {"VE001", "VE002"}


@pytest.mark.parametrize(
    ("nos", "ports", "count", "speed", "names"),
    [
        ("arista_eos", 100, 4, 25, "Ethernet2/1 Ethernet2/2 Ethernet2/3 Ethernet2/4"),
        ("arista_eos", 100, 2, 50, "Ethernet2/1 Ethernet2/3"),
        ("arista_eos", 400, 4, 100, "Ethernet2/1 Ethernet2/3 Ethernet2/5 Ethernet2/7"),
        ("arista_eos", 400, 4, 25, "Ethernet2/1 Ethernet2/2 Ethernet2/3 Ethernet2/4"),
        ("frr", 100, 4, 25, "swp2s0 swp2s1 swp2s2 swp2s3"),
        ("frr", 100, 2, 50, "swp2s0 swp2s1"),
        ("cumulus_linux", 100, 2, 50, "swp2s0 swp2s1"),
        ("sonic", 100, 4, 25, "Ethernet4 Ethernet5 Ethernet6 Ethernet7"),
        ("sonic", 100, 2, 50, "Ethernet4 Ethernet6"),
        ("sonic", 400, 4, 100, "Ethernet8 Ethernet10 Ethernet12 Ethernet14"),
        ("cisco_nxos", 100, 2, 50, "Ethernet1/2/1 Ethernet1/2/2"),
        ("juniper_junos", 100, 2, 50, ""),
    ],
)
def test_parts_of_a_port(nos: str, ports: int, count: int, speed: int, names: str) -> None:
    """Of the second port of the panel."""
    vendor = catalogue.known(nos)
    spec = catalogue.model_from_ports(vendor, [Block(4, ports)]).ports[1]
    assert (count, speed) in spec.breakouts
    assert " ".join(lane_names(vendor, spec, count, speed)) == names


def test_no_code_knows_a_vendor_by_name() -> None:
    source = Path(catalogue.__file__).parents[1]
    names = re.compile(rf"[\"'](?:{'|'.join(catalogue.vendors())})[\"']")
    for part in ("vendors", "render", "derive"):
        for path in (source / part).rglob("*.py"):
            assert not names.search(path.read_text()), path
