"""Switch configurations of shapes that the examples do not have."""

from collections import Counter
from pathlib import Path

from barefabric.derive.switch import switch_intent
from barefabric.pipeline import design_values
from barefabric.render.configs import switch_files
from barefabric.topology.load import load

BROKEN_OUT = """
fabric: lanes
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050CX3-32S, pair: mlag}
server_types:
  small: {nics: 2 x 25G, attach: bond}
  big: {nics: 2 x 100G, attach: bond}
spines: 2
racks:
  - {name: r1, leaves: 2, servers: {small: 8, big: 22}}
"""

USERS = """
secrets: {hash: "env:HASH"}
settings:
  users: [{name: ops, secret: hash}, {name: watch, role: network-operator, secret: hash}]
"""


def lines(folder: Path, text: str, switch: str) -> list[str]:
    """The startup configuration of one switch."""
    path = folder / "lanes.yaml"
    path.write_text(text)
    design = design_values(load(path)).design
    return next(switch_files(design, switch_intent(design, switch)))[1].splitlines()


def test_lanes_and_whole_ports_have_port_channels_of_their_own(tmp_path: Path) -> None:
    text = lines(tmp_path, BROKEN_OUT, "r1-leaf1")
    channels = [line for line in text if line.startswith("interface Port-Channel")]
    members = Counter(line.split()[1] for line in text if line.startswith("   channel-group "))
    assert len(channels) == 8 + 22 + 1
    assert max(Counter(channels).values()) == 1
    assert {f"interface Port-Channel{number}" for number in members} == set(channels)
    assert {number: count for number, count in members.items() if count > 1} == {"31": 2}
    mlags = [int(line.split()[1]) for line in text if line.startswith("   mlag ")]
    assert len(set(mlags)) == 30
    assert max(mlags) <= 2000  # the largest MLAG number of EOS


def test_roles_of_users_are_enforced(tmp_path: Path) -> None:
    """EOS opens user exec mode and allows every command unless authorization is told otherwise."""
    with_users = lines(tmp_path, BROKEN_OUT + USERS, "spine1")
    assert with_users[: with_users.index("no aaa root")] == [
        "aaa authorization exec default local",
        "aaa authorization commands all default local",
        "!",
    ]
    assert lines(tmp_path, BROKEN_OUT, "spine1")[0] == "no aaa root"


BY_HAND = """
fabric: hand
switch_types:
  spine: {nos: arista_eos, model: 7050CX3-32S}
  leaf: {nos: arista_eos, model: 7050SX3-48YC8, pair: mlag}
server_types:
  big: {nics: 2 x 100G, attach: bond}
spines: 2
racks:
  - {name: r1, leaves: 2, servers: {big: 3}}
cables:
  - r1-leaf1:Ethernet56/1 - r1-leaf2:Ethernet54/1
  - r1-leaf1:Ethernet55/1 - r1-leaf2:Ethernet53/1
  - r1-big3:eno1 - r1-leaf1:Ethernet53/1
"""


def test_peer_link_shares_its_port_channel_with_no_server(tmp_path: Path) -> None:
    """Ports of the peer link differ, and a server has on one leaf the peer link's on the other."""
    for leaf in ("r1-leaf1", "r1-leaf2"):
        text = lines(tmp_path, BY_HAND, leaf)
        channels = [line for line in text if line.startswith("interface Port-Channel")]
        assert len(channels) == len(set(channels)) == 4
        assert "   peer-link Port-Channel55" in text
        assert text.count("   channel-group 55 mode active") == 2
