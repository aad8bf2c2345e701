"""``fabric why ASN``: who uses an AS number, and where it came from."""

from collections.abc import Iterator

from barefabric.compare.ranges import listed
from barefabric.inquire.facts import Answer, Fact
from barefabric.inquire.origin import kept, said
from barefabric.ledger.asns import HOSTS, node_key, switch_key
from barefabric.model.device import Attach
from barefabric.model.ledger import Kind
from barefabric.pipeline import Designed

_RULES = {
    "superspine": "one for all superspines",
    "spine": "one for the spines of a pod: they refuse each other's routes",
    "border": "one for each border",
    "leaf": "one for each pair of leaves, one for each leaf without a pair",
    "node": "for servers",
}


def explain_asn(designed: Designed, asn: int) -> list[Answer]:
    """Every use of an AS number; empty where the design has none."""
    return [*_numbered(designed, asn), *_shown(designed, asn), *_upstreams(designed, asn)]


def _numbered(designed: Designed, asn: int) -> Iterator[Answer]:
    """Numbers that were handed out from a pool, by their key in the ledger."""
    users = _users(designed, asn)
    for key, value in designed.numbers.asns.items():
        if value == asn:
            role, devices = users.get(key, ("node", []))
            yield Answer(
                str(asn), _sentence(role, key, devices), tuple(_facts(designed, role, key))
            )


def _users(designed: Designed, asn: int) -> dict[str, tuple[str, list[str]]]:
    """The devices with this number, by the ledger's key, with the pool it comes from."""
    found: dict[str, tuple[str, list[str]]] = {}
    for switch in designed.design.switches.values():
        if switch.asn == asn:
            found.setdefault(switch_key(switch), (switch.role.value, []))[1].append(switch.name)
    clusters = {c.name: c for c in designed.loaded.topology.clusters}
    for server in designed.design.servers.values():
        if server.asn == asn and (server.cluster or server.attach is Attach.ROUTED):
            key = node_key(clusters.get(server.cluster), server)
            found.setdefault(key, ("node", []))[1].append(server.name)
    return found


def _sentence(role: str, key: str, devices: list[str]) -> str:
    names = listed(devices, 4) or "nothing yet"
    if role == "node":
        return f"{'routed servers' if key == HOSTS else f'nodes, {key}'}: {names}"
    return f"{role}: {names}" if len(devices) == 1 else f"{role}, shared by {names}"


def _facts(designed: Designed, role: str, key: str) -> Iterator[Fact]:
    held = getattr(designed.loaded.topology.asn, role)
    asn = designed.numbers.asns[key]
    if held.first <= asn <= held.last:
        yield said(designed, "from", f"asn.{role} {held.first}-{held.last}", "asn", role)
        yield from kept(designed, Kind.ASN, key, f"{asn - held.first:,}")
    else:
        yield Fact("from", f"outside asn.{role} ({held.first}-{held.last}), by a pin")
        yield from kept(designed, Kind.ASN, key)
    if key.startswith("cluster "):
        clusters = designed.loaded.topology.clusters
        name = key.split(" ")[1]
        n = next(n for n, cluster in enumerate(clusters) if cluster.name == name)
        scheme = clusters[n].cni.node_asn
        yield said(designed, "rule", f"node_asn: {scheme}", "clusters", n, "cni", "node_asn")
    else:
        yield Fact("rule", f"{_RULES[role]} (RFC 7938)")


def _shown(designed: Designed, asn: int) -> Iterator[Answer]:
    """The number that leaves show to nodes whose fields hold no 4-byte private number."""
    leaves = dict.fromkeys(
        s.a for s in designed.design.sessions if s.a_asn == asn and s.profile.a.local_as == asn
    )
    if leaves:
        fact = said(designed, "from", "asn.shown_to_nodes", "asn", "shown_to_nodes")
        rule = Fact(
            "rule", "Calico's fields are 32-bit signed: a private 4-byte number does not fit"
        )
        sentence = f"what {listed(leaves, 4)} call themselves towards Calico"
        yield Answer(str(asn), sentence, (fact, rule))


def _upstreams(designed: Designed, asn: int) -> Iterator[Answer]:
    for n, external in enumerate(designed.loaded.topology.external):
        if external.asn == asn:
            fact = said(designed, "from", f"external {external.name}", "external", n, "asn")
            sentence = f"upstream router {external.name} on {external.attach.switch}"
            yield Answer(str(asn), sentence, (fact,))
