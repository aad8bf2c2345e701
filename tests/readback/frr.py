"""Read the BGP sessions back from an FRR configuration (a switch's or a host's)."""

import re
from collections.abc import Iterator

from readback.end import End

# bfdd's own timers, which FRR does not print: 300 ms, three times.
PLAIN_BFD = (300, 3)


def interface_file_addresses(text: str) -> dict[str, list[str]]:
    """Addresses with lengths, by interface, of an ifupdown2 file."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if match := re.match(r"iface (\S+)", line):
            name = match[1]
        elif match := re.match(r"\s+address (\S+)", line):
            found.setdefault(name, []).append(match[1])
    return found


def bfd_profiles(text: str) -> dict[str, tuple[int, int]]:
    """BFD profiles by name."""
    found: dict[str, tuple[int, int]] = {}
    name = ""
    for line in text.splitlines():
        if match := re.fullmatch(r" profile (\S+)", line):
            name = match[1]
            found[name] = PLAIN_BFD
        elif name and (match := re.fullmatch(r"  (?:transmit|receive)-interval (\d+)", line)):
            found[name] = (int(match[1]), found[name][1])
        elif name and (match := re.fullmatch(r"  detect-multiplier (\d+)", line)):
            found[name] = (found[name][0], int(match[1]))
    return found


def sessions(device: str, text: str, addresses: dict[str, list[str]]) -> Iterator[End]:
    """Every neighbor with what it inherits from its group."""
    own = 0
    told: dict[str, dict[str, str]] = {}
    active: set[tuple[str, str]] = set()
    family = ""
    for line in text.splitlines():
        if match := re.fullmatch(r"router bgp (\d+)", line):
            own = int(match[1])
        elif match := re.fullmatch(r" address-family (\S+) unicast", line):
            family = match[1]
        elif match := re.fullmatch(r"\s+neighbor (\S+) (.+)", line):
            name, rest = match.groups()
            if rest == "activate":
                assert family
                active.add((name, family))
                continue
            key, value = _setting(rest)
            told.setdefault(name, {})[key] = value
    profiles = bfd_profiles(text)
    for name, facts in told.items():
        group = facts.get("peer-group") or facts.get("interface peer-group")
        if group:
            every = {**told[group], **facts}
            families = tuple(
                f for f in ("ipv4", "ipv6") if (name, f) in active or (group, f) in active
            )
            yield _end(device, own, name, every, addresses, profiles, families)


def _setting(rest: str) -> tuple[str, str]:
    for key in ("interface peer-group", "peer-group", "remote-as", "local-as", "bfd profile",
                "password", "ebgp-multihop", "update-source", "ttl-security hops", "timers",
                "route-map"):  # fmt: skip
        if rest == key or rest.startswith(f"{key} "):
            return key, rest.removeprefix(key).strip()
    return rest, ""


def _end(
    device: str, own: int, name: str, facts: dict[str, str], addresses: dict[str, list[str]],
    profiles: dict[str, tuple[int, int]], families: tuple[str, ...],
) -> End:  # fmt: skip
    keepalive, hold = facts["timers"].split() if "timers" in facts else ("3", "9")
    local = facts.get("local-as", "").split()
    bfd = profiles[facts["bfd profile"]] if "bfd profile" in facts else PLAIN_BFD
    unnumbered = "interface peer-group" in facts
    secret = re.search(r"\$\{secret:(.+)\}", facts.get("password", ""))
    return End(
        device,
        name if unnumbered else _local(name, addresses, facts.get("update-source", "")),
        "" if unnumbered else name, int(local[0]) if local else own, int(facts["remote-as"]),
        secret[1] if secret else "", bfd if "bfd" in facts or "bfd profile" in facts else None,
        int(keepalive), int(hold), families, int(facts.get("ebgp-multihop") or 1),
        "passive" in facts,
    )  # fmt: skip


def _local(peer: str, addresses: dict[str, list[str]], source: str) -> str:
    from ipaddress import ip_address, ip_interface

    host = ip_address(peer)
    if re.fullmatch(r"[\d.]+|[0-9a-f:]+:[0-9a-f:]*", source):
        return source
    for name, found in addresses.items():
        for interface in map(ip_interface, found):
            named = name == source and interface.version == host.version
            if named or (not source and host in interface.network):
                return str(interface.ip)
    raise AssertionError(f"no interface reaches {peer}")
