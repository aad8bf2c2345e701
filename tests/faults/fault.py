"""What a seeded fault is."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from fault_bench import Bench
from fault_fabrics import EOS_BONDS, EOS_PODS, EOS_ROUTED, FRR_BONDS, FRR_ROUTED, Fabric

PREFERRED = (EOS_BONDS, EOS_ROUTED, EOS_PODS, FRR_ROUTED, FRR_BONDS)
"""Batfish takes seconds for each fault, so it sees one fabric of each network OS."""


class Where(StrEnum):
    """What is spoilt: the design as a whole, what one device is told, or the text of one file."""

    DESIGN = "design"
    DEVICE = "device"
    FILE = "file"


Codes = str | Mapping[str, str]
"""One of these (``a|b``) must be found; by fabric, network OS or attachment where they differ."""


class Fault(NamedTuple):
    """A kind of fault: how it is made, where it fits, and who must catch it.

    * ``built_in``: contracts that the built-in judge must find broken, each a pattern, or several
      (``a|b``) of which one must match. It reads no file.
    * ``files``: the code of the judge of files, which reads their lines (FI001).
    * ``ends``: whether the ends of all sessions, read back from all files, differ (tests/readback).
    * ``batfish``: the code of Batfish's first finding.

    What is empty is not seen by that judge, and the tests hold it to that too.
    """

    kind: str
    spoil: Callable[[Bench], object]
    fabrics: tuple[Fabric, ...]
    built_in: tuple[str, ...] = ()
    files: Codes = ""
    ends: Codes = ""
    batfish: Codes = ""
    where: Where = Where.DEVICE

    @property
    def shown_in(self) -> tuple[Fabric, ...]:
        """Where Batfish is asked: once for each network OS, on bonds and routed if it fits both."""
        found: dict[str, Fabric] = {}
        for fabric in PREFERRED:
            if fabric in self.fabrics:
                found.setdefault(fabric.nos, fabric)
        return tuple(fabric for fabric in self.fabrics if fabric in found.values())

    def id(self, fabric: Fabric) -> str:
        """The name of this fault in one fabric."""
        return f"{self.kind} / {fabric.name}"


def wanted(codes: Codes, fabric: Fabric) -> tuple[str, ...]:
    """The codes that hold for a fabric."""
    if not isinstance(codes, str):
        names = (fabric.name, fabric.nos, fabric.attach)
        codes = next((codes[name] for name in names if name in codes), "")
    return tuple(filter(None, codes.split("|")))
