"""The commands. Each imports what it needs when it is called, so that ``--help`` is instant."""

from pathlib import Path
from typing import Annotated

import typer

from barefabric import __version__

app = typer.Typer(
    name="fabric",
    help="Plan the network under Kubernetes on bare metal, and generate all that makes it run.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
show = typer.Typer(help="Show a session or a device of the design.", no_args_is_help=True)
app.add_typer(show, name="show")
batfish_service = typer.Typer(help="Run a Batfish service on this machine.", no_args_is_help=True)
app.add_typer(batfish_service, name="batfish")
lab = typer.Typer(
    help="Run the design on real routing daemons on this machine: judge it, break it.",
    no_args_is_help=True,
)
app.add_typer(lab, name="lab")

TopologyPath = Annotated[Path, typer.Argument(metavar="TOPOLOGY", help="The topology file.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Where the tree goes; build/<fabric> by default.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print stages and times to stderr.")]
Locked = Annotated[bool, typer.Option("--locked", help="Fail if the ledger would change.")]
Renumber = Annotated[
    int,
    typer.Option("--max-renumber", metavar="N", min=0, help="How many recorded values may move."),
]
Where = Annotated[
    Path | None,
    typer.Option("--topology", "-t", help="The topology; by default the one in this folder."),
]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"fabric {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Plan the network under Kubernetes on bare metal, and generate all that makes it run."""


@app.command()
def init(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")] = Path(
        "topology.yaml"
    ),
    shape: Annotated[str, typer.Option(help="mlag, routed or five-stage.")] = "mlag",
) -> int:
    """Write a commented starting topology."""
    from barefabric.cli.start import init as run

    return run(path, shape)


@app.command()
def design(
    topology: TopologyPath,
    out: Out = None,
    locked: Locked = False,
    max_renumber: Renumber = 0,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Design a fabric: write its files and its ledger."""
    from barefabric.cli.design import Request
    from barefabric.cli.design import design as run

    return run(Request(topology, out, locked, max_renumber, as_json, quiet, verbose))


@app.command()
def check(
    topology: TopologyPath,
    locked: Locked = False,
    max_renumber: Renumber = 0,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Do all that design does, and write nothing."""
    from barefabric.cli.design import Request
    from barefabric.cli.design import check as run

    return run(Request(topology, None, locked, max_renumber, as_json, quiet, verbose))


@show.command("session")
def show_session(
    one: Annotated[str, typer.Argument(metavar="DEVICE")],
    other: Annotated[str, typer.Argument(metavar="DEVICE")],
    topology: Where = None,
    as_json: Json = False,
) -> int:
    """Show the BGP sessions between two devices, both ends side by side."""
    from barefabric.cli.inquire import session as run

    return run(one, other, topology, as_json)


@show.command("device")
def show_device(
    name: Annotated[str, typer.Argument(metavar="DEVICE")],
    topology: Where = None,
    as_json: Json = False,
) -> int:
    """Show a switch or a server: its numbers, ports and sessions."""
    from barefabric.cli.inquire import device as run

    return run(name, topology, as_json)


@app.command()
def why(
    thing: Annotated[str, typer.Argument(metavar="ADDRESS|ASN|FILE:LINE")],
    topology: Where = None,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Tell where a value came from.

    The topology's line, the ledger, or a default; and where it is used.
    """
    from barefabric.cli.inquire import why as run

    return run(thing, topology, out, as_json)


@app.command()
def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A build, a topology, or a git revision.")
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="A build, a topology, or a git revision.")
    ],
    text: Annotated[
        bool, typer.Option("--text/--no-text", help="Compare the text of files too (slower).")
    ] = True,
    as_json: Json = False,
) -> int:
    """Compare two builds, topologies or revisions.

    Devices, links, sessions, prefixes first, then the text of the files.
    """
    from barefabric.cli.inquire import diff as run

    return run(old, new, text, as_json)


@app.command()
def schema(
    of: Annotated[str, typer.Option("--of", help="topology or design.")] = "topology",
) -> int:
    """Print the JSON Schema of the topology file, or of design.json."""
    from barefabric.cli.start import schema as run

    return run(of)


@app.command()
def explain(code: Annotated[str, typer.Argument(metavar="CODE")]) -> int:
    """Explain an error's code."""
    from barefabric.cli.start import explain as run

    return run(code)


@app.command()
def settle(
    topology: TopologyPath,
    keep: Annotated[
        list[str] | None, typer.Option(help="Device or rack that keeps its number.")
    ] = None,
) -> int:
    """Settle equal numbers in a merged ledger.

    One name keeps each number, the others take the next free ones.
    """
    from barefabric.cli.books import settle as run

    return run(topology, keep or [])


@app.command()
def reclaim(
    topology: TopologyPath,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...")] = None,
) -> int:
    """Free what the ledger keeps for what is gone."""
    from barefabric.cli.books import reclaim as run

    return run(topology, names or [])


@app.command()
def verify(
    topology: TopologyPath,
    out: Out = None,
    batfish: Annotated[
        str, typer.Option(metavar="HOST[:PORT]", help="A Batfish service, or off.")
    ] = "",
    require: Annotated[
        list[str] | None, typer.Option(help="A judge that must have run (may be repeated).")
    ] = None,
    failures: Annotated[
        int, typer.Option(metavar="N", min=0, max=2, help="Things that fail at a time: 0, 1 or 2.")
    ] = 1,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the verdict as JUnit XML too.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the findings as SARIF 2.1.0 too.")
    ] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Prove the design against its contracts and write a receipt."""
    from barefabric.cli.verify import Request
    from barefabric.cli.verify import verify as run

    judges = tuple(require or ())
    return run(
        Request(topology, out, batfish, judges, as_json, quiet, verbose, failures, junit, sarif)
    )


@batfish_service.command("start")
def batfish_start(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 9996,
    way: Annotated[
        str, typer.Option("--with", metavar="WAY", help="java (from BATFISH_HOME), docker, podman.")
    ] = "",
    memory: Annotated[
        str, typer.Option(metavar="SIZE", help="Heap, such as 6g; half of the machine by default.")
    ] = "",
    image: Annotated[str, typer.Option(help="Another image than batfish/batfish.")] = "",
    patience: Annotated[
        int, typer.Option(metavar="SECONDS", min=1, help="How long to wait for an answer.")
    ] = 180,
    as_json: Json = False,
) -> int:
    """Start a service and wait until it answers; one that runs is left as it is."""
    from barefabric.cli.batfish import Request
    from barefabric.cli.batfish import start as run

    return run(Request(port, way, memory, image, patience, as_json))


@batfish_service.command("status")
def batfish_status(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; by default that of the one started here.")
    ] = 0,
    as_json: Json = False,
) -> int:
    """Tell whether a service answers (0) or not (3)."""
    from barefabric.cli.batfish import status as run

    return run(port, as_json)


@batfish_service.command("stop")
def batfish_stop(as_json: Json = False) -> int:
    """Stop the service that start started, and no other."""
    from barefabric.cli.batfish import stop as run

    return run(as_json)


@app.command()
def push(
    topology: TopologyPath,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; change nothing.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Touch no device; compare with what is known.")
    ] = False,
    running: Annotated[
        Path | None, typer.Option(help="Folder of running configs, for --offline.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this switch (may be repeated).")
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="SWITCH=HOST[:PORT]", help="Reach a switch elsewhere."),
    ] = None,
    targets: Annotated[Path | None, typer.Option(help="TOML file of such targets.")] = None,
    full: Annotated[bool, typer.Option("--diff", help="Print full diffs.")] = False,
    no_secrets: Annotated[
        bool, typer.Option("--no-secrets", help="Leave lines with secrets out of the comparison.")
    ] = False,
    out: Out = None,
    as_json: Json = False,
) -> int:
    """Show a push: its waves, each difference.

    With --dry-run; a push that changes a switch is refused in this version.
    """
    from barefabric.cli.push import Request
    from barefabric.cli.push import push as run

    return run(
        Request(
            topology,
            dry_run,
            offline,
            running,
            tuple(only or ()),
            tuple(target or ()),
            targets,
            full,
            no_secrets,
            out,
            as_json,
        )
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
    from barefabric.cli.lab import check as run

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
    from barefabric.cli.lab import FailRequest
    from barefabric.cli.lab import break_it as run

    return run(FailRequest(kind, tuple(where or ()), name, flows, stay, after, as_json))


@lab.command("heal")
def lab_heal(
    faults: Annotated[list[str] | None, typer.Argument(metavar="FAULT...")] = None,
    name: LabName = "",
    as_json: Json = False,
) -> int:
    """Mend what `fail --stay` broke."""
    from barefabric.cli.lab import heal as run

    return run(faults or [], name, as_json)


@lab.command("down")
def lab_down(
    name: Annotated[str, typer.Argument(metavar="LAB")] = "",
    every: Annotated[bool, typer.Option("--all", help="End every lab.")] = False,
    as_json: Json = False,
) -> int:
    """End a lab; nothing of it is left."""
    from barefabric.cli.lab import down as run

    return run(name, every, as_json)
