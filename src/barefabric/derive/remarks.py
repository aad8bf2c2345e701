"""What a design leaves to people, said before it surprises them."""

from collections.abc import Iterator

from barefabric.errors import Diagnostic, Severity
from barefabric.model.design import Design
from barefabric.vendors import catalogue


def looks(design: Design) -> Iterator[Diagnostic]:
    """Accounts: without any nobody gets in by network; some network OSes get none from us."""
    by_network: dict[bool, list[str]] = {True: [], False: []}
    for switch in design.switches.values():
        by_network[bool(catalogue.known(switch.nos).driver)].append(switch.name)
    if by_network[True] and not design.settings.users:
        yield Diagnostic(
            "GE014",
            "settings.users is empty: nobody can log in to the switches by network, a push neither",
            mend="settings: {users: [{name: admin, secret: secret:NAME}]}",
            severity=Severity.LOOK,
        )
    if by_network[False] and design.settings.users:
        yield Diagnostic(
            "GE015",
            f"accounts are not written for {len(by_network[False])} Linux switches "
            f"({by_network[False][0]}, ...)",
            mend="create them by your own means",
            severity=Severity.LOOK,
        )
