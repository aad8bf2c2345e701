"""The diff of every switch: asked of the switches, several at once, or taken from files."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from barefabric.errors import Diagnostic, FabricError, Place, typed
from barefabric.push.answers import Basis, SwitchDiff
from barefabric.push.compare import TextDiff, compare_blocks, compare_lines
from barefabric.push.masking import Mask, count
from barefabric.push.napalm import Question, Reply, ask
from barefabric.push.running import read_files, running_files
from barefabric.push.secrets import Secrets

Progress = Callable[[int, int, str], None]
"""Called with how many switches are done, of how many, and the one that was last."""

TALKATIVE = ("pyeapi", "netmiko", "paramiko", "ncclient", "jnpr", "napalm")
"""Loggers that print requests or sessions, passwords included (pyeapi: eapilib.py, send)."""


class Job(NamedTuple):
    """A switch to ask, and how to mask what it says.

    ``complete`` is false where lines with secrets were left out of the candidate.
    ``main`` is the name of its main file, ``files`` are the build's other files of it.
    """

    question: Question
    main: str
    files: Mapping[str, str]
    mask: Mask
    complete: bool


def build_files(topology: Path, build: Path, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """The files of each switch in a build, by path. Raises PU008 where one has none.

    ``topology`` is the file that fabric design makes the build from.
    """
    found = {name: read_files(build / "switches" / name) for name in names}
    missing = [name for name, files in found.items() if not files]
    if missing:
        more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
        raise FabricError([Diagnostic(
            "PU008",
            f"the build has no configuration of {missing[0]}{more}",
            (Place(str(build)),),
            mend=f"fabric design {typed(topology)}",
        )])  # fmt: skip
    return found


def from_files(
    name: str, files: Mapping[str, str], config_file: str, folder: Path, basis: Basis
) -> SwitchDiff:
    """Compare a switch's files with those a folder knows of it.

    A folder that holds only the main file says nothing of the others. Where nothing is known, all
    lines of the main file are new.
    """
    mask = Mask("\n".join(files.values()), Secrets({}))
    known = running_files(folder, name, config_file)
    if known is None:
        return SwitchDiff(name, Basis.NOTHING, compare_blocks("", files.get(config_file, ""), mask))
    others = set() if set(known) == {config_file} else {*files, *known} - {config_file}
    main = compare_blocks(known.get(config_file, ""), files.get(config_file, ""), mask)
    parts = {"": main}
    for file in sorted(others):
        parts[file] = compare_lines(known.get(file, ""), files.get(file, ""), mask)
    return SwitchDiff(name, basis, _joined(parts))


def _joined(parts: Mapping[str, TextDiff]) -> TextDiff:
    """The diffs of a switch's files as one; the main file has no name, others begin with theirs."""
    texts = [
        f"@@ {file}\n{part.text}" if file else part.text
        for file, part in parts.items()
        if part.text
    ]
    return TextDiff(
        "\n".join(texts),
        sum(part.added for part in parts.values()),
        sum(part.removed for part in parts.values()),
        sum(part.uncompared for part in parts.values()),
    )


def from_switches(
    jobs: Collection[Job], workers: int, progress: Progress | None = None
) -> dict[str, SwitchDiff]:
    """Ask the switches, at most ``workers`` at a time. Each one has an outcome.

    On an interruption those that are being asked finish and discard their candidates.
    """
    with _quiet_libraries(), ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        waiting: dict[Future[Reply], Job] = {pool.submit(ask, job.question): job for job in jobs}
        try:
            return dict(_collect(waiting, progress))
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _collect(
    waiting: Mapping[Future[Reply], Job], progress: Progress | None
) -> Iterator[tuple[str, SwitchDiff]]:
    """Outcomes as they come in."""
    for done, future in enumerate(as_completed(waiting), 1):
        job = waiting[future]
        outcome = _outcome(job, future.result())
        if progress is not None:
            progress(done, len(waiting), outcome.switch)
        yield outcome.switch, outcome


def _outcome(job: Job, reply: Reply) -> SwitchDiff:
    """A reply with its secrets masked."""
    question = job.question
    name, address = question.switch, question.target.host
    file = f"switches/{name}/{job.main}"
    if reply.failure is not None:
        failure = reply.failure._replace(
            detail=job.mask.message(reply.failure.detail),
            command=job.mask.line(reply.failure.command, new=True),
        )
        return SwitchDiff(name, Basis.DEVICE, failure=failure, address=address, file=file)
    raw, uncompared = (reply.diff, 0) if job.complete else job.mask.forget(reply.diff)
    added, removed = count(raw.splitlines())
    parts = {"": TextDiff(job.mask.diff(raw), added, removed, uncompared)}
    for other, running in reply.others.items():
        parts[other] = compare_lines(running, job.files[other], job.mask)
    return SwitchDiff(name, Basis.DEVICE, _joined(parts), address=address, file=file)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep the libraries' logs away from every handler while candidates are on their way."""
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    before = [(logger.propagate, logger.level, logger.handlers[:]) for logger in loggers]
    for logger in loggers:
        logger.propagate = False
        logger.handlers = [logging.NullHandler()]
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, (propagate, level, handlers) in zip(loggers, before, strict=True):
            logger.propagate, logger.handlers = propagate, handlers
            logger.setLevel(level)
