"""Faults in the policies, lists and originated prefixes of one device."""

from dataclasses import replace

from fault import Fault
from fault_bench import Bench
from fault_fabrics import ALL, PODS, ROUTED

from barefabric.model.intent import ServerIntent
from barefabric.model.policy import PrefixMatch, Term

ANY = PrefixMatch("0.0.0.0/0", 0, 32)
LEAF = "r1-leaf1"


def too_wide(b: Bench) -> None:
    b.prefix_list("r2-leaf1", "DEMO-CALICO", PrefixMatch("10.64.0.0/16", 24, 26))


def accepts_a_default(b: Bench) -> None:
    b.prefix_list(LEAF, "DEMO-CALICO", PrefixMatch("0.0.0.0/0"))


def accepts_another_cluster(b: Bench) -> None:
    b.prefix_list("p1r1-leaf1", "EAST-CALICO", PrefixMatch("203.0.113.128/25"))


def accepts_what_nobody_has(b: Bench) -> None:
    b.prefix_list(LEAF, "DEMO-CALICO", PrefixMatch("192.0.2.0/24", 32, 32))


def accepts_a_loopback(b: Bench) -> None:
    b.prefix_list(LEAF, "DEMO-CALICO", PrefixMatch("10.255.0.0/16", 32, 32))


def accepts_a_rack(b: Bench) -> None:
    b.prefix_list(LEAF, "DEMO-CALICO", PrefixMatch("10.10.0.0/16", 24, 24))


def misses_the_pods(b: Bench) -> None:
    """The list has the pool's network itself, and not the blocks below it."""
    b.prefix_list(LEAF, "DEMO-CALICO", PrefixMatch("10.64.0.0/16"), add=False)


def import_detached(b: Bench) -> None:
    b.group(LEAF, "DEMO-CALICO", import_policy="")


def export_detached(b: Bench) -> None:
    b.group(LEAF, "SPINES", export_policy="")


def import_gone(b: Bench) -> None:
    b.switch(
        LEAF,
        lambda i: replace(i, policies=tuple(p for p in i.policies if p.name != "FROM-DEMO-CALICO")),
    )


def list_gone(b: Bench) -> None:
    b.switch(
        LEAF,
        lambda i: replace(
            i, prefix_lists=tuple(p for p in i.prefix_lists if p.name != "DEMO-CALICO")
        ),
    )


def leaf_without_default(b: Bench) -> None:
    b.policy(
        "r2-leaf1", "FROM-SPINES", lambda terms: [t for t in terms if t.prefix_list != "DEFAULT"]
    )


def leaf_keeps_its_own(b: Bench) -> None:
    b.prefix_list("r2-leaf1", "LOCAL", add=False)


def leaf_keeps_its_nodes(b: Bench) -> None:
    b.policy("r2-leaf1", "TO-SPINES", lambda terms: [t for t in terms if t.prefix_list != "NODES"])


def leaf_talks_to_nodes(b: Bench) -> None:
    b.policy(LEAF, "TO-NODES", lambda _: [Term(10, True)])


def leaf_lets_marks_in(b: Bench) -> None:
    """A node's own communities stay: it could mark a route as the default of last resort."""
    b.policy(LEAF, "FROM-DEMO-CALICO", lambda terms: [t._replace(set_community="") for t in terms])


def spine_takes_a_default(b: Bench) -> None:
    b.policy("spine1", "FROM-LEAVES", lambda terms: [Term(5, True, "DEFAULT"), *terms])


def spine_keeps_the_default(b: Bench) -> None:
    b.policy("spine1", "TO-LEAVES", lambda terms: [t for t in terms if t.prefix_list != "DEFAULT"])


def border_takes_a_default(b: Bench) -> None:
    b.policy("border1", "FROM-SPINES", lambda terms: [Term(5, True, "DEFAULT"), *terms])


def border_leaks(b: Bench) -> None:
    b.prefix_list("border1", "WAN-ANNOUNCE", PrefixMatch("10.255.0.0/16", 32, 32))


def border_forgets_a_pool(b: Bench) -> None:
    b.prefix_list("border1", "WAN-ANNOUNCE", PrefixMatch("192.0.2.0/24"), add=False)


def upstream_may_send_anything(b: Bench) -> None:
    b.prefix_list("border1", "WAN-ACCEPT", ANY)


def heavy_last_resort(b: Bench) -> None:
    """Without weight 0 a spine's own discard route wins over the border's default."""
    b.policy("spine1", "LAST-RESORT", lambda terms: [t._replace(weight=None) for t in terms])


def last_resort_missing(b: Bench) -> None:
    b.bgp("spine2", last_resort=False)


def last_resort_preferred(b: Bench) -> None:
    b.policy(
        "spine1", "LAST-RESORT", lambda terms: [t._replace(local_preference=200) for t in terms]
    )


def last_resort_unmarked(b: Bench) -> None:
    """Without the community leaves take the discard route for as good as the border's default."""
    b.policy("spine1", "LAST-RESORT", lambda terms: [t._replace(set_community="") for t in terms])


def links_announced(b: Bench) -> None:
    """The list of what a switch originates has the links too."""
    b.prefix_list(LEAF, "LOCAL", PrefixMatch("10.254.0.0/16", 31, 31))
    own = b.design.switches[LEAF].loopback
    b.bgp(LEAF, networks=(f"{own}/32", "10.254.0.0/31"))


def host_takes_everything(b: Bench) -> None:
    wide = Term(10, True)
    b.host(
        "r1-node2",
        lambda i: i._replace(
            policies=tuple(
                p._replace(terms=(wide,)) if p.name == "FROM-LEAVES" else p for p in i.policies
            ),
        ),
    )
    for leaf in ("r1-leaf1", "r1-leaf2"):
        b.policy(leaf, "TO-HOSTS", lambda _: [wide])


def host_list_of_another(b: Bench) -> None:
    b.prefix_list(LEAF, "HOST-R1-NODE1", PrefixMatch("10.10.0.12/32"), add=False)


def host_may_announce_anything(b: Bench) -> None:
    b.prefix_list("r2-leaf2", "HOST-R2-NODE2", ANY)


def host_does_not_announce(b: Bench) -> None:
    def spoil(i: ServerIntent) -> ServerIntent:
        lists = tuple(
            p._replace(entries=(PrefixMatch("192.0.2.1/32"),)) if p.name == "OWN" else p
            for p in i.prefix_lists
        )
        return i._replace(bgp=replace(i.bgp, networks=()) if i.bgp else None, prefix_lists=lists)

    b.host("r2-node1", spoil)


FAULTS = [
    Fault(
        "prefix list too wide",
        too_wide,
        ALL,
        ("refused/demo-calico*/rest",),
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "leaf accepts a default",
        accepts_a_default,
        ALL,
        ("refused/demo-calico*",),
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "another cluster's pool",
        accepts_another_cluster,
        PODS,
        ("refused/east-calico/rest",),
        batfish="BF040",
    ),
    Fault(
        "pool of nobody",
        accepts_what_nobody_has,
        ALL,
        ("refused/demo-calico*/rest",),
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "fabric loopback from a node",
        accepts_a_loopback,
        ALL,
        ("refused/demo-calico*",),
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "rack prefix from a node",
        accepts_a_rack,
        ALL,
        ("refused/demo-calico*",),
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "prefix list without the blocks",
        misses_the_pods,
        ALL,
        ("route/r1/own",),
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "import policy detached",
        import_detached,
        ALL,
        ("refused/demo-calico*", "check/settings"),
        files="FI001",
        batfish={"eos-bonds": "BF022", "frr-routed": "BF022"},
    ),
    Fault(
        "export policy detached",
        export_detached,
        ALL,
        ("check/settings",),
        files="FI001",
        batfish={"eos-bonds": "BF022", "frr-routed": "BF022"},
    ),
    Fault(
        "import policy undefined",
        import_gone,
        ALL,
        ("check/policies", "route/r1/own"),
        files="FI001",
        batfish={"eos-bonds": "BF013", "frr-routed": "BF013"},
    ),
    Fault(
        "prefix list undefined",
        list_gone,
        ALL,
        ("check/policies", "route/r1/own"),
        batfish={"eos-bonds": "BF013", "frr-routed": "BF013"},
    ),
    Fault(
        "leaf without its default",
        leaf_without_default,
        ALL,
        ("route/default/leaves",),
        files="FI001",
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "leaf keeps its loopback",
        leaf_keeps_its_own,
        ALL,
        ("route/r2/loopbacks",),
        batfish={"eos-bonds": "BF030", "frr-routed": "BF013"},
    ),
    Fault(
        "leaf keeps its nodes' prefixes",
        leaf_keeps_its_nodes,
        ALL,
        ("route/r2/spines",),
        files="FI001",
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "leaf talks to nodes",
        leaf_talks_to_nodes,
        ALL,
        ("absent/demo-calico*",),
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "communities of nodes let in",
        leaf_lets_marks_in,
        ALL,
        ("check/policies",),
        files="FI001",
        batfish={"eos-bonds": "BF041", "frr-routed": "BF041"},
    ),
    Fault(
        "spine takes a default from leaves",
        spine_takes_a_default,
        ALL,
        ("refused/spines/default",),
        files="FI001",
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "spine keeps the default",
        spine_keeps_the_default,
        ALL,
        ("route/default/leaves",),
        files="FI001",
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "border takes the fabric's default",
        border_takes_a_default,
        ALL,
        ("refused/borders/default",),
        files="FI001",
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "border leaks loopbacks",
        border_leaks,
        ALL,
        ("absent/out/wan",),
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "border forgets a pool",
        border_forgets_a_pool,
        ALL,
        ("route/out/wan", "reach/in/wan"),
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault(
        "upstream may send anything",
        upstream_may_send_anything,
        ALL,
        ("refused/upstream/wan/rest",),
        batfish={"eos-bonds": "BF040", "frr-routed": "BF040"},
    ),
    Fault(
        "last resort with weight",
        heavy_last_resort,
        ALL,
        ("route/default/spines", "route/default/leaves"),
        files="FI001",
    ),
    Fault(
        "last resort preferred",
        last_resort_preferred,
        ALL,
        ("route/default/spines",),
        files="FI001",
        batfish={"eos-bonds": "BF030", "frr-routed": "BF030"},
    ),
    Fault("last resort missing", last_resort_missing, ALL, ("check/settings",), files="FI001"),
    Fault(
        "last resort unmarked",
        last_resort_unmarked,
        ALL,
        ("survives/*|route/default/*",),
        files="FI001",
    ),
    Fault(
        "link network announced",
        links_announced,
        ALL,
        ("absent/links",),
        batfish={"eos-bonds": "BF030"},
    ),
    Fault(
        "host takes everything",
        host_takes_everything,
        ROUTED,
        ("absent/host/r1",),
        files="FI001",
        batfish="BF030",
    ),
    Fault(
        "host list of another server",
        host_list_of_another,
        ROUTED,
        ("refused/host/rest", "route/r1/own"),
        batfish="BF030",
    ),
    Fault(
        "host may announce anything",
        host_may_announce_anything,
        ROUTED,
        ("refused/host",),
        batfish="BF040",
    ),
    Fault(
        "host announces nothing", host_does_not_announce, ROUTED, ("route/r2/own",), batfish="BF020"
    ),
]
