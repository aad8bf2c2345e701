"""Both families in FRR itself: it boots from every file, and shows the file, line by line.

Switches of other network OSes are rendered for FRR, as the lab has them. Whole fabrics with both
families run in ``tests/lab``.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
from host_lab import Router, run_lab

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.hosts.files import server_files
from barefabric.lab.hosts import as_frr
from barefabric.model.device import Attach
from barefabric.pipeline import design_values
from barefabric.render.configs import switch_files
from barefabric.topology.load import load

ROOT = Path(__file__).parents[2]
LABS = ROOT / "tests" / "lab" / "topologies"
FABRICS = {
    "both-families": ROOT / "topologies" / "both-families.yaml",
    "numbered": LABS / "both-numbered.yaml",
    "unnumbered": LABS / "both-unnumbered.yaml",
}
VALUE = "of-the-test"
"""What stands for every secret here: as a push would fill it in."""

SHOW = """
sleep 1
for r in {names}; do
  for _ in $(seq 20); do
    on $r vtysh -N $r -c 'show running-config no-header' > shown
    grep -q '^router bgp' shown && break
    sleep 0.5
  done
  echo "@@ $r running"; cat shown
  echo "@@ $r reload"
  on $r /usr/lib/frr/frr-reload.py --test --stdout --pathspace $r --log-level error \\
    /etc/frr/$r/frr.conf
done
"""

pytestmark = [
    pytest.mark.needs("vtysh", "zebra", "bgpd", "frr-reload.py", "unshare", "ip"),
    pytest.mark.parametrize("name", FABRICS),
]
namespaces = pytest.mark.skipif(
    os.geteuid() != 0, reason="root is needed to make network namespaces"
)


def configurations(name: str) -> dict[str, str]:
    """Every ``frr.conf`` of a fabric, by device."""
    design = design_values(load(FABRICS[name])).design
    found = {
        device: dict(switch_files(design, as_frr(switch_intent(design, device))))["frr.conf"]
        for device in design.switches
    }
    for server in design.servers.values():
        if server.attach is Attach.ROUTED:
            intent = server_intent(design, server.name)
            found[server.name] = dict(server_files(design, intent))["frr.conf"]
    return {d: re.sub(r"\$\{secret:[^}]+\}", VALUE, text) for d, text in found.items()}


def test_vtysh_reads_every_file(name: str, tmp_path: Path) -> None:
    texts = configurations(name)
    assert len(texts) >= 9
    for device, text in texts.items():
        path = tmp_path / f"{device}.conf"
        path.write_text(text)
        done = subprocess.run(
            ["vtysh", "-C", "-f", str(path)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), device


@namespaces
def test_what_runs_is_the_file_and_a_reload_has_nothing_to_do(name: str) -> None:
    texts = configurations(name)
    script = "cd /var/tmp/frr\n" + SHOW.replace("{names}", " ".join(texts))
    shown: dict[str, dict[str, str]] = {device: {} for device in texts}
    output = run_lab({d: Router(text) for d, text in texts.items()}, [], script)
    for part in output.split("@@ ")[1:]:
        head, _, text = part.partition("\n")
        device, subject = head.split()
        shown[device][subject] = text
    for device, text in texts.items():
        version, _, rest = shown[device]["running"].partition("\n")
        assert "ipv6 unicast" in text
        if version.startswith("frr version 8.4"):
            assert rest.splitlines() == text.splitlines(), device
        else:
            assert sorted(rest.split("\n!\n")) == sorted(text.split("\n!\n")), device
        assert shown[device]["reload"].strip() == "", device
