"""Small networks made by hand, for the judge's own tests."""

from collections.abc import Iterable, Mapping

from barefabric.model.policy import Policy, PrefixMatch, Term
from barefabric.verify.network import PLAIN, Attributes, Config, GroupRules, Label, Network
from barefabric.verify.policy import Rules, compile_policy
from barefabric.verify.table import RouteTable
from barefabric.verify.tabulate import compute

BOTH = ("ipv4", "ipv6")


class Lab:
    """Builds a network word by word: routers, links, prefixes; then computes it."""

    def __init__(self) -> None:
        self.network = Network()
        self.origins: dict[str, list[tuple[int, Attributes]]] = {}
        self.numbers: dict[str, int] = {}
        self.signatures: dict[object, int] = {}
        self.labels: dict[Label, int] = {}

    def router(
        self,
        name: str,
        asn: int,
        *,
        ecmp: int = 64,
        groups: Mapping[str, GroupRules] | None = None,
        policies: Iterable[Rules] = (),
        mute: bool = False,
        deaf: bool = False,
        kind: str = "router",
    ) -> int:
        by_name = {rules.name: rules for rules in policies}
        key = (
            kind,
            ecmp,
            tuple(sorted((groups or {}).items())),
            tuple(by_name.items()),
            mute,
            deaf,
        )
        signature = self.signatures.setdefault(key, len(self.signatures))
        config = Config(signature, ecmp, groups or {"ebgp": open_group()}, by_name, mute, deaf)
        number = self.numbers[name] = self.network.add(name, asn, config)
        return number

    def link(
        self,
        a: str,
        b: str,
        profile: str = "ebgp",
        *,
        families: tuple[str, ...] = BOTH,
        rank: int = 0,
        symmetric: bool = False,
        ordinal: int = 1,
    ) -> None:
        label = Label(profile, families, ordinal, 0, symmetric, rank)
        if label not in self.labels:
            self.labels[label] = len(self.network.labels)
            self.network.labels.append(label)
        edge = (self.numbers[a], self.numbers[b], self.labels[label])
        self.network.edges.append(edge)

    def announce(self, prefix: str, *names: str, own: Attributes = PLAIN) -> None:
        owners = self.origins.setdefault(prefix, [])
        owners += [(self.numbers[name], own) for name in names]

    def policy(self, name: str, *terms: Term, lists: Mapping[str, str] | None = None) -> Rules:
        contents = {n: (PrefixMatch(p),) for n, p in (lists or {}).items()}
        rules = compile_policy(
            Policy(name, terms), contents, {"RESORT": "65000:250"}, self.network.index
        )
        self.network.public.update(rule.contents for rule in rules.rules)
        return rules

    def compute(self, *, by_class: bool = True) -> RouteTable:
        return compute(self.network, self.origins, by_class=by_class)

    def hops(self, name: str, prefix: str, *, by_class: bool = True) -> list[str] | None:
        """Next hops by name; an empty list for an own route, None without a route."""
        row = self.compute(by_class=by_class).row(self.numbers[name], prefix)
        return None if row is None else sorted(self.network.names[hop] for hop in row.hops)


def open_group(
    imports: str = "", exports: str = "", *, next_hop_self: bool = False,
    remove_private: bool = False, send_community: bool = True,
) -> GroupRules:  # fmt: skip
    """Everything passes unless a policy is named."""
    return GroupRules(imports, exports, next_hop_self, remove_private, send_community)


Facts = tuple[tuple[str, ...], int, int, bool]


def all_rows(table: RouteTable) -> dict[tuple[int, str], Facts]:
    """Every row of a table, comparable with that of another computation."""
    names = table.network.names
    return {
        (process, prefix): (
            tuple(sorted(names[hop] for hop in row.hops)),
            row.route.length,
            row.route.preference,
            row.route.local,
        )
        for process, prefix, row in table.rows()
    }


def clos(spines: int, racks: int, servers: int, *, own_asns: bool = False) -> Lab:
    """Spines over racks with a pair of leaves each, and servers on both leaves."""
    lab = Lab()
    leaf = {"ebgp": open_group(), "pair": open_group(next_hop_self=True), "node": open_group()}
    for n in range(1, spines + 1):
        lab.router(f"spine{n}", 65000, kind="spine")
        lab.announce(f"10.255.0.{n}/32", f"spine{n}")
    everywhere = []
    for rack in range(1, racks + 1):
        pair = [f"r{rack}-leaf1", f"r{rack}-leaf2"]
        for place, name in enumerate(pair, 1):
            lab.router(name, 4200000000 + rack, groups=leaf, kind="leaf")
            lab.announce(f"10.255.{rack}.{place}/32", name)
            for n in range(1, spines + 1):
                lab.link(f"spine{n}", name, rank=1)
        lab.announce(f"10.10.{rack}.0/24", *pair)
        lab.link(*pair, "pair", symmetric=True)
        for n in range(1, servers + 1):
            name = f"r{rack}-node{n}"
            asn = 64512 + rack * servers + n if own_asns else 64512
            lab.router(name, asn, groups={}, mute=True, deaf=True, kind="node")
            lab.announce(f"10.64.{rack}.{n * 4}/30", name)
            everywhere.append(name)
            for leaf_name in pair:
                lab.link(leaf_name, name, "node")
    if everywhere:
        lab.announce("203.0.113.1/32", *everywhere)
    return lab
