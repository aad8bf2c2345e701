"""One lab as the supervisor knows it: its plan, where its hosts run, what is broken in it."""

import threading
from collections.abc import Callable
from pathlib import Path

from barefabric.lab.inside.hosts import Places
from barefabric.lab.inside.programs import Programs
from barefabric.lab.types import LabPlan

Undo = Callable[[], None]
"""What mends a fault."""


class Lab:
    """The state of a lab. ``state`` is starting, up or failed; ``seconds`` is how long it took.

    ``heal`` undoes each fault that is on, by its name. ``held_by`` is the thread of the client
    with which the lab ends. ``over`` is set when the lab is to end.
    """

    def __init__(self, plan: LabPlan, folder: Path, within: str) -> None:
        self.plan, self.within = plan, within
        self.places = Places(folder / "inside")
        self.programs = Programs(self.places)
        self.state, self.remarks, self.seconds = "starting", list[str](), 0.0
        self.heal: dict[str, Undo] = {}
        self.held_by: threading.Thread | None = None
        self.over = threading.Event()

    def end(self) -> None:
        """End soon: the answer to the request goes out first."""
        threading.Timer(0.1, self.over.set).start()
