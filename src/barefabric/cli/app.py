"""The commands. Each imports what it needs when it is called, so that ``--help`` is instant."""

from pathlib import Path
from typing import Annotated

import typer

from barefabric import __version__
from barefabric.cli.batfish_app import batfish_service
from barefabric.cli.lab_app import lab
from barefabric.cli.options import Json, Locked, Out, Quiet, Renumber, TopologyPath, Verbose, Where

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
app.add_typer(batfish_service, name="batfish")
app.add_typer(lab, name="lab")


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
