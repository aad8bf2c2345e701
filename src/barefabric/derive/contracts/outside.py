"""Contracts about the world outside: the default, what upstreams bring, what they are told."""

from collections.abc import Iterator

from barefabric.derive.contracts.routes import route
from barefabric.derive.contracts.words import NOUN, UP, defaults, listed, roles, top_role
from barefabric.derive.prefixes import LABELS
from barefabric.model.address import is_ipv4
from barefabric.model.contract import Contract, ContractKind
from barefabric.model.design import Design
from barefabric.model.device import Attach, Role


def outside_contracts(design: Design) -> Iterator[Contract]:
    """The default, other external prefixes, and what goes out."""
    every = defaults(design)
    prefixes = dict.fromkeys([*every, *(p for u in design.upstreams.values() for p in u.accept)])
    for prefix in prefixes:
        yield from _brought(design, prefix)
    if Attach.ROUTED in design.attaches:
        yield route(
            "default/hosts",
            "every routed server reaches the world by all its leaves",
            ("@servers:attach=routed",),
            every,
            UP,
        )
    for upstream in design.upstreams.values():
        yield from _told(design, upstream.name)


def _spoken(prefix: str) -> str:
    """A prefix in a sentence."""
    if prefix not in LABELS:
        return prefix
    return "the default" if is_ipv4(prefix) else "the IPv6 default"


def _brought(design: Design, prefix: str) -> Iterator[Contract]:
    """Who reaches an external prefix by whom: borders, the tier above them, everything else."""
    givers = [u for u in design.upstreams.values() if prefix in u.accept]
    borders = tuple(dict.fromkeys(u.switch for u in givers))
    tail = LABELS.get(prefix, prefix)
    for border in borders:
        names = tuple(u.name for u in givers if u.switch == border)
        yield route(
            f"{tail}/{border}",
            f"{border} has {_spoken(prefix)} from {listed(names)}",
            (border,),
            (prefix,),
            names,
        )
    others = tuple(
        s.name for s in design.switches.values() if s.role is Role.BORDER and s.name not in borders
    )
    if others:
        yield Contract(
            f"absent/{tail}/borders",
            ContractKind.ABSENT,
            f"{listed(others)}: no upstream, so no route to {_spoken(prefix)}",
            others,
            (prefix,),
        )
    yield from _below_borders(design, tail, prefix, borders)


def _below_borders(
    design: Design, tail: str, prefix: str, borders: tuple[str, ...]
) -> Iterator[Contract]:
    found, top = roles(design), top_role(design)
    what = _spoken(prefix)
    if borders:
        yield route(
            f"{tail}/{NOUN[top]}",
            f"the {NOUN[top]} reach {what} by {listed(borders)}",
            (f"@{NOUN[top]}",),
            (prefix,),
            borders,
        )
        if top is Role.SUPERSPINE:
            yield route(
                f"{tail}/spines",
                f"the spines reach {what} by all their superspines",
                ("@spines",),
                (prefix,),
                UP,
            )
    else:
        yield route(
            f"{tail}/spines",
            f"the spines have {what} of last resort, which discards: hosts keep a default",
            ("@spines",),
            (prefix,),
            ("@discard",),
        )
    if Role.LEAF in found:
        yield route(
            f"{tail}/leaves",
            f"the leaves reach {what} by all their spines",
            ("@leaves",),
            (prefix,),
            UP,
        )


def _told(design: Design, name: str) -> Iterator[Contract]:
    upstream = design.upstreams[name]
    if upstream.announce:
        yield route(
            f"out/{name}",
            f"{name} learns {listed(upstream.announce)} from {upstream.switch}",
            (name,),
            upstream.announce,
            (upstream.switch,),
        )
    yield Contract(
        f"absent/out/{name}",
        ContractKind.ABSENT,
        f"{name} learns nothing else: nothing more specific, nothing of the fabric",
        (name,),
        ("@all",),
        (*upstream.announce, *upstream.accept),
    )
