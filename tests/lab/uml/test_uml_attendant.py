"""What the relay may have under way on the serial line."""

from barefabric.lab.uml.attendant import WINDOW, Window


def test_no_more_goes_out_than_the_line_can_hold() -> None:
    window = Window()
    window.add(b"x" * (3 * WINDOW))
    assert len(window.take()) == WINDOW
    assert window.take() == b""


def test_what_was_read_makes_room() -> None:
    window = Window()
    window.add(b"a" * WINDOW + b"b" * 100)
    window.take()
    window.read(b"60\n4")
    assert window.take() == b"b" * 60
    window.read(b"0\n")
    assert window.take() == b"b" * 40
    assert window.take() == b""


def test_the_window_holds_less_than_the_kernels_buffer() -> None:
    """N_TTY_BUF_SIZE less what the kernel keeps free before it throttles."""
    assert WINDOW < 4096 - 128
