"""``fabric why PREFIX``: what a prefix is, or what it lies in."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from barefabric.compare.ranges import counted
from barefabric.derive.prefixes import DEFAULTS, block_length
from barefabric.inquire.addresses import link_of, rack_facts
from barefabric.inquire.facts import Answer, Fact
from barefabric.inquire.origin import said
from barefabric.ledger.file import ledger_path
from barefabric.model.address import amount, contains, host_route, is_ipv4, split, width
from barefabric.model.ledger import Kind
from barefabric.pipeline import Designed


class Holder(NamedTuple):
    """A prefix that the topology or the design names: what it is for, and how to learn more."""

    prefix: str
    sentence: str
    facts: Callable[[], Iterable[Fact]]


_TAKEN = {
    "pool of loopbacks": ("loopback", (Kind.LOOPBACK, Kind.LOOPBACK6)),
    "pool of links": ("link", (Kind.LINK, Kind.LINK6)),
    "pool of servers": ("rack", (Kind.RACK, Kind.RACK6)),
    "pool of management": ("address", (Kind.MANAGEMENT,)),
}
"""What is taken from each pool, and as what the ledger keeps it."""

_UNITS = {"loopbacks": "switch", "links": "link", "management": "switch"}
"""What has a unit of each pool of its own; all other pools are of racks."""


def _known(*facts: Fact) -> Callable[[], Iterable[Fact]]:
    return lambda: facts


def holders(designed: Designed) -> Iterator[Holder]:
    """Every prefix that has a name, the narrowest kinds first."""
    design = designed.design
    for rack in design.racks.values():
        routed = "" if rack.gateway else " (loopbacks of its routed servers)"
        for prefix in filter(None, (rack.prefix, rack.prefix6)):
            sentence = f"prefix of rack {rack.name}{routed}"
            yield Holder(prefix, sentence, partial(rack_facts, designed, rack.name, prefix))
    yield from _cluster_holders(designed)
    yield from _external_holders(designed)
    yield from _pool_holders(designed)


def _cluster_holders(designed: Designed) -> Iterator[Holder]:
    for n, cluster in enumerate(designed.loaded.topology.clusters):
        keys = ("clusters", n)
        for prefix in cluster.pods:
            fact = said(designed, "from", f"pods of cluster {cluster.name}", *keys, "pods")
            size = _block_fact(designed, n, prefix)
            rule = Fact("rule", f"{cluster.cni.use} hands out the blocks; no number here is ours")
            yield Holder(prefix, f"pods of cluster {cluster.name}", _known(fact, size, rule))
        for prefix in cluster.services:
            fact = said(designed, "from", f"services of {cluster.name}", *keys, "services")
            rule = Fact("rule", "inside the cluster only; the fabric never learns it")
            yield Holder(prefix, f"service addresses of cluster {cluster.name}", _known(fact, rule))
        balancer = cluster.load_balancer
        for name, pool in (balancer.pools if balancer else {}).items():
            for prefix in pool.addresses:
                path = (*keys, "load_balancer", "pools", name)
                fact = said(designed, "from", f"pool {name} of cluster {cluster.name}", *path)
                outside = f"and outwards to {', '.join(pool.announce_to)}"
                by = designed.design.clusters[cluster.name].announcer or "nothing"
                told = outside if pool.announce_to else "not announced outwards"
                rule = Fact("rule", f"announced by {by}, {told}")
                yield Holder(
                    prefix, f"load-balancer pool {name} of {cluster.name}", _known(fact, rule)
                )


def _block_fact(designed: Designed, n: int, prefix: str) -> Fact:
    """How long the pod blocks of a cluster are in the family of a prefix."""
    cluster = list(designed.design.clusters.values())[n]
    text = f"/{block_length(cluster, prefix)} for each node"
    if is_ipv4(prefix):
        return said(designed, "blocks", text, "clusters", n, "cni", "block_size")
    return Fact("blocks", f"{text}, what Calico takes for IPv6; block_size is of IPv4")


def _external_holders(designed: Designed) -> Iterator[Holder]:
    for n, external in enumerate(designed.loaded.topology.external):
        for prefix in external.accept:
            fact = said(designed, "from", f"external {external.name}", "external", n, "accept")
            yield Holder(prefix, f"accepted from upstream router {external.name}", _known(fact))
    resort = Fact("rule", "every spine originates it, and it loses against any other default")
    for family in designed.design.underlay.families:
        yield Holder(DEFAULTS[family], "default of last resort", _known(resort))


def _pool_holders(designed: Designed) -> Iterator[Holder]:
    for use in designed.design.pools:
        name = use.name.removesuffix("6")
        unit = "an address" if name == "management" else f"a /{use.unit}"
        free = use.size - use.used - use.retired
        kept = f", {use.retired:,} kept for what is gone" if use.retired else ""
        text = f"{use.used:,} of {amount(use.size)} used{kept}, {amount(free)} free"
        for prefix in use.prefixes:
            fact = said(designed, "from", f"addressing.{name}", "addressing", name)
            rule = Fact("rule", f"{unit} for each {_UNITS.get(name, 'rack')}")
            yield Holder(prefix, f"pool of {name}", _known(fact, rule, Fact("use", text)))


def explain_prefix(designed: Designed, prefix: str) -> list[Answer]:
    """What a prefix is by itself; where it is nothing by itself, what it lies in."""
    found = list(holders(designed))
    exact = [h for h in found if same(h.prefix, prefix)]
    if exact:
        return [Answer(prefix, h.sentence, tuple(h.facts())) for h in exact]
    return inside(designed, prefix, found)


def inside(designed: Designed, prefix: str, known: Iterable[Holder] = ()) -> list[Answer]:
    """The narrowest named prefixes that a prefix or an address lies in, where it has no owner."""
    found = [
        h for h in (list(known) or list(holders(designed)))
        if h.prefix not in DEFAULTS.values() and contains(h.prefix, prefix)
    ]  # fmt: skip
    longest = max((split(h.prefix)[1] for h in found), default=0)
    retired = tuple(_retired(designed, prefix))
    answers = []
    for h in found:
        if split(h.prefix)[1] == longest:
            state = _taken(designed, h, prefix) or _free(h, prefix, bool(retired))
            sentence = f"in {h.prefix}, {h.sentence}; {state}"
            answers.append(Answer(prefix, sentence, (*retired, *h.facts())))
    return answers


def _taken(designed: Designed, holder: Holder, prefix: str) -> str:
    """What is said of a prefix, not of a single address, some of which is given away."""
    if split(prefix)[1] == width(prefix):
        return ""
    if holder.sentence.startswith("prefix of rack"):
        return "a part of it"
    noun, kinds = _TAKEN.get(holder.sentence, ("", ()))
    values = [entry.value for kind in kinds for entry in designed.numbers.ledger.of(kind).values()]
    if Kind.MANAGEMENT in kinds:
        values.append(designed.design.management_gateway)
    taken = sum(contains(prefix, value if "/" in value else host_route(value)) for value in values)
    return f"not free: {counted(taken, noun)} in it" if taken else ""


def _free(holder: Holder, prefix: str, retired: bool) -> str:
    """What is said of an address that the design gives to nothing."""
    if retired:
        return "given to nothing now"
    if holder.sentence.startswith(("prefix of rack", "pool of")):
        return "free" if not _edge(holder.prefix, prefix) else _never_used(prefix)
    return "who has it is not part of the design"


def _never_used(address: str) -> str:
    return f"its first {'or last ' if is_ipv4(address) else ''}address, never used"


def _edge(outer: str, inner: str) -> bool:
    """Whether an address is the first or the last of a prefix; IPv6 has no broadcast address."""
    (base, length), bits = split(outer), width(outer)
    value, inner_length = split(inner)
    last = base + (1 << (bits - length)) - 1
    return inner_length == bits and (value == base or (bits == 32 and value == last))


def _retired(designed: Designed, prefix: str) -> Iterator[Fact]:
    """What the ledger keeps a value for, though it is gone."""
    lock = ledger_path(designed.loaded.path)
    wanted, (address, _, length) = {prefix}, prefix.partition("/")
    if int(length) == width(prefix):
        wanted |= {address, link_of(address)}
    for kind, key, entry in designed.numbers.ledger:
        if entry.retired and entry.value in wanted:
            line = designed.before.lines.get((kind, key), 0)
            text = f"for {key}, which is gone ({kind.value} {entry.value}); fabric reclaim frees it"
            yield Fact("kept", text, f"{lock}:{line}" if line else str(lock))


def same(one: str, other: str) -> bool:
    """Whether two prefixes are equal, whatever the notation."""
    return width(one) == width(other) and split(one) == split(other)
