"""Dry runs through NAPALM's own eos driver, against eAPI endpoints on loopback."""

import datetime as dt
import logging
import re
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from push_lab import LOGIN, SECRET, Lab

from barefabric.errors import FabricError, UsageError
from barefabric.push.answers import Basis, FailureKind
from barefabric.push.document import document
from barefabric.push.report import render


def closed_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def everything_said(result: Any) -> str:
    """All a run can print."""
    return render(result, diff=True) + str(document(result, diff=True)) + repr(result)


def test_a_switch_that_runs_the_build_has_no_diff(lab: Lab) -> None:
    switch = lab.serve("r1-leaf1")
    result = lab.run()
    assert result.diffs["r1-leaf1"].basis is Basis.DEVICE
    assert (result.diffs["r1-leaf1"].diff.text, result.unchanged) == ("", ["r1-leaf1"])
    assert (result.plan.waves, result.failures) == ((), [])
    assert "nothing to do   1 switch runs this build" in render(result)
    assert len(switch.aborted) == 1


def test_the_diff_is_the_one_the_switch_computes(lab: Lab) -> None:
    running = lab.filled("r1-leaf1").replace("description spine1", "description by hand")
    before = lab.serve("r1-leaf1", running)
    text = before.running.text()
    result = lab.run()
    diff = result.diffs["r1-leaf1"].diff
    assert (diff.added, diff.removed) == (1, 1)
    lines = diff.text.splitlines()
    assert re.fullmatch(r"@@ -\d+,7 \+\d+,7 @@", lines[0])
    assert [line for line in lines if line[0] in "+-"] == [
        "-   description by hand",
        "+   description spine1",
    ]
    assert before.running.text() == text, "nothing was changed"
    assert before.sessions == {}
    assert not any("commit" in command or "write" in command for command in before.log)


def test_several_switches_are_asked_and_planned_in_waves(lab: Lab) -> None:
    for name in lab.design.switches:
        lab.serve(name, lab.filled(name).replace("mtu 9214", "mtu 9000"))
    done: list[tuple[int, int]] = []
    result = lab.run(only=(), workers=3, progress=lambda n, of, _: done.append((n, of)))
    assert sorted(done) == [(n, 10) for n in range(1, 11)]
    assert [step.switch for wave in result.plan.waves for step in wave.steps][:2] == [
        "r3-leaf2",
        "r1-leaf1",
    ]
    assert all(server.switch.sessions == {} for server in lab.servers.values())


def test_at_most_so_many_switches_are_asked_at_a_time(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading
    import time

    from barefabric.push import candidates, napalm

    active, most = 0, 0
    lock = threading.Lock()

    def counting(question: napalm.Question) -> napalm.Reply:
        nonlocal active, most
        with lock:
            active += 1
            most = max(most, active)
        time.sleep(0.02)
        with lock:
            active -= 1
        return napalm.Reply("")

    monkeypatch.setattr(candidates, "ask", counting)
    lab.run(only=(), workers=4, targets=())
    assert most == 4


@pytest.mark.parametrize("password", ["Kn0tted-1", "pass word"])
def test_a_wrong_password_is_named_and_nothing_is_loaded(lab: Lab, password: str) -> None:
    switch = lab.serve("r1-leaf1")
    lab.environ["FABRIC_PASSWORD"] = password
    result = lab.run()
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, failure.code, result.exit_status) == (FailureKind.LOGIN, "PU021", 3)
    assert "Bad username/password combination" in failure.detail
    assert switch.log == []
    assert password not in everything_said(result)


def test_a_switch_that_is_not_there_is_named_and_the_plan_still_printed(lab: Lab) -> None:
    lab.serve("r1-leaf1", lab.filled("r1-leaf1").replace("mtu 9214", "mtu 9000"))
    port = closed_port()
    targets = (*lab.targets(), f"border2=127.0.0.1:{port}")
    result = lab.run(only=("r1-leaf1", "border2"), targets=targets)
    assert result.exit_status == 3
    text = render(result)
    assert "not reachable   border2 (127.0.0.1: connection refused)" in text
    assert "the push would stop before wave 1" in text
    assert re.search(r"^  1     r1-leaf1 .* \+1 -1$", text, re.MULTILINE)
    assert [f["code"] for f in document(result)["failures"]] == ["PU020"]


def test_a_switch_that_does_not_answer_in_time_is_named(lab: Lab) -> None:
    switch = lab.serve("r1-leaf1")
    switch.delay["show version"] = 1.5
    failure = lab.run(timeout=0.3).diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, failure.detail) == (FailureKind.UNREACHABLE, "timed out")
    assert failure.leftover == "", "nothing was loaded, so nothing can be left"


def test_a_session_that_could_not_be_taken_back_is_said(lab: Lab) -> None:
    switch = lab.serve("r1-leaf1")
    switch.delay["router bgp"] = 1.2
    result = lab.run(timeout=0.3)
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert failure.kind is FailureKind.UNREACHABLE
    assert re.fullmatch(r"configure session napalm_\d+ abort", failure.leftover)
    assert f"left on the switch, PU026: {failure.leftover}" in render(result)


def test_a_connection_that_breaks_is_named(lab: Lab) -> None:
    lab.serve("r1-leaf1").drop.add("show session-config")
    result = lab.run()
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert failure.kind in {FailureKind.UNREACHABLE, FailureKind.DRIVER}
    assert lab.servers["r1-leaf1"].switch.sessions == {}


def test_something_else_on_the_port_is_named(lab: Lab) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    targets = (f"r1-leaf1=127.0.0.1:{server.server_address[1]}",)
    result = lab.run(only=("r1-leaf1",), targets=targets)
    server.shutdown()
    server.server_close()
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert failure.detail == "something answers there, but no eAPI"


def test_a_line_the_switch_refuses_is_shown_with_its_place(lab: Lab) -> None:
    lab.write("r1-leaf1", lab.config("r1-leaf1").replace("mtu 9214", "mtu 99999"))
    switch = lab.serve("r1-leaf1", lab.filled("r2-leaf1"))
    result = lab.run()
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, failure.line, failure.command) == (FailureKind.REFUSED, 8, "mtu 99999")
    text = render(result)
    assert "config refused  r1-leaf1 (127.0.0.1: Invalid input (at token 1: '99999'))" in text
    assert "switches/r1-leaf1/startup-config:8   mtu 99999" in text
    assert (switch.sessions, len(switch.aborted)) == ({}, 1)


def test_a_refused_line_with_a_password_is_masked(lab: Lab) -> None:
    switch = lab.serve("r1-leaf1")
    switch.fail[r"neighbor SPINES password"] = f"Invalid input (at token 3: '{SECRET}')"
    result = lab.run()
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert failure.command == "neighbor SPINES password ${secret:fabric-bgp}"
    assert failure.line == 21
    assert SECRET not in everything_said(result)


def test_sessions_never_pile_up(lab: Lab) -> None:
    """EOS takes five pending sessions; a sixth run works only if each one was taken back."""
    lab.write("r1-leaf1", lab.config("r1-leaf1").replace("vlan 100", "vlan nonsense"))
    switch = lab.serve("r1-leaf1", lab.filled("r2-leaf1"))
    for _ in range(7):
        failure = lab.run().diffs["r1-leaf1"].failure
        assert failure is not None
        assert failure.kind is FailureKind.REFUSED
    assert len(switch.aborted) == 7


def test_another_session_on_the_switch_is_left_alone(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    from napalm.eos import eos

    clock = iter(range(0, 10_000, 5))
    fast = SimpleNamespace(time=lambda: next(clock), sleep=lambda _: None)
    monkeypatch.setattr(eos, "time", fast)
    switch = lab.serve("r1-leaf1")
    mine = switch.sessions["by-hand"] = switch.running
    result = lab.run()
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, failure.code, failure.leftover) == (FailureKind.LOCKED, "PU022", "")
    assert switch.sessions == {"by-hand": mine}


def test_secrets_are_masked_old_and_new_and_in_the_cipher_of_the_switch(lab: Lab) -> None:
    old = lab.filled("r1-leaf1").replace(SECRET, "old-Pa55word")
    switch = lab.serve("r1-leaf1", old)
    ciphers = re.findall(r"password 7 (\S+)", switch.running.text())
    result = lab.run()
    assert [
        line for line in result.diffs["r1-leaf1"].diff.text.splitlines() if line[0] in "+-"
    ] == [
        "-   neighbor SPINES password 7 <hidden>",
        "+   neighbor SPINES password 7 ${secret:fabric-bgp}",
    ]
    said = everything_said(result)
    for secret in (SECRET, LOGIN, "old-Pa55word", *ciphers, "$6$lab$"):
        assert secret not in said


def test_no_log_of_any_library_has_a_secret(
    lab: Lab, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    lab.serve("r1-leaf1", lab.filled("r1-leaf1").replace(SECRET, "old-Pa55word"))
    lab.serve("r1-leaf2").fail["router bgp"] = "no"
    lab.serve("r2-leaf1").drop.add("router bgp")
    for name in ("", "pyeapi", "pyeapi.eapilib", "napalm", "netmiko"):
        caplog.set_level(logging.DEBUG, name)
    lab.run()
    written = caplog.text + "".join(capfd.readouterr())
    assert SECRET not in written
    assert "Traceback" not in written
    assert logging.getLogger("pyeapi").propagate, "the loggers are as they were"
    assert logging.getLogger("pyeapi").level == logging.DEBUG


def test_without_secrets_all_other_lines_are_compared(lab: Lab) -> None:
    running = lab.filled("r1-leaf1").replace("mtu 9214", "mtu 9000").replace(SECRET, "old-Pa55word")
    switch = lab.serve("r1-leaf1", running)
    del lab.environ["LAB_BGP"]
    with pytest.raises(FabricError) as raised:
        lab.run()
    assert [d.code for d in raised.value.diagnostics] == ["PU002"]
    result = lab.run(secrets=False)
    diff = result.diffs["r1-leaf1"].diff
    assert (diff.added, diff.removed, diff.uncompared) == (1, 1, 2)
    assert "password" not in diff.text
    assert "not compared    2 lines that hold a secret" in render(result)
    assert not any("secret" in c or "password" in c for c in switch.log)


def test_everything_the_request_lacks_is_said_at_once(lab: Lab) -> None:
    lab.serve("r1-leaf1")
    lab.environ.clear()
    with pytest.raises(UsageError) as raised:
        lab.run(targets=("nonsense",))
    assert [d.code for d in raised.value.diagnostics] == ["PU007", "PU002"]
    with pytest.raises(FabricError) as raised_again:
        lab.run()
    assert [d.code for d in raised_again.value.diagnostics] == ["PU005", "PU002"]
    assert raised_again.value.exit_status == 1


def test_a_switch_not_in_the_fabric_is_refused(lab: Lab) -> None:
    with pytest.raises(UsageError) as raised:
        lab.run(only=("r1-leaf3",))
    (found,) = raised.value.diagnostics
    assert (found.code, raised.value.exit_status) == ("PU006", 2)
    assert found.mend.startswith('did you mean "r')


def test_a_build_without_a_switch_is_refused(lab: Lab) -> None:
    (lab.build / "switches" / "spine1" / "startup-config").unlink()
    with pytest.raises(FabricError) as raised:
        lab.run(only=())
    assert [d.code for d in raised.value.diagnostics] == ["PU008"]


def test_blocks_end_where_their_indentation_does(lab: Lab) -> None:
    """`vlan 100` after `router bgp` would be an EVPN instance, were the block not left first."""
    switch = lab.serve("r1-leaf1", "hostname new\n")
    result = lab.run()
    assert result.failures == []
    assert "+vlan 100" in result.diffs["r1-leaf1"].diff.text.splitlines()
    assert "+   name RACK" in result.diffs["r1-leaf1"].diff.text.splitlines()
    place = switch.log.index("vlan 100")
    assert switch.log[place - 1] == "exit"


def certificate(folder: Path) -> Path:
    """A self-signed certificate with its key, as a switch makes it for itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "r1-leaf1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    path = folder / "switch.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    return path


def test_https_with_a_self_signed_certificate_and_with_verification(
    lab: Lab, tmp_path: Path
) -> None:
    lab.serve("r1-leaf1", certificate=certificate(tmp_path))
    del lab.environ["FABRIC_TRANSPORT"]
    assert lab.run().unchanged == ["r1-leaf1"]
    (tmp_path / "targets.toml").write_text("[r1-leaf1]\nverify = true\n")
    failure = lab.run().diffs["r1-leaf1"].failure
    assert failure is not None
    assert "certificate" in failure.detail


def test_a_banner_and_an_unknown_transport(lab: Lab, tmp_path: Path) -> None:
    banner = "banner login\nno entry\n\n  keep out\nEOF\n"
    lab.write("r1-leaf1", lab.config("r1-leaf1").replace("end\n", "") + banner)
    lab.serve("r1-leaf1", lab.filled("r2-leaf1"))
    assert "+no entry\n+\n+keep out\n" in lab.run().diffs["r1-leaf1"].diff.text
    lab.environ["FABRIC_TRANSPORT"] = "pigeon"
    failure = lab.run().diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, failure.detail) == (FailureKind.DRIVER, "Unknown transport: pigeon")


def test_an_interrupted_run_takes_every_session_back_and_asks_no_more(lab: Lab) -> None:
    for name in lab.design.switches:
        lab.serve(name)

    def interrupt(done: int, of: int, name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        lab.run(only=(), workers=2, progress=interrupt)
    switches = [server.switch for server in lab.servers.values()]
    assert all(switch.sessions == {} for switch in switches)
    assert sum(bool(switch.log) for switch in switches) < len(switches)


def test_an_error_that_echoes_the_login_is_masked(lab: Lab) -> None:
    lab.serve("r1-leaf1").fail["show version"] = f"no entry for {LOGIN}"
    result = lab.run()
    failure = result.diffs["r1-leaf1"].failure
    assert failure is not None
    assert (failure.kind, "no entry for <password>" in failure.detail) == (FailureKind.DRIVER, True)
    assert LOGIN not in everything_said(result)
