"""A small EOS configuration: modes, commands, canonical text. Part of the eAPI server of the tests.

It takes commands without indentation, each in the mode the last one left, as eAPI does: a command
that the mode does not know ends the mode, unless its first word abbreviates one that the mode does
know (then EOS calls it incomplete). Passwords are stored the way EOS shows them.
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field


class CliError(Exception):
    """A command that EOS refuses; the text is what it prints."""


# For each mode: commands it takes (a regular expression on the whole command) and the modes that
# commands open. Order matters to nothing.
COMMANDS: dict[str, tuple[str, ...]] = {
    "global": (
        r"hostname \S+",
        r"ip routing( ipv6 interfaces)?( vrf \S+)?",
        r"ip icmp redirect",
        r"hardware speed-group \d+ serdes (10|25)g",
        r"ipv6 unicast-routing( vrf \S+)?",
        r"ip (prefix-list|community-list|as-path access-list) \S+ .+",
        r"ip (route|name-server|domain-name|virtual-router mac-address|host|ssh) .+",
        r"dns domain \S+",
        r"username \S+ .+",
        r"aaa .+",
        r"ntp .+",
        r"logging .+",
        r"service routing protocols model (multi-agent|ribd)",
        r"spanning-tree .+",
        r"transceiver .+",
        r"snmp-server .+",
        r"enable (secret|password) .+",
        r"lldp .+",
        r"lacp .+",
        r"clock .+",
        r"errdisable .+",
        r"no aaa root",
    ),
    "interface": (
        r"description .+",
        r"mtu (\d+)",
        r"l2 mtu \d+",
        r"speed .+",
        r"shutdown",
        r"switchport.*",
        r"ip address .+",
        r"ip virtual-router address .+",
        r"ip ospf .+",
        r"ipv6 (enable|address .+|nd .+)",
        r"channel-group \d+ mode (active|passive|on)",
        r"mlag \d+",
        r"lacp .+",
        r"vrf \S+",
        r"autostate",
        r"bfd .+",
        r"error-correction .+",
        r"spanning-tree .+",
        r"load-interval \d+",
        r"port-channel .+",
    ),
    "bgp": (
        r"router-id \S+",
        r"maximum-paths .+",
        r"neighbor \S+ .+",
        r"network \S+.*",
        r"redistribute .+",
        r"aggregate-address .+",
        r"bgp .+",
        r"timers bgp .+",
        r"distance bgp .+",
        r"graceful-restart.*",
        r"update .+",
    ),
    "bgp-af": (r"neighbor \S+ .+", r"network .+", r"redistribute .+", r"bgp .+"),
    "bgp-mac-vrf": (r"rd .+", r"route-target .+", r"redistribute .+"),
    "vlan": (r"name \S+", r"state \S+", r"trunk group \S+"),
    "vrf": (r"rd \S+", r"description .+"),
    "mlag": (
        r"domain-id \S+",
        r"local-interface \S+",
        r"peer-address .+",
        r"peer-link \S+",
        r"reload-delay .+",
        r"dual-primary .+",
        r"heartbeat-interval \d+",
    ),
    "http": (r"shutdown", r"protocol .+", r"vrf \S+"),
    "http-vrf": (r"shutdown",),
    "ssh": (r"idle-timeout \d+", r"authentication .+"),
    "route-map": (r"match .+", r"set .+", r"continue.*", r"description .+", r"sub-route-map .+"),
    "bfd": (r"interval .+", r"multihop .+", r"slow-timer .+"),
    "prefix-list": (r"seq \d+ (permit|deny) .+",),
}
OPENERS: dict[str, tuple[tuple[str, str], ...]] = {
    "global": (
        (r"interface (Ethernet|Port-Channel|Loopback|Vlan|Management|Vxlan)[\d/]+", "interface"),
        (r"vlan [\d,-]+", "vlan"),
        (r"vrf instance \S+", "vrf"),
        (r"router bgp \d+", "bgp"),
        (r"router bfd", "bfd"),
        (r"mlag configuration", "mlag"),
        (r"management api http-commands", "http"),
        (r"management ssh", "ssh"),
        (r"route-map \S+ (permit|deny) \d+", "route-map"),
        (r"ip prefix-list \S+", "prefix-list"),
    ),
    "bgp": (
        (r"address-family (ipv4|ipv6|evpn)", "bgp-af"),
        (r"vlan [\d,-]+", "bgp-mac-vrf"),
        (r"vlan-aware-bundle \S+", "bgp-mac-vrf"),
    ),
    "http": ((r"vrf \S+", "http-vrf"),),
    "ssh": ((r"vrf \S+", "http-vrf"),),
}
# Commands of which a mode holds one, told apart by so many words.
ONE_OF = {"description": 1, "mtu": 1, "hostname": 1, "router-id": 1, "speed": 1, "name": 1}
# Negations that stand in the configuration, because the default is the other way round.
STORED = re.compile(
    r"no (switchport|autostate|shutdown|aaa root|bgp default ipv4-unicast|ip routing vrf \S+"
    r"|spanning-tree vlan-id .+|logging .+|lldp .+|ip icmp redirect)"
)
ORDER = (
    "no aaa", "hardware", "service", "transceiver", "lacp", "lldp", "logging", "hostname",
    "ip name-server", "dns", "ntp", "errdisable", "snmp-server", "spanning-tree", "aaa",
    "enable", "username",
    "clock", "vlan", "vrf", "management", "interface", "ip virtual-router", "ip routing",
    "ip community-list", "ip prefix-list", "mlag", "ip route", "route-map", "router bfd",
    "router bgp", "banner",
)  # fmt: skip


@dataclass
class Node:
    """A command with the commands of the mode it opens."""

    mode: str = ""
    lines: dict[str, "Node"] = field(default_factory=dict)


class EosConfig:
    """A configuration being entered. `text` shows it as `show running-config` would."""

    def __init__(self) -> None:
        self.root = Node("global")
        self._path: list[Node] = [self.root]

    def leave(self) -> None:
        """Back to global configuration."""
        self._path = [self.root]

    def enter(self, command: str, multiline: str | None = None) -> None:
        """Takes one command. Raises CliError. `multiline` is the text of a banner or comment."""
        if multiline is not None:
            self._store(f"{command}\n{multiline.rstrip()}\nEOF", "")
            return
        command = " ".join(command.split())
        if command == "exit":
            if len(self._path) == 1:
                raise CliError("Invalid input (at token 0: 'exit'): not in a configuration mode")
            self._path.pop()
            return
        if not command:
            raise CliError("Empty command")
        for depth in range(len(self._path), 0, -1):
            mode = self._path[depth - 1].mode
            if self._takes(mode, command):
                self._path = self._path[:depth]
                self._apply(mode, command)
                return
            self._refuse_incomplete(mode, command)
        raise CliError(f"Invalid input (at token 0: '{command.split()[0]}')")

    @staticmethod
    def _takes(mode: str, command: str) -> bool:
        """Whether a mode knows the command, negated or not."""
        bare = command.removeprefix("no ").removeprefix("default ")
        patterns = [*COMMANDS[mode], *(pattern for pattern, _ in OPENERS.get(mode, ()))]
        return any(re.fullmatch(pattern, text) for pattern in patterns for text in (command, bare))

    @staticmethod
    def _refuse_incomplete(mode: str, command: str) -> None:
        """EOS does not complete words over eAPI; the beginning of a known one is an error."""
        words = command.split()
        known = [re.split(r"[ \\(.?]", pattern)[0] for pattern in COMMANDS[mode]]
        known += [pattern.split()[0] for pattern, _ in OPENERS.get(mode, ())]
        if words[0] in known:
            return
        if any(word.startswith(words[0]) for word in known):
            raise CliError(f"Incomplete token (at token 0: '{words[0]}')")

    def _apply(self, mode: str, command: str) -> None:
        """Stores a command, or takes away what it negates."""
        for pattern, opened in OPENERS.get(mode, ()):
            if re.fullmatch(pattern, command):
                node = self._path[-1].lines.setdefault(command, Node(opened))
                self._path.append(node)
                return
        if command.startswith("no "):
            self._negate(command)
            return
        mtu = re.fullmatch(r"mtu (\d+)", command)
        if mtu and not 68 <= int(mtu[1]) <= 10240:
            raise CliError(f"Invalid input (at token 1: '{mtu[1]}')")
        self._store(as_shown(command), "")

    def _negate(self, command: str) -> None:
        """`no ...`: removes what is there, or is stored itself where it differs from a default."""
        lines = self._path[-1].lines
        bare = command.removeprefix("no ")
        gone = [line for line in lines if line == bare or line.startswith(f"{bare} ")]
        for line in gone:
            del lines[line]
        if not gone and STORED.fullmatch(command):
            lines[command] = Node()

    def _store(self, command: str, mode: str) -> None:
        """One line, in place of the one it replaces."""
        lines = self._path[-1].lines
        words = command.split()
        if words[0] in ONE_OF:
            for line in [line for line in lines if line.split()[0] == words[0]]:
                del lines[line]
        lines.pop(f"no {command}", None)
        lines[command] = Node(mode)

    def text(self) -> str:
        """The canonical text: sections in EOS's order, three spaces for each mode."""
        top = sorted(self.root.lines.items(), key=lambda item: _rank(item[0]))
        out: list[str] = []
        for line, node in top:
            out += [line, *_below(node, 1), "!"]
        return "\n".join([*out, "end"]) + "\n"


def _below(node: Node, depth: int) -> Iterator[str]:
    """The lines inside a mode."""
    for line, below in node.lines.items():
        if below.mode:
            yield f"{'   ' * depth}!"
        yield f"{'   ' * depth}{line}"
        yield from _below(below, depth + 1)


def _rank(line: str) -> tuple[int, tuple[object, ...]]:
    """The place of a section; interfaces and VLANs by their numbers."""
    place = next((n for n, start in enumerate(ORDER) if line.startswith(start)), len(ORDER))
    parts = re.split(r"(\d+)", line)
    return place, tuple(int(part) if part.isdigit() else part for part in parts)


def as_shown(command: str) -> str:
    """A command as the running configuration shows it: passwords encrypted or hashed.

    EOS's own ciphers are not needed here, only their nature: the same password under the same
    neighbor gives the same text, and the password can't be read from it.
    """
    if found := re.fullmatch(r"(neighbor (\S+) password) (?:0 )?(\S+)", command):
        return f"{found[1]} 7 {cipher(found[2], found[3])}"
    if found := re.fullmatch(r"(username .* secret) (?:0 )?([^$\s]\S*)", command):
        return f"{found[1]} sha512 $6$salt${cipher('user', found[2])}"
    if re.fullmatch(r"username .* secret sha512 (?!\$6\$).*", command):
        raise CliError("Invalid encrypted secret")
    return command


def cipher(neighbor: str, password: str) -> str:
    """What stands in for EOS's type 7."""
    digest = hashlib.sha256(f"{neighbor}_passwd {password}".encode()).digest()
    return base64.b64encode(digest[:15]).decode()
