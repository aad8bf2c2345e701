"""Small legal topologies at random: shapes, attachments, families, pools, clusters and upstreams.

What is drawn may still not fit (ports run out, components do not go together): such a topology is
refused with an error, and a caller draws another one.
"""

import random
from typing import Any

Lab = dict[str, Any]

SWITCHES = (
    {"nos": "frr", "ports": "32 x 100G"},
    {"nos": "arista_eos", "ports": "32 x 100G"},
    {"nos": "arista_eos", "model": "7050CX3-32S"},
)
LEAVES = (
    {"nos": "frr", "ports": {"downlink": ["8 x 25G", "16 x 100G"], "uplink": "8 x 100G"}},
    {"nos": "arista_eos", "model": "7050SX3-48YC8"},
)
RACKS = ("r1", "r2", "r10", "R7", "rack-a", "r1-leaf", "x[1,3]")
POOLS = (["10.10.0.0/16"], ["10.10.4.0/23", "10.11.0.0/22"])
V6 = {"loopbacks": "fd00:255::/120", "links": "fd00:254::/112", "servers": "fd00:10::/56"}


class Draw:
    """One topology, drawn by a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (no secret)
        self.six = self.often(0.4)
        self.kinds: Lab = {}

    def often(self, share: float) -> bool:
        """Yes in so many of all cases."""
        return self.chance.random() < share

    def one(self, *choices: Any) -> Any:
        """One of several values."""
        return self.chance.choice(choices)

    def topology(self) -> Lab:
        """All of it."""
        leaf = self.one(*LEAVES)
        types = {
            "spine": self.one(*SWITCHES), "superspine": self.one(*SWITCHES), "leaf": leaf,
            "edge": self.one(*SWITCHES), "pair": {**LEAVES[1], "pair": "mlag"},
        }  # fmt: skip
        racks = [self.rack(name) for name in self.chance.sample(RACKS, self.one(1, 2, 3))]
        whole: Lab = {"fabric": "drawn", "switch_types": types, "server_types": self.kinds}
        whole["underlay"] = self.underlay()
        whole["addressing"] = self.addressing()
        if self.often(0.25):
            whole["superspines"] = {"count": 2 * self.one(1, 2), "planes": 2}
            whole["pods"] = [{"name": "p1", "spines": self.one(2, 4), "racks": racks}]
        else:
            names = ["s2", "s10", "S3"][: self.one(2, 3)]
            whole |= {"spines": self.one(2, 3, {"type": "spine", "names": names}), "racks": racks}
        if self.often(0.5):
            whole["borders"] = {"type": "edge", "count": 2}
            whole["external"] = [self.upstream(types["edge"]["nos"])]
        whole["clusters"] = list(self.clusters(racks, bool(whole.get("external"))))
        return whole

    def rack(self, name: str) -> Lab:
        """A pair with bonds, several leaves with routed servers, or a single leaf."""
        attach = self.one("bond", "routed", "single")
        kind = "pair" if attach == "bond" else "leaf"
        count = {"bond": 2, "routed": self.one(1, 2, 3), "single": 1}[attach]
        speed = self.one(10, 25, 100)
        nics = count * self.one(1, 2) if attach != "single" else 1
        server = f"{attach[0]}{nics}x{speed}"
        self.kinds[server] = {"nics": f"{nics} x {speed}G", "attach": attach}
        leaves: Lab = {"type": kind, "count": count}
        if self.often(0.2) and "[" not in name:
            names = [f"{name}-{end}" for end in ("tor9", "tor10", "b")[:count]]
            leaves = {"type": kind, "names": names}
        return {"name": name, "leaves": leaves, "servers": {server: self.one(0, 1, 2, 5)}}

    def underlay(self) -> Lab:
        """Choices for links."""
        found = {"links": self.one("numbered", "unnumbered"), "links_per_spine": self.one(1, 1, 2)}
        return found | {"families": ["ipv4", "ipv6"] if self.six else ["ipv4"]}

    def addressing(self) -> Lab:
        """Pools of odd sizes."""
        pools: Lab = {
            "loopbacks": self.one(["10.255.0.0/16"], ["10.255.0.0/27", "10.255.9.0/26"]),
            "links": ["10.254.9.0/28", "10.254.12.0/22"],
            "servers": self.one(*POOLS),
        }
        return {key: [*some, V6[key]] if self.six else some for key, some in pools.items()}

    def upstream(self, nos: str) -> Lab:
        """An upstream router at the first border."""
        attach = {
            "switch": "border1", "port": "swp10" if nos == "frr" else "Ethernet10/1",
            "ours": ["192.0.2.0/31"], "theirs": ["192.0.2.1/31"],
        }  # fmt: skip
        if self.six:
            attach["ours"], attach["theirs"] = (
                [*attach[end], f"2001:db8:2::{n}/64"] for n, end in enumerate(("ours", "theirs"), 1)
            )
        taken = self.one([], ["0.0.0.0/0"], ["198.18.0.0/15"])
        return {"name": "isp", "asn": 64496, "attach": attach, "accept": taken}

    def clusters(self, racks: list[Lab], outside: bool) -> Any:
        """A cluster in each rack that has servers, mostly."""
        full = [rack for rack in racks if any(rack["servers"].values()) and "[" not in rack["name"]]
        for n, rack in enumerate(rack for rack in full if self.often(0.8)):
            six = self.six and self.often(0.7)
            yield {
                "name": f"c{n}",
                "servers": {"racks": [rack["name"]]},
                "pods": [f"10.{64 + n}.0.0/16", *([f"fd00:64:{n}::/48"] if six else [])],
                "services": [f"10.{96 + n}.0.0/16", *([f"fd00:96:{n}::/112"] if six else [])],
                "cni": {"use": "calico", "mode": self.one("bgp", "vxlan"),
                        "node_asn": self.one("per_cluster", "per_rack", "per_node")},
                "load_balancer": {"use": "metallb", "pools": self.pools(n, six, outside)},
            }  # fmt: skip

    def pools(self, n: int, six: bool, outside: bool) -> Lab:
        """An inner pool, and one that may be told outside."""
        outer: Lab = {"addresses": [f"203.0.113.{32 * n}/28"]}
        if six and self.often(0.5):
            outer["addresses"].append(f"2001:db8:{n}::/120")
        if outside and self.often(0.7):
            outer["announce_to"] = ["isp"]
        return {"inner": f"198.51.100.{32 * n}/29", "outer": outer}
