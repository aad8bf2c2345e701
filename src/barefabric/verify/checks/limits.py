"""Checks of what routers can hold and use: equal paths, prefixes, timers, tables."""

from collections import Counter
from collections.abc import Iterator

from barefabric.model.address import is_ipv4
from barefabric.model.session import SessionKind, SessionProfile, Speaker
from barefabric.verify.checks.tally import Tally
from barefabric.verify.deciding.case import UNLIMITED, Case
from barefabric.verify.policy import UNDEFINED, UNKNOWN_COMMUNITY, Rules

NO_BFD = frozenset((Speaker.CALICO,))
"""Speakers without BFD (Calico's BIRD is configured without it)."""


def check_limits(case: Case, tally: Tally) -> None:
    """Everything about limits."""
    _ecmp(case, tally)
    _max_prefix(case, tally)
    _timers(case, tally)
    _tables(case, tally)
    _policies(case, tally)
    _pods(case, tally)


# Equal paths.


def _widest(case: Case) -> dict[int, tuple[int, str]]:
    """For each unmarked class, and for processes in marked ones, the widest route and a prefix.

    Keys of processes are negative: -1 - process.
    """
    found: dict[int, tuple[int, str]] = {}
    seen: set[int] = set()
    for group in case.table.groups:
        apart = group.classes is not case.table.classes
        fresh = id(group.solution) not in seen
        seen.add(id(group.solution))
        for cell, route in group.solution.routes.items():
            if route.width < 2:
                continue
            if cell < group.view.base and not apart:
                keys = [cell] if fresh else []
            else:
                keys = [-1 - p for p in group.view.processes(cell)]
            for key in keys:
                if route.width > found.get(key, (0, ""))[0]:
                    found[key] = (route.width, group.prefixes[0])
    return found


def _ecmp(case: Case, tally: Tally) -> None:
    widest = _widest(case)
    classes, names = case.table.classes, case.names
    noted: Counter[tuple[int, int, str]] = Counter()
    for name, process in case.built.switches.items():
        tally.count("ecmp")
        cell = classes.cells[classes.graph.bundle_of[process]]
        width, prefix = max(widest.get(cell, (0, "")), widest.get(-1 - process, (0, "")))
        limit, ceiling = case.survey.switches[name].ecmp, case.ceiling(names[process])
        if limit > ceiling:
            tally.fault(
                "ecmp",
                f"{name} is told to use {limit} paths; it can use {ceiling}",
                "`underlay.ecmp` is larger than the hardware",
                "lower it",
            )
        elif limit < min(width, ceiling):
            tally.fault(
                "ecmp",
                f"{name} has {width} equal paths to {prefix} and uses {limit}",
                "`underlay.ecmp` is narrower than the fabric",
                "raise it, or leave it out",
            )
        elif width > ceiling:
            noted[width, ceiling, prefix] += 1
    for (width, ceiling, prefix), count in noted.items():
        tally.notes.append(
            f"{count:,} switches have {width:,} equal paths to {prefix}; "
            f"their hardware uses {ceiling:,} of them"
        )


# Prefixes from neighbors.


def _max_prefix(case: Case, tally: Tally) -> None:
    """Limits are there towards everything that is not a switch, and large enough."""
    design = case.design
    most = _most_announced(case)
    total = len(case.table.group_of)
    for name, facts in case.survey.switches.items():
        for profile, group in facts.groups.items():
            tally.count("max-prefix", facts.counts[profile])
            inner = group.kind in (SessionKind.FABRIC, SessionKind.PAIR)
            need = total if inner else most[profile]
            if group.kind is SessionKind.UPSTREAM:
                upstream = design.upstreams.get(profile.removeprefix("upstream-"))
                need = len(upstream.accept) if upstream else 0
            if group.max_prefix and group.max_prefix < need:
                tally.fault(
                    "max-prefix",
                    f"{name} takes {group.max_prefix} prefixes from a neighbor of {group.name}; "
                    f"{need} will come",
                    "the limit would shut the session",
                    "widen the limit, or announce less",
                )
            elif not group.max_prefix and not inner:
                tally.fault(
                    "max-prefix",
                    f"{name} has no limit for neighbors of {group.name}",
                    "one misconfigured server could fill every table",
                    "set a limit",
                )


def _most_announced(case: Case) -> Counter[str]:
    """The most prefixes that one server announces, by session profile."""
    by_profile: dict[str, list[str]] = {}
    for server, profile, _, _ in case.design.announcements:
        by_profile.setdefault(profile, []).append(server)
    return Counter({name: max(Counter(every).values()) for name, every in by_profile.items()})


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


# Tables.


def _tables(case: Case, tally: Tally) -> None:
    routes = len(case.table.group_of)
    hosts = Counter(server.rack for server in case.design.servers.values())
    for name in case.survey.switches:
        switch = case.design.switches[name]
        sizes = switch.model.tables
        tally.count("tables", 2)
        if routes > (sizes.ipv4_routes or UNLIMITED):
            tally.fault(
                "tables",
                f"{name} must hold up to {routes:,} routes, its hardware holds "
                f"{sizes.ipv4_routes:,}",
                "the fabric outgrew the model",
                "a larger model",
            )
        neighbors = 2 * hosts[switch.rack] if switch.rack else 0
        neighbors += len(case.below.get(name, ())) + len(case.cabled.get(name, ()))
        if neighbors > (sizes.neighbors or UNLIMITED):
            tally.fault(
                "tables",
                f"{name} must hold {neighbors:,} neighbors, its hardware holds {sizes.neighbors:,}",
                "the rack outgrew the model",
                "a larger model",
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
        if cluster.mtu and need > underlay.server_mtu:
            tally.fault(
                "mtu",
                f"pods of {cluster.name} send {need} bytes with headers; servers' MTU is "
                f"{underlay.server_mtu}",
                "the CNI's MTU is too large",
                "lower the pods' MTU",
            )
    tally.count("mtu")
    if underlay.server_mtu > underlay.mtu:
        tally.fault(
            "mtu",
            f"servers send {underlay.server_mtu} bytes, the fabric carries {underlay.mtu}",
            "underlay.mtu is smaller than a server type's mtu",
            "raise underlay.mtu",
        )
