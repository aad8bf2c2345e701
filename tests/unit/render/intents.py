"""Fabrics whose switches cover every case that templates have to lay out.

They go the whole way, from YAML to the intent of each switch, so that nothing here can differ from
what the stages before rendering really hand over.
"""

import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from barefabric.derive.switch import switch_intent
from barefabric.model.design import Design
from barefabric.model.intent import SwitchIntent
from barefabric.pipeline import design_values
from barefabric.render.configs import switch_files
from barefabric.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
EXAMPLES = ("quickstart", "three-racks", "routed-frr", "five-stage")

SERVICES = """
secrets: {fab: "env:FAB", ops: "env:OPS", wan: "env:WAN"}
settings:
  ntp: 192.0.2.1
  dns: [192.0.2.2, 192.0.2.3]
  domain: example.net
  syslog: 192.0.2.4
  users: [{name: ops, secret: ops}]
"""

# Numbered links with passwords and BFD of its own; a lone leaf bridges bonds and single links;
# pools go out through a border.
BRIDGED = """
fabric: bridged
switch_types:
  spine: {{nos: {nos}, ports: 16 x 100G}}
  leaf: {{nos: {nos}, ports: {{downlink: 48 x 25G, uplink: 8 x 100G}}}}
server_types:
  single: {{nics: 1 x 10G, attach: single}}
  bonded: {{nics: 2 x 25G, attach: bond}}
underlay: {{links: numbered, bfd: {{interval: 100ms, multiplier: 5}}, password: secret:fab}}
spines: 2
racks:
  - {{name: r1, leaves: 1, servers: {{single: 2, bonded: 2}}}}
  - {{name: r2, leaves: 1, servers: {{single: 2}}}}
borders: {{type: leaf, count: 2}}
clusters:
  - name: edge
    servers: [single, bonded]
    pods: 10.80.0.0/16
    services: 10.97.0.0/16
    cni: {{use: calico, mode: bgp}}
    load_balancer:
      use: metallb
      announce: metallb
      pools: {{web: {{addresses: [192.0.2.128/25], announce_to: [wan]}}}}
external:
  - name: wan
    asn: 64500
    attach: {{switch: border1, port: {port}, ours: 198.51.100.0/31, theirs: 198.51.100.1/31}}
    accept: [0.0.0.0/0, 203.0.113.0/24]
    password: secret:wan
"""

# Unnumbered links everywhere, routed servers.
ROUTED = """
fabric: routed
switch_types:
  spine: {{nos: {nos}, ports: 16 x 400G}}
  leaf: {{nos: {nos}, ports: {{downlink: 48 x 25G, uplink: 8 x 100G}}}}
server_types:
  worker: {{nics: 2 x 25G, attach: routed}}
underlay: {{links: unnumbered, password: secret:fab}}
spines: 2
racks:
  - {{name: r1, leaves: 2, servers: {{worker: 3}}}}
borders: {{type: leaf, count: 1}}
clusters:
  - name: edge
    servers: [worker]
    pods: 10.80.0.0/16
    services: 10.97.0.0/16
    cni: {{use: calico, mode: vxlan}}
    load_balancer: {{use: metallb, pools: {{web: 192.0.2.128/25}}}}
"""

PORTS = {"arista_eos": "Ethernet48", "frr": "swp48"}


@cache
def example(name: str) -> Design:
    """The design of one of the example topologies, without the ledger beside it."""
    return design_values(load(TOPOLOGIES / f"{name}.yaml")).design


@cache
def fabric(text: str, nos: str, more: str = SERVICES) -> Design:
    """The design of one of the texts above on one network OS."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fabric.yaml")
        path.write_text(text.format(nos=nos, port=PORTS[nos]) + more)
        return design_values(load(path)).design


def designs() -> Iterator[Design]:
    """All of them."""
    yield from map(example, EXAMPLES)
    for nos in PORTS:
        yield from (fabric(BRIDGED, nos), fabric(ROUTED, nos))


def intent(design: Design, name: str) -> SwitchIntent:
    """What one switch must be told."""
    return switch_intent(design, name)


def files(design: Design, name: str) -> dict[str, str]:
    """The files of one switch, by path."""
    return dict(switch_files(design, switch_intent(design, name)))


def main_file(design: Design, name: str) -> str:
    """The switch's first file."""
    return next(switch_files(design, switch_intent(design, name)))[1]
