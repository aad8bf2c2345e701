"""Fabrics built by hand, cable by cable, for the tests of the push."""

from collections.abc import Iterable, Sequence

from barefabric.model.cable import Cable, CableKind
from barefabric.model.design import Design, Pair, PrefixPlan, Settings, Underlay
from barefabric.model.device import Attach, DeviceModel, Rack, Role, Server, Switch, Upstream

EOS = DeviceModel("7050SX3-48YC8", "arista_eos", ())


class FabricBuilder:
    """Collects devices and cables; `design` freezes them."""

    def __init__(self, name: str = "lab", nos: str = "arista_eos") -> None:
        self.name = name
        self.nos = nos
        self.switches: dict[str, Switch] = {}
        self.servers: dict[str, Server] = {}
        self.racks: dict[str, Rack] = {}
        self.pairs: dict[str, Pair] = {}
        self.upstreams: dict[str, Upstream] = {}
        self.cables: list[Cable] = []
        self.secrets: dict[str, str] = {}

    def switch(self, name: str, role: Role, **fields: object) -> str:
        number = len(self.switches) + 1
        facts: dict[str, object] = {
            "type": role.value,
            "nos": self.nos,
            "model": EOS,
            "index": number,
            "id": number,
            "management": f"172.20.0.{number + 10}",
            **fields,
        }
        self.switches[name] = Switch(name=name, role=role, **facts)  # type: ignore[arg-type]
        return name

    def cable(self, kind: CableKind, upper: str, lower: str, index: int = 1) -> None:
        ports = f"Ethernet{len(self.cables) + 1}", f"Ethernet{len(self.cables) + 1}"
        self.cables.append(Cable(kind, upper, ports[0], lower, ports[1], 100, index))

    def link(self, uppers: Iterable[str], lowers: Iterable[str]) -> None:
        lowers = tuple(lowers)
        for upper in uppers:
            for lower in lowers:
                self.cable(CableKind.FABRIC, upper, lower)

    def spines(self, count: int, pod: str = "") -> list[str]:
        prefix = f"{pod}-" if pod else ""
        return [self.switch(f"{prefix}spine{n}", Role.SPINE, pod=pod) for n in range(1, count + 1)]

    def rack(self, name: str, leaves: int, servers: int, pod: str = "") -> list[str]:
        """A rack whose servers are cabled to all of its leaves. Two leaves are a pair."""
        names = [f"{name}-leaf{n}" for n in range(1, leaves + 1)]
        for leaf in names:
            peer = next((n for n in names if n != leaf), "") if leaves == 2 else ""
            self.switch(leaf, Role.LEAF, rack=name, pod=pod, peer=peer)
        if leaves == 2:
            self.pairs[name] = Pair(name, names[0], names[1], ("", ""), ("", ""))
            self.cable(CableKind.PEER, names[0], names[1])
        nodes = [self.server(f"{name}-node{n}", name, names) for n in range(1, servers + 1)]
        self.racks[name] = Rack(name, tuple(names), tuple(nodes), pod=pod)
        return names

    def server(self, name: str, rack: str, leaves: Sequence[str], cluster: str = "prod") -> str:
        self.servers[name] = Server(
            name, "node", rack, 1, Attach.BOND, max(2, len(leaves)), 25, cluster=cluster
        )
        for leaf in leaves:
            self.cable(CableKind.SERVER, leaf, name)
        return name

    def upstream(self, name: str, switch: str) -> None:
        self.upstreams[name] = Upstream(name, 64496, switch, "Ethernet32/1", "", "", (), ())

    def design(self) -> Design:
        return Design(
            name=self.name,
            source="lab.yaml",
            underlay=Underlay(True, ("ipv4",), 9214, 9000, None, 3, 9, 0),
            settings=Settings(),
            switches=self.switches,
            servers=self.servers,
            racks=self.racks,
            pairs=self.pairs,
            upstreams=self.upstreams,
            clusters={},
            cables=tuple(self.cables),
            profiles={},
            sessions=(),
            announcements=(),
            plan=PrefixPlan((), (), (), (), (), ()),
            pools=(),
            management_gateway="172.20.0.1",
            management_length=22,
            secrets=self.secrets,
        )


def three_racks() -> Design:
    """Two spines, three racks of a pair, two borders with an upstream each."""
    fabric = FabricBuilder("three-racks")
    spines = fabric.spines(2)
    leaves = [leaf for rack in ("r1", "r2", "r3") for leaf in fabric.rack(rack, 2, 14)]
    borders = [fabric.switch(f"border{n}", Role.BORDER) for n in (1, 2)]
    fabric.link(spines, leaves + borders)
    fabric.upstream("wan-a", "border1")
    fabric.upstream("wan-b", "border2")
    fabric.secrets = {"fabric-bgp": "env:LAB_BGP_PASSWORD", "wan": "file:wan.secret"}
    return fabric.design()


def five_stage(pods: int = 2, spines: int = 4, planes: int = 2, racks: int = 3) -> Design:
    """Pods under superspines: spine k of each pod is cabled to plane k modulo the planes."""
    fabric = FabricBuilder("five-stage")
    supers = [
        fabric.switch(f"superspine{n + 1}", Role.SUPERSPINE, plane=n % planes + 1)
        for n in range(2 * planes)
    ]
    for pod in (f"p{n}" for n in range(1, pods + 1)):
        tier = fabric.spines(spines, pod)
        for place, spine in enumerate(tier):
            fabric.link(supers[place % planes :: planes], [spine])
        for n in range(1, racks + 1):
            fabric.link(tier, fabric.rack(f"{pod}r{n:02}", 2, 4, pod))
    return fabric.design()
