"""How much memory a lab's kernel gets, from what runs in it.

Measured as proportional set size: bgpd 13-20 MB, zebra 9.3, bfdd 2.8, staticd 2.6, BIRD 1.1,
gobgpd 19, systemd-networkd 7, a Python daemon 9.
"""

from barefabric.lab.types import Host, LabPlan

KERNEL = 160
"""MiB for the kernel, the supervisor and what it reads."""
BY_DAEMON = {"frr": 45, "bird": 6, "gobgp": 40}
OTHER_PROGRAM = 14
LINK = 1


def memory_needed(plan: LabPlan) -> int:
    """MiB that a kernel should be given for this lab; a limit, which is taken as it is used."""
    return KERNEL + sum(_of(host) for host in plan.hosts) + LINK * len(plan.links)


def _of(host: Host) -> int:
    daemons = sum(BY_DAEMON.get(part.daemon, OTHER_PROGRAM) for part in host.parts)
    staying = sum(not program.once for program in host.setup.programs)
    return daemons + OTHER_PROGRAM * staying
