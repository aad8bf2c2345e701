"""Checks of secrets: every one that is named says where it is fetched."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from barefabric.errors import Diagnostic, Place
from barefabric.topology.view import View

if TYPE_CHECKING:
    from barefabric.topology.roster import Keys

_PLACEHOLDER = re.compile(r"\$\{secret:([^}\n]*)")
"""Whatever begins like one: a name that no secret can have is unknown, not plain text."""


def check(view: View) -> Iterator[Diagnostic]:
    """Faults of secrets: IN031, each secret once with all its places."""
    topology = view.topology
    used: list[tuple[str, Keys]] = [(topology.underlay.password, ("underlay", "password"))]
    used += [(c.password, ("clusters", n, "password")) for n, c in enumerate(topology.clusters)]
    used += [(e.password, ("external", n, "password")) for n, e in enumerate(topology.external)]
    used += [
        (user.secret, ("settings", "users", n, "secret"))
        for n, user in enumerate(topology.settings.users)
    ]
    found: dict[str, list[Place]] = {}
    for name, keys in used:
        if name and name not in topology.secrets:
            found.setdefault(name, []).append(view.place(*keys))
    for name, place in _placeholders(view):
        if name not in topology.secrets:
            found.setdefault(name, []).append(place)
    for name, places in found.items():
        fault = view.unknown(
            "IN031",
            "secret",
            name,
            places[0],
            topology.secrets,
            f"add {name}: env:{name.upper().replace('-', '_')} to secrets",
        )
        yield fault._replace(places=tuple(places))


def _placeholders(view: View) -> Iterator[tuple[str, Place]]:
    """Secrets that the user's own lines name, with their places."""
    topology = view.topology
    texts: list[tuple[Keys, str]] = [
        (("switch_types", name, "extra"), kind.extra)
        for name, kind in topology.switch_types.items()
    ]
    texts += [(("extra", name), text) for name, text in topology.extra.items()]
    for keys, text in texts:
        for name in dict.fromkeys(_PLACEHOLDER.findall(text)):
            yield name, view.document.text_place(f"${{secret:{name}}}", *keys)
