"""Whose answer is whose when several callers share one serial line."""

import json
from typing import Any

from barefabric.lab.uml.switchboard import Letter, Switchboard


def line(**value: Any) -> bytes:
    return json.dumps(value).encode()


def read(letters: list[Letter]) -> list[tuple[int, dict[str, Any]]]:
    return [(letter.caller, json.loads(letter.line)) for letter in letters]


def opened(*callers: int) -> Switchboard:
    board = Switchboard()
    board.hear(line(id=0, event="ready"))
    for caller in callers:
        board.join(caller)
    return board


def test_two_callers_with_the_same_number_get_their_own_answers() -> None:
    board = opened(5, 6)
    (first,), _ = board.ask(5, line(id=1, do="status"))
    (second,), _ = board.ask(6, line(id=1, do="facts"))
    one, two = json.loads(first), json.loads(second)
    assert one["id"] != two["id"]
    assert (one["do"], two["do"]) == ("status", "facts")
    assert read(board.hear(line(id=two["id"], result=2))[1]) == [(6, {"id": 1, "result": 2})]
    assert read(board.hear(line(id=one["id"], result=1))[1]) == [(5, {"id": 1, "result": 1})]


def test_progress_of_a_request_comes_before_its_answer_and_the_answer_ends_it() -> None:
    board = opened(5)
    (asked,), _ = board.ask(5, line(id=4, do="facts"))
    number = json.loads(asked)["id"]
    assert read(board.hear(line(id=number, event="progress"))[1]) == [
        (5, {"id": 4, "event": "progress"})
    ]
    assert read(board.hear(line(id=number, result={}))[1]) == [(5, {"id": 4, "result": {}})]
    assert board.hear(line(id=number, result={}))[1] == []


def test_nothing_is_written_before_the_lab_has_spoken() -> None:
    board = Switchboard()
    board.join(5)
    assert board.ask(5, line(id=1, do="status")) == ([], [])
    released, letters = board.hear(line(id=0, event="progress", what="hosts"))
    assert [json.loads(text)["do"] for text in released] == ["status"]
    assert read(letters) == [(5, {"id": 0, "event": "progress", "what": "hosts"})]
    assert board.hear(line(id=0, event="ready"))[0] == []


def test_who_comes_late_hears_what_has_happened_but_not_all_progress() -> None:
    board = Switchboard()
    for number in range(3):
        board.hear(line(id=0, event="progress", done=number))
    assert [said["done"] for _, said in read(board.join(5))] == [2]
    board.hear(line(id=0, event="ready"))
    assert [said["event"] for _, said in read(board.join(6))] == ["ready"]


def test_what_the_kernel_cries_is_nobodys() -> None:
    board = opened(5)
    for cry in (b"Kernel panic - not syncing", b"[1,2]", b"{broken", b"\xff\xfe"):
        assert board.hear(cry) == ([], [])


def test_a_caller_that_is_gone_gets_nothing() -> None:
    board = opened(5)
    (asked,), _ = board.ask(5, line(id=1, do="status"))
    board.leave(5)
    assert board.hear(line(id=json.loads(asked)["id"], result={}))[1] == []


def test_a_line_that_is_no_request_is_answered_so() -> None:
    board = opened(5)
    out, letters = board.ask(5, b"hello")
    assert out == []
    assert "not a request" in read(letters)[0][1]["error"]


def test_who_holds_the_lab_ends_it_by_leaving() -> None:
    board = opened(5, 6)
    out, letters = board.ask(5, line(id=3, do="hold"))
    assert out == []
    assert read(letters) == [(5, {"id": 3, "result": {}})]
    board.leave(6)
    assert not board.ended
    board.leave(5)
    assert board.ended
