"""Whatever a file holds, a user reads diagnostics and never a traceback."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barefabric.diagnostics import report
from barefabric.errors import FabricError
from barefabric.pipeline import design_values
from barefabric.topology.load import load

ROOT = Path(__file__).parents[3]
NAMES = ("quickstart", "three-racks", "routed-frr", "dual-stack", "mixed-vendors")
TEXTS = {n: (ROOT / "topologies" / f"{n}.yaml").read_text(encoding="utf-8") for n in NAMES}
VALUES = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lab.yaml"


def designed(path: Path, data: str | bytes) -> None:
    """Load and design; a refusal must print."""
    path.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    refused = None
    try:
        design_values(load(path))
    except FabricError as error:
        refused = error.diagnostics
    assert refused is None or report(refused)


@shared
@given(data=st.binary(max_size=200))
def test_any_bytes(file: Path, data: bytes) -> None:
    designed(file, data)


@shared
@given(text=st.text(alphabet="fabric: swtch_ype{}[]&*!|>'\"%@`,?\n\t -012~<\x00é", max_size=120))
def test_any_text(file: Path, text: str) -> None:
    designed(file, text)


@shared
@given(name=st.sampled_from(NAMES), data=st.data())
def test_slips_of_the_keyboard(file: Path, name: str, data: st.DataObject) -> None:
    text = TEXTS[name]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        letters = data.draw(st.text(alphabet="ab01 :-[]{},.#&*!/\"'\n\t", max_size=3))
        text = text[:at] + letters + text[at + cut :]
    designed(file, text)


WORDS = st.sampled_from(
    ["node", "r1", "r[1-3]", "leaf", "spine", "mlag", "calico", "cilium", "bgp", "vxlan", "native",
     "per_node", "metallb", "cni", "l2", "10.0.0.0/8", "10.64.0.0/12", "10.0.0.0/31", "fd00::/48",
     "0.0.0.0/0", "::/0", "192.0.2.1", "192.0.2.1/31", "fd00::1", "fd00::1/127", "2001:db8::/32",
     "secret:x", "secret:wan", "env:X", "2 x 25G",
     "48 x 25G", "1 x 400G", "ipv4", "ipv6", "65000.1", "64512-65534", "routed", "bond", "single",
     "none", "esi", "frr", "arista_eos", "sonic", "border1", "spine1", "r1-leaf1", "r1-node1",
     "wan-a", "upstream", "swp1", "Ethernet1", "300ms", "3s", "off", "", "x" * 50, "\x07"]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-2, 40) | WORDS
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, inner in items:
        found.append((*here, key))
        if isinstance(inner, dict | list):
            found += paths(inner, (*here, key))
    return found


def mutate(value: Any, path: tuple[Any, ...], other: Any, how: str) -> None:
    for key in path[:-1]:
        value = value[key]
    key = path[-1]
    if how == "replace":
        value[key] = other
    elif how == "delete":
        del value[key]
    elif isinstance(value, list):
        value.append(copy.deepcopy(value[key]))
    else:
        value[str(other)[:20] or "x"] = copy.deepcopy(value[key])


@shared
@given(name=st.sampled_from(NAMES), data=st.data())
def test_changed_topologies(file: Path, name: str, data: st.DataObject) -> None:
    value = copy.deepcopy(VALUES[name])
    for _ in range(data.draw(st.integers(1, 3))):
        found = paths(value)
        if not found:
            break
        path = data.draw(st.sampled_from(found))
        how = data.draw(st.sampled_from(["replace", "delete", "double"]))
        mutate(value, path, data.draw(TREES), how)
    designed(file, yaml.safe_dump(value, sort_keys=False))


OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "underlay": st.fixed_dictionaries({}, optional={
        "links": st.sampled_from(["numbered", "unnumbered"]),
        "families": st.sampled_from([["ipv4"], ["ipv6"], ["ipv4", "ipv6"], []]),
        "mtu": st.sampled_from([1280, 9000, 9216]), "bfd": st.sampled_from(["off", True]),
        "ecmp": st.integers(0, 3), "links_per_spine": st.integers(1, 3),
        "peer_links": st.integers(1, 3), "password": st.just("secret:wan"),
    }),
    "borders": st.sampled_from(
        [1, 2, ["b1"], {"type": "leaf", "count": 2}, {"type": "spine", "count": 1}]
    ),
    "addressing": st.fixed_dictionaries({}, optional={
        "loopbacks": WORDS, "links": WORDS, "servers": WORDS, "management": WORDS,
    }),
    "asn": st.dictionaries(
        st.sampled_from(["spine", "leaf", "border", "node", "superspine"]),
        st.integers(1, 70000),
    ),
    "pins": st.dictionaries(
        st.sampled_from(["r1-leaf1", "spine1", "r1", "r1-node1", "r1-leaf1 spine1"]),
        st.fixed_dictionaries({}, optional={
            "asn": st.integers(1, 70000), "loopback": WORDS, "management": WORDS, "prefix": WORDS,
            "address": WORDS,
        }), max_size=2,
    ),
    "cables": st.lists(
        st.sampled_from(
            ["spine1:Ethernet1/1 - r1-leaf1:Ethernet49/1", "spine1:swp1 - r1-leaf1:swp49",
             "r1-leaf1:Ethernet1 - r1-node1:eno1", "spine1:x - spine2:x"]
        ), max_size=2,
    ),
    "secrets": st.just({"wan": "env:WAN"}),
}  # fmt: skip


@shared
@given(name=st.sampled_from(("quickstart", "routed-frr", "three-racks")),
       more=st.fixed_dictionaries({}, optional=OPTIONS))  # fmt: skip
def test_options_together(file: Path, name: str, more: dict[str, Any]) -> None:
    designed(file, yaml.safe_dump({**VALUES[name], **more}, sort_keys=False))
