"""Expand a topology: ranges become names, counts become devices, the shape becomes cables."""

from collections.abc import Iterator, Sequence
from itertools import count

from barefabric.errors import Diagnostic, FabricError
from barefabric.model.device import DeviceModel, Rack, Role, Server, Switch
from barefabric.model.record import record
from barefabric.model.shape import Shape
from barefabric.topology import schema
from barefabric.topology.cables import cables
from barefabric.topology.load import Loaded
from barefabric.topology.members import memberships
from barefabric.topology.names import expand_range, suggest
from barefabric.vendors import catalogue

GROUPS = ("downlink", "any", "uplink")
"""What runs of ports are for, in the order in which they stand on a panel."""


def expand(loaded: Loaded) -> Shape:
    """Return the devices and the wanted cables of a topology.

    Raises :class:`FabricError` for models the catalogue does not hold.
    """
    models = _models(loaded)
    topology = loaded.topology
    switches = {s.name: s for s in _switches(topology, models)}
    groups = list(_rack_groups(topology))
    servers = _servers(topology, groups)
    racks = {rack.name: rack for rack in _racks(groups, switches, servers)}
    return Shape(switches, racks, servers, tuple(cables(topology, switches, racks, servers)))


def _models(loaded: Loaded) -> dict[str, DeviceModel]:
    """The hardware of each switch type, from the catalogue or from its ``ports``."""
    found: dict[str, DeviceModel] = {}
    wrong: list[Diagnostic] = []
    for name, kind in loaded.topology.switch_types.items():
        vendor = catalogue.vendor(kind.nos)
        if vendor is None:
            continue
        if kind.ports:
            found[name] = catalogue.model_from_ports(vendor, _ports(loaded, name, kind))
            continue
        model = catalogue.device_model(kind.nos, kind.model)
        if model is None:
            wrong.append(_unknown_model(loaded, name, kind))
        else:
            found[name] = model
    if wrong:
        raise FabricError(wrong)
    return found


def _ports(loaded: Loaded, name: str, kind: schema.SwitchType) -> Sequence[schema.PortBlock]:
    """Runs of ports from left to right: a list as it is written, a block by what ports are for.

    The order of keys in a file means nothing: ports towards servers come first.
    """
    if isinstance(loaded.document.value("switch_types", name, "ports"), dict):
        return sorted(kind.ports, key=lambda block: GROUPS.index(block.group))
    return kind.ports


def _unknown_model(loaded: Loaded, name: str, kind: schema.SwitchType) -> Diagnostic:
    known = catalogue.models(kind.nos)
    guess = suggest(kind.model, known)
    return Diagnostic(
        "PO001",
        f'no model "{kind.model}" of {kind.nos} in the catalogue',
        (loaded.place("switch_types", name, "model"),),
        allowed=f"models of {kind.nos}: {', '.join(known)}",
        mend=(f'did you mean "{guess}"? ' if guess else "")
        + "or write its ports out: ports: {downlink: 48 x 25G, uplink: 8 x 100G}",
    )


def tier_names(tier: schema.Tier | None, stem: str) -> tuple[str, ...]:
    """Names of a row of switches: its own, or ``stem`` and a number from 1."""
    if tier is None:
        return ()
    return tier.names or tuple(f"{stem}{n}" for n in range(1, tier.count + 1))


def _type_of(topology: schema.Topology, tier: schema.Tier, role: Role) -> str:
    """The switch type of a tier: the one named, else the one called like the role.

    A border without a type of its own is built like a leaf.
    """
    if tier.type:
        return tier.type
    if role is Role.BORDER and role not in topology.switch_types:
        return Role.LEAF
    return role


def _switches(topology: schema.Topology, models: dict[str, DeviceModel]) -> Iterator[Switch]:
    """Every switch, in the order a person counts: top to bottom, rack by rack, borders last."""

    def row(
        tier: schema.Tier, role: Role, stem: str, rack: str = "", pod: str = ""
    ) -> Iterator[Switch]:
        kind = _type_of(topology, tier, role)
        nos = topology.switch_types[kind].nos
        names = tier_names(tier, stem)
        paired = role is Role.LEAF and topology.switch_types[kind].pair == "mlag"
        for index, name in enumerate(names, 1):
            plane = (index - 1) % planes + 1 if role in (Role.SPINE, Role.SUPERSPINE) else 0
            peer = names[(index - 1) ^ 1] if paired and len(names) > 1 else ""
            yield Switch(name, role, kind, nos, models[kind], index, rack, pod, plane, peer)

    planes = topology.superspines.planes if topology.superspines else 1
    if topology.superspines:
        yield from row(topology.superspines, Role.SUPERSPINE, "superspine")
    if topology.spines:
        yield from row(topology.spines, Role.SPINE, "spine")
    for pod, name in _pods(topology):
        yield from row(pod.spines, Role.SPINE, f"{name}-spine", pod=name)
    for rack, group, pod_name in _rack_groups(topology):
        yield from row(group.leaves, Role.LEAF, f"{rack}-leaf", rack, pod_name)
    if topology.borders:
        yield from row(topology.borders, Role.BORDER, "border")


def _pods(topology: schema.Topology) -> Iterator[tuple[schema.Pod, str]]:
    for pod in topology.pods:
        for name in expand_range(pod.name):
            yield pod, name


def _rack_groups(topology: schema.Topology) -> Iterator[tuple[str, schema.RackGroup, str]]:
    """Every rack's name with the group it was written in and its pod."""
    for group in topology.racks:
        for name in expand_range(group.name):
            yield name, group, ""
    for pod, pod_name in _pods(topology):
        for group in pod.racks:
            for name in expand_range(group.name):
                yield name, group, pod_name


def _racks(
    groups: Sequence[tuple[str, schema.RackGroup, str]],
    switches: dict[str, Switch],
    servers: dict[str, Server],
) -> Iterator[Rack]:
    leaves: dict[str, list[str]] = {}
    for switch in switches.values():
        if switch.rack:
            leaves.setdefault(switch.rack, []).append(switch.name)
    nodes: dict[str, list[str]] = {}
    for server in servers.values():
        nodes.setdefault(server.rack, []).append(server.name)
    for name, _, pod in groups:
        yield Rack(name, tuple(leaves.get(name, ())), tuple(nodes.get(name, ())), pod)


def _server_names(rack: str, group: schema.RackGroup) -> Iterator[tuple[str, Sequence[str]]]:
    """Types of a rack's servers with their names; a count numbers them per type from 1.

    Types come in the order of their names: the order of keys in a file means nothing.
    """
    for kind, many in sorted(group.servers.items()):
        if isinstance(many, int):
            yield kind, [f"{rack}-{kind}{n}" for n in range(1, many + 1)]
        else:
            yield kind, many


def _servers(
    topology: schema.Topology, groups: Sequence[tuple[str, schema.RackGroup, str]]
) -> dict[str, Server]:
    membership, made = memberships(topology), topology.server_types
    servers: dict[str, Server] = {}
    for rack, group, pod in groups:
        positions = count(1)
        for kind, names in _server_names(rack, group):
            attach, nics, speed = made[kind].attach, made[kind].nics.count, made[kind].nics.speed
            found = membership(names, kind, rack, pod)
            members = zip(names, found, strict=True)
            for (name, (cluster, control)), position in zip(members, positions, strict=False):
                values = (
                    name, kind, rack, position, attach, nics, speed, cluster, control, pod,
                    0, "", "", False, "", "",  # no number is known yet
                )  # fmt: skip
                servers[name] = record(Server, values)
    return servers
