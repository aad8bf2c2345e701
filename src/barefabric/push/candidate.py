"""Make a configuration file ready for the way a driver sends it."""

import re
from collections.abc import Iterator

HEREDOCS = ("banner login", "banner motd", "protocol https certificate")


_PLACE = re.compile(r"#\s*(/\S+)")


def place_of(text: str) -> str:
    """The path on the switch that a file's first line names (``# /etc/frr/daemons``), or empty."""
    found = _PLACE.match(text)
    return found[1] if found else ""


def prepare(driver: str, text: str) -> str:
    """The text as the driver should get it. Only EOS needs a change, see :func:`eos_commands`."""
    return "\n".join(eos_commands(text)) + "\n" if driver == "eos" else text


def eos_commands(text: str) -> Iterator[str]:
    """EOS commands with the end of each block said by ``exit``; comments and blanks left out.

    NAPALM's driver strips indentation and ``!`` (eos.py, _load_config), and eAPI takes each command
    in the mode the last one left it in, without completing it. ``vlan 10`` after ``router bgp``
    would be an EVPN instance there, ``router bfd`` an incomplete ``router-id``.
    """
    depths = [0]
    lines = iter(text.splitlines())
    for line in lines:
        body = line.strip()
        if not body or (body.startswith("!") and not body.startswith("!!")):
            continue
        depth = len(line) - len(line.lstrip())
        if depth > depths[-1]:
            depths.append(depth)
        while depth < depths[-1]:
            depths.pop()
            yield "exit"
        yield body
        if body in HEREDOCS:
            yield from _heredoc(lines, 2 if body == HEREDOCS[-1] else 1)


def _heredoc(lines: Iterator[str], ends: int) -> Iterator[str]:
    """Free text as it stands, up to the given number of ``EOF`` lines."""
    for line in lines:
        yield line
        ends -= line.strip() == "EOF"
        if not ends:
            return
