"""``fabric lab``: its commands and their options."""

from typing import Annotated

import typer

from barefabric.cli.options import Json, Out, Quiet, TopologyPath

lab = typer.Typer(
    help="Run the design on real routing daemons on this machine: judge it, break it.",
    no_args_is_help=True,
)

LabName = Annotated[
    str, typer.Option("--lab", metavar="NAME", help="Which lab; needed where there are several.")
]


@lab.command("up")
def lab_up(
    topology: TopologyPath,
    name: Annotated[str, typer.Option(help="The lab's name; the fabric's by default.")] = "",
    out: Out = None,
    how: Annotated[
        str, typer.Option(metavar="auto|namespaces|uml", help="Where the lab runs.")
    ] = "auto",
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running; `fabric lab down` ends it.")
    ] = False,
    memory: Annotated[
        int | None, typer.Option(metavar="MB", help="Memory of a user-mode kernel.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Bring the built fabric up on real routing daemons."""
    from barefabric.cli.lab import UpRequest
    from barefabric.cli.lab import up as run

    return run(UpRequest(topology, name, out, how, keep, memory, as_json, quiet))


@lab.command("status")
def lab_status(name: LabName = "", as_json: Json = False) -> int:
    """Show the labs that are up."""
    from barefabric.cli.lab import status as run

    return run(name, as_json)


@lab.command("exec", context_settings={"ignore_unknown_options": True})
def lab_exec(
    where: Annotated[str, typer.Argument(metavar="HOST[/PART]")],
    argv: Annotated[list[str] | None, typer.Argument(metavar="-- COMMAND...")] = None,
    name: LabName = "",
    as_json: Json = False,
) -> int:
    """Run a command in a host: exec r1-leaf1 -- vtysh."""
    from barefabric.cli.lab import execute as run

    return run(where, argv or [], name, as_json)


@lab.command("check")
def lab_check(
    name: LabName = "",
    failures: Annotated[
        int, typer.Option(metavar="N", min=0, help="Single failures to try as well.")
    ] = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Judge the contracts on the lab; note it in the receipt."""
    from barefabric.cli.lab_judge import check as run

    return run(name, failures, as_json, quiet)


@lab.command("fail")
def lab_fail(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="link, leg, peer-link, silent, one-way, device, dead, daemon or upstream.",
        ),
    ],
    where: Annotated[
        list[str] | None,
        typer.Argument(metavar="DEVICE...", help="One device, or both ends of a link."),
    ] = None,
    name: LabName = "",
    flows: Annotated[int, typer.Option(min=1, max=512, help="UDP flows to watch.")] = 48,
    after: Annotated[
        float, typer.Option(metavar="SECONDS", help="Watch at least so long after mending.")
    ] = 10.0,
    stay: Annotated[bool, typer.Option("--stay", help="Leave it broken, measure nothing.")] = False,
    as_json: Json = False,
) -> int:
    """Break something, mend it, show what flows lost."""
    from barefabric.cli.lab_judge import FailRequest
    from barefabric.cli.lab_judge import break_it as run

    return run(FailRequest(kind, tuple(where or ()), name, flows, stay, after, as_json))


@lab.command("heal")
def lab_heal(
    faults: Annotated[list[str] | None, typer.Argument(metavar="FAULT...")] = None,
    name: LabName = "",
    as_json: Json = False,
) -> int:
    """Mend what `fail --stay` broke."""
    from barefabric.cli.lab_judge import heal as run

    return run(faults or [], name, as_json)


@lab.command("down")
def lab_down(
    name: LabName = "",
    every: Annotated[bool, typer.Option("--all", help="End every lab.")] = False,
    as_json: Json = False,
) -> int:
    """End a lab; nothing of it is left."""
    from barefabric.cli.lab import down as run

    return run(name, every, as_json)
