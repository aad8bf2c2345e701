"""Checks of upstream routers: what they are called, and where they are plugged in."""

from collections.abc import Collection, Iterator

from barefabric.errors import Diagnostic
from barefabric.topology.roster import tier_names
from barefabric.topology.view import View, listing

GROUPS = ("spines", "superspines", "spines6", "superspines6")
"""What a border calls its neighbors in the fabric. An upstream router's group has its own name."""


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of upstream routers: IN051, IN053."""
    yield from _names(view)
    yield from _borders(view)


def _names(view: View) -> Iterator[Diagnostic]:
    """Upstream routers stand at one end of a cable, as switches and servers do."""
    roster = view.roster
    for index, external in enumerate(view.topology.external):
        ours: dict[str, Collection[str]] = {
            "a switch": roster.switch_names,
            "a server": roster.server_names,
        }
        held = [noun for noun, names in ours.items() if external.name in names]
        if external.name.lower() in GROUPS:
            held.append("a border's group of neighbors in the fabric")
        for noun in held:
            yield Diagnostic(
                "IN051",
                f'an upstream router and {noun} are both called "{external.name}"',
                (view.place("external", index, "name"),),
                mend="give the upstream router a name of its own, such as that of its owner",
            )


def _borders(view: View) -> Iterator[Diagnostic]:
    """They are plugged into borders.

    Leaves take the fabric's default, that of last resort included; only a border's policies keep it
    apart from an upstream's.
    """
    tier = view.topology.borders
    borders = tier_names(tier, "border") if tier else ()
    kind = "leaf" if "leaf" in view.topology.switch_types else "KIND"
    enough = "" if borders else f"write borders: {{type: {kind}, count: 1}}"
    for index, external in enumerate(view.topology.external):
        name, place = external.attach.switch, view.place("external", index, "attach", "switch")
        if name not in view.roster.switch_names:
            yield view.unknown("IN053", "border", name, place, borders, enough)
        elif name not in borders:
            yield Diagnostic(
                "IN053",
                f'"{name}" is no border',
                (place,),
                f"upstream routers are plugged into borders; {listing('borders', borders)}",
                enough or f"write switch: {borders[0]}",
            )
