"""What ``fabric lab`` prints, in at most 100 columns."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from barefabric.lab.types import Host, LabPlan

WIDTH = 100


def wrapped(text: str, indent: str = "  ") -> list[str]:
    """A sentence in lines, later ones further in."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ",
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip


def composition(plan: LabPlan) -> str:
    """Hosts of a plan by kind: ``7 switches, 8 servers, 1 router outside``."""
    counts = Counter(host.kind for host in plan.hosts)
    words = (("switch", "switches"), ("server", "servers"), ("upstream", "routers outside"))
    single = {"switch": "switch", "server": "server", "upstream": "router outside"}
    return ", ".join(
        f"{counts[kind]:,} {single[kind] if counts[kind] == 1 else many}"
        for kind, many in words
        if counts[kind]
    )


def differences(plan: LabPlan, remarks: Iterable[str]) -> Iterator[str]:
    """What in this lab is not as in the real fabric, each once with how many hosts it concerns."""
    found: Counter[str] = Counter()
    for host in plan.hosts:
        found.update(dict.fromkeys(_of(host), 1))
    for text, count in found.items():
        yield text if count == 1 else f"{text} ({count} hosts)"
    yield from remarks


def _of(host: Host) -> Iterator[str]:
    if host.stand_in:
        yield f"FRR stands in for {host.stand_in}"
    yield from host.remarks
    if host.changes:
        reasons = dict.fromkeys(change.why for change in host.changes)
        yield f"{'; '.join(reasons)}: other lines than in the build"


def up(plan: LabPlan, how: str, seconds: float, routes: float, remarks: Sequence[str]) -> str:
    """The lab is up."""
    lines = [
        f"{plan.name}   {composition(plan)} in {_where(how)}",
        f"  daemons up after {seconds:.1f} s, routes complete after {routes:.1f} s",
    ]
    readers = Counter(host.setup.reader for host in plan.hosts if host.setup.reader)
    said = ", ".join(f"{reader} ({count})" for reader, count in readers.items())
    lines += wrapped(f"interfaces by {said}")
    for text in differences(plan, remarks):
        lines += wrapped(f"note: {text}")
    lines += ["", f"  fabric lab exec {plan.hosts[0].name} -- vtysh    fabric lab check"]
    return "\n".join(lines) + "\n"


def _where(how: str) -> str:
    return "user-mode Linux" if how == "uml" else "namespaces"


def state(told: Mapping[str, Any], plan: LabPlan, how: str) -> str:
    """One lab, for ``fabric lab status``."""
    lines = [f"{plan.name}   {told['state']} in {_where(how)}   {composition(plan)}"]
    if "megabytes" in told:
        lines.append(
            f"  {told['megabytes']:,.0f} MB in {told['processes']:,} processes,"
            f" {told['cpu']:,.1f} CPU seconds so far"
        )
    lines += [line for name in told["faults"] for line in wrapped(f"broken: {name}")]
    lines += [line for name in told["ended"] for line in wrapped(f"ended: {name}")]
    lines += wrapped(f"from {plan.topology}")
    return "\n".join(lines) + "\n"
