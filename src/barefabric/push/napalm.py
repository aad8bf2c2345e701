"""Ask one switch what a build would change: load, compare, discard, whatever happens.

Nothing is committed here. The candidate is discarded and the connection closed on every way out.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from barefabric.push.answers import Failure, FailureKind
from barefabric.push.candidate import prepare
from barefabric.push.faults import explain, out_of_reach
from barefabric.push.targets import Target

OWN_DRIVERS = {"frr": ("barefabric.push.frr_driver", "FrrDriver")}
"""Drivers of this project, by network OS, for systems NAPALM has none for."""

LOCAL_TRANSPORTS = {"socket", "http_local"}


class Question(NamedTuple):
    """A candidate for one switch. ``config`` has its secrets filled in: it is never shown.

    ``others`` are the paths, on the switch, of the files beside the main one. ``timeout`` (seconds)
    holds for each request, ``connect_timeout`` for reaching the port.
    """

    switch: str
    driver: str
    target: Target
    config: str
    others: Mapping[str, str]
    timeout: float
    connect_timeout: float

    def __repr__(self) -> str:
        return f"Question({self.switch}, {self.driver}, {self.target})"


class Reply(NamedTuple):
    """The raw diff of a switch, not yet masked, or why there is none.

    ``others`` are the switch's own files beside the main one, as far as the driver reads them.
    """

    diff: str
    failure: Failure | None = None
    others: Mapping[str, str] = {}


def driver_name(nos: str, napalm_driver: str) -> str:
    """The driver for a network OS: NAPALM's where it has one, ours, or empty."""
    return napalm_driver or (nos if nos in OWN_DRIVERS else "")


def ask(question: Question) -> Reply:
    """Let a switch compare its running configuration with a candidate. Raises nothing.

    Follows NAPALM's contract: ``load_replace_candidate``, ``compare_config``, ``discard_config``
    (https://napalm.readthedocs.io/en/latest/base.html).
    """
    target = question.target
    if target.transport not in LOCAL_TRANSPORTS:
        fault = _probe(target.host, target.dial_port(question.driver), question.connect_timeout)
        if fault is not None:
            return Reply("", fault)
    try:
        device = _device(question)
    except Exception as fault:  # noqa: BLE001 - drivers raise what they like
        return Reply("", explain(fault, question.config))
    return _compare(device, question)


def _probe(host: str, port: int, timeout: float) -> Failure | None:
    """Whether the port answers, so that a dead switch costs seconds and not a driver's timeout."""
    try:
        socket.create_connection((host, port), timeout=timeout).close()
    except OSError as fault:
        return Failure(FailureKind.UNREACHABLE, out_of_reach(fault))
    return None


def _device(question: Question) -> Any:
    """An instance of the driver, not yet connected."""
    from importlib import import_module

    target = question.target
    if question.driver in OWN_DRIVERS:
        module, name = OWN_DRIVERS[question.driver]
        driver = getattr(import_module(module), name)
    else:
        from napalm import get_network_driver

        driver = get_network_driver(question.driver)
    options: dict[str, object] = {
        "transport": target.transport,
        "port": target.port,
        "key_file": target.key_file,
        "known_hosts": target.known_hosts,
        "enforce_verification": target.verify,
    }
    return driver(
        target.host,
        target.username,
        target.password,
        timeout=question.timeout,
        optional_args={key: value for key, value in options.items() if value},
    )


def _compare(device: Any, question: Question) -> Reply:
    """Open, load, compare; then discard and close, and say so where that failed."""
    diff, failure, loading = "", None, False
    others: dict[str, str] = {}
    try:
        device.open()
        loading = True
        device.load_replace_candidate(config=prepare(question.driver, question.config))
        diff = device.compare_config()
        if question.others and hasattr(device, "other_files"):
            others = device.other_files(question.others)
    except Exception as fault:  # noqa: BLE001 - drivers raise what they like
        failure = explain(fault, question.config)
    left = _take_back(device)
    locked = failure is not None and failure.kind is FailureKind.LOCKED
    if left and loading and not locked:
        failure = failure or Failure(FailureKind.DRIVER, "the candidate could not be discarded")
        failure = failure._replace(leftover=left)
    return Reply("", failure) if failure else Reply(diff, None, others)


def _take_back(device: Any) -> str:
    """Discard the candidate and close. Returns how to remove it by hand where that failed."""
    left = ""
    try:
        device.discard_config()
    except Exception:  # noqa: BLE001 - drivers raise what they like
        session = getattr(device, "config_session", None)
        left = f"configure session {session} abort" if session else "discard the candidate by hand"
    with suppress(Exception):  # the connection is of no more use
        device.close()
    return left
