"""A build that was made from another design than the topology gives now."""

from pathlib import Path

from barefabric.errors import FabricError, fail, typed
from barefabric.model.design import Design


def other_design(build: Path, file: str, topology: Path) -> FabricError:
    """GE008: what a command says that needs the build of this design. ``file`` is what differs."""
    return fail(
        "GE008",
        f"the build is not what the topology says now: {file} differs",
        path=build,
        mend=f"fabric design {typed(topology)}",
    )


def refuse_other_design(design: Design, build: Path, topology: Path, *, unchanged: bool) -> None:
    """Raise FabricError GE008 where the build in ``build`` is of another design.

    ``unchanged`` says that nobody changed its files since a receipt was written for them: what
    differs then, differs because the topology does. A folder without a build says nothing: what it
    lacks is named by whoever needs it.
    """
    from barefabric.build import first_difference
    from barefabric.render.content import holds
    from barefabric.render.document import design_document
    from barefabric.render.tree import MARK

    differs = ""
    if unchanged:
        differs = first_difference(design, build)
    elif (build / MARK).exists() and not holds(build / MARK, design_document(design)):
        differs = MARK
    if differs:
        raise other_design(build, differs, topology)
