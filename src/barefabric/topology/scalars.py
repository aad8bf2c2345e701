"""Single values: each function takes what stands in the file and returns it checked.

All raise Fault with a code of the IN or AD family. None of them imports pydantic.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address
from typing import Any

from barefabric.topology.faults import Fault, shown
from barefabric.topology.names import did_you_mean

SPEEDS = (1, 10, 25, 40, 50, 100, 200, 400, 800)
"""Port speeds in Gbit/s that the vocabulary knows (IEEE 802.3 Ethernet rates of data centres)."""

PORTS_RULE = "ports are written as count x speed: 48 x 25G"
_SPEED_RULE = "speeds: " + ", ".join(f"{speed}G" for speed in SPEEDS)

_PORTS = re.compile(r"\s*(\d{1,6})\s*[x*]\s*(\S.*)", re.IGNORECASE)
_SPEED = re.compile(r"(\d{1,6})\s*G", re.IGNORECASE)
_TIME = re.compile(r"(\d{1,9})\s*(ms|s)")
_ALMOST_WHOLE = (
    (re.compile(r"0+([1-9]\d*|0)"), r"\1", "without the leading zero"),
    (re.compile(r"(\d+(?:[_,]\d+)+)"), None, "without separators"),
    (re.compile(r"([1-9]\d*|0)\.0*"), r"\1", "without the decimal point"),
    (re.compile(r"\+(\d+)"), r"\1", "without the sign"),
)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]{1,15}|0o[0-7]{1,20}")


def text(value: Any) -> str:
    """A line of text. Whole numbers are taken as written."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        mend = f'write it in quotes: "{shown(value)}"' if isinstance(value, bool) else ""
        raise Fault("IN021", f"must be text, not {shown(value)}", mend=mend)
    if not value.strip():
        raise Fault("IN020", "has no value", mend="give it one, or take the key away")
    if not value.isprintable():
        raise Fault("IN021", "must be one line of text, without control characters")
    return value


def lines(value: Any) -> str:
    """Several lines of text, as after ``|``."""
    if not isinstance(value, str):
        raise Fault(
            "IN021",
            f"must be lines of text, not {shown(value)}",
            mend="write | after the colon and the lines below it, indented",
        )
    if any(not c.isprintable() and c not in "\n\t" for c in value):
        raise Fault("IN021", "must be lines of text, without control characters")
    return value


def whole(value: Any, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Fault("IN021", f"must be a whole number, not {shown(value)}", mend=whole_hint(value))
    if not low <= value <= high:
        raise Fault("IN023", f"{value} is out of range", allowed=f"from {low:,} to {high:,}")
    return value


def whole_hint(value: Any) -> str:
    """How to write a number that only looks like one."""
    if not isinstance(value, str):
        return ""
    if _HEXADECIMAL.fullmatch(value):
        return f"write {int(value, 0)}"
    for pattern, replacement, how in _ALMOST_WHOLE:
        match = pattern.fullmatch(value)
        if match:
            plain = match.expand(replacement) if replacement else re.sub("[_,]", "", value)
            return f"write {plain}, {how}"
    return "write it without quotes" if re.fullmatch(r"[1-9]\d{0,17}|0", value) else ""


def choice_fault(value: Any, allowed: Collection[str]) -> Fault:
    """The fault of a value that is none of the allowed words."""
    words = f"one of: {', '.join(allowed)}"
    if not isinstance(value, str):
        return Fault("IN022", f"must be a word, not {shown(value)}", allowed=words)
    mend = did_you_mean(value, allowed)
    return Fault("IN022", f"{shown(value)} is not known here", allowed=words, mend=mend)


def speed(value: Any) -> int:
    """A port speed in Gbit/s, written ``25G``."""
    if isinstance(value, int) and not isinstance(value, bool) and value in SPEEDS:
        return value
    match = _SPEED.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        mend = f"write {value}G" if str(value) in map(str, SPEEDS) else ""
        raise Fault("IN026", f"{shown(value)} is not a port speed", allowed=_SPEED_RULE, mend=mend)
    found = int(match.group(1))
    if found not in SPEEDS:
        raise Fault("IN026", f"{shown(value)} is not a port speed", allowed=_SPEED_RULE)
    return found


def ports(value: Any) -> tuple[int, int]:
    """Count and speed of ``48 x 25G``."""
    match = _PORTS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Fault(
            "IN026",
            f"{shown(value)} does not say how many ports of which speed",
            allowed=PORTS_RULE,
        )
    return whole(int(match.group(1)), 1, 4096), speed(match.group(2))


def milliseconds(value: Any) -> int:
    """A time of ``300ms`` or ``1s``; a bare number is in milliseconds."""
    return _time(value, bare=1, unit="ms")


def bfd_interval(value: Any) -> int:
    """Milliseconds between BFD packets, within what every speaker takes.

    EOS takes 50 to 60000 (bfd interval), MetalLB 10 to 60000 (BFDProfile), FRR 10 and more.
    """
    found = milliseconds(value)
    if not 50 <= found <= 60000:
        raise Fault("IN023", f"{shown(value)} is out of range", allowed="from 50ms to 60000ms")
    return found


def hold_time(value: Any) -> int:
    """A BGP hold time: RFC 4271 (4.2) allows 0 or at least 3 seconds; 0 turns detection off."""
    found = seconds(value)
    if not 3 <= found <= 65535:
        raise Fault("IN023", f"{shown(value)} is out of range", allowed="from 3s to 65535s")
    return found


def keepalive_time(value: Any) -> int:
    """Seconds between keepalives, from 1 to a third of the longest hold time."""
    found = seconds(value)
    if not 1 <= found <= 21845:
        raise Fault("IN023", f"{shown(value)} is out of range", allowed="from 1s to 21845s")
    return found


def seconds(value: Any) -> int:
    """A time of ``3s`` or ``3000ms``; a bare number is in seconds. Whole seconds only."""
    found = _time(value, bare=1000, unit="s")
    if found % 1000:
        raise Fault(
            "IN026",
            f"{shown(value)} is not a whole number of seconds",
            allowed="BGP counts in whole seconds: 3s",
        )
    return found // 1000


def _time(value: Any, *, bare: int, unit: str) -> int:
    """A time in milliseconds."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value * bare
    match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        example = "300ms" if unit == "ms" else "3s"
        raise Fault(
            "IN026",
            f"{shown(value)} is not a time",
            allowed=f"a time is written {example}",
            mend=f"without a unit it is in {unit}",
        )
    return int(match.group(1)) * (1000 if match.group(2) == "s" else 1)


def kubernetes_version(value: Any) -> str:
    """A release of Kubernetes: ``1.34`` or ``1.34.2``."""
    found = text(value).removeprefix("v")
    if not re.fullmatch(r"1\.[0-9]{1,3}(\.[0-9]{1,3})?", found):
        raise Fault(
            "IN026",
            f"{shown(value)} is not a release of Kubernetes",
            allowed='a release is written "1.34" or "1.34.2"',
        )
    return found


def host(value: Any) -> str:
    """An address, or a host name as RFC 1123 (2.1) has it."""
    found = text(value)
    try:
        if "%" not in found:
            return str(ip_address(found))
    except ValueError:
        pass
    labels = found.split(".")
    if labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise Fault(
            "IN026",
            f"{shown(found)} is no address and no host name",
            allowed="letters, digits, dots and hyphens: ntp1.example.net, or 192.0.2.123",
        )
    return found


def word(value: Any) -> str:
    """A word of a configuration: a login name, a role."""
    found = text(value)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", found):
        raise Fault(
            "IN026",
            f"{shown(found)} is not one word",
            allowed="letters, digits, underscores, dots and hyphens; a letter first",
        )
    return found
