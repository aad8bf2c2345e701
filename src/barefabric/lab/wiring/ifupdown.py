"""The lab's own reading of ``/etc/network/interfaces`` as ifupdown2 has it.

Facts are from CumulusNetworks/ifupdown2, ``ifupdown2/addons/``: ``address.py``, ``link.py``,
``bond.py``, ``bridge.py``, ``vlan.py``, ``vrf.py``. An option that this reading does not know is
named in the remarks: nothing is passed over in silence.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from barefabric.lab.names import port
from barefabric.lab.types import Setup
from barefabric.lab.wiring import layer2
from barefabric.lab.wiring.layer2 import Bond

READER = "the lab's own reading of /etc/network/interfaces"
BONDING = ("bond-mode", "bond-lacp-rate", "bond-miimon", "bond-xmit-hash-policy", "bond-slaves")
BRIDGING = ("bridge-vlan-aware", "bridge-ports", "bridge-vids", "bridge-access")
VLANS = ("vlan-id", "vlan-raw-device")
KNOWN = frozenset(("address", "mtu", "alias", "link-down", *BONDING, *BRIDGING, *VLANS))
SPEED = frozenset(("link-speed", "link-autoneg"))
"""Said of hardware: a virtual port has no speed to set."""
MANAGEMENT = frozenset(("vrf", "vrf-table"))


class Stanza(NamedTuple):
    """One ``iface``: its name and its options in order; an option may come more than once."""

    name: str
    options: tuple[tuple[str, str], ...]

    def all(self, key: str) -> list[str]:
        """Every value of an option."""
        return [value for name, value in self.options if name == key]

    def get(self, key: str, missing: str = "") -> str:
        """The last value of an option."""
        return next(reversed(self.all(key)), missing)

    def has(self, keys: Collection[str]) -> bool:
        """Whether it has one of these options."""
        return any(name in keys for name, _ in self.options)

    def words(self, key: str) -> list[str]:
        """The words of an option's value."""
        return self.get(key).split()


def stanzas(text: str) -> Iterator[Stanza]:
    """The interfaces of a file, in order."""
    name, options = "", list[tuple[str, str]]()
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#") or words[0] in ("auto", "allow-hotplug", "source"):
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
    known = {port(s.name): s for s in stanzas(text) if not s.has(MANAGEMENT)}
    made = {name: s for name, s in known.items() if _is_made(name, s, ports)}
    bonds = {name: s for name, s in made.items() if s.has(("bond-slaves",))}
    bridges = {name: s for name, s in made.items() if s.has(("bridge-ports",))}
    vlans = {name: s for name, s in made.items() if s.has(("vlan-id",))}
    slaves = {port(word) for s in bonds.values() for word in s.words("bond-slaves")}
    lines: list[str] = []
    for name, stanza in made.items():
        if name not in {*bonds, *bridges, *vlans}:
            lines += _port(name, stanza, up=name != "lo" and name not in slaves)
    for name, stanza in bonds.items():
        lines += layer2.bond(_bond(name, stanza, ports))
        lines += _addresses(name, stanza)
    for name, stanza in bridges.items():
        lines += _bridge(name, stanza, made)
    return Setup(
        ip=tuple(lines),
        bridge=tuple(line for n, s in bridges.items() for line in _vlans(n, s, made)),
        late=tuple(line for n, s in vlans.items() for line in _svi(n, s)),
        reader=READER,
        needs=tuple(_needs(bonds, bridges, vlans)),
        remarks=tuple(_remarks(text, known, made)),
    )


def interfaces(text: str, ports: Collection[str]) -> tuple[str, ...]:
    """The interfaces of a file that a lab has, as the file calls them, in its order."""
    found = (s for s in stanzas(text) if not s.has(MANAGEMENT))
    return tuple(s.name for s in found if _is_made(port(s.name), s, ports))


def _is_made(name: str, stanza: Stanza, ports: Collection[str]) -> bool:
    """Whether an interface is there: a port with a cable, the loopback, or one made of others."""
    made = stanza.has(("bond-slaves", "bridge-ports", "vlan-id"))
    return name == "lo" or name in ports or made


def _port(name: str, stanza: Stanza, *, up: bool) -> Iterator[str]:
    """A port as it is; a bond takes members that are down and brings them up itself."""
    if stanza.get("mtu"):
        yield f"link set {name} mtu {stanza.get('mtu')}"
    yield from _addresses(name, stanza)
    if up and stanza.get("link-down") != "yes":
        yield f"link set {name} up"


def _addresses(name: str, stanza: Stanza) -> Iterator[str]:
    return (f"addr add {value} dev {name}" for value in stanza.all("address"))


def _bond(name: str, stanza: Stanza, ports: Collection[str]) -> Bond:
    """A bond; defaults are ifupdown2's (``bond.py``: 802.3ad, fast, 100 ms, layer3+4)."""
    return Bond(
        name,
        tuple(member for member in map(port, stanza.words("bond-slaves")) if member in ports),
        _size(stanza),
        slow=stanza.get("bond-lacp-rate", "fast") in ("slow", "0"),
        hashing=stanza.get("bond-xmit-hash-policy", "layer3+4"),
        monitor=int(stanza.get("bond-miimon", "100")),
        mode=stanza.get("bond-mode", "802.3ad"),
    )


def _bridge(name: str, stanza: Stanza, made: Mapping[str, Stanza]) -> Iterator[str]:
    yield from layer2.bridge(name)
    for member in _members(stanza, made):
        # A bond is up by now; the bridge takes it as it is.
        yield layer2.member(member, name)
    size = int(
        stanza.get("mtu") or max((_size(made[m]) for m in _members(stanza, made)), default=0)
    )
    yield f"link set {name} {f'mtu {size} ' if size else ''}up"


def _size(stanza: Stanza) -> int:
    """The MTU in bytes, 0 where none is said."""
    return int(stanza.get("mtu", "0"))


def _members(stanza: Stanza, made: Mapping[str, Stanza]) -> list[str]:
    return [member for member in map(port, stanza.words("bridge-ports")) if member in made]


def _vlans(name: str, stanza: Stanza, made: Mapping[str, Stanza]) -> Iterator[str]:
    """VLANs of a bridge: untagged where a port has one of its own, else all of them, tagged."""
    vlans = [int(word) for word in stanza.words("bridge-vids")]
    for member in _members(stanza, made):
        if own := made[member].get("bridge-access"):
            yield layer2.access(member, int(own))
        else:
            yield from layer2.trunk(member, vlans)
    yield from (layer2.own_vlan(name, vlan) for vlan in vlans)


def _svi(name: str, stanza: Stanza) -> list[str]:
    lower, vlan = port(stanza.get("vlan-raw-device")), int(stanza.get("vlan-id"))
    return layer2.vlan_interface(name, lower, vlan, _size(stanza), stanza.all("address"))


def _needs(
    bonds: Collection[str], bridges: Collection[str], vlans: Collection[str]
) -> Iterator[str]:
    if bonds:
        yield "bonding"
    if bridges:
        yield from ("bridge", "vlan_filtering")
    if vlans:
        yield "8021q"


def _remarks(text: str, known: Mapping[str, Stanza], made: Mapping[str, Stanza]) -> Iterator[str]:
    yield "the management network and its VRF are left out"
    if set(known) - set(made):
        yield "unused ports do not exist"
    if any(stanza.has(SPEED) for stanza in made.values()):
        yield "ports have no speed to set"
    options = [name for s in stanzas(text) if port(s.name) in made for name, _ in s.options]
    for name in dict.fromkeys(options):
        if name not in KNOWN and name not in SPEED:
            yield f"the lab's own reading of interfaces passes over {name}"
