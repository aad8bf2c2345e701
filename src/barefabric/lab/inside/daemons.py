"""Asking routing daemons for their state: FRR and BIRD by their sockets, GoBGP by its client."""

import json
import os
import socket
from pathlib import Path
from typing import Any

from barefabric.lab.inside.hosts import Place, Places
from barefabric.lab.types import Host, Part

SECONDS = 20
"""How long a daemon may take to answer."""


class SilentError(Exception):
    """A daemon did not answer; the text says which and why."""


def _connect(path: Path) -> socket.socket:
    """Connect to a socket, whose path may be longer than the 108 bytes of ``sun_path``."""
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(SECONDS)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        client.connect(f"/proc/self/fd/{folder}/{path.name}")
    except OSError as fault:
        client.close()
        raise SilentError(f"{path.stem} does not answer: {fault.strerror or fault}") from fault
    finally:
        os.close(folder)
    return client


def frr(place: Place, daemon: str, command: str) -> str:
    """The answer of an FRR daemon to a command, by its vty socket.

    A command ends with a zero byte, an answer with three and the result (``lib/vty.c``).
    """
    with _connect(place.folder / "run" / "frr" / f"{daemon}.vty") as client:
        text = ""
        for words in ("enable", command):
            client.sendall(words.encode() + b"\0")
            raw = bytearray()
            while len(raw) < 4 or raw[-4:-1] != b"\0\0\0":
                try:
                    more = client.recv(1 << 16)
                except TimeoutError as fault:
                    raise SilentError(f"{daemon} does not answer") from fault
                if not more:
                    raise SilentError(f"{daemon} closed the connection")
                raw += more
            text = raw[:-4].decode(errors="replace")
    return text


def frr_json(place: Place, daemon: str, command: str) -> Any:
    """The same, for commands that answer in JSON."""
    text = frr(place, daemon, f"{command} json")
    try:
        return json.loads(text or "{}")
    except ValueError as fault:
        raise SilentError(f"{daemon}: {command}: {text.strip()[:200]}") from fault


def bird(place: Place, command: str) -> list[str]:
    """The lines of BIRD's answer to a command, without their codes (``doc/reply_codes``)."""
    with _connect(place.folder / "run" / "bird" / "bird.ctl") as client:
        stream = client.makefile("rw", encoding="utf-8", errors="replace")
        stream.readline()
        stream.write(f"{command}\n")
        stream.flush()
        lines = []
        while line := stream.readline():
            code, text = line[:5], line[5:] if line[:4].isdigit() else line[1:]
            lines.append(text.rstrip("\n"))
            if code[:4].isdigit() and code[4:] in (" ", "\n") and code[0] in "089":
                return lines
    raise SilentError("bird closed the connection")


def sessions(places: Places, host: Host, part: Part, place: Place) -> list[dict[str, Any]]:
    """BGP sessions of a part: ``peer`` (interface or address), ``state``, and what is said."""
    if part.daemon == "frr":
        return _frr_sessions(place)
    if part.daemon == "bird":
        return _bird_sessions(place)
    if part.daemon == "gobgp":
        return _gobgp_sessions(places, host, part)
    return []


def _frr_sessions(place: Place) -> list[dict[str, Any]]:
    found = []
    for peer, told in frr_json(place, "bgpd", "show bgp neighbors").items():
        if not isinstance(told, dict):
            continue
        bfd = told.get("peerBfdInfo") or {}
        families = told.get("addressFamilyInfo") or {}
        found.append(
            {
                "peer": peer,
                "state": told.get("bgpState", ""),
                "asn": told.get("remoteAs", 0),
                "bfd": bfd.get("status", ""),
                "accepted": sum(f.get("acceptedPrefixCounter", 0) for f in families.values()),
                "sent": sum(f.get("sentPrefixCounter", 0) for f in families.values()),
                "dropped": told.get("connectionsDropped", 0),
                "why": told.get("lastResetDueTo", ""),
                "over": told.get("prefixesConfigExceedMax", ""),
            }
        )
    return found


def _bird_sessions(place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    current: dict[str, Any] | None = None
    for line in bird(place, "show protocols all"):
        words = line.split()
        if line[:1].strip() and len(words) > 1:
            current = {"peer": "", "state": "", "asn": 0, "bfd": "", "why": ""}
            if words[1] == "BGP":
                found.append(current)
        elif current is not None and len(words) > 2:
            key, value = " ".join(words[:2]), words[2]
            if key == "BGP state:":
                current["state"] = value
            elif key == "Neighbor address:":
                current["peer"] = value
            elif key == "Neighbor AS:":
                current["asn"] = int(value)
            elif key == "Last error:":
                current["why"] = " ".join(words[2:])
    alive = {told["peer"]: told["status"] for told in _bird_bfd(place)}
    return [{**session, "bfd": alive.get(session["peer"], "")} for session in found]


def _gobgp_sessions(places: Places, host: Host, part: Part) -> list[dict[str, Any]]:
    where = f"{host.name}/{part.name}" if part.name else host.name
    done = places.run(where, _gobgp(part, "neighbor"), seconds=SECONDS)
    if done.returncode:
        raise SilentError(f"gobgpd does not answer: {done.stderr.strip()[:200]}")
    states = {6: "Established", 5: "OpenConfirm", 4: "OpenSent", 3: "Active", 2: "Connect"}
    return [
        {
            "peer": told["state"]["neighbor_address"],
            "state": states.get(told["state"].get("session_state", 0), "Idle"),
            "asn": told["state"].get("peer_asn", 0),
            "bfd": None,
            "why": "",
        }
        for told in json.loads(done.stdout or "[]")
    ]


def bfd(part: Part, place: Place) -> list[dict[str, Any]]:
    """BFD sessions of a part: ``peer``, ``interface``, ``status`` in small letters."""
    if part.daemon == "frr":
        return [
            {
                "peer": told.get("peer", ""),
                "interface": told.get("interface", ""),
                "status": told.get("status", ""),
            }
            for told in frr_json(place, "bfdd", "show bfd peers")
        ]
    if part.daemon == "bird":
        return _bird_bfd(place)
    return []


def _bird_bfd(place: Place) -> list[dict[str, Any]]:
    found = []
    for line in bird(place, "show bfd sessions"):
        words = line.split()
        if len(words) > 2 and words[0][:1].isdigit():
            told = {"peer": words[0], "interface": words[1], "status": words[2].lower()}
            found.append(told)
    return found


def received(places: Places, host: Host, part: Part) -> list[str]:
    """Prefixes that a speaker without a forwarding table of its own has heard (GoBGP)."""
    where = f"{host.name}/{part.name}" if part.name else host.name
    found: list[str] = []
    for family in ("ipv4", "ipv6"):
        done = places.run(where, _gobgp(part, "global", "rib", "-a", family), seconds=SECONDS)
        if done.returncode:
            raise SilentError(f"gobgpd does not answer: {done.stderr.strip()[:200]}")
        table = json.loads(done.stdout or "{}")
        found += [p for p, paths in table.items() if any(not _own(path) for path in paths)]
    return found


def _gobgp(part: Part, *words: str) -> tuple[str, ...]:
    """GoBGP's client, for the daemon of this part: each listens at a port of its own."""
    port = part.programs[0].argv[-1].rpartition(":")[2]
    return ("gobgp", "-j", "-p", port, *words)


def _own(path: dict[str, Any]) -> bool:
    """Whether a path was put in by hand: its next hop is nobody's."""
    source = path.get("source-id") or path.get("neighbor-ip") or ""
    return source in ("", "<nil>")
