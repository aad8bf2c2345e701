"""Changes to the text of rendered files, in the words of each network OS."""

from collections.abc import Callable

from fault_bench import Bench

Edit = tuple[str, str, str]
"""Device, pattern, what stands there instead. Patterns are of lines; see `Bench.config`."""


def config(eos: Edit | None = None, frr: Edit | None = None) -> Callable[[Bench], None]:
    """A change to the configuration of a switch, in the words of each network OS."""

    def spoil(b: Bench) -> None:
        edit = eos if b.fabric.nos == "arista_eos" else frr
        assert edit is not None
        b.config(*edit)

    return spoil


def both(device: str, pattern: str, replacement: str) -> Callable[[Bench], None]:
    """The same change for both network OSes."""
    return config((device, pattern, replacement), (device, pattern, replacement))


def port(eos: Edit, frr: Edit) -> Callable[[Bench], None]:
    """A change to a port: FRR's stand in a file of their own."""

    def spoil(b: Bench) -> None:
        if b.fabric.nos == "arista_eos":
            b.config(*eos)
        else:
            device, pattern, replacement = frr
            b.edit(device, "interfaces", pattern, replacement)

    return spoil


def file(device: str, path: str, pattern: str, replacement: str) -> Callable[[Bench], None]:
    """A change to any file."""
    return lambda b: b.edit(device, path, pattern, replacement)
