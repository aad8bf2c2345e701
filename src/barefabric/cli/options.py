"""Options and arguments that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

# readable=False: whoever reads a file says what is wrong with it, as a code and a status of ours.
TopologyPath = Annotated[
    Path, typer.Argument(metavar="TOPOLOGY", help="The topology file.", readable=False)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Where the tree goes; build/<fabric> by default.", readable=False),
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
    typer.Option(
        "--topology",
        "-t",
        help="The topology; by default the one in this folder.",
        readable=False,
    ),
]
