"""All seeded faults, and each in each of its fabrics."""

import faults_of_design
import faults_of_ipv6
import faults_of_links
import faults_of_other_files
import faults_of_policies
import faults_of_routing_files
import faults_of_sessions
from fault import Fault
from fault_bench import Bench
from fault_fabrics import Fabric

FAULTS: tuple[Fault, ...] = (
    *faults_of_design.FAULTS,
    *faults_of_sessions.FAULTS,
    *faults_of_policies.FAULTS,
    *faults_of_links.FAULTS,
    *faults_of_routing_files.FAULTS,
    *faults_of_other_files.FAULTS,
    *faults_of_ipv6.FAULTS,
)

Case = tuple[Fault, Fabric]

CASES: tuple[Case, ...] = tuple((fault, fabric) for fault in FAULTS for fabric in fault.fabrics)


SHOWN: tuple[Case, ...] = tuple((fault, fabric) for fault in FAULTS for fabric in fault.shown_in)
"""The cases that Batfish is asked about."""

_SPOILT: dict[str, Bench] = {}


def spoilt(fault: Fault, fabric: Fabric) -> Bench:
    """A fabric with one fault in it. It is made once, and not to be changed."""
    name = fault.id(fabric)
    if name not in _SPOILT:
        _SPOILT[name] = Bench(fabric)
        fault.spoil(_SPOILT[name])
    return _SPOILT[name]


def case_id(case: Case) -> str:
    """The name of a case."""
    return case[0].id(case[1])
