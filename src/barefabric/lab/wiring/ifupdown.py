"""The lab's own reading of ``/etc/network/interfaces`` as ifupdown2 has it.

Routed ports, addresses and MTU. Facts are from CumulusNetworks/ifupdown2,
``ifupdown2/addons/{address,link,vrf}.py``.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from barefabric.lab.names import port
from barefabric.lab.types import Setup


class Stanza(NamedTuple):
    """One ``iface``: its name and its options in order; an option may come more than once."""

    name: str
    options: tuple[tuple[str, str], ...]

    def all(self, key: str) -> list[str]:
        """Every value of an option."""
        return [value for name, value in self.options if name == key]

    def get(self, key: str) -> str:
        """The last value of an option, empty where it is missing."""
        return next(reversed(self.all(key)), "")


def stanzas(text: str) -> Iterator[Stanza]:
    """The interfaces of a file, in order."""
    name, options = "", list[tuple[str, str]]()
    for raw in text.splitlines():
        line = raw.partition("#")[0].rstrip() if raw.lstrip().startswith("#") else raw.rstrip()
        words = line.split()
        if not words or words[0] in ("auto", "allow-hotplug", "source"):
            continue
        if words[0] == "iface":
            if name:
                yield Stanza(name, tuple(options))
            name, options = words[1], []
        elif name:
            options.append((words[0], " ".join(words[1:])))
    if name:
        yield Stanza(name, tuple(options))


def read(text: str, ports: Collection[str]) -> Setup:
    """What a file sets up, on the ports that have a cable.

    The management network and its VRF are no part of the lab.
    """
    lines: list[str] = []
    unused = 0
    for stanza in stanzas(text):
        name = port(stanza.name)
        if name != "lo" and name not in ports:
            unused += stanza.get("link-down") == "yes"
            continue
        if stanza.get("mtu"):
            lines.append(f"link set {name} mtu {stanza.get('mtu')}")
        lines += [f"addr add {value} dev {name}" for value in stanza.all("address")]
        if name != "lo":
            lines.append(f"link set {name} {'down' if stanza.get('link-down') == 'yes' else 'up'}")
    remarks = ["the management network and its VRF are left out"]
    if unused:
        remarks.append(f"{unused} unused ports do not exist")
    return Setup(ip=tuple(lines), reader="the lab's own reading", remarks=tuple(remarks))
