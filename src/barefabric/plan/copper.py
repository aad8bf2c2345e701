"""Cables of twisted pairs: those of RJ45 ports, and of links of 1G in cages of faster ones.

IEEE 802.3 clauses 40 and 55 (1000BASE-T, 10GBASE-T) reach 100 m, so that the distance decides
nothing. An RJ45 port takes neither a DAC nor a transceiver.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from barefabric.model.cable import CableKind
from barefabric.model.design import Design
from barefabric.plan.runs import cable_runs

RJ45 = "RJ45"
"""The cage of twisted pairs, as models of the catalogue call it."""


class Copper(NamedTuple):
    """The near end of such a cable. ``module`` says that the port takes it by an SFP only."""

    switch: str
    port: str
    kind: CableKind
    speed: int
    module: bool


@lru_cache(maxsize=4)
def copper_ends(design: Design) -> tuple[Copper, ...]:
    """All cables of twisted pairs, by their near ends."""
    return tuple(_ends(design))


def _ends(design: Design) -> Iterator[Copper]:
    """A port of 1G whose cage is not known may have any: it is left to the rest of the plan."""
    models = {switch.type: switch.model for switch in design.switches.values()}
    forms = {
        kind: {port.name: (port.form, port.speeds[0]) for port in model.ports}
        for kind, model in models.items()
    }
    twisted = any(port.form == RJ45 for model in models.values() for port in model.ports)
    for kind, speed, cables in cable_runs(design):
        if speed > 1 and not twisted:
            continue
        for cable in cables:
            near, port = (cable.b, cable.b_port) if _LOWER[kind] else (cable.a, cable.a_port)
            form, native = forms[design.switches[near].type].get(port, ("", 0))
            if form == RJ45 or (speed == 1 and native > 1):
                yield Copper(near, port, kind, speed, form != RJ45)


_LOWER: Mapping[CableKind, bool] = {kind: kind is CableKind.FABRIC for kind in CableKind}
"""Whether the near end of a cable is end ``b``, the lower one."""
