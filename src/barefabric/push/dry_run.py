"""``fabric push --dry-run``: what each switch would change, in which waves. Nothing is changed."""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from barefabric.errors import FabricError, UsageError, fail, typed
from barefabric.model.design import Design
from barefabric.push.answers import Basis, SwitchDiff
from barefabric.push.candidate import place_of
from barefabric.push.candidates import Job, Progress, build_files, from_files, from_switches
from barefabric.push.clusters import ClusterChange, cluster_changes
from barefabric.push.masking import Mask, without_secrets
from barefabric.push.napalm import Question, driver_name
from barefabric.push.receipts import Proof, proof_of
from barefabric.push.running import check_running_folder, pushed_folder
from barefabric.push.secrets import Secrets, names_in, resolve
from barefabric.push.targets import FILE, Target, check_login, targets, unknown_switch
from barefabric.push.waves import Plan, plan_waves
from barefabric.vendors.catalogue import vendor

Files = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class DryRunOptions:
    """What the user asked for. ``topology`` is the topology's file; ``only`` names switches.

    ``offline`` touches no switch and compares with the last push, or with the folder ``running``,
    which implies it. ``targets`` are ``NAME=HOST[:PORT]``; ``targets_file`` defaults to
    ``targets.toml`` beside the topology where there is one. ``secrets`` false leaves the lines that
    hold secrets out of the comparison. ``proof`` is what the build's receipt says, None where
    nobody has read it yet. Times are in seconds.
    """

    topology: Path
    offline: bool = False
    running: Path | None = None
    only: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    targets_file: Path | None = None
    secrets: bool = True
    workers: int = 16
    timeout: float = 60
    connect_timeout: float = 5
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    progress: Progress | None = None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class DryRunResult:
    """What a push would do. ``diffs`` has an entry for each switch looked at, in design order.

    ``compared_with`` is the folder of an offline comparison, empty where switches were asked.
    ``without_driver`` are switches that could not be asked and were compared offline all the same.
    ``only`` says that the user named the switches to look at.
    """

    fabric: str
    topology: Path
    build: Path
    plan: Plan
    diffs: Mapping[str, SwitchDiff]
    clusters: tuple[ClusterChange, ...]
    proof: Proof
    compared_with: str
    without_driver: tuple[str, ...] = ()
    only: bool = False

    @property
    def failures(self) -> list[SwitchDiff]:
        """The switches that gave no diff."""
        return [diff for diff in self.diffs.values() if diff.failure is not None]

    @property
    def unchanged(self) -> list[str]:
        """The switches that already run the build."""
        return [n for n, diff in self.diffs.items() if diff.failure is None and not diff.changes]

    @property
    def new(self) -> list[str]:
        """The switches of which no configuration is known."""
        return [name for name, diff in self.diffs.items() if diff.basis is Basis.NOTHING]

    @property
    def exit_status(self) -> int:
        """0; 3 where a switch could not be asked, 1 where a push would refuse the build."""
        if self.failures:
            return 3
        return 0 if self.proof.proven else 1


def dry_run(design: Design, build: Path, options: DryRunOptions) -> DryRunResult:
    """Compare the build in ``build`` with what runs, and plan the waves.

    Raises FabricError or UsageError with PU002 to PU009 for what is wrong with the request; what
    goes wrong with a switch is in the result.
    """
    names = _selected(design, options.only)
    files = build_files(options.topology, build, names)
    pushed = pushed_folder(options.topology, design.name)
    without_driver: list[str] = []
    if options.offline or options.running:
        folder, basis = pushed, Basis.PUSHED
        if options.running:
            check_running_folder(options.running)
            folder, basis = options.running, Basis.RUNNING
        diffs = {name: _offline(design, name, files[name], folder, basis) for name in names}
        compared_with = str(folder)
    else:
        without_driver = [name for name in names if not _driver(design, name)]
        diffs, compared_with = _online(design, names, files, pushed, options), ""
    plan = plan_waves(design, {name for name in names if diffs[name].changes})
    clusters = () if options.only else cluster_changes(design, build, pushed, plan)
    return DryRunResult(
        fabric=design.name,
        topology=options.topology,
        build=build,
        plan=plan,
        diffs={name: diffs[name] for name in names},
        clusters=clusters,
        proof=options.proof or proof_of(build),
        compared_with=compared_with,
        without_driver=tuple(without_driver),
        only=bool(options.only),
    )


def refuse_push(topology: Path) -> FabricError:
    """PU001: what a push without ``--dry-run`` is answered with."""
    return fail(
        "PU001",
        "this version changes no switch: it plans a push and compares",
        mend=f"fabric push --dry-run {typed(topology)}",
    )


def _selected(design: Design, only: Collection[str]) -> list[str]:
    """The switches to look at, in design order. Raises PU006 for names that no switch has."""
    faults = [unknown_switch(n, design, "--only") for n in only if n not in design.switches]
    if faults:
        raise UsageError(faults)
    return [name for name in design.switches if not only or name in only]


def _config_file(design: Design, name: str) -> str:
    """The main file of a switch."""
    facts = vendor(design.switches[name].nos)
    return facts.config_file if facts else ""


def _driver(design: Design, name: str) -> str:
    """The driver that asks a switch; empty where there is none."""
    nos = design.switches[name].nos
    facts = vendor(nos)
    return driver_name(nos, facts.driver if facts else "")


def _offline(
    design: Design, name: str, files: Mapping[str, str], folder: Path, basis: Basis
) -> SwitchDiff:
    """One switch against files."""
    return from_files(name, files, _config_file(design, name), folder, basis)


def _online(
    design: Design, names: Sequence[str], files: Files, pushed: Path, options: DryRunOptions
) -> dict[str, SwitchDiff]:
    """Ask the switches; those without a driver are compared with the last push."""
    asked = {name: driver for name in names if (driver := _driver(design, name))}
    diffs = {
        name: _offline(design, name, files[name], pushed, Basis.PUSHED)
        for name in names
        if name not in asked
    }
    return diffs | from_switches(
        _jobs(design, asked, files, options), options.workers, options.progress
    )


def _jobs(
    design: Design, asked: Mapping[str, str], files: Files, options: DryRunOptions
) -> list[Job]:
    """A candidate for each switch, its secrets filled in. Raises all that is missing, at once."""
    texts = {name: files[name].get(_config_file(design, name), "") for name in asked}
    beside = options.topology.parent / FILE
    file = options.targets_file or (beside if beside.is_file() else None)
    faults: list[FabricError] = []
    found: dict[str, Target] = {}
    secrets = Secrets({})
    try:
        found = targets(design, options.environ, file, options.targets)
        check_login(found[name] for name in asked)
    except FabricError as fault:
        faults.append(fault)
    try:
        secrets = _secrets(design, texts, options)
    except FabricError as fault:
        faults.append(fault)
    if faults:
        kind = UsageError if any(isinstance(f, UsageError) for f in faults) else FabricError
        raise kind(d for fault in faults for d in fault.diagnostics)
    return [
        _job(name, driver, files[name], _config_file(design, name), found[name], secrets, options)
        for name, driver in asked.items()
    ]


def _job(
    name: str,
    driver: str,
    files: Mapping[str, str],
    main: str,
    target: Target,
    secrets: Secrets,
    options: DryRunOptions,
) -> Job:
    """The candidate of one switch."""
    text = files.get(main, "")
    others = {file: other for file, other in files.items() if file != main}
    question = Question(
        switch=name,
        driver=driver,
        target=target,
        config=secrets.fill(text if options.secrets else without_secrets(text)),
        others={file: path for file, other in others.items() if (path := place_of(other))},
        timeout=options.timeout,
        connect_timeout=options.connect_timeout,
    )
    return Job(question, main, others, Mask(text, secrets), options.secrets)


def _secrets(design: Design, texts: Mapping[str, str], options: DryRunOptions) -> Secrets:
    """The values that the candidates need; none under ``--no-secrets``."""
    return resolve(
        design.secrets,
        names_in(texts.values()) if options.secrets else (),
        options.environ,
        options.topology.parent,
        login=options.environ.get("FABRIC_PASSWORD", ""),
    )
