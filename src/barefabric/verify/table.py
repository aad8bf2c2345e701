"""The computed routes of a network: every process, every prefix, by classes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from barefabric.model.address import family
from barefabric.verify.classes import Classes
from barefabric.verify.network import Attributes, Network, Use
from barefabric.verify.origins import Origins, Owners
from barefabric.verify.paths import Route
from barefabric.verify.prefixes import Prefix, parse
from barefabric.verify.routes import Solution
from barefabric.verify.view import Mark, View


class Group(NamedTuple):
    """Prefixes that behave alike: originated by twins, passing the same lists.

    ``view`` and ``owners`` belong to the first prefix; those of another one are its image when
    twins are exchanged. ``solution`` is shared by all groups with an equal trace.
    """

    prefixes: list[str]
    owners: Owners
    classes: Classes
    view: View
    solution: Solution

    @property
    def family(self) -> str:
        """The family of its prefixes."""
        return family(self.prefixes[0])


class Row(NamedTuple):
    """A route of one process.

    ``hops`` are the neighbors' process numbers, one for each session; a local route has none.
    """

    route: Route
    hops: tuple[int, ...]


@dataclass
class RouteTable:
    """All routes, and how to look one up."""

    network: Network
    classes: Classes
    groups: list[Group]
    group_of: dict[str, Group]
    owners: Origins
    attributes: list[Attributes]
    networks: dict[tuple[int, int], dict[int, str]]

    def inside(self, outer: Prefix) -> Iterator[str]:
        """Originated prefixes that lie inside another prefix, or equal it, in order by length."""
        shift, place = outer.bits - outer.length, outer.network >> outer.bits - outer.length
        for (bits, length), networks in self.networks.items():
            if bits == outer.bits and length >= outer.length:
                found = {text for network, text in networks.items() if network >> shift == place}
                if found:
                    yield from (text for text in self.owners if text in found)

    def covering(self, inner: Prefix) -> list[str]:
        """Originated prefixes that hold another one, the longest first, itself included."""
        found = []
        for (bits, length), networks in sorted(self.networks.items(), reverse=True):
            if bits == inner.bits and length <= inner.length:
                shift = bits - length
                text = networks.get(inner.network >> shift << shift)
                if text is not None:
                    found.append(text)
        return found

    def view_of(self, prefix: str) -> View:
        """The partition as this very prefix sees it."""
        group = self.group_of[prefix]
        if prefix == group.prefixes[0]:
            return group.view
        matched = self.network.index.matching(parse(prefix))
        marks = marks_of(self.network, self.attributes, self.owners[prefix], matched)
        return group.classes.view(marks)

    def row(self, process: int, prefix: str, view: View | None = None) -> Row | None:
        """The route of a process, None where it has none."""
        group = self.group_of.get(prefix)
        if group is None:
            return None
        view = view or self.view_of(prefix)
        route = group.solution.routes.get(view.cell(process))
        if route is None:
            return None
        wanted = set(route.hops)
        around = self.classes.graph.around(process)
        hops = tuple(other for other, code in around if (view.cell(other), code) in wanted)
        return Row(route, hops)

    def rows(self) -> Iterator[tuple[int, str, Row]]:
        """Every route of every process. For small networks: the number of rows is a product."""
        for prefix in self.group_of:
            view = self.view_of(prefix)
            for process in range(len(self.network.names)):
                row = self.row(process, prefix, view)
                if row is not None:
                    yield process, prefix, row


def marks_of(
    network: Network, attributes: list[Attributes], owners: Owners, matched: Sequence[int]
) -> dict[int, Mark]:
    """What a prefix marks: its origins, and the processes whose own lists name it.

    ``matched`` are the contents that it passes.
    """
    marks: dict[int, Mark] = {}
    known: dict[int, Mark] = {}
    for process, own in owners:
        mark = known.get(id(own))
        if mark is None:
            mark = known[id(own)] = (attributes.index(own) + 1, ())
        marks[process] = mark
    for use in uses_of(network, matched):
        number, slots = marks.get(use.process, (0, ()))
        marks[use.process] = (number, tuple(sorted((*slots, use.slot))))
        if use.neighbor >= 0:
            number, slots = marks.get(use.neighbor, (0, ()))
            marks[use.neighbor] = (number, tuple(sorted((*slots, f"< {use.slot}"))))
    return marks


def uses_of(network: Network, matched: Sequence[int]) -> list[Use]:
    """The places where private lists decide about a prefix that passes these contents."""
    return [use for contents in matched for use in network.uses.get(contents, ())]
