"""Read the BGP sessions back from an EOS configuration, knowing nothing of how it was made."""

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_interface

from readback.end import End


def blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Top-level lines with the indented lines below them."""
    head, body = "", list[str]()
    for line in text.splitlines():
        if line.startswith(" "):
            body.append(line.strip())
        else:
            if head:
                yield head, body
            head, body = line.strip(), []
    yield head, body


def interface_addresses(text: str) -> dict[str, list[str]]:
    """Addresses with length, by interface."""
    found: dict[str, list[str]] = {}
    for head, body in blocks(text):
        if head.startswith("interface "):
            for line in body:
                if match := re.fullmatch(r"(?:ip|ipv6) address (\S+)", line):
                    some = found.setdefault(head.removeprefix("interface "), [])
                    if ":" not in match[1]:  # the last one of IPv4 stands
                        some[:] = [address for address in some if ":" in address]
                    some.append(match[1])
    return found


def _local_address(peer: str, addresses: dict[str, list[str]], source: str) -> str:
    host = ip_address(peer)
    for name, some in addresses.items():
        for interface in map(ip_interface, some):
            near = host in interface.network and interface.network.num_addresses > 1
            if near if not source else name == source and interface.version == host.version:
                return str(interface.ip)
    raise AssertionError(f"no interface reaches {peer}")


def sessions(device: str, text: str) -> Iterator[End]:
    """Every neighbor with what it inherits from its group."""
    addresses = interface_addresses(text)
    head, body = next((h, b) for h, b in blocks(text) if h.startswith("router bgp "))
    own = int(head.split()[2])
    told: dict[str, dict[str, str]] = {}
    active: set[tuple[str, str]] = set()
    family = ""
    for line in body:
        if match := re.fullmatch(r"address-family (\S+)", line):
            family = match[1]
        port = re.fullmatch(r"neighbor interface (\S+) peer-group (\S+) remote-as (\S+)", line)
        if port:
            told[port[1]] = {"peer group": port[2], "remote-as": port[3], "unnumbered": "yes"}
        elif match := re.fullmatch(r"neighbor (\S+) (.+)", line):
            name, rest = match.groups()
            if rest == "activate":
                assert family
                active.add((name, family))
                continue
            if family:
                continue
            key, value = _setting(rest)
            told.setdefault(name, {})[key] = value
    for name, facts in told.items():
        if facts.get("peer group") == "":
            continue
        every = {**told[facts["peer group"]], **facts}
        yield _end(device, own, name, every, addresses, active)


def _setting(rest: str) -> tuple[str, str]:
    for key in ("peer group", "bfd interval", "ttl maximum-hops", "remote-as", "local-as",
                "timers", "password", "ebgp-multihop", "update-source"):  # fmt: skip
        if rest == key or rest.startswith(f"{key} "):
            return key, rest.removeprefix(key).strip()
    return rest, ""


def _end(
    device: str,
    own: int,
    name: str,
    facts: dict[str, str],
    addresses: dict[str, list[str]],
    active: set[tuple[str, str]],
) -> End:
    keepalive, hold = facts["timers"].split()
    local = facts.get("local-as", "").split()
    if local:
        assert local[1:] == ["no-prepend", "replace-as"]
    bfd = None
    if "bfd" in facts:
        match = re.fullmatch(r"(\d+) min-rx (\d+) multiplier (\d+)", facts["bfd interval"])
        assert match
        assert match[1] == match[2]
        bfd = (int(match[1]), int(match[3]))
    unnumbered = "unnumbered" in facts
    secret = re.search(r"\$\{secret:(.+)\}", facts.get("password", ""))
    names = (name, facts["peer group"])
    families = [f for f in ("ipv4", "ipv6") if any((each, f) in active for each in names)]
    return End(
        device,
        name if unnumbered else _local_address(name, addresses, facts.get("update-source", "")),
        "" if unnumbered else name, int(local[0]) if local else own, int(facts["remote-as"]),
        secret[1] if secret else "", bfd, int(keepalive), int(hold), tuple(families),
        int(facts.get("ebgp-multihop", 1)), "passive" in facts,
    )  # fmt: skip
