"""What the nodes are expected to announce, by representatives that every judge can compute with."""

from collections.abc import Iterator, Mapping, Sequence

from barefabric.model.address import dotted, is_ipv4, split
from barefabric.model.design import Announcement, AnnouncementKind
from barefabric.model.device import Attach, Server
from barefabric.model.kubernetes import Cluster
from barefabric.model.session import SessionProfile, Speaker


def _pod_blocks(cluster: Cluster) -> Iterator[str]:
    """The cluster's pod blocks in order."""
    for prefix in cluster.pods:
        if is_ipv4(prefix):
            base, length = split(prefix)
            step = 1 << (32 - cluster.block_size)
            for value in range(base, base + (1 << (32 - length)), step):
                yield f"{dotted(value)}/{cluster.block_size}"


def _service_prefixes(cluster: Cluster) -> list[tuple[str, AnnouncementKind]]:
    """What an announcing node offers of the pools: Calico the whole pool, MetalLB its addresses.

    The representative of a single address is the second of the pool: the first is the network.
    """
    found = []
    for pool in cluster.pools:
        for prefix in filter(is_ipv4, pool.prefixes):
            base, length = split(prefix)
            if cluster.announcer == "calico":
                found.append((prefix, AnnouncementKind.POOL))
            elif cluster.announcer == "metallb":
                vip = f"{dotted(base + (length < 31))}/32"
                found.append((vip, AnnouncementKind.VIP))
    return found


def node_announcements(
    cluster: Cluster,
    servers: Mapping[str, Server],
    profiles: Mapping[tuple[str, bool], Sequence[SessionProfile]],
) -> Iterator[Announcement]:
    """Announcements of one cluster's nodes, over the sessions of each speaker's profile."""
    blocks = _pod_blocks(cluster)
    services, announcing = _service_prefixes(cluster), set(cluster.announcing)
    for name in cluster.nodes:
        server = servers[name]
        for profile in profiles.get((cluster.name, server.attach is Attach.ROUTED), ()):
            speaker = profile.b.speaker
            if speaker is Speaker.CALICO:
                block = next(blocks, "")
                if block:
                    yield Announcement(name, profile.name, block, AnnouncementKind.POD)
            if speaker == cluster.announcer and name in announcing:
                for prefix, kind in services:
                    yield Announcement(name, profile.name, prefix, kind)
            if speaker is Speaker.KUBE_VIP and server.control_plane:
                yield Announcement(
                    name, profile.name, f"{cluster.endpoint}/32", AnnouncementKind.ENDPOINT
                )


def host_announcements(servers: Mapping[str, Server]) -> Iterator[Announcement]:
    """The loopbacks of routed servers."""
    for server in servers.values():
        if server.attach is Attach.ROUTED:
            yield Announcement(
                server.name, "host", f"{server.address}/32", AnnouncementKind.LOOPBACK
            )
            if server.uses_second:
                yield Announcement(
                    server.name, "host", f"{server.second_address}/32", AnnouncementKind.LOOPBACK
                )
