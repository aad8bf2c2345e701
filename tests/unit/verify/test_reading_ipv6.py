"""No other judge reads lines of IPv6 in files, so each is read, or named here with a reason.

And each way in which such a line can be wrong is a difference.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load
from barefabric.verify.batfish.snapshot import render
from barefabric.verify.reading.compare import compare
from barefabric.verify.reading.facts import server_facts, switch_facts
from barefabric.verify.reading.lines import lines

TOPOLOGY = Path(__file__).parents[3] / "topologies/both-families.yaml"
LINUX = "linux: {nos: frr, model: SN2410}"
UNNUMBERED = ("families: [ipv4, ipv6]", "families: [ipv4, ipv6]\n  links: unnumbered")
CHANGES = {
    "numbered": (),
    "unnumbered": (UNNUMBERED,),
    "all EOS": ((LINUX, "linux: {nos: arista_eos, model: 7050SX3-48YC8}"),),
    "FRR spines": (
        ("spine: {nos: arista_eos, model: 7050CX3-32S}", "spine: {nos: frr, model: SN2700}"),
    ),
    "bonds on one FRR leaf": (
        ("leaf, count: 2}, servers: {node: 4}", "linux, count: 1}, servers: {node: 4}"),
        ("attach: bond", "attach: single"),
        ("2 x 25G, attach: single", "1 x 25G, attach: single"),
    ),
}

NOT_READ = {
    r"neighbor \S+ description .+": "words for people",
    r"link-local:": "what stands below is read as of this port",
    r"address-family ipv6(?: unicast)?": "what stands below is read as of this family",
    r"ipv6 prefix-list \S+": "what stands below is read as of this list",
    r"route-map SOURCE6 permit 10": "what stands below is read as of this map",
    r"net\.ipv6\.neigh\.default\.gc_thresh[123] = \d+": "room for neighbors; the same everywhere",
    r"net\.ipv6\.conf\.(?:all|default)\.ignore_routes_with_linkdown = 1": "the same everywhere",
    r"net\.ipv6\.fib_multipath_hash_policy = 1": "the same everywhere",
}
"""Lines with IPv6 that no rule reads, and why."""

SIX = re.compile(r"ipv6|v6\b|accept-ra|link-local:|[0-9a-f]*::|\b[A-Z][A-Z0-9-]*[A-Z_]6\b|^- ipv6$")
"""What shows that a line is about IPv6: a word, an address, or a name that only IPv6 has."""


@cache
def fabric(change: str) -> tuple[Design, dict[str, dict[str, str]]]:
    """A changed example, and its files."""
    text = TOPOLOGY.read_text(encoding="utf-8")
    for old, new in CHANGES[change]:
        assert old in text
        text = text.replace(old, new)
    with TemporaryDirectory() as folder:
        path = Path(folder) / TOPOLOGY.name
        path.write_text(text, encoding="utf-8")
        design = design_values(load(path)).design
    return design, render(design, design.servers)


def about_ipv6(text: str) -> Iterator[tuple[int, str]]:
    """Lines about IPv6: what shows it itself, and everything in such an address family."""
    inside = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        inside = line.startswith("address-family ipv6") or (
            inside and line not in ("!", "exit-address-family")
        )
        if line and not line.startswith("#") and (inside or SIX.search(line)):
            yield number, line


@pytest.mark.parametrize("change", CHANGES)
def test_every_line_of_ipv6_is_read_or_named_with_a_reason(change: str) -> None:
    design, files = fabric(change)
    known = re.compile("|".join(NOT_READ))
    unread, seen = set(), 0
    for device, texts in files.items():
        rules = lines(design.switches[device].nos if device in design.switches else "frr")
        assert rules is not None
        for path, text in texts.items():
            read = rules.read_lines(path, text)
            for number, line in about_ipv6(text):
                seen += 1
                if number not in read and not known.fullmatch(line):
                    unread.add(f"{device}/{path}: {line}")
    assert sorted(unread) == []
    assert seen > 400


def test_every_reason_is_needed() -> None:
    found = {
        line
        for change in CHANGES
        for texts in fabric(change)[1].values()
        for text in texts.values()
        for _, line in about_ipv6(text)
    }
    assert all(NOT_READ.values())
    assert [p for p in NOT_READ if not any(re.fullmatch(p, line) for line in found)] == []


@pytest.mark.parametrize("change", CHANGES)
def test_sound_files_say_what_the_plan_says(change: str) -> None:
    design, files = fabric(change)
    for device in files:
        assert different(design, device, files[device]) == []


def different(design: Design, device: str, files: dict[str, str]) -> list[str]:
    switch = design.switches.get(device)
    rules = lines(switch.nos if switch else "frr")
    assert rules is not None
    planned = (
        switch_facts(switch_intent(design, device))
        if switch
        else server_facts(server_intent(design, device))
    )
    return [str(found) for found in compare(device, rules, planned, files).different]


class Fault(NamedTuple):
    """Something wrong about IPv6 in a file, and what is said of it: names of facts."""

    change: str
    device: str
    old: str
    new: str
    facts: str


EOS, FRR, HOST, NODE = "r1-leaf1", "r2-leaf1", "r2-worker1", "r1-node1"
FAULTS = {
    "a link's address at one end": Fault(
        "numbered", EOS, "ipv6 address fd00:254::1/127", "ipv6 address fd00:254::9/127",
        "ipv6 address",
    ),
    "a link's length": Fault(
        "numbered", FRR, "address fd00:254::9/127", "address fd00:254::9/126", "ipv6 address"
    ),
    "an address too many": Fault(
        "numbered", FRR, "    alias unused\n", "    alias unused\n    address fd00::1/64\n",
        "ipv6 address",
    ),
    "a loopback": Fault("numbered", EOS, "address fd00:255::3/128", "address fd00:255::4/128",
        "ipv6 loopback"),
    "a gateway missing on one leaf": Fault(
        "numbered", EOS, "   ipv6 virtual-router address fd00:10::1\n", "", "vlan ipv6 address"
    ),
    "a gateway that is another": Fault(
        "bonds on one FRR leaf", EOS, "    address fd00:10::1/64\n", "    address fd00:10::9/64\n",
        "vlan ipv6 address",
    ),
    "the length of a VLAN's prefix": Fault(
        "numbered", EOS, "fd00:10::2/64", "fd00:10::2/65", "vlan ipv6 length"
    ),
    "advertisements on the servers' VLAN": Fault(
        "numbered", EOS, "   ipv6 nd ra disabled all\n", "", "vlan without advertisements"
    ),
    "no forwarding": Fault("numbered", EOS, "ipv6 unicast-routing\n", "", "ipv6 forwarding"),
    "no forwarding in the kernel": Fault(
        "numbered", FRR, "net.ipv6.conf.all.forwarding = 1", "net.ipv6.conf.all.forwarding = 0",
        "kernel ipv6 forwarding",
    ),
    "no IPv4 by next hops of IPv6": Fault(
        "unnumbered", EOS, "ip routing ipv6 interfaces", "ip routing", "ipv4 over ipv6"
    ),
    "a port without link-local address": Fault(
        "unnumbered", EOS, "   ipv6 enable\n", "", "ipv6 enabled"
    ),
    "no next hops of IPv6 to be had": Fault(
        "unnumbered", EOS, "      neighbor SPINES next-hop address-family ipv6 originate\n", "",
        "next hops of ipv6",
    ),
    "an entry missing in a list, EOS": Fault(
        "numbered", EOS, "   seq 20 permit fd00:10::/40 ge 64 le 64\n", "", "ipv6 list"
    ),
    "an entry missing in a list, FRR": Fault(
        "numbered", FRR, "ipv6 prefix-list FABRIC6 seq 20 permit fd00:10::/40 ge 64 le 64\n", "",
        "ipv6 list",
    ),
    "an entry too wide, EOS": Fault(
        "numbered", EOS, "permit fd00:64::/48 ge 122 le 122", "permit fd00:64::/48 ge 64 le 128",
        "ipv6 list",
    ),
    "an entry too wide, FRR": Fault(
        "numbered", FRR, "seq 10 permit fd00:65::/48 ge 122 le 122",
        "seq 10 permit fd00:65::/48 ge 122", "ipv6 list",
    ),
    "an entry that denies": Fault(
        "numbered", FRR, "ipv6 prefix-list LOCAL6 seq 10 permit",
        "ipv6 prefix-list LOCAL6 seq 10 deny", "ipv6 list",
    ),
    "a list too many": Fault(
        "numbered", FRR, "ipv6 prefix-list LOCAL6",
        "ipv6 prefix-list X6 seq 5 permit ::/0\nipv6 prefix-list LOCAL6", "ipv6 list",
    ),
    "a term on another list": Fault(
        "numbered", EOS, "match ipv6 address prefix-list NODES6",
        "match ipv6 address prefix-list FABRIC6", "match ipv6 list",
    ),
    "a term on the list of the other family": Fault(
        "numbered", FRR, "match ipv6 address prefix-list NODES6",
        "match ip address prefix-list NODES6", "match ipv6 list, match list",
    ),
    "a term that denies": Fault(
        "numbered", FRR, "route-map FROM-SPINES permit 60", "route-map FROM-SPINES deny 60",
        "match ipv6 list",
    ),
    "a term that matches everything": Fault(
        "numbered", FRR, " match ipv6 address prefix-list SELF6\n", "", "match ipv6 list"
    ),
    "a community that is not set": Fault(
        "numbered", FRR,
        " match ipv6 address prefix-list ROUTED-CALICO6\n set community 65000:100\n",
        " match ipv6 address prefix-list ROUTED-CALICO6\n", "set community",
    ),
    "a group not activated, EOS": Fault(
        "numbered", EOS, "      neighbor SPINES6 activate\n", "", "activated"
    ),
    "a group not activated, FRR": Fault(
        "numbered", FRR, "  neighbor SPINES6 activate\n", "", "activated"
    ),
    "a group not activated in one of two families": Fault(
        "unnumbered", EOS, "address-family ipv6\n      neighbor BONDED-CALICO6 activate\n",
        "address-family ipv6\n", "activated",
    ),
    "a group activated in the other family too": Fault(
        "numbered", EOS, "      neighbor SPINES activate\n",
        "      neighbor SPINES activate\n      neighbor SPINES6 activate\n", "activated",
    ),
    "a policy not attached, EOS": Fault(
        "numbered", EOS, "   neighbor SPINES6 route-map FROM-SPINES in\n", "", "import"
    ),
    "a policy not attached, FRR": Fault(
        "numbered", FRR, "  neighbor SPINES6 route-map TO-SPINES out\n", "", "export of family"
    ),
    "a host without its own policy": Fault(
        "numbered", FRR, "  neighbor fd00:254::17 route-map FROM-HOST-R2-WORKER1 in\n", "",
        "import of family",
    ),
    "a neighbor's address": Fault(
        "numbered", EOS, "neighbor fd00:10::b peer group", "neighbor fd00:10::1b peer group",
        "neighbor",
    ),
    "a neighbor in another group": Fault(
        "numbered", EOS, "neighbor fd00:10::b peer group BONDED-CALICO6",
        "neighbor fd00:10::b peer group BONDED-METALLB6", "neighbor",
    ),
    "a neighbor too many": Fault(
        "numbered", FRR, " neighbor fd00:254::8 peer-group SPINES6\n",
        " neighbor fd00:254::8 peer-group SPINES6\n neighbor fd00::8 peer-group SPINES6\n",
        "neighbor",
    ),
    "a group's ASN": Fault(
        "numbered", EOS, "SPINES6 remote-as 4200000001", "SPINES6 remote-as 4200000002",
        "remote as",
    ),
    "a neighbor's ASN": Fault(
        "numbered", "spine1", "fd00:254::1 remote-as 4200020001",
        "fd00:254::1 remote-as 4200020009", "remote as",
    ),
    "the ASN of a port's neighbor, FRR": Fault(
        "unnumbered", HOST, "eno1 remote-as 4200020002", "eno1 remote-as 4200020009",
        "own remote as of port",
    ),
    "the ASN of a port's neighbor, EOS": Fault(
        "unnumbered", "spine1", "LEAVES remote-as 4200020001", "LEAVES remote-as 4200020009",
        "remote as of port",
    ),
    "the ASN that a node sees": Fault(
        "numbered", EOS, "   neighbor BONDED-CALICO6 local-as 65534 no-prepend replace-as\n", "",
        "shown as",
    ),
    "the address that sessions start from": Fault(
        "bonds on one FRR leaf", EOS, "update-source fd00:10::2", "update-source fd00:10::1",
        "vlan source",
    ),
    "timers": Fault("numbered", EOS, "SPINES6 timers 3 9", "SPINES6 timers 30 90", "timers"),
    "a limit left out": Fault(
        "numbered", FRR, "  neighbor SPINES6 maximum-prefix 2000\n", "", "max-prefix of family"
    ),
    "connected routes not told": Fault(
        "numbered", FRR,
        "ipv6 unicast\n  redistribute connected route-map CONNECTED\n", "ipv6 unicast\n",
        "connected of family",
    ),
    "one path": Fault(
        "numbered", FRR, "maximum-paths 64\n exit-address-family\nexit",
        "maximum-paths 1\n exit-address-family\nexit", "paths of family",
    ),
    "no default of last resort": Fault(
        "numbered", "spine1", "ipv6 route ::/0 Null0 250\n", "", "discard"
    ),
    "no default of last resort, FRR": Fault(
        "FRR spines", "spine1", "ipv6 route ::/0 Null0 250\n", "", "discard"
    ),
    "a default of last resort that nobody is told": Fault(
        "FRR spines", "spine1",
        "CONNECTED\n  redistribute static route-map LAST-RESORT\n  neighbor BORDERS6",
        "CONNECTED\n  neighbor BORDERS6", "last resort of family",
    ),
    "no aggregate": Fault(
        "numbered", "border1", "  aggregate-address 2001:db8:113::/120\n", "", "aggregate"
    ),
    "a server's address": Fault(
        "numbered", NODE, "- fd00:10::b/64", "- fd00:10::c/64", "server address"
    ),
    "addresses of two links exchanged": Fault(
        "numbered", HOST, "fd00:254::17/127", "fd00:254::19/127", "server address"
    ),
    "no default on a server": Fault(
        "numbered", NODE, "        - to: default\n          via: fd00:10::1\n", "",
        "server gateway",
    ),
    "a server that takes advertisements": Fault(
        "numbered", NODE, "accept-ra: false", "accept-ra: true", "server without advertisements"
    ),
    "a link without link-local address": Fault(
        "unnumbered", HOST, "      link-local:\n        - ipv6\n", "      link-local: []\n",
        "server link-local",
    ),
    "packets with a link's address": Fault(
        "numbered", HOST, " set src fd00:10:0:1::b\n", "", "own source"
    ),
    "packets whose source nobody sets": Fault(
        "numbered", HOST, "ipv6 protocol bgp route-map SOURCE6\n", "", "routes with own source"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_about_ipv6_is_seen(fault: Fault) -> None:
    design, files = fabric(fault.change)
    texts = files[fault.device]
    path = next(path for path, text in texts.items() if fault.old in text)
    wrong = {**texts, path: texts[path].replace(fault.old, fault.new)}
    found = different(design, fault.device, wrong)
    said = {re.sub(r"^\S+ (?:does not say|says): ", "", line) for line in found}
    assert said
    wanted = fault.facts.split(", ")
    assert [line for line in said if not any(line.startswith(name) for name in wanted)] == []
    assert [name for name in wanted if not any(line.startswith(name) for line in said)] == []
