"""Read BGP sessions back from a server's files: its own FRR, and kube-vip's static pod."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_interface
from typing import Any

import yaml

from readback.end import End, family_of

TOKEN = re.compile(r"\$\{secret:([^}]+)\}")
DEFAULT_BFD = (300, 3)
"""What bfdd takes unless a profile says otherwise."""


def read_server(name: str, files: Mapping[str, str]) -> list[End]:
    """The server's end of each session that its files describe."""
    found: list[End] = []
    if "frr.conf" in files:
        found += read_frr(name, files)
    if "kube-vip.yaml" in files:
        found += read_kube_vip(name, files["kube-vip.yaml"])
    return found


def netplan_addresses(text: str) -> dict[str, list[str]]:
    """Addresses with their lengths, by interface."""
    network = yaml.safe_load(text)["network"]
    blocks = {**network.get("ethernets", {}), **network.get("bonds", {})}
    return {
        name: [a if isinstance(a, str) else next(iter(a)) for a in block.get("addresses", [])]
        for name, block in blocks.items()
    }


def _settings(lines: list[str], names: list[str]) -> dict[str, list[str]]:
    """What is said of a neighbor and of its group: the words after each keyword."""
    found: dict[str, list[str]] = {}
    for name in names:
        for line in lines:
            match = re.fullmatch(rf"\s*neighbor {re.escape(name)} (\S+)\s*(.*)", line)
            if match:
                found[match[1]] = match[2].split()
    return found


def read_frr(name: str, files: Mapping[str, str]) -> Iterator[End]:
    """Sessions of ``frr.conf``; a numbered one starts from the address on the same link."""
    lines = files["frr.conf"].splitlines()
    asn = next(int(m[1]) for line in lines if (m := re.fullmatch(r"router bgp (\d+)", line)))
    members = [re.fullmatch(r" neighbor (\S+) (interface )?peer-group (\S+)", x) for x in lines]
    own = [a for some in netplan_addresses(files["01-barefabric.yaml"]).values() for a in some]
    for member in filter(None, members):
        neighbor, interface, group = member.groups()
        said = _settings(lines, [group, neighbor])
        password = TOKEN.fullmatch(said["password"][0]) if "password" in said else None
        local, peer = neighbor, ""
        if not interface:
            peer = neighbor
            near = [a for a in own if ip_address(peer) in ip_interface(a).network]
            local = near[0].partition("/")[0]
        yield End(
            name, local, peer, asn, int(said["remote-as"][0]),
            password[1] if password else "", _bfd(lines, said),
            int(said["timers"][0]), int(said["timers"][1]),
            tuple(family_of_session(lines, [group, neighbor])),
            int(said["ttl-security"][1]) if "ttl-security" in said else
            int(said["ebgp-multihop"][0]) if "ebgp-multihop" in said else 1,
            "passive" in said,
        )  # fmt: skip


def family_of_session(lines: list[str], names: list[str]) -> Iterator[str]:
    """The families in whose blocks a neighbor or its group is activated."""
    for family in ("ipv4", "ipv6"):
        if f" address-family {family} unicast" in lines:
            start = lines.index(f" address-family {family} unicast")
            block = lines[start : lines.index(" exit-address-family", start)]
            if any(f"  neighbor {name} activate" in block for name in names):
                yield family


def _bfd(lines: list[str], said: Mapping[str, list[str]]) -> tuple[int, int] | None:
    """BFD timers: off, the daemon's own, or those of the profile."""
    if "bfd" not in said:
        return None
    if not said["bfd"]:
        return DEFAULT_BFD
    start = lines.index(f" profile {said['bfd'][1]}")
    block = dict(line.split() for line in lines[start + 1 : lines.index(" exit", start)])
    interval, multiplier = DEFAULT_BFD
    assert block.get("transmit-interval", interval) == block.get("receive-interval", interval)
    return (
        int(block.get("receive-interval", interval)),
        int(block.get("detect-multiplier", multiplier)),
    )


def environment(text: str) -> dict[str, str]:
    """The variables of kube-vip's container."""
    pod: dict[str, Any] = yaml.safe_load(text)
    (container,) = pod["spec"]["containers"]
    return {v["name"]: v["value"] for v in container["env"] if "value" in v}


def read_kube_vip(name: str, text: str) -> Iterator[End]:
    """kube-vip's sessions, its peers split as ``ParseBGPPeerConfig`` does."""
    variables = environment(text)
    secrets = TOKEN.findall(variables["bgp_peers"])
    for entry in TOKEN.sub("SECRET", variables["bgp_peers"]).split(","):
        bracketed = re.fullmatch(r"\[([0-9a-f:]+)\](:.*)", entry)
        address = bracketed[1] if bracketed else entry.partition(":")[0]
        fields = (bracketed[2] if bracketed else entry).split(":")
        bfd = None
        if len(fields) > 6 and fields[6]:
            enabled, receive, send, multiplier = fields[6].split(";")
            assert enabled == "true"
            assert receive == send
            bfd = int(receive) // 1000, int(multiplier)
        yield End(
            name, variables["bgp_sourceip"], address, int(variables["bgp_as"]), int(fields[1]),
            secrets[0] if fields[2] else "", bfd, int(variables["bgp_keepalive_interval"]),
            int(variables["bgp_hold_time"]), family_of(address),
            0 if fields[3] == "true" else 1, False,
        )  # fmt: skip
