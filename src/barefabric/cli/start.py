"""Commands for a beginning: a first topology, the schema, the meaning of a code."""

import os
from pathlib import Path

from barefabric.cli.output import print_json, print_result
from barefabric.errors import Diagnostic, OutsideError, Place, UsageError, typed


def init(path: Path, shape: str) -> int:
    """Write a starting topology; never over an existing file."""
    from barefabric.starters import SHAPES, starter
    from barefabric.topology.source import LEDGER

    if shape not in SHAPES:
        raise UsageError(
            [
                Diagnostic(
                    "GE006", f"there is no shape {shape}", allowed=f"--shape {', '.join(SHAPES)}"
                )
            ]
        )
    if path.suffix == LEDGER:
        name = path.with_suffix(".yaml")
        fault = Diagnostic(
            "IN070",
            f"{path} is the name of a ledger",
            (Place(str(path)),),
            mend=f"fabric init {typed(name)}",
        )
        raise UsageError([fault])
    text = starter(shape)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        raise UsageError(
            [
                Diagnostic(
                    "GE003",
                    f"{path} exists and is left alone",
                    (Place(str(path)),),
                    mend="name another file: fabric init my-fabric.yaml",
                )
            ]
        ) from None
    except OSError as fault:
        raise OutsideError(
            [Diagnostic("GE004", f"cannot write {path}: {fault.strerror}", (Place(str(path)),))]
        ) from fault
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    print_result(f"wrote {path}: a commented start ({shape})   next: fabric design {typed(path)}")
    return 0


def schema(of: str) -> int:
    """Print a JSON Schema."""
    if of == "topology":
        from barefabric.topology.schema_json import topology_schema

        print_json(topology_schema())
        return 0
    if of == "design":
        from barefabric.render.document_schema import design_schema

        print_json(design_schema())
        return 0
    raise UsageError(
        [Diagnostic("GE005", f"there is no schema of {of}", allowed="--of topology, --of design")]
    )


def explain(code: str) -> int:
    """Print what a code means."""
    from barefabric.diagnostics import explain as text_of

    print_result(text_of(code))
    return 0
