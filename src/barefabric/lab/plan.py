"""From a design and its rendered files to the plan of a lab. No input or output."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from barefabric.lab.hosts import server_host, switch_host, upstream_host
from barefabric.lab.names import port
from barefabric.lab.types import Host, LabPlan, Link
from barefabric.lab.wiring.pairs import keepalive_links
from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design

OUTER_PORT = "eth1"
"""The port of a router outside: the design does not name it."""


@dataclass(frozen=True)
class Source:
    """What a plan is made of. ``files`` are the build's, by path; ``programs`` are installed."""

    design: Design
    files: Mapping[str, str]
    programs: frozenset[str]
    topology: str = ""
    build: str = ""
    digest: str = ""


def lab_plan(source: Source, name: str) -> LabPlan:
    """The plan of a whole lab."""
    design = source.design
    # A device that is taken out loses its links in this order: its partner must not hear it on the
    # other path after the peer link is down.
    links = (*keepalive_links(design), *(_link(cable) for cable in design.cables))
    ports: dict[str, list[str]] = {}
    for link in links:
        ports.setdefault(link.a, []).append(link.a_port)
        ports.setdefault(link.b, []).append(link.b_port)
    return LabPlan(
        name,
        source.design.name,
        source.topology,
        source.build,
        source.digest,
        tuple(_hosts(source, ports)),
        links,
    )


def _link(cable: Cable) -> Link:
    far = port(cable.b_port) if cable.kind is not CableKind.UPSTREAM else OUTER_PORT
    return Link(cable.key, cable.kind.value, cable.a, port(cable.a_port), cable.b, far)


def _hosts(source: Source, ports: Mapping[str, list[str]]) -> Iterator[Host]:
    by_device: dict[str, dict[str, str]] = {}
    for path, text in source.files.items():
        kind, _, rest = path.partition("/")
        device, _, inner = rest.partition("/")
        if kind in ("switches", "nodes"):
            by_device.setdefault(device, {})[inner] = text
    for name in source.design.switches:
        yield switch_host(source.design, name, by_device.get(name, {}), ports.get(name, []))
    for name in source.design.servers:
        yield server_host(
            source.design, name, by_device.get(name, {}), ports.get(name, []), source.programs
        )
    for name in source.design.upstreams:
        yield upstream_host(source.design, name, source.programs)


def needs(plan: LabPlan) -> Counter[str]:
    """Programs that hosts of a plan run, with how many of them there are."""
    found: Counter[str] = Counter()
    for host in plan.hosts:
        for program in host.setup.programs:
            found.update(program.needs)
        for part in host.parts:
            for program in part.programs:
                found.update(program.needs)
    return found
