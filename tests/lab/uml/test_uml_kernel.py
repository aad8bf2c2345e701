"""The user-mode kernel's command line, its modules and its memory, without starting it."""

import os
from pathlib import Path

import pytest

from barefabric.lab.types import Host, LabPlan, Link, Part, Program, Setup
from barefabric.lab.uml.kernel import (
    Boot,
    Kernel,
    command,
    find_kernel,
    load_order,
    memory_folder,
    modules_for,
)
from barefabric.lab.uml.memory import memory_needed

DEPENDENCIES = """\
kernel/lib/crc-ccitt.ko:
kernel/net/ipv6/ipv6.ko: kernel/lib/crc-ccitt.ko
kernel/drivers/net/bonding/bonding.ko: kernel/net/ipv6/ipv6.ko kernel/lib/crc-ccitt.ko
kernel/net/8021q/8021q.ko: kernel/net/802/garp.ko kernel/net/802/stp.ko kernel/net/llc/llc.ko
kernel/drivers/net/dummy.ko:
"""


def test_a_module_is_loaded_after_what_it_needs() -> None:
    order = load_order(DEPENDENCIES, ["bonding", "8021q", "ipv6"])
    assert order == (
        "kernel/lib/crc-ccitt.ko",
        "kernel/net/ipv6/ipv6.ko",
        "kernel/drivers/net/bonding/bonding.ko",
        "kernel/net/llc/llc.ko",
        "kernel/net/802/stp.ko",
        "kernel/net/802/garp.ko",
        "kernel/net/8021q/8021q.ko",
    )


def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="vrf"):
        load_order(DEPENDENCIES, ["vrf"])


def test_features_name_each_module_once() -> None:
    assert modules_for(["bridge", "vlan_filtering", "netem", "no such"]) == ("bridge", "sch_netem")


def boot(folder: Path) -> Boot:
    return Boot(300, (8, 9), folder, "/usr/bin/python3", ("-m", "x"), {"PYTHONPATH": "/src"})


def test_the_command_gives_the_first_process_its_arguments_and_environment() -> None:
    words = command(Kernel("/usr/bin/linux.uml", "6.1", Path("/m")), boot(Path("/run/lab")))
    assert words[:2] == ("/usr/bin/linux.uml", "mem=300M")
    assert {"ro", "ssl0=fd:8", "ssl1=fd:9", "init=/usr/bin/python3", "PYTHONPATH=/src"} <= set(
        words
    )
    assert words[-3:] == ("--", "-m", "x")


@pytest.mark.parametrize("folder", ["/run/" + "long" * 600, "/home/a b/lab"])
def test_a_line_that_the_kernel_would_not_take_is_refused(folder: str) -> None:
    with pytest.raises(ValueError, match=r"longer than|space"):
        command(Kernel("linux.uml", "6.1", Path("/m")), boot(Path(folder)))


def test_memory_lies_where_there_is_room(tmp_path: Path) -> None:
    state = os.statvfs(tmp_path)
    free = state.f_bavail * state.f_frsize >> 20
    assert memory_folder(1, ("/no/such/folder", str(tmp_path))) == str(tmp_path)
    assert memory_folder(free + 1024, (str(tmp_path),)) == ""


def test_a_kernel_counts_only_with_its_modules(tmp_path: Path) -> None:
    program = tmp_path / "linux.fake"
    program.write_text("#!/bin/sh\necho 6.9.1\n")
    program.chmod(0o755)
    assert find_kernel((str(program),), (tmp_path,)) is None
    (tmp_path / "6.9.1").mkdir()
    (tmp_path / "6.9.1" / "modules.dep").touch()
    found = find_kernel((str(program),), (tmp_path,))
    assert found == Kernel(str(program), "6.9.1", tmp_path / "6.9.1")


def plan_of(*hosts: Host) -> LabPlan:
    return LabPlan("t", "t", "", "", "", hosts, (Link("k", "fabric", "a", "x", "b", "y"),))


def test_memory_grows_with_what_runs() -> None:
    router = Host("a", "switch", "", Setup(), (Part("", "frr", (), ()),))
    daemon = Setup(programs=(Program("mlag", ("x",)), Program("once", ("y",), once=True)))
    leaf = router._replace(name="b", setup=daemon)
    bare = memory_needed(plan_of())
    assert memory_needed(plan_of(router)) == bare + 45
    assert memory_needed(plan_of(router, leaf)) == bare + 45 + 45 + 14
