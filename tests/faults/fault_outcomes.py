"""What every judge says of a fault in a fabric; each is asked once."""

from fnmatch import fnmatch
from functools import cache
from typing import NamedTuple

from fault import Fault, Where
from fault_fabrics import Fabric
from fault_judges import built_in, read_back, read_files
from fault_list import spoilt
from fault_record import SOUND, Word, recorded

NOBODY = Word("", ())


class Outcome(NamedTuple):
    """Findings by judge.

    Of the built-in judge (``broken``) and of the judge of files: contracts with their codes.
    """

    broken: dict[str, str]
    files: dict[str, str]
    ends: tuple[str, ...]
    batfish: Word

    @property
    def seen_by(self) -> tuple[str, ...]:
        """The judges that found something."""
        judges = {
            "built-in": bool(self.broken),
            "files": bool(self.files),
            "ends": bool(self.ends),
            "Batfish": bool(self.batfish.found),
        }
        return tuple(name for name, found in judges.items() if found)


@cache
def words() -> dict[str, Word]:
    """The record, read once."""
    return recorded()


_OUTCOMES: dict[str, Outcome] = {}


def outcome(fault: Fault, fabric: Fabric) -> Outcome:
    """Ask the judges that need nothing, once; Batfish's word is the recorded one."""
    name = fault.id(fabric)
    if name not in _OUTCOMES:
        _OUTCOMES[name] = _asked(fault, fabric)
    return _OUTCOMES[name]


def _asked(fault: Fault, fabric: Fabric) -> Outcome:
    bench = spoilt(fault, fabric)
    broken = {}
    if fault.where is not Where.FILE:
        failures = any(one.startswith("survives") for one in fault.built_in)
        verdict = built_in(bench, failures=int(failures))
        broken = {found.contract: found.code for found in verdict.findings}
    return Outcome(
        broken,
        read_files(bench),
        tuple(read_back(bench)),
        words().get(fault.id(fabric), NOBODY),
    )


def missed(fault: Fault, fabric: Fabric) -> list[str]:
    """Contracts that the built-in judge had to find broken, and did not."""
    broken = outcome(fault, fabric).broken
    return [
        wanted
        for wanted in fault.built_in
        if not any(fnmatch(one, p) for p in wanted.split("|") for one in broken)
    ]


def control(fabric: Fabric) -> Word:
    """Batfish's word on a fabric without a fault."""
    return words().get(f"{SOUND} / {fabric.name}", NOBODY)
