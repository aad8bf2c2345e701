"""What Batfish is given of a fabric with both families, and what is said of the rest."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from barefabric.model.address import FAMILIES
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish.half import ipv4_half, left_out
from barefabric.verify.batfish.proof import judged_files
from barefabric.verify.batfish.rules import dress, dressing
from barefabric.verify.batfish.snapshot import snapshot

TOPOLOGY = Path(__file__).parents[2] / "topologies/both-families.yaml"


@cache
def both() -> Design:
    return design_values(load(TOPOLOGY)).design


def without_ipv6(value: object) -> object:
    """A topology with every IPv6 prefix taken out."""
    if isinstance(value, dict):
        return {key: without_ipv6(inner) for key, inner in value.items()}
    if isinstance(value, list):
        kept = [without_ipv6(v) for v in value if not (isinstance(v, str) and ":" in v)]
        return [v for v in kept if v != "ipv6"]
    return value


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Design:
    """The same fabric as it is designed where nobody asks for IPv6."""
    path = tmp_path_factory.mktemp("plain") / TOPOLOGY.name
    path.write_text(yaml.safe_dump(without_ipv6(yaml.safe_load(TOPOLOGY.read_text()))))
    design = design_values(load(path)).design
    assert design.underlay.families == ("ipv4",)
    return design


def test_the_half_of_a_fabric_without_ipv6_is_all_of_it(plain: Design) -> None:
    assert ipv4_half(plain) is plain
    assert left_out(plain) == ""


def test_the_half_is_what_is_designed_without_ipv6(plain: Design) -> None:
    assert both().underlay.families == FAMILIES
    half = ipv4_half(both())
    for part in ("switches", "servers", "racks", "pairs", "upstreams", "cables", "sessions"):
        assert getattr(half, part) == getattr(plain, part), part
    assert half.announcements == plain.announcements
    assert half.profiles == plain.profiles
    assert half.plan == plain.plan


def test_contracts_are_counted_as_without_ipv6(plain: Design) -> None:
    """No row of IPv6 is left to be counted as held."""
    mine = {contract.id: contract._replace(sentence="") for contract in plain.contracts}
    half = {c.id: c._replace(sentence="") for c in ipv4_half(both()).contracts}
    assert half == mine


def test_what_is_left_out_is_said_with_numbers() -> None:
    whole, half = both().contracts, ipv4_half(both()).contracts
    alone = len(whole) - len(half)
    assert alone > 20
    assert f"{alone} contracts on IPv6 alone" in left_out(both())
    assert "not run there" in left_out(both())


def test_nothing_that_stands_for_a_server_has_ipv6() -> None:
    design = both()
    shown = snapshot(design, judged_files(design))
    for node, device in shown.devices.items():
        server = design.servers.get(device)
        if device in design.upstreams or (server and server.attach != "routed"):
            text = next(t for name, t in shown.configs.items() if name.lower() == node)
            assert not re.search(r"[0-9a-f]*::", text), node


def test_terms_on_ipv6_lists_stay_and_match_nothing() -> None:
    rules = dressing("frr")
    assert rules is not None
    text = (
        "ipv6 prefix-list A6 seq 10 permit ::/0\n"
        "ipv6 prefix-list A6 seq 20 permit fd00::/16 ge 64 le 64\n"
        "route-map M permit 20\n match community C\n match ipv6 address prefix-list A6\n"
    )
    dressed = dress(rules, "x", {"interfaces": "", "frr.conf": text}, {})
    assert dressed.text.endswith(
        "ip prefix-list A6:ipv6 seq 10 deny any\n"
        "ip prefix-list A6:ipv6 seq 20 deny any\n"
        "route-map M permit 20\n match community C\n match ip address prefix-list A6:ipv6\n"
    )


def test_the_renamed_lists_are_nobodys() -> None:
    """The IPv4 list of worker16 may be called like the IPv6 list of worker1."""
    design = both()
    shown = snapshot(design, judged_files(design))
    assert "frr: terms on lists of IPv6 match no IPv4 route" in shown.rewrites
    for name, switch in design.switches.items():
        text = shown.configs[name]
        if switch.nos == "frr":
            assert "match ipv6" not in text
            used = set(re.findall(r"match ip address prefix-list (\S+:ipv6)", text))
            assert used
            lists = re.findall(r"^ip prefix-list (\S+) seq \d+ deny any$", text, re.MULTILINE)
            assert used <= set(lists)
        else:
            assert "match ipv6 address prefix-list" in text
