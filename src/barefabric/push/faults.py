"""Name what went wrong on a switch, from the exceptions of NAPALM and the libraries below it.

Drivers raise exceptions of netmiko, paramiko, ncclient and pyeapi as they come, so the whole chain
of causes is looked at, by the names of the classes: none of these libraries is imported here.
"""

import json
import re
import socket
from collections.abc import Iterable, Iterator

from barefabric.push.answers import Failure, FailureKind

_LOGIN = {
    "ConnectAuthError",
    "AuthenticationException",
    "NetmikoAuthenticationException",
    "NetMikoAuthenticationException",
    "BadAuthenticationType",
}
_LOCKED = (FailureKind.LOCKED, "another configuration session is open on the switch")
_KNOWN = {
    "SessionLockedException": _LOCKED,
    "LockError": _LOCKED,
    "UnsupportedVersion": (FailureKind.DRIVER, "the driver is too new for the switch's version"),
}
_REFUSED = {"ReplaceConfigException", "MergeConfigException"}
# pyeapi puts eAPI's error 1002 into a sentence, with the results of all commands behind it.
_EAPI = re.compile(
    r"CLI command \d+ of \d+ '(?P<command>.*?)' failed: (?P<why>[^\[]*)(?:\[(?P<data>.*)\])?",
    re.DOTALL,
)
_EAPI_ERRORS = re.compile(r"errors: \[(?P<text>.*)\]", re.DOTALL)
# vtysh -C names the line, the fault and the command.
_VTYSH = re.compile(r"line (?P<line>\d+): % (?P<why>[^:\[]+)(?:\[\d+\])?: (?P<command>.*)")


def explain(fault: BaseException, config: str) -> Failure:
    """A failure in the user's words. ``config`` is searched for the line a switch refused."""
    chain = list(_chain(fault))
    names = {kind.__name__ for item in chain for kind in type(item).__mro__}
    if names & _REFUSED:
        return _refused(str(fault), config)
    text = " ".join(str(fault).split())
    for name, (kind, detail) in _KNOWN.items():
        if name in names:
            return Failure(kind, detail)
    if names & _LOGIN or text.startswith("Unauthorized"):
        return Failure(FailureKind.LOGIN, _said(text) or "user name or password")
    broken = _broken(chain)
    if broken:
        return Failure(FailureKind.UNREACHABLE, broken)
    return Failure(FailureKind.DRIVER, text or type(fault).__name__)


def _broken(chain: Iterable[BaseException]) -> str:
    """Why there is no connection, or none to a switch; empty where the fault is another."""
    for item in chain:
        if isinstance(item, json.JSONDecodeError):
            return "something answers there, but no eAPI"
        if isinstance(item, OSError) or "Timeout" in type(item).__name__:
            return out_of_reach(item)
    return ""


def out_of_reach(fault: BaseException) -> str:
    """Why a connection did not come about or broke, in two or three words."""
    if isinstance(fault, TimeoutError) or "Timeout" in type(fault).__name__:
        return "timed out"
    if isinstance(fault, socket.gaierror):
        return "the name is not known"
    if isinstance(fault, ConnectionRefusedError):
        return "connection refused"
    verify = getattr(fault, "verify_message", "")
    if verify:
        return f"TLS certificate: {verify}"
    reason = getattr(fault, "strerror", "") or str(fault)
    return reason[:1].lower() + reason[1:]


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """The exception and what it came from."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or fault.__context__


def _said(text: str) -> str:
    """The reason in pyeapi's "Unauthorized. <body>", if there is one."""
    return text.partition(". ")[2]


def _refused(text: str, config: str) -> Failure:
    """A line that the switch did not take, with its number in the file where it is there once."""
    if found := _EAPI.search(text):
        errors = _EAPI_ERRORS.search(found["data"] or "")
        why = errors["text"].strip("\"' ") if errors else found["why"].strip()
        return Failure(FailureKind.REFUSED, why, found["command"], _line(found["command"], config))
    if found := _VTYSH.search(text):
        command, why = found["command"].strip(), found["why"].strip()
        return Failure(FailureKind.REFUSED, why[:1].lower() + why[1:], command, int(found["line"]))
    return Failure(FailureKind.REFUSED, " ".join(text.split()))


def _line(command: str, config: str) -> int:
    """The number of the line that is this command; 0 where none or several are."""
    numbers = [n for n, line in enumerate(config.splitlines(), 1) if line.strip() == command]
    return numbers[0] if len(numbers) == 1 else 0
