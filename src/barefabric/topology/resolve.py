"""Defaults that depend on other parts of the topology."""

from typing import TYPE_CHECKING, Any

from barefabric.errors import Diagnostic, Place
from barefabric.topology.roster import Keys, Roster
from barefabric.topology.view import unknown_of

if TYPE_CHECKING:
    from barefabric.topology.document import Document
    from barefabric.topology.schema import Cluster, Cni, LoadBalancer, ServerSelector, Topology

_UNIONS = ({"types", "names"}, {"racks", "names"})
"""Kinds of words that may stand in one list: all servers of these types, and these servers too."""


def resolved(document: "Document", topology: "Topology") -> tuple["Topology", list[Diagnostic]]:
    """The topology with every choice made, and the words in it that mean nothing (IN042, IN044)."""
    faults: list[Diagnostic] = []
    update: dict[str, Any] = {}
    kinds = topology.switch_types
    if topology.borders and not document.written("borders", "type"):
        # Borders without a type of their own are built like leaves.
        kind = "border" if "border" in kinds or "leaf" not in kinds else "leaf"
        update["borders"] = topology.borders.model_copy(update={"type": kind})
    if topology.clusters:
        words = _Words(document, Roster(topology), faults)
        update["clusters"] = tuple(
            _cluster(words, cluster, ("clusters", index))
            for index, cluster in enumerate(topology.clusters)
        )
    return topology.model_copy(update=update), faults


def _cluster(words: "_Words", cluster: "Cluster", keys: Keys) -> "Cluster":
    cni = cluster.cni.model_copy(update={"mode": cni_mode(cluster.cni)})
    update: dict[str, Any] = {
        "cni": cni,
        "servers": words.selector(cluster.servers, (*keys, "servers")),
    }
    if cluster.load_balancer:
        announce = announcer(cni, cluster.load_balancer)
        update["load_balancer"] = cluster.load_balancer.model_copy(update={"announce": announce})
    if cluster.control_plane:
        chosen = words.selector(cluster.control_plane.servers, (*keys, "control_plane", "servers"))
        update["control_plane"] = cluster.control_plane.model_copy(update={"servers": chosen})
    return cluster.model_copy(update=update)


def cni_mode(cni: "Cni") -> str:
    """The mode asked for; for the word alone the one in which the plugin speaks BGP."""
    return cni.mode or {"calico": "bgp", "cilium": "native"}[cni.use]


def announcer(cni: "Cni", balancer: "LoadBalancer") -> str:
    """Who announces load-balancer addresses: by default one speaker per node address.

    Where the plugin speaks BGP it announces what MetalLB allocates, because a router knows a
    neighbor by its source address (metallb.universe.tf/configuration/calico).
    """
    if balancer.announce:
        return balancer.announce
    return "metallb" if balancer.use == "metallb" and cni.mode == "vxlan" else "cni"


class _Words:
    """Settles what the words of a short list of servers mean."""

    def __init__(self, document: "Document", roster: Roster, faults: list[Diagnostic]) -> None:
        self.document = document
        self.roster = roster
        self.faults = faults

    def selector(self, selector: "ServerSelector", keys: Keys) -> "ServerSelector":
        """Sort the words of a short list into types, racks, pods or names; a block stays."""
        written = self.document.value(*keys)
        if written is None or isinstance(written, dict):
            return selector
        kinds: dict[str, list[str]] = {}
        for word in selector.names:
            kinds.setdefault(self._kind(word), []).append(word)
        if kinds.pop("", None):
            known = {word for words in kinds.values() for word in words}
            for place, word, more in unknown_of(self.document.named(*keys), known):
                self._unknown(word, place, more)
        if len(kinds) > 1 and kinds.keys() not in _UNIONS:
            self._mixed(kinds, keys)
        update: dict[str, Any] = {"types": (), "racks": (), "pods": (), "names": ()}
        update.update({kind: tuple(words) for kind, words in kinds.items()})
        return selector.model_copy(update=update)

    def _kind(self, word: str) -> str:
        roster = self.roster
        if word in roster.topology.server_types:
            return "types"
        if word in roster.rack_names:
            return "racks"
        if any(pod.name == word for pod in roster.pods):
            return "pods"
        return "names" if word in roster.server_names else ""

    def _unknown(self, word: str, place: Place, more: str) -> None:
        roster = self.roster
        known = [*roster.topology.server_types, *roster.rack_names, *(p.name for p in roster.pods)]
        self.faults.append(
            Diagnostic(
                "IN042",
                f'no server type, rack, pod or server is called "{word}"{more}',
                (place,),
                "server types: " + (", ".join(roster.topology.server_types) or "none"),
                self.roster.suggestions.did_you_mean(word, [*known, *roster.server_names]),
            )
        )

    def _mixed(self, kinds: dict[str, list[str]], keys: Keys) -> None:
        nouns = {"types": "server types", "racks": "racks", "pods": "pods", "names": "servers"}
        some = {kind: [*words[:5], *["..."][: len(words) > 5]] for kind, words in kinds.items()}
        said = " and ".join(f"{nouns[kind]} ({', '.join(words)})" for kind, words in some.items())
        block = ", ".join(f"{kind}: [{', '.join(words)}]" for kind, words in some.items())
        self.faults.append(
            Diagnostic(
                "IN044",
                f"the list names {said}",
                (self.document.place(*keys),),
                "a list names server types, racks or pods, not several of these",
                f"servers that are in all of these: {{{block}}}",
            )
        )
