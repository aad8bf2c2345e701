"""``fabric batfish``: its commands and their options."""

from typing import Annotated

import typer

from barefabric.cli.options import Json

batfish_service = typer.Typer(help="Run a Batfish service on this machine.", no_args_is_help=True)


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
