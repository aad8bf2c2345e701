"""Faults of policies, prefix lists and originated prefixes."""

from dataclasses import replace

from judge_bench import Bench

from barefabric.model.design import Announcement, AnnouncementKind
from barefabric.model.policy import PrefixMatch, Term

ANY = PrefixMatch("0.0.0.0/0", 0, 32)


def too_wide(b: Bench) -> None:
    b.prefix_list("r2-leaf1", "PROD-CALICO", PrefixMatch("10.64.0.0/14", 24, 26))


def accepts_a_default(b: Bench) -> None:
    b.prefix_list("r1-leaf2", "PROD-CALICO", PrefixMatch("0.0.0.0/0"))


def node_announces_a_default(b: Bench) -> None:
    """The filter is open, and a node makes use of it."""
    accepts_a_default(b)
    more = Announcement("r1-worker5", "prod-calico", "0.0.0.0/0", AnnouncementKind.POOL)
    b.alter(announcements=(*b.design.announcements, more))


def accepts_another_cluster(b: Bench) -> None:
    b.prefix_list("p1r03-leaf1", "EAST-CALICO", PrefixMatch("198.18.128.0/17", 32, 32))


def accepts_a_loopback(b: Bench) -> None:
    b.prefix_list("r3-leaf1", "PROD-CALICO", PrefixMatch("10.255.0.0/20", 32, 32))


def accepts_a_rack(b: Bench) -> None:
    b.prefix_list("r3-leaf1", "PROD-KUBE-VIP", PrefixMatch("10.10.0.0/16", 24, 24))


def import_detached(b: Bench) -> None:
    b.group("r1-leaf1", "PROD-CALICO", import_policy="")


def import_policy_gone(b: Bench) -> None:
    b.switch(
        "r1-leaf1",
        lambda i: replace(i, policies=tuple(p for p in i.policies if p.name != "FROM-PROD-CALICO")),
    )


def list_gone(b: Bench) -> None:
    b.switch(
        "r1-leaf1",
        lambda i: replace(
            i, prefix_lists=tuple(p for p in i.prefix_lists if p.name != "PROD-CALICO")
        ),
    )


def leaf_without_default(b: Bench) -> None:
    b.policy(
        "r2-leaf2", "FROM-SPINES", lambda terms: [t for t in terms if t.prefix_list != "DEFAULT"]
    )


def leaf_keeps_its_rack(b: Bench) -> None:
    b.prefix_list("r2-leaf2", "LOCAL", add=False)


def leaf_talks_to_nodes(b: Bench) -> None:
    b.policy("r1-leaf1", "TO-NODES", lambda _: [Term(10, True)])


def spine_takes_a_default(b: Bench) -> None:
    b.policy("spine1", "FROM-LEAVES", lambda terms: [Term(5, True, "DEFAULT"), *terms])


def border_takes_a_default(b: Bench) -> None:
    b.policy("border1", "FROM-SPINES", lambda terms: [Term(5, True, "DEFAULT"), *terms])


def border_leaks(b: Bench) -> None:
    b.prefix_list("border1", "WAN-A-ANNOUNCE", PrefixMatch("10.255.0.0/20", 32, 32))


def border_forgets_a_pool(b: Bench) -> None:
    b.prefix_list("border2", "WAN-B-ANNOUNCE", PrefixMatch("203.0.113.0/24"), add=False)


def upstream_may_send_anything(b: Bench) -> None:
    b.prefix_list("border1", "WAN-A-ACCEPT", ANY)


def heavy_last_resort(b: Bench) -> None:
    """Without weight 0 a spine's own discard route wins over the border's default."""
    b.policy("spine1", "LAST-RESORT", lambda terms: [t._replace(weight=None) for t in terms])


def last_resort_missing(b: Bench) -> None:
    b.bgp("p1-spine2", last_resort=False)


def last_resort_without_community(b: Bench) -> None:
    b.policy(
        "spine1", "LAST-RESORT", lambda terms: [t._replace(local_preference=200) for t in terms]
    )


def links_announced(b: Bench) -> None:
    b.bgp("r1-leaf1", networks=("10.255.0.3/32", "10.10.0.0/24", "10.254.0.0/31"))


def host_takes_everything(b: Bench) -> None:
    wide = Term(10, True)
    b.host(
        "r1-worker2",
        lambda i: replace(
            i,
            policies=tuple(
                p._replace(terms=(wide,)) if p.name == "FROM-LEAVES" else p for p in i.policies
            ),
        ),
    )
    for leaf in ("r1-leaf1", "r1-leaf2"):
        b.policy(leaf, "TO-HOSTS", lambda _: [wide])


def host_list_of_another(b: Bench) -> None:
    b.prefix_list("r1-leaf1", "HOST-R1-WORKER1", PrefixMatch("10.10.0.12/32"), add=False)


def host_may_announce_anything(b: Bench) -> None:
    b.prefix_list("r2-leaf2", "HOST-R2-WORKER3", ANY)


def host_does_not_announce(b: Bench) -> None:
    b.host("r2-worker1", lambda i: replace(i, bgp=replace(i.bgp, networks=())) if i.bgp else i)
