"""Checks of what is set: timers and BFD, policies and lists that are named, the MTU of pods."""

from collections.abc import Iterator

from barefabric.model.address import is_ipv4
from barefabric.model.session import SessionKind, SessionProfile, Speaker
from barefabric.verify.checks.tally import Tally
from barefabric.verify.deciding.case import Case
from barefabric.verify.policy import UNDEFINED, UNKNOWN_COMMUNITY, Rules

NO_BFD = frozenset((Speaker.CALICO,))
"""Speakers without BFD (Calico's BIRD is configured without it)."""


def check_settings(case: Case, tally: Tally) -> None:
    """Everything about settings."""
    _timers(case, tally)
    _policies(case, tally)
    _pods(case, tally)


# Timers.


def _timers(case: Case, tally: Tally) -> None:
    for profile in case.design.profiles.values():
        for line, mend in _timer_faults(profile):
            tally.fault("timers", f"{profile.name}: {line}", "", mend)
        tally.count("timers", 4)


LONGEST = 30
"""Seconds that a dead node's routes may stay. Its session runs over a VLAN or between loopbacks,
so no port goes down with it; MetalLB's own default would be 90 s (BGPPeer, ``holdTime``)."""


def _timer_faults(profile: SessionProfile) -> Iterator[tuple[str, str]]:
    if profile.hold < 3 * profile.keepalive:
        yield (
            f"hold time {profile.hold} s is less than three keepalives of {profile.keepalive} s",
            "hold at least three times the keepalive (RFC 4271, 4.4)",
        )
    if profile.kind is SessionKind.NODE and profile.bfd is None and profile.hold > LONGEST:
        yield (
            f"a dead node's routes stay for {profile.hold} s: there is no BFD",
            f"a hold time of at most {LONGEST} s",
        )
    speakers = {profile.a.speaker, profile.b.speaker} & NO_BFD
    if profile.bfd is not None and speakers:
        yield f"BFD is on, but {speakers.pop()} has none", "leave BFD off for this speaker"
    if profile.bfd is not None:
        detects = profile.bfd.interval * profile.bfd.multiplier
        if detects >= profile.hold * 1000:
            yield (
                f"BFD takes {detects} ms to notice, longer than the hold time of {profile.hold} s",
                "a shorter BFD interval",
            )


# Policies.


def _policies(case: Case, tally: Tally) -> None:
    """Every policy that a group names exists, and so does every list that its terms name."""
    configs = case.built.network.configs
    for known in (case.built.switches, case.built.hosts):
        for name, process in known.items():
            config = configs[process]
            for group in config.groups.values():
                for policy in (group.imports, group.exports):
                    if policy:
                        tally.count("policies")
                        if policy not in config.policies:
                            _undefined(tally, name, f"policy {policy}")
            for rules in config.policies.values():
                for what in _missing_lists(rules):
                    _undefined(tally, name, what)


def _missing_lists(rules: Rules) -> Iterator[str]:
    for rule in rules.rules:
        if rule.contents == UNDEFINED:
            yield f"prefix list {rule.list_name} (policy {rules.name})"
        if rule.community == UNKNOWN_COMMUNITY:
            yield f"a community list of policy {rules.name}"


def _undefined(tally: Tally, device: str, what: str) -> None:
    tally.fault(
        "policies",
        f"{device} names {what}, which does not exist",
        "vendors differ on what an undefined list matches: nothing on EOS and FRR, all on NX-OS",
        "define it, or remove the reference",
    )


# MTU of pods.

OVERHEAD = {"vxlan": (50, 70), "bgp": (0, 0), "native": (0, 0)}
"""Bytes around a pod's packet, between nodes' IPv4 and IPv6 addresses.

RFC 7348: inner Ethernet, outer IP, UDP and VXLAN headers. Calico sends IPv6 pods over IPv6.
"""


def _pods(case: Case, tally: Tally) -> None:
    """Pods' packets, with what the CNI puts around them, fit the servers' MTU."""
    underlay = case.design.underlay
    for cluster in case.design.clusters.values():
        tally.count("mtu")
        some_ipv6 = not all(map(is_ipv4, cluster.pods))
        need = cluster.mtu + OVERHEAD.get(cluster.cni_mode, (0, 0))[some_ipv6]
        racks = {case.design.servers[node].rack for node in cluster.nodes}
        room = min({case.design.server_mtu(rack) for rack in racks}, default=need)
        if cluster.mtu and need > room:
            tally.fault(
                "mtu",
                f"pods of {cluster.name} send {need} bytes with headers; servers' MTU is {room}",
                "the CNI's MTU is too large",
                "lower the pods' MTU",
            )
    tally.count("mtu")
    largest = max(underlay.server_mtu, *(rack.mtu for rack in case.design.racks.values()), 0)
    if largest > underlay.mtu:
        tally.fault(
            "mtu",
            f"servers send {largest} bytes, the fabric carries {underlay.mtu}",
            "underlay.mtu is smaller than a server type's mtu",
            "raise underlay.mtu",
        )
