"""Work, counted instead of timed, so that a quadratic step fails on any machine."""

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from barefabric.build import build, build_files
from barefabric.compare.documents import compare_documents
from barefabric.ledger.file import format_ledger, parse_ledger
from barefabric.ledger.merge import refuse_clashes
from barefabric.pipeline import design
from barefabric.render import tree
from ledger_labs import MLAG, ROUTED, Lab, designed, lab, write

DOUBLE = 2.3
"""Twice the racks may cost a little more than twice the calls: sorting, longer lists of spines."""


def calls(work: Callable[[], Any]) -> Counter[str]:
    """Calls of Python functions while some work is done, by file and function."""
    counted: Counter[str] = Counter()

    def count(frame: Any, event: str, _argument: Any) -> None:
        if event == "call":
            code = frame.f_code
            counted[f"{Path(code.co_filename).name}:{code.co_name}"] += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def fabric(base: Lab, racks: int, spines: int = 4) -> Lab:
    """A fabric of equal racks with a cluster over all of them."""
    cluster = {
        "name": "c", "servers": ["node"], "pods": "10.64.0.0/12", "services": "10.96.0.0/16",
        "cni": "calico", "load_balancer": {"use": "metallb", "pools": {"p": "203.0.113.0/24"}},
    }  # fmt: skip
    if base is ROUTED:
        cluster["cni"] = {"use": "calico", "mode": "vxlan"}
    rack = {"name": f"r[01-{racks:02d}]", "leaves": 2, "servers": {"node": 8}}
    types = {
        **base["switch_types"],
        "spine": {**base["switch_types"]["spine"], "ports": "256 x 100G"},
    }
    return lab(base, switch_types=types, racks=[rack], spines=spines, clusters=[cluster])


def doubled(folder: Path, base: Lab, work: Callable[[Path, Lab], Callable[[], Any]]) -> None:
    """Work on twice the racks takes at most DOUBLE the calls, and no function alone takes more."""
    work(folder, fabric(base, 12))()  # warms what is done once in a process
    small = calls(work(folder, fabric(base, 12)))
    large = calls(work(folder, fabric(base, 24)))
    total, twice = sum(small.values()), sum(large.values())
    worst = {
        name: (small[name], count)
        for name, count in large.items()
        if count > 2_000 and count > DOUBLE * max(small[name], 1)
    }
    assert twice < DOUBLE * total, (total, twice, worst)
    assert not worst


BASES = pytest.mark.parametrize("base", [MLAG, ROUTED], ids=["mlag", "routed"])


@BASES
def test_a_design_grows_with_its_fabric(tmp_path: Path, base: Lab) -> None:
    def work(folder: Path, topology: Lab) -> Callable[[], Any]:
        path = write(folder, topology)
        return lambda: design(path)

    doubled(tmp_path, base, work)


@BASES
def test_so_does_a_design_with_a_ledger(tmp_path: Path, base: Lab) -> None:
    def work(folder: Path, topology: Lab) -> Callable[[], Any]:
        text = format_ledger(designed(folder, topology).numbers.ledger)
        lock = folder / "lab.lock"

        def run() -> None:
            ledger = parse_ledger(text, lock)
            refuse_clashes(ledger, lock, lock)
            again = designed(folder, topology, ledger)
            assert format_ledger(again.numbers.ledger) == text

        return run

    doubled(tmp_path, base, work)


@BASES
def test_so_do_the_files(tmp_path: Path, base: Lab) -> None:
    def work(folder: Path, topology: Lab) -> Callable[[], Any]:
        found = designed(folder, topology).design

        def run() -> int:
            return sum(len(text) for _, text in build_files(found))

        return run

    doubled(tmp_path, base, work)


@BASES
def test_so_does_reading_a_build(tmp_path: Path, base: Lab) -> None:
    from barefabric.verify.judge import Judge
    from barefabric.verify.reading.build import read_build
    from barefabric.verify.reading.lines import lines

    def work(folder: Path, topology: Lab) -> Callable[[], Any]:
        made, out = design(write(folder, topology)), folder / "build"
        build(made, out)

        def run() -> None:
            lines.cache_clear()
            read = read_build(made.design, out, Judge(made.design, failures=0))
            assert read.differs == ""
            assert read.word.findings == ()

        return run

    doubled(tmp_path, base, work)


def test_so_does_comparing(tmp_path: Path) -> None:
    import json

    from barefabric.render.document import design_document

    def work(folder: Path, topology: Lab) -> Callable[[], Any]:
        new = json.loads("".join(design_document(designed(folder, topology).design)))
        topology = {**topology, "underlay": {"mtu": 9100, "timers": {"keepalive": 5, "hold": 15}}}
        old = json.loads("".join(design_document(designed(folder, topology).design)))
        return lambda: compare_documents(old, new).summary()

    doubled(tmp_path, MLAG, work)


def test_a_quadratic_step_would_fail(tmp_path: Path) -> None:
    """The positive control: a look at every pair of racks is seen."""

    def work(_folder: Path, topology: Lab) -> Callable[[], Any]:
        many = 10 * int(topology["racks"][0]["name"][-3:-1])

        def look(_one: int, _other: int) -> None:
            return None

        return lambda: [look(one, other) for one in range(many) for other in range(many)]

    with pytest.raises(AssertionError):
        doubled(tmp_path, MLAG, work)


def test_a_topology_is_validated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from barefabric.topology.schema import Topology

    seen: list[object] = []
    validate = Topology.model_validate.__func__  # type: ignore[attr-defined]

    def counted(cls: type[Topology], *arguments: Any, **more: Any) -> Topology:
        seen.append(arguments)
        result: Topology = validate(cls, *arguments, **more)
        return result

    monkeypatch.setattr(Topology, "model_validate", classmethod(counted))
    build(design(write(tmp_path, fabric(MLAG, 4))), tmp_path / "build")
    assert len(seen) == 1


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import jinja2

    from barefabric.hosts import frr
    from barefabric.render import environment

    for cached in (environment.environment, environment.renderer, frr._render):
        cached.cache_clear()  # type: ignore[attr-defined]
    compiled: Counter[str] = Counter()
    compile_ = jinja2.Environment.compile

    def counted(self: Any, source: Any, name: Any = None, *arguments: Any, **more: Any) -> Any:
        compiled[str(name)] += 1
        return compile_(self, source, name, *arguments, **more)

    monkeypatch.setattr(jinja2.Environment, "compile", counted)
    for base in (MLAG, ROUTED):
        for _ in build_files(designed(tmp_path, fabric(base, 4)).design):
            pass
    first = dict(compiled)
    assert first, "templates are compiled somewhere"
    for base in (MLAG, ROUTED):
        for _ in build_files(designed(tmp_path, fabric(base, 8)).design):
            pass
    assert dict(compiled) == first, "a second fabric compiles nothing"
    templates = len(list(Path(environment.catalogue.templates_root()).glob("*/*.j2")))
    templates += len(list((Path(frr.__file__).parent / "templates").glob("*.j2")))
    # A routed server's frame is an overlay of FRR's environment, which compiles its parts again.
    shared = len(list((Path(environment.catalogue.templates_root()) / "frr").glob("*.j2")))
    assert sum(first.values()) <= templates + shared


def test_as_many_files_are_written_as_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    created: list[str] = []
    create = tree._create

    def counted(path: str, content: bytes) -> None:
        created.append(path)
        create(path, content)

    monkeypatch.setattr(tree, "_create", counted)
    out = tmp_path / "build"

    def run(servers: int) -> set[str]:
        """Build, and return the files whose content is another than before."""
        before = contents(out)
        created.clear()
        topology = fabric(MLAG, 3)
        topology["racks"][0]["servers"]["node"] = servers
        change = build(design(write(tmp_path, topology)), out).change
        after = contents(out)
        changed = {path for path, text in after.items() if before.get(path) != text}
        assert set(change.written) == changed
        assert len(created) == len(changed)
        return changed

    assert len(run(4)) == len(contents(out)) > 20
    assert run(4) == set()
    grown = run(5)
    assert 0 < len(grown) < len(contents(out))
    assert not any(path.startswith("switches/spine") for path in grown)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
