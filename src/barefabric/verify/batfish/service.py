"""The one module that talks to Batfish: finds a service, gives it snapshots, asks questions.

Rows come back as plain dictionaries, as the service's JSON has them (pybatfish's own data frames
are not used). Questions: https://batfish.readthedocs.io/en/latest/questions.html.
"""

import logging
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self
from uuid import uuid4

from barefabric.errors import Diagnostic, OutsideError, UsageError
from barefabric.verify.batfish.snapshot import Snapshot

PORT = 9996
"""The port that a Batfish service listens on unless told otherwise."""
PATIENCE = 600
"""Seconds that one answer may take."""

Row = Mapping[str, Any]


class Address(NamedTuple):
    """Where a service is, and who said so (empty where nobody did)."""

    host: str
    port: int
    said_by: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def address(option: str, environment: Mapping[str, str]) -> Address:
    """The service to use: the option, ``BATFISH_HOST``, or this machine.

    Raises BF001 for text that is no ``HOST[:PORT]``.
    """
    for text, said_by in (
        (option, "--batfish"),
        (environment.get("BATFISH_HOST", ""), "BATFISH_HOST"),
    ):
        if text:
            host, colon, port = text.rpartition(":") if ":" in text else (text, "", "")
            if not host or (colon and not port.isdecimal()):
                raise UsageError(
                    [Diagnostic("BF001", f"{said_by} is {text!r}", allowed="HOST or HOST:PORT")]
                )
            return Address(host, int(port) if port else PORT, said_by)
    return Address("localhost", PORT)


def answers(where: Address, seconds: float = 0.5) -> bool:
    """Whether anything listens there."""
    try:
        with socket.create_connection((where.host, where.port), seconds):
            return True
    except OSError:
        return False


class Flow(NamedTuple):
    """Packets to ask about: from a device (not a port of it), between two addresses."""

    node: str
    source: str
    target: str


class Service:
    """A connection to a Batfish service, with a network of its own there while it is open.

    Several runs may share a service, so each has a network that no other has.
    """

    def __init__(self, where: Address) -> None:
        """Connect. Raises BF002 where pybatfish is missing or nothing of the kind answers."""
        self.where = where
        self._session: Any = _session(where)
        self._network = f"barefabric-{uuid4().hex[:12]}"
        self._do(lambda: self._session.set_network(self._network))
        versions = self._do(self._session.get_component_versions)
        self.version = str(versions.get("Batfish", "unknown"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OutsideError):  # what went wrong before is what the user must read
            self._do(lambda: self._session.delete_network(self._network))

    def load(self, snapshot: Snapshot, name: str) -> None:
        """Give the service a snapshot; it replaces one of the same name."""
        with TemporaryDirectory(prefix="barefabric-") as folder:
            snapshot.write(Path(folder) / name)
            self._do(
                lambda: self._session.init_snapshot(
                    str(Path(folder) / name), name=name, overwrite=True
                )
            )

    def fork(
        self, name: str, of: str, nodes: Sequence[str], ports: Iterable[tuple[str, str]]
    ) -> None:
        """A copy of a snapshot in which devices and ports are down."""
        from pybatfish.datamodel import Interface

        down = [Interface(hostname=node, interface=port) for node, port in ports]
        self._do(
            lambda: self._session.fork_snapshot(
                of, name, overwrite=True, deactivate_nodes=list(nodes), deactivate_interfaces=down
            )
        )

    def drop(self, name: str) -> None:
        """Forget a snapshot."""
        self._do(lambda: self._session.delete_snapshot(name))

    def ask(self, question: str, snapshot: str, **parameters: Any) -> list[Row]:
        """The rows of an answer."""
        make = getattr(self._session.q, question)
        answer = self._do(lambda: make(**parameters).answer(snapshot=snapshot))
        rows: list[Row] = answer["answerElements"][0].get("rows", [])
        return rows

    def flows(self, snapshot: str, flow: Flow, *, failing: bool) -> list[Row]:
        """Packets of a flow that do not arrive, or those that do."""
        from pybatfish.datamodel.flow import HeaderConstraints, PathConstraints

        return self.ask(
            "reachability",
            snapshot,
            pathConstraints=PathConstraints(startLocation=flow.node),
            headers=HeaderConstraints(srcIps=flow.source, dstIps=flow.target),
            actions="failure" if failing else "success",
        )

    def routes_through(
        self,
        snapshot: str,
        nodes: Sequence[str],
        policy: str,
        prefixes: Sequence[str],
        *,
        inside: bool,
    ) -> list[Row]:
        """Routes that a policy permits, out of those inside the prefixes (or outside of all).

        Prefixes are written ``10.0.0.0/8:24-32``, the lengths being optional.
        """
        from pybatfish.datamodel.route import BgpRouteConstraints

        constraints = BgpRouteConstraints(prefix=list(prefixes), complementPrefix=not inside)
        return self.ask(
            "searchRoutePolicies",
            snapshot,
            nodes=",".join(nodes),
            policies=policy,
            action="permit",
            inputConstraints=constraints,
        )

    def marked_through(
        self,
        snapshot: str,
        nodes: Sequence[str],
        policies: Sequence[str],
        community: str,
        action: str,
    ) -> list[Row]:
        """Routes that policies permit (or ``deny``) and that have a community afterwards.

        ``!`` before the community means that they have it not; empty means any route.
        """
        from pybatfish.datamodel.route import BgpRouteConstraints

        after = BgpRouteConstraints(communities=[community]) if community else None
        return self.ask(
            "searchRoutePolicies",
            snapshot,
            nodes=",".join(nodes),
            policies=f"/^({'|'.join(policies)})$/",
            action=action,
            **({"outputConstraints": after} if after else {}),
        )

    def _do(self, act: Any) -> Any:
        from pybatfish.exception import BatfishException
        from requests import RequestException

        try:
            return act()
        except (BatfishException, RequestException) as fault:
            raise OutsideError(
                [Diagnostic("BF003", f"Batfish at {self.where} gave up: {_first_line(fault)}")]
            ) from fault


def _session(where: Address) -> Any:
    try:
        from pybatfish.client.session import Session
        from requests import RequestException
    except ImportError as fault:
        raise OutsideError(
            [
                Diagnostic(
                    "BF002", "pybatfish is not installed", mend="pip install 'barefabric[batfish]'"
                )
            ]
        ) from fault
    logging.getLogger("pybatfish").setLevel(logging.ERROR)
    try:
        return Session(host=where.host, port=where.port, timeout=PATIENCE)
    except (RequestException, ValueError) as fault:
        raise OutsideError(
            [
                Diagnostic(
                    "BF002",
                    f"what answers at {where} is no Batfish service",
                    mend="--batfish HOST:PORT names the right one",
                )
            ]
        ) from fault


def _first_line(fault: Exception) -> str:
    return str(fault).strip().partition("\n")[0][:200]
