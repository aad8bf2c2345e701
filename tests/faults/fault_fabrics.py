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

ALL = (EOS_BONDS, EOS_ROUTED, FRR_BONDS, FRR_ROUTED)
BONDS = (EOS_BONDS, FRR_BONDS)
ROUTED = (EOS_ROUTED, FRR_ROUTED)
NUMBERED = (EOS_BONDS, EOS_ROUTED, FRR_BONDS)
ON_EOS = (EOS_BONDS, EOS_ROUTED)
ON_FRR = (FRR_BONDS, FRR_ROUTED)
PAIRS = (EOS_BONDS,)
PODS = (EOS_PODS,)
EVERY = (*ALL, EOS_PODS)


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
