"""The judges that a spoilt fabric is shown to."""

import json
import re
import time
from functools import cache
from hashlib import sha256
from types import SimpleNamespace

from fault_bench import Bench
from fault_fabrics import designed

from barefabric.derive.server import server_intent
from barefabric.derive.switch import switch_intent
from barefabric.verify.batfish.case import BASE
from barefabric.verify.batfish.judge import Run
from barefabric.verify.batfish.routes import computed_routes
from barefabric.verify.batfish.rules import Dressing
from barefabric.verify.batfish.service import Service
from barefabric.verify.batfish.sessions import ends
from barefabric.verify.batfish.snapshot import snapshot
from barefabric.verify.compute import Computed
from barefabric.verify.judge import verify
from barefabric.verify.reading.judge import FilesJudge
from barefabric.verify.verdict import Finding, Verdict
from readback import pairing

ERRORS = (AssertionError, KeyError, ValueError, StopIteration, IndexError)
"""What readers stumble with over a file that is not as they know it."""


PAUSE = 0.02
"""Seconds between two looks whether Batfish has answered."""


def built_in(bench: Bench, *, failures: int = 0) -> Verdict:
    """The built-in judge: it reads the design and what each device is told, and no file."""
    return verify(bench.design, bench.intents(), bench.server_intents(), failures=failures)


def read_back(bench: Bench) -> list[str]:
    """Both ends of every session as all files state them: in what they differ."""
    try:
        devices, clusters = bench.files(), bench.manifests()
        ends = list(pairing.ends_of(bench.design, devices, clusters))
        said = pairing.disagreements(bench.design, ends)
        planned, read = pairing.planned_and_read(bench.design, pairing.paired(bench.design, ends))
    except ERRORS as fault:
        return [f"unreadable: {fault}"]
    return [*said, *(f"sessions: {sorted(pair)}" for pair in (planned - read) + (read - planned))]


def read_files(bench: Bench) -> dict[str, str]:
    """The judge of files: contracts that lines of files break, each with its code."""
    judge, design, files = FilesJudge(), bench.design, bench.files()
    for name in design.switches:
        judge.switch(switch_intent(design, name), files[name])
    for name in design.servers:
        judge.server(server_intent(design, name), files[name])
    return {found.contract: found.code for found in judge.judgement().findings}


def shown(bench: Bench) -> str:
    """Digest of all that Batfish's word depends on: the dressed files and the cables.

    Lines that it may leave out are left out: it says itself that they are not in its model.
    """
    made, whole = snapshot(bench.design, bench.files()), sha256()
    for node in sorted(made.configs):
        excused = _excused(made.dressings[node])
        lines = (line.strip() for line in made.configs[node].splitlines())
        kept = (line for line in lines if not excused.fullmatch(line))
        whole.update("\n".join((node, *kept, "")).encode())
    whole.update(repr(sorted(made.edges)).encode())
    return whole.hexdigest()


@cache
def _excused(rules: Dressing) -> re.Pattern[str]:
    """All lines that Batfish may leave out."""
    return re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in rules.allowed))


class Batfish:
    """A service that is shown one bench after the other.

    Where a fault leaves Batfish's model of the network as it is, and the plan too as far as Batfish
    is asked about it, nothing that is asked could be answered otherwise: then nothing is asked.
    """

    def __init__(self, service: Service) -> None:
        from pybatfish.client import workhelper

        # pybatfish looks every 0.1 s and more whether an answer is there that takes 0.02 s.
        workhelper.time = SimpleNamespace(sleep=lambda _: time.sleep(PAUSE))
        self.service = service
        self._sound: dict[str, tuple[str, str]] = {}

    def first(self, bench: Bench) -> list[Finding]:
        """The findings of the first check that finds something; empty where none does."""
        if _same_as_sound(bench):
            return []
        run = Run(bench.design, self.service, bench.files(), failures=False)
        for number, outcome in enumerate(run.outcomes(lambda _: None)):
            if outcome.findings:
                return outcome.findings
            if number == 0 and self._as_sound(bench, run):
                break
        return []

    def _as_sound(self, bench: Bench, run: Run) -> bool:
        """Whether plan and model are those of the fabric without the fault."""
        if not bench.spoilt:
            return False
        name, mine = bench.fabric.name, (_plan(run), self._model())
        if name not in self._sound:
            sound = Bench(bench.fabric)
            other = Run(sound.design, self.service, sound.files(), failures=False)
            self.service.load(other.snapshot, BASE)
            self._sound[name] = (_plan(other), self._model())
            # What lies on the bench is loaded again for the questions that follow.
            self.service.load(run.snapshot, BASE)
        return mine == self._sound[name]

    def _model(self) -> str:
        """All that Batfish knows of a network (its question viModel)."""
        asked = self.service._session.q.viModel().answer(snapshot=BASE)
        return json.dumps(asked["answerElements"][0]["nodes"], sort_keys=True)


def _same_as_sound(bench: Bench) -> bool:
    """Whether Batfish would be shown what it is shown of the fabric without the fault."""
    sound = bench.design is designed(bench.fabric) and bench.spoilt
    return sound and shown(bench) == shown(Bench(bench.fabric))


def _plan(run: Run) -> str:
    """All of a design that Batfish's answers are compared with."""
    case, design = run.case, run.case.design
    sessions = [
        (*ends(case, s), s.a_import, s.profile.a, s.profile.b, s.profile.kind)
        for s in design.sessions
    ]
    tables = (design.switches, design.servers, design.racks, design.upstreams)
    routes = sorted(computed_routes(Computed(case.fabric)).items())
    return repr((sessions, routes, design.announcements, design.contracts, tables))
