"""Names of groups, policies and lists. One place, so that both ends of a policy agree."""

from collections.abc import Iterable

from barefabric.model.device import Role
from barefabric.model.session import Speaker

GROUP = {
    Role.SUPERSPINE: "SUPERSPINES",
    Role.SPINE: "SPINES",
    Role.LEAF: "LEAVES",
    Role.BORDER: "BORDERS",
}
"""Peer group of the neighbors that have this role."""

PEER = "PEER"
HOSTS = "HOSTS"
DEFAULT_LIST = "DEFAULT"
LOCAL_LIST = "LOCAL"
FABRIC_LIST = "FABRIC"
EXTERNAL_LIST = "EXTERNAL"
NODES_LIST = "NODES"
SELF_LIST = "SELF"
OWN_LIST = "OWN"
LEAF_LIST = "LEAF-LOOPBACKS"
LAST_RESORT_LIST = "LAST-RESORT"
CONNECTED = "CONNECTED"
LAST_RESORT = "LAST-RESORT"
TO_NODES = "TO-NODES"


CHOSEN = ("HOST-", "upstream-")
"""How names begin that end in one that the user chose."""


def of_family(name: str, family: str) -> str:
    """A list or a session profile in a family: ``FABRIC6``, but ``HOST-R1-W1_6``.

    No name that a user chooses has an underscore, so that server ``w1`` in IPv6 is not ``w16``, and
    upstream ``isp`` in IPv6 not ``isp6``.
    """
    return f"{name}{ending(name)}" if family == "ipv6" else name


def ending(name: str) -> str:
    """What a name has behind it in IPv6."""
    return "_6" if name.startswith(CHOSEN) else "6"


def upstream_of(profile: str) -> str:
    """The router outside that a session profile is about."""
    return profile.removeprefix("upstream-").removesuffix("_6")


def each(families: Iterable[str], *names: str) -> tuple[str, ...]:
    """Names of lists, in every family."""
    return tuple(of_family(name, family) for name in names for family in families)


def upper(name: str) -> str:
    """A name as switches show it."""
    return name.upper()


def speaker_group(cluster: str, speaker: Speaker) -> str:
    """The group of a cluster's speakers on a leaf: ``PROD-CALICO``."""
    return f"{upper(cluster)}-{upper(speaker.value)}"


def import_of(group: str) -> str:
    """The policy that filters what a group sends us."""
    return f"FROM-{group}"


def export_of(group: str) -> str:
    """The policy that filters what we send a group."""
    return f"TO-{group}"


def host_list(server: str) -> str:
    """The list of one routed host's own addresses."""
    return f"HOST-{upper(server)}"


def host_import(server: str) -> str:
    """The policy that admits one routed host's own addresses."""
    return f"FROM-HOST-{upper(server)}"


def upstream_accept(upstream: str) -> str:
    """The list of prefixes taken from an upstream."""
    return f"{upper(upstream)}-ACCEPT"


def upstream_announce(upstream: str) -> str:
    """The list of prefixes announced to an upstream."""
    return f"{upper(upstream)}-ANNOUNCE"
