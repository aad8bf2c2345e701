"""``fabric why PREFIX``: what a prefix is, or what it lies in."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from barefabric.inquire.addresses import rack_facts
from barefabric.inquire.facts import Answer, Fact
from barefabric.inquire.origin import said
from barefabric.ledger.file import ledger_path
from barefabric.model.address import contains, dotted, is_ipv4, split
from barefabric.pipeline import Designed


class Holder(NamedTuple):
    """A prefix that the topology or the design names: what it is for, and how to learn more."""

    prefix: str
    sentence: str
    facts: Callable[[], Iterable[Fact]]


def _known(*facts: Fact) -> Callable[[], Iterable[Fact]]:
    return lambda: facts


def holders(designed: Designed) -> Iterator[Holder]:
    """Every prefix that has a name, the narrowest kinds first."""
    design = designed.design
    for rack in design.racks.values():
        if rack.prefix:
            routed = "" if rack.gateway else " (loopbacks of its routed servers)"
            sentence = f"prefix of rack {rack.name}{routed}"
            yield Holder(rack.prefix, sentence, partial(rack_facts, designed, rack.name))
    yield from _cluster_holders(designed)
    yield from _external_holders(designed)
    yield from _pool_holders(designed)


def _cluster_holders(designed: Designed) -> Iterator[Holder]:
    for n, cluster in enumerate(designed.loaded.topology.clusters):
        keys = ("clusters", n)
        block = cluster.cni.block_size
        for prefix in cluster.pods:
            fact = said(designed, "from", f"pods of cluster {cluster.name}", *keys, "pods")
            size = said(designed, "blocks", f"/{block} for each node", *keys, "cni", "block_size")
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


def _external_holders(designed: Designed) -> Iterator[Holder]:
    for n, external in enumerate(designed.loaded.topology.external):
        for prefix in external.accept:
            fact = said(designed, "from", f"external {external.name}", "external", n, "accept")
            yield Holder(prefix, f"accepted from upstream router {external.name}", _known(fact))
    resort = Fact("rule", "every spine originates it, and it loses against any other default")
    yield Holder("0.0.0.0/0", "default of last resort", _known(resort))


def _pool_holders(designed: Designed) -> Iterator[Holder]:
    units = {"loopbacks": "a /32 for each switch", "links": "a /31 for each link",
             "management": "an address for each switch"}  # fmt: skip
    for use in designed.design.pools:
        units.setdefault(use.name, f"a /{use.unit} for each rack")
        free = use.size - use.used - use.retired
        kept = f", {use.retired:,} kept for what is gone" if use.retired else ""
        numbers = Fact("use", f"{use.used:,} of {use.size:,} used{kept}, {free:,} free")
        for prefix in use.prefixes:
            keys = ("addressing", use.name)
            fact = said(designed, "from", f"addressing.{use.name}", *keys)
            rule = Fact("rule", units[use.name])
            yield Holder(prefix, f"pool of {use.name}", _known(fact, rule, numbers))


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
        if h.prefix != "0.0.0.0/0" and is_ipv4(h.prefix) and contains(h.prefix, prefix)
    ]  # fmt: skip
    longest = max((split(h.prefix)[1] for h in found), default=0)
    retired = tuple(_retired(designed, prefix))
    answers = []
    for h in found:
        if split(h.prefix)[1] == longest:
            sentence = f"in {h.prefix}, {h.sentence}; {_free(h, prefix, bool(retired))}"
            answers.append(Answer(prefix, sentence, (*retired, *h.facts())))
    return answers


def _free(holder: Holder, prefix: str, retired: bool) -> str:
    """What is said of an address that the design gives to nothing."""
    if retired:
        return "given to nothing now"
    if holder.sentence.startswith(("prefix of rack", "pool of")):
        return (
            "free" if not _edge(holder.prefix, prefix) else "its first or last address, never used"
        )
    return "who has it is not part of the design"


def _edge(outer: str, inner: str) -> bool:
    """Whether an address is the first or the last of a prefix."""
    base, length = split(outer)
    value, inner_length = split(inner)
    return inner_length == 32 and value in (base, base + (1 << (32 - length)) - 1)


def _retired(designed: Designed, prefix: str) -> Iterator[Fact]:
    """What the ledger keeps a value for, though it is gone."""
    lock = ledger_path(designed.loaded.path)
    wanted = {prefix, prefix.removesuffix("/32")}
    if prefix.endswith("/32"):
        wanted.add(f"{dotted(split(prefix)[0] & ~1)}/31")
    for kind, key, entry in designed.numbers.ledger:
        if entry.retired and entry.value in wanted:
            line = designed.before.lines.get((kind, key), 0)
            text = f"for {key}, which is gone ({kind.value} {entry.value}); fabric reclaim frees it"
            yield Fact("kept", text, f"{lock}:{line}" if line else str(lock))


def same(one: str, other: str) -> bool:
    """Whether two prefixes are equal, whatever the notation."""
    if is_ipv4(one) and is_ipv4(other):
        return split(one) == split(other)
    return one == other
