"""Small texts: folded names, EOS commands, frr-reload's output, words for exceptions, ages."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest

from barefabric.push.answers import FailureKind
from barefabric.push.candidate import prepare
from barefabric.push.faults import explain, out_of_reach
from barefabric.push.fold import fold
from barefabric.push.frr_reload import as_diff
from barefabric.push.receipts import Proof, age


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        ([], []),
        (["border1", "border2"], ["border1", "border2"]),
        ([f"spine{n}" for n in range(1, 65)], ["spine[1-64]"]),
        ([f"r{n}-leaf1" for n in (1, 2, 3, 5)], ["r[1-3]-leaf1", "r5-leaf1"]),
        ([f"r{n:02}-leaf2" for n in range(8, 13)], ["r[08-12]-leaf2"]),
        ([f"r{n:02}-leaf2" for n in range(97, 103)], ["r[97-102]-leaf2"]),
        ([f"r{n:02}-l" for n in range(9, 103)], ["r[09-99]-l", "r[100-102]-l"]),
        (
            [f"p{p}r{r:02}-leaf1" for p in (1, 2) for r in range(1, 25)],
            ["p1r[01-24]-leaf1", "p2r[01-24]-leaf1"],
        ),
        (["core", "edge-a", "edge-b"], ["core", "edge-a", "edge-b"]),
    ],
)
def test_names_fold_into_ranges(names: list[str], folded: list[str]) -> None:
    assert fold(names) == folded


def test_eos_commands_say_where_blocks_end() -> None:
    text = """\
! header
hostname x
!
router bgp 1
   router-id 1.1.1.1
   !
   !! kept
   address-family ipv4
      neighbor A activate
   !
   vrf RED
      rd 1:1
!
vlan 10

banner motd
  spaced   text

! not a comment
EOF
interface Ethernet1
   shutdown
end
"""
    assert prepare("eos", text).splitlines() == [
        "hostname x",
        "router bgp 1",
        "router-id 1.1.1.1",
        "!! kept",
        "address-family ipv4",
        "neighbor A activate",
        "exit",
        "vrf RED",
        "rd 1:1",
        "exit",
        "exit",
        "vlan 10",
        "banner motd",
        "  spaced   text",
        "",
        "! not a comment",
        "EOF",
        "interface Ethernet1",
        "shutdown",
        "exit",
        "end",
    ]
    assert prepare("frr", text) == text


RELOAD = """
Lines To Delete
===============
ip forwarding
no ip prefix-list OLD seq 5 permit any
router bgp 65101
 no neighbor FAB password old
no router bgp 65102

Lines To Add
============
router bgp 65101
 no bgp default ipv4-unicast
router bgp 65101
 neighbor FAB password new
router bgp 65101
 address-family ipv4 unicast
  network 10.255.1.2/32
route-map X permit 10
route-map X permit 10
 set weight 0
no ip prefix-list DEFAULT seq 10 permit 0.0.0.0/0
"""


def test_frr_reload_is_laid_out_as_a_diff() -> None:
    candidate = "router bgp 65101\n no bgp default ipv4-unicast\n"
    assert as_diff(RELOAD, candidate).splitlines() == [
        "-no ip forwarding",
        "-ip prefix-list OLD seq 5 permit any",
        "-router bgp 65102",
        "-ip prefix-list DEFAULT seq 10 permit 0.0.0.0/0",
        " router bgp 65101",
        "- neighbor FAB password old",
        "+ no bgp default ipv4-unicast",
        "+ neighbor FAB password new",
        "  address-family ipv4 unicast",
        "+  network 10.255.1.2/32",
        "+route-map X permit 10",
        "+ set weight 0",
    ]
    assert as_diff("\n", "") == ""


class ConnectAuthError(Exception):
    """Named like NAPALM's."""


class NetmikoTimeoutException(Exception):  # noqa: N818 - netmiko's name
    """Named like netmiko's."""


class ReplaceConfigException(Exception):  # noqa: N818 - NAPALM's name
    """Named like NAPALM's."""


def caused_by(outer: Exception, inner: Exception) -> Exception:
    """An exception raised because of another."""
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("fault", "kind", "detail"),
    [
        (caused_by(RuntimeError("x"), TimeoutError()), FailureKind.UNREACHABLE, "timed out"),
        (NetmikoTimeoutException("long text"), FailureKind.UNREACHABLE, "timed out"),
        (ConnectionRefusedError(111, "x"), FailureKind.UNREACHABLE, "connection refused"),
        (OSError(113, "No route to host"), FailureKind.UNREACHABLE, "no route to host"),
        (ConnectAuthError("no"), FailureKind.LOGIN, "user name or password"),
        (RuntimeError("Unauthorized. Bad password"), FailureKind.LOGIN, "Bad password"),
        (ValueError("odd\n thing"), FailureKind.DRIVER, "odd thing"),
        (KeyError(), FailureKind.DRIVER, "KeyError"),
    ],
)
def test_exceptions_become_words(fault: Exception, kind: FailureKind, detail: str) -> None:
    failure = explain(fault, "")
    assert (failure.kind, failure.detail) == (kind, detail)


def test_a_refused_line_is_found_in_the_file() -> None:
    text = "Error [1002]: CLI command 6 of 9 'mtu 99' failed: invalid command "
    text += "[errors: [\"Invalid input (at token 1: '99')\"]]"
    failure = explain(ReplaceConfigException(text), "interface Ethernet1\n   mtu 99\n")
    assert failure.kind is FailureKind.REFUSED
    assert (failure.command, failure.line) == ("mtu 99", 2)
    assert failure.detail == "Invalid input (at token 1: '99')"
    assert explain(ReplaceConfigException(text), "mtu 99\nmtu 99\n").line == 0
    frr = explain(ReplaceConfigException("line 3: % Unknown command[4]: router bgp x"), "")
    assert (frr.line, frr.command, frr.detail) == (3, "router bgp x", "unknown command")
    assert explain(ReplaceConfigException("who knows"), "").detail == "who knows"


def test_a_certificate_that_is_not_trusted_is_said() -> None:
    fault = ssl.SSLCertVerificationError(1, "certificate verify failed")
    fault.verify_message = "self-signed certificate"
    assert out_of_reach(fault) == "TLS certificate: self-signed certificate"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-90, "just now"),
        (59, "just now"),
        (190, "3 min ago"),
        (7199, "119 min ago"),
        (7200, "2 h ago"),
        (47 * 3600, "47 h ago"),
        (49 * 3600, "2 days ago"),
    ],
)
def test_ages(seconds: int, text: str) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    assert age(Proof(when=now - timedelta(seconds=seconds)), now) == text
