"""What asking a switch guarantees whatever a driver does: it raises nothing, and takes back."""

import pytest

from barefabric.push import napalm
from barefabric.push.answers import FailureKind
from barefabric.push.napalm import Question, Reply
from barefabric.push.targets import Target


class Driver:
    """A driver that fails in the methods named, and counts what it was asked."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.calls: list[str] = []

    def _call(self, name: str) -> str:
        self.calls.append(name)
        if name in self.failing:
            raise ConnectionResetError(104, "Connection reset by peer")
        return "+line"

    def open(self) -> None:
        self._call("open")

    def load_replace_candidate(self, **_: str) -> None:
        self._call("load")

    def compare_config(self) -> str:
        return self._call("compare")

    def discard_config(self) -> None:
        self._call("discard")

    def close(self) -> None:
        self._call("close")


def ask(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> Reply:
    """Asks this driver, as if it were NAPALM's."""
    monkeypatch.setattr(napalm, "_device", lambda _: driver)
    monkeypatch.setattr(napalm, "_probe", lambda *_: None)
    return napalm.ask(Question("sw", "junos", Target("h"), "x\n", {}, 5, 5))


@pytest.mark.parametrize("failing", ["open", "load", "compare", "discard", "close"])
def test_discard_and_close_are_called_whatever_fails(
    failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = Driver(failing)
    reply = ask(driver, monkeypatch)
    assert driver.calls[-2:] == ["discard", "close"]
    assert (reply.failure is None) == (failing == "close")
    assert reply.diff == ("+line" if failing == "close" else "")


def test_a_candidate_that_may_be_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = ask(Driver("discard"), monkeypatch)
    assert reply.failure is not None
    assert (reply.failure.kind, reply.failure.leftover) == (
        FailureKind.DRIVER,
        "discard the candidate by hand",
    )
    reply = ask(Driver("compare", "discard"), monkeypatch)
    assert reply.failure is not None
    assert reply.failure.kind is FailureKind.UNREACHABLE
    assert reply.failure.leftover


def test_nothing_is_left_where_nothing_was_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    reply = ask(Driver("open", "discard"), monkeypatch)
    assert reply.failure is not None
    assert reply.failure.leftover == ""


def test_a_driver_nobody_has_is_a_failure_and_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(napalm, "_probe", lambda *_: None)
    reply = napalm.ask(Question("sw", "no-such-driver", Target("h"), "x\n", {}, 5, 5))
    assert reply.failure is not None
    assert reply.failure.kind is FailureKind.DRIVER


def test_a_question_does_not_show_its_candidate() -> None:
    question = Question("sw", "eos", Target("h", password="hunter2"), "hunter3", {}, 5, 5)
    assert "hunter" not in repr(question)
