"""What the nodes are expected to announce, by representatives that every judge can compute with."""

from collections.abc import Iterator, Mapping, Sequence

from barefabric.derive.names import of_family
from barefabric.derive.prefixes import block_length
from barefabric.model.address import FAMILIES, family, host_route, split, width, written
from barefabric.model.design import Announcement, AnnouncementKind
from barefabric.model.device import Attach, Server
from barefabric.model.kubernetes import Cluster
from barefabric.model.session import SessionProfile, Speaker


def _pod_blocks(cluster: Cluster, wanted: str) -> Iterator[str]:
    """The cluster's pod blocks of a family in order."""
    for prefix in cluster.pods:
        if family(prefix) == wanted:
            base, length = split(prefix)
            bits, block = width(prefix), block_length(cluster, prefix)
            for value in range(base, base + (1 << (bits - length)), 1 << (bits - block)):
                yield f"{written(value, bits)}/{block}"


def _service_prefixes(cluster: Cluster) -> list[tuple[str, str, AnnouncementKind]]:
    """What an announcing node offers of the pools: Calico the whole pool, MetalLB its addresses.

    Each with its family. The representative of a single address is the second of the pool: the
    first is the network.
    """
    found = []
    for pool in cluster.pools:
        for prefix in pool.prefixes:
            if cluster.announcer == "calico":
                found.append((family(prefix), prefix, AnnouncementKind.POOL))
            elif cluster.announcer == "metallb":
                (base, length), bits = split(prefix), width(prefix)
                vip = host_route(written(base + (length < bits - 1), bits))
                found.append((family(prefix), vip, AnnouncementKind.VIP))
    return found


def node_announcements(
    cluster: Cluster,
    servers: Mapping[str, Server],
    profiles: Mapping[tuple[str, bool], Sequence[SessionProfile]],
) -> Iterator[Announcement]:
    """Announcements of one cluster's nodes, over the sessions of each speaker's profile."""
    blocks = {each: _pod_blocks(cluster, each) for each in FAMILIES}
    services, announcing = _service_prefixes(cluster), set(cluster.announcing)
    for name in cluster.nodes:
        server = servers[name]
        for profile in profiles.get((cluster.name, server.attach is Attach.ROUTED), ()):
            speaker = profile.b.speaker
            if speaker is Speaker.CALICO:
                block = next(blocks[profile.families[0]], "")
                if block:
                    yield Announcement(name, profile.name, block, AnnouncementKind.POD)
            if speaker == cluster.announcer and name in announcing:
                for carried, prefix, kind in services:
                    if carried in profile.families:
                        yield Announcement(name, profile.name, prefix, kind)
            if speaker is Speaker.KUBE_VIP and server.control_plane:
                endpoint = host_route(cluster.endpoint)
                yield Announcement(name, profile.name, endpoint, AnnouncementKind.ENDPOINT)


def host_announcements(
    servers: Mapping[str, Server], profiles: Mapping[str, SessionProfile]
) -> Iterator[Announcement]:
    """The loopbacks of routed servers, over the sessions that carry their family."""
    both = "host6" not in profiles
    for server in servers.values():
        if server.attach is Attach.ROUTED:
            for address in server.own_addresses:
                over = "host" if both else of_family("host", family(address))
                prefix = host_route(address)
                yield Announcement(server.name, over, prefix, AnnouncementKind.LOOPBACK)
