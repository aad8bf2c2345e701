"""Routing policy, free of any vendor's syntax."""

from typing import NamedTuple

LAST_RESORT = "65000:250"
"""Community on the default route that every spine originates as a last resort."""


FROM_NODE = "65000:100"
"""Community on routes that a server announced; replaces whatever the server had set."""

FROM_UPSTREAM = "65000:200"
"""Community on routes taken from an upstream; replaces whatever the upstream had set."""


class PrefixMatch(NamedTuple):
    """A prefix with the lengths accepted below it; 0 means the bound is absent.

    With neither bound only the prefix itself matches, as in every vendor's prefix list.
    """

    prefix: str
    ge: int = 0
    le: int = 0


class PrefixList(NamedTuple):
    """A named list of prefixes to permit; anything else is refused."""

    name: str
    entries: tuple[PrefixMatch, ...]


class CommunityList(NamedTuple):
    """A named list that matches routes carrying one standard community."""

    name: str
    community: str


class Term(NamedTuple):
    """One entry of a policy. Empty conditions match everything; unset actions are None or empty.

    ``own_path`` permits only routes whose AS path is empty (``^$``).
    ``set_community`` replaces all communities of the route.
    """

    sequence: int
    permit: bool
    prefix_list: str = ""
    community_list: str = ""
    own_path: bool = False
    local_preference: int | None = None
    weight: int | None = None
    set_community: str = ""


class Policy(NamedTuple):
    """Terms in order; a route that no term matches is refused."""

    name: str
    terms: tuple[Term, ...]
