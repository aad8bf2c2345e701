"""What a design leaves to people, said before it surprises them."""

from collections.abc import Iterator

from barefabric.errors import Diagnostic, Severity
from barefabric.model.design import Design
from barefabric.vendors import catalogue


def looks(design: Design) -> Iterator[Diagnostic]:
    """Accounts: without any nobody gets in by network. Linux has those its installer made."""
    locked = any(catalogue.known(switch.nos).driver for switch in design.switches.values())
    if locked and not design.settings.users:
        yield Diagnostic(
            "GE014",
            "settings.users is empty: nobody can log in to the switches by network, a push neither",
            mend="settings: {users: [{name: admin, secret: secret:NAME}]}",
            severity=Severity.LOOK,
        )
