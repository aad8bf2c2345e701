"""Bringing a lab up: hosts, sysctls, cables, interfaces, programs."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from barefabric.lab.inside import network
from barefabric.lab.inside.lab import Lab
from barefabric.lab.types import Host

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""


def bring_up(lab: Lab, progress: Progress) -> None:
    """Everything that a plan says, in order; the first fault ends it.

    Raises :class:`OSError`, :class:`SetupError` or :class:`ProgramError`.
    """
    hosts, every = lab.plan.hosts, len(lab.plan.hosts)
    for number, host in enumerate(hosts, 1):
        lab.places.add(host)
        progress("hosts", number, every)
    absent = _each_in_its_network(hosts, network.write_sysctls)
    lab.remarks += network.remarks_of(absent)
    progress("cables", 0, len(lab.plan.links))
    network.lay_cables(lab.plan.links)
    with ThreadPoolExecutor(2) as pool:
        jobs = pool.map(lambda host: network.bring_up(lab.places, host), hosts)
        for number, _ in enumerate(jobs, 1):
            progress("interfaces", number, every)
    lab.programs.start_all(lambda done, of: progress("daemons", done, of))


def _each_in_its_network(
    hosts: Iterable[Host], work: Callable[[Host], list[str]]
) -> dict[str, list[str]]:
    """Do something in each host's network, in threads that end there."""
    found: dict[str, list[str]] = {}
    faults: list[Exception] = []

    def inside(host: Host) -> None:
        try:
            network.enter(host.name)
            found[host.name] = work(host)
        except (OSError, network.SetupError) as fault:
            faults.append(fault)

    for host in hosts:
        thread = threading.Thread(target=inside, args=(host,))
        thread.start()
        thread.join()
        if faults:
            raise faults[0]
    return found
