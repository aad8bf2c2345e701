"""What is measured: barefabric and its peers, how each is run, and what it generates."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from measure import HERE, SCRATCH

PYAVD = "pyavd==6.4.0"
NETLAB = "networklab==26.10"


@dataclass(frozen=True)
class Tool:
    """How to run a tool on a fabric, and what its output holds."""

    name: str
    # Name on PyPI with version, or "" for the barefabric that this Python has installed.
    package: str
    # From the folder with the inputs to the commands, each a program with its arguments.
    commands: Callable[[str, Path], list[list[str | Path]]]
    # Where the output is, below the folder with the inputs, and what else to delete before a run.
    output: str
    also_delete: tuple[str, ...]
    generates: str
    leaves_out: str
    # Fabrics that are not tried, with the reason.
    refuse: dict[str, str] = field(default_factory=dict)

    def bin(self) -> Path:
        """The folder of programs of the tool's environment."""
        if not self.package:
            return Path(sys.executable).parent
        return SCRATCH / f"venv-{self.package.partition('==')[0]}" / "bin"


def barefabric_commands(fabric: str, folder: Path) -> list[list[str | Path]]:
    """`fabric design`, which verifies the intact fabric too."""
    program = TOOLS["barefabric"].bin() / "fabric"
    topology = folder / "barefabric" / f"bench-{fabric}.yaml"
    return [[program, "design", topology, "--out", folder / "barefabric" / "build"]]


def pyavd_commands(layout: str) -> Callable[[str, Path], list[list[str | Path]]]:
    """The script that drives pyavd, in one of its layouts."""

    def commands(_fabric: str, folder: Path) -> list[list[str | Path]]:
        python = TOOLS["pyavd-rack"].bin() / "python"
        inputs, output = folder / "pyavd" / "inputs.json", folder / "pyavd" / "out"
        return [[python, HERE / "pyavd_fabric.py", layout, inputs, output]]

    return commands


def netlab_commands(_fabric: str, _folder: Path) -> list[list[str | Path]]:
    """Transform the topology, then render the configurations without a lab."""
    program = TOOLS["netlab"].bin() / "netlab"
    return [
        [program, "create", "-q", "-o", "pickle", "topology.yml"],
        [program, "initial", "-q", "-o", "out"],
    ]


AVD_GENERATES = (
    "EOS configurations of all switches: eBGP underlay, MLAG pairs, server VLANs, LACP bonds"
)


AVD_LEAVES_OUT = (
    "sessions and filters towards servers, anything on the servers, Kubernetes manifests, "
    "contracts, verification, ledger, cabling and address plans. It knows far more features than "
    "it is asked for here"
)


TOOLS = {
    tool.name: tool
    for tool in (
        Tool(
            name="barefabric",
            package="",
            commands=barefabric_commands,
            output="barefabric/build",
            also_delete=("barefabric/*.lock",),
            generates="EOS configurations of all switches with the sessions and filters towards "
            "every server, the servers' own files, the clusters' manifests, plans, contracts, "
            "design.json, the ledger, and judges the intact fabric by all its contracts",
            leaves_out="EVPN and VXLAN; judging failures is `fabric verify`, not in these figures",
        ),
        Tool(
            name="pyavd-rack",
            package=PYAVD,
            commands=pyavd_commands("rack"),
            output="pyavd/out",
            also_delete=(),
            generates=f"{AVD_GENERATES}. Each device is given only its own rack: the best case, in "
            "which the caller cuts the inputs",
            leaves_out=AVD_LEAVES_OUT,
        ),
        Tool(
            name="pyavd-group",
            package=PYAVD,
            commands=pyavd_commands("group"),
            output="pyavd/out",
            also_delete=(),
            generates=f"{AVD_GENERATES}. Each device is given the inputs of the whole fabric, as "
            "AVD's documentation and its Ansible collection do it",
            leaves_out=AVD_LEAVES_OUT,
            refuse={
                "1000": "its cost is quadratic; by extrapolation it needs about 40 GB of memory",
                "2112": "its cost is quadratic; at 1,000 switches it already needs about 40 GB",
            },
        ),
        Tool(
            name="netlab",
            package=NETLAB,
            commands=netlab_commands,
            output="netlab/out",
            also_delete=("netlab/netlab.snapshot.pickle",),
            generates="EOS configurations of all switches: eBGP underlay, and a table of all other "
            "hosts in each of them, which makes its output quadratic",
            leaves_out="leaf pairs, servers and everything towards them, filters, Kubernetes "
            "manifests, contracts, verification, ledger, cabling and address plans",
        ),
    )
}


def version(tool: Tool) -> str:
    """The version of a tool, as its name on PyPI pins it or as it is installed here."""
    if tool.package:
        return tool.package.partition("==")[2]
    script = "from importlib.metadata import version; print(version('barefabric'))"
    return subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout.strip()


def install(tool: Tool) -> str:
    """Makes the tool's environment, once. Returns what is wrong, or nothing."""
    if not tool.package:
        return "" if (tool.bin() / "fabric").exists() else "the command `fabric` is not installed"
    venv = tool.bin().parent
    stamp = venv / tool.package
    if stamp.exists():
        return ""
    print(f"  installing {tool.package}", flush=True)
    pip = [str(venv / "bin" / "pip"), "--disable-pip-version-check", "--quiet", "install"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        subprocess.run([*pip, tool.package], check=True)
    except subprocess.CalledProcessError as error:
        return f"could not be installed: {error}"
    stamp.touch()
    return ""
