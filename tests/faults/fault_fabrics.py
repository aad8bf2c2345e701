"""The fabrics that faults are seeded in: small, and alike but for network OS and attachment.

Devices, racks, cluster and upstream have the same names in all of them, so that one fault fits
wherever its kind makes sense. Plain Linux with FRR has no daemon that makes one LACP system of two
switches (`vendor_templates/frr/vendor.toml`, ``pairs``), so its bonds end on one leaf per rack.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from barefabric.model.design import Design
from barefabric.pipeline import design_values
from barefabric.topology.load import load


class Fabric(NamedTuple):
    """A fabric: its name, its network OS, how its servers are attached, and its topology."""

    name: str
    nos: str
    attach: str
    topology: str


_SMALL = """\
fabric: {name}
switch_types:
  spine: {{nos: {nos}, ports: 16 x 100G}}
  leaf: {{nos: {nos}, ports: {{downlink: 48 x 25G, uplink: 8 x 100G}}{pair}}}
server_types:
  node: {{nics: 2 x 25G, attach: {attach}}}
underlay: {{links: {links}, password: secret:key}}
secrets: {{key: env:KEY}}
spines: 2
racks:
  - {{name: "r[1-2]", leaves: {leaves}, servers: {{node: 2}}}}
borders: {{type: leaf, count: 1}}
clusters:
  - name: demo
    servers: [node]
    pods: 10.64.0.0/16
    services: 10.96.0.0/16
    cni: calico
    password: secret:key
    load_balancer:
      use: metallb
      announce: {announce}
      pools: {{public: {{addresses: [203.0.113.0/24], announce_to: [wan]}}}}
external:
  - name: wan
    asn: 64500
    attach: {{switch: border1, port: {port}, ours: 198.51.100.0/31, theirs: 198.51.100.1/31}}
    accept: [0.0.0.0/0]
"""

_PODS = """\
fabric: eos-pods
switch_types:
  spine: {nos: arista_eos, ports: 16 x 100G}
  leaf: {nos: arista_eos, ports: {downlink: 48 x 25G, uplink: 8 x 100G}, pair: mlag}
server_types:
  node: {nics: 2 x 25G, attach: bond}
superspines: {type: spine, count: 2}
pods:
  - {name: p1, spines: 2, racks: [{name: p1r1, leaves: 2, servers: {node: 2}}]}
  - {name: p2, spines: 2, racks: [{name: p2r1, leaves: 2, servers: {node: 2}}]}
clusters:
  - {name: east, servers: {pods: [p1]}, pods: 10.64.0.0/16, services: 10.96.0.0/16, cni: calico,
     load_balancer: {use: metallb, announce: cni, pools: {east: 203.0.113.0/25}}}
  - {name: west, servers: {pods: [p2]}, pods: 10.65.0.0/16, services: 10.97.0.0/16, cni: calico,
     load_balancer: {use: metallb, announce: cni, pools: {west: 203.0.113.128/25}}}
"""

_BOTH = """\
fabric: {name}
switch_types:
  spine: {{nos: {nos}, ports: 16 x 100G}}
  leaf: {{nos: {nos}, ports: {{downlink: 48 x 25G, uplink: 8 x 100G}}{pair}}}
server_types:
  node: {{nics: 2 x 25G, attach: bond}}
  host: {{nics: 2 x 25G, attach: routed}}
underlay: {{families: [ipv4, ipv6], links: {links}}}
addressing:
  loopbacks: [10.255.0.0/16, "fd00:255::/48"]
  links: [10.254.0.0/16, "fd00:254::/48"]
  servers: [10.10.0.0/16, "fd00:10::/40"]
spines: {{type: spine, count: 2}}
racks: [{racks}]
borders: {{type: leaf, count: 1}}
clusters:
  - name: demo
    servers: {{types: [{types}]}}
    pods: [10.64.0.0/16, "fd00:64::/48"]
    services: [10.96.0.0/16, "fd00:96::/112"]
    cni: calico
    load_balancer:
      use: metallb
      announce: {announce}
      pools: {{public: {{addresses: [203.0.113.0/24, "2001:db8:113::/120"], announce_to: [wan]}}}}
external:
  - name: wan
    asn: 64500
    attach:
      switch: border1
      port: {port}
      ours: [198.51.100.0/31, "2001:db8:51::/127"]
      theirs: [198.51.100.1/31, "2001:db8:51::1/127"]
    accept: [0.0.0.0/0, "::/0"]
"""


def _small(name: str, nos: str, attach: str, **values: object) -> Fabric:
    text = _SMALL.format(name=name, nos=nos, attach=attach, **values)
    return Fabric(name, nos, attach, text)


EOS, FRR = "arista_eos", "frr"
EOS_PORT, FRR_PORT = "Ethernet48", "swp48"

EOS_BONDS = _small(
    "eos-bonds", EOS, "bond",
    links="numbered", leaves=2, pair=", pair: mlag", port=EOS_PORT, announce="metallb",
)  # fmt: skip
EOS_ROUTED = _small(
    "eos-routed", EOS, "routed",
    links="numbered", leaves=2, pair="", port=EOS_PORT, announce="cni",
)  # fmt: skip
FRR_BONDS = _small(
    "frr-bonds", FRR, "bond",
    links="numbered", leaves=1, pair="", port=FRR_PORT, announce="cni",
)  # fmt: skip
FRR_ROUTED = _small(
    "frr-routed", FRR, "routed",
    links="unnumbered", leaves=2, pair="", port=FRR_PORT, announce="cni",
)  # fmt: skip
EOS_PODS = Fabric("eos-pods", EOS, "bond", _PODS)


def _both(name: str, nos: str, attach: str, **values: str) -> Fabric:
    return Fabric(name, nos, attach, _BOTH.format(name=name, nos=nos, **values))


EOS_BOTH = _both(
    "eos-both", EOS, "bond", links="unnumbered", pair=", pair: mlag", port=EOS_PORT,
    racks='{name: "r[1-2]", leaves: 2, servers: {node: 2}}', types="node", announce="metallb",
)  # fmt: skip
FRR_BOTH = _both(
    "frr-both", FRR, "routed", links="numbered", pair="", port=FRR_PORT,
    racks=(
        "{name: r1, leaves: 1, servers: {node: 2}}, {name: r2, leaves: 2, servers: {host: 2}}"
    ), types="node", announce="metallb",
)  # fmt: skip

ALL = (EOS_BONDS, EOS_ROUTED, FRR_BONDS, FRR_ROUTED)
BONDS = (EOS_BONDS, FRR_BONDS)
ROUTED = (EOS_ROUTED, FRR_ROUTED)
NUMBERED = (EOS_BONDS, EOS_ROUTED, FRR_BONDS)
ON_EOS = (EOS_BONDS, EOS_ROUTED)
ON_FRR = (FRR_BONDS, FRR_ROUTED)
PAIRS = (EOS_BONDS,)
PODS = (EOS_PODS,)
BOTH_FAMILIES = (EOS_BOTH, FRR_BOTH)
EVERY = (*ALL, EOS_PODS, *BOTH_FAMILIES)


def named(names: Iterable[str]) -> tuple[Fabric, ...]:
    """Fabrics by name."""
    return tuple(fabric for fabric in EVERY if fabric.name in set(names))


@cache
def designed(fabric: Fabric) -> Design:
    """The sound design."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"{fabric.name}.yaml")
        path.write_text(fabric.topology, encoding="utf-8")
        return design_values(load(path)).design
