"""Whether what answers at a port is Batfish."""

import json
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple

LOOPBACK = "127.0.0.1"
VERSION = "/v2/version"
"""Path of the versions in Batfish's REST interface (its WorkMgrServiceV2); what pybatfish asks."""


class Answer(NamedTuple):
    """``reached`` says that something took the connection, ``version`` that it is Batfish."""

    reached: bool
    version: str = ""


def probe(port: int, seconds: float = 2.0) -> Answer:
    """Ask what listens on a port of this machine. No proxy is used, whatever is set."""
    connection = HTTPConnection(LOOPBACK, port, timeout=seconds)
    reached = False
    try:
        connection.connect()
        reached = True
        connection.request("GET", VERSION)
        answer = connection.getresponse()
        document = json.loads(answer.read(65536)) if answer.status == 200 else {}
    except (OSError, HTTPException, ValueError):
        return Answer(reached)
    finally:
        connection.close()
    version = document.get("Batfish", "") if isinstance(document, dict) else ""
    return Answer(reached, str(version))
