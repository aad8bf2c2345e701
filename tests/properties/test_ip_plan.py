"""The address plan against the files: every configured address is in it, exactly once."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barefabric.build import build
from barefabric.model.address import canonical
from barefabric.pipeline import design

TOPOLOGY = """
fabric: planned
switch_types:
  spine: {{nos: {spine}, ports: 32 x 100G}}
  leaf: {{nos: {leaf}, ports: {{downlink: 48 x 25G, uplink: 8 x 100G}}{pair}}}
  border: {{nos: frr, ports: 32 x 100G}}
server_types:
  node: {{nics: {nics}, attach: {attach}}}
underlay: {{links: {links}, families: [ipv4, ipv6]}}
addressing:
  loopbacks: [10.255.0.0/16, "fd00:255::/48"]
  links: [10.254.0.0/16, "fd00:254::/48"]
  servers: [10.10.0.0/16, "fd00:10::/40"]
spines: 2
borders: 1
racks:
  - {{name: "r[1-{racks}]", leaves: {leaves}, servers: {{node: {servers}}}}}
clusters:
  - name: demo
    servers: [node]
    pods: [10.64.0.0/16, "fd00:64::/48"]
    services: [10.96.0.0/16, "fd00:96::/112"]
    cni: calico
    load_balancer:
      use: metallb
      announce: {announce}
      pools: {{public: {{addresses: [203.0.113.0/25, "2001:db8:113::/120"], announce_to: [isp]}}}}
external:
  - name: isp
    asn: 64496
    attach:
      switch: border1
      port: swp32
      ours: [192.0.2.1/31, "2001:db8:2::1/127"]
      theirs: [192.0.2.0/31, "2001:db8:2::/127"]
    accept: [0.0.0.0/0, "::/0"]
"""

ATTACHED = {
    ("arista_eos", "bond"): (2, "2 x 25G", ", pair: mlag"),
    ("arista_eos", "single"): (1, "1 x 25G", ""),
    ("arista_eos", "routed"): (2, "2 x 25G", ""),
    ("frr", "single"): (1, "1 x 25G", ""),
    ("frr", "routed"): (2, "2 x 25G", ""),
}
CONFIGURED = (
    re.compile(r"^\s*ipv6 address ([0-9a-f:]+)/\d+$"),
    re.compile(r"^\s*ipv6 address virtual ([0-9a-f:]+)/\d+$"),
    re.compile(r"^\s*ipv6 virtual-router address ([0-9a-f:]+)$"),
    re.compile(r"^\s*address ([0-9a-f:]*:[0-9a-f:]+)/\d+$"),
    re.compile(r"^\s*address-virtual \S+ ([0-9a-f:]*:[0-9a-f:]+)/\d+$"),
    re.compile(r'^\s*- "?([0-9a-f:]*:[0-9a-f:]+)/\d+"?:?$'),
)
"""Lines that put an IPv6 address on an interface: EOS, ifupdown, netplan."""


def configured(build_folder: Path) -> dict[str, set[str]]:
    """Each IPv6 address that a switch or a host configures, with those that do."""
    found: dict[str, set[str]] = {}
    for top in ("switches", "nodes"):
        for path in sorted((build_folder / top).rglob("*")):
            for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
                for pattern in CONFIGURED:
                    match = pattern.match(line)
                    if match:
                        device = path.relative_to(build_folder / top).parts[0]
                        found.setdefault(canonical(match[1]), set()).add(device)
    return found


def planned(build_folder: Path) -> dict[str, list[dict[str, str]]]:
    """The plan's rows of single IPv6 addresses."""
    text = (build_folder / "plan" / "ip-plan.csv").read_text(encoding="utf-8")
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        address, _, length = row["address"].partition("/")
        if ":" in address and (row["device"] and not row["device"].startswith("rack ")):
            assert length
            rows.setdefault(address, []).append(row)
    return rows


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    leaf=st.sampled_from(sorted(ATTACHED)),
    spine=st.sampled_from(["arista_eos", "frr"]),
    links=st.sampled_from(["numbered", "unnumbered"]),
    racks=st.integers(1, 3),
    servers=st.integers(1, 5),
    announce=st.sampled_from(["cni", "metallb"]),
)
def test_every_configured_ipv6_address_is_planned_once(
    tmp_path_factory: pytest.TempPathFactory,
    leaf: tuple[str, str],
    spine: str,
    links: str,
    racks: int,
    servers: int,
    announce: str,
) -> None:
    nos, attach = leaf
    leaves, nics, pair = ATTACHED[leaf]
    if attach == "routed":
        announce = "cni"  # MetalLB announces no IPv6 on routed servers (K8S022)
    folder = tmp_path_factory.mktemp("plan")
    path = folder / "planned.yaml"
    path.write_text(
        TOPOLOGY.format(
            spine=spine, leaf=nos, pair=pair, nics=nics, attach=attach, links=links, racks=racks,
            leaves=leaves, servers=servers, announce=announce,
        )
    )  # fmt: skip
    build(design(path), folder / "out")
    found, rows = configured(folder / "out"), planned(folder / "out")
    assert found, "no IPv6 address is configured at all"
    assert {a: len(r) for a, r in rows.items() if len(r) != 1} == {}
    assert sorted(set(found) - set(rows)) == []
    for address, devices in found.items():
        assert devices <= set(rows[address][0]["device"].split()), address
    idle = Counter(
        rows[a][0]["what"] for a in set(rows) - set(found) if rows[a][0]["device"] != "isp"
    )
    assert set(idle) <= {"reserved for a second BGP speaker"}
