"""What a design leaves to people, said before it surprises them."""

from collections.abc import Iterator

from barefabric.errors import Diagnostic, Severity
from barefabric.model.design import Design
from barefabric.model.device import Attach
from barefabric.vendors import catalogue


def looks(design: Design) -> Iterator[Diagnostic]:
    """What deserves a look, each kind once."""
    yield from _accounts(design)
    yield from _ports_without_a_cable(design)


def _ports_without_a_cable(design: Design) -> Iterator[Diagnostic]:
    """Servers of which only the first port is used, though they have more."""
    spare: dict[str, list[int]] = {}
    single = Attach.SINGLE
    for server in design.servers.values():
        if server.attach is single and server.nics > 1:
            spare.setdefault(server.type, []).append(server.nics)
    for kind, ports in spare.items():
        many = f"{len(ports):,} servers" if len(ports) > 1 else "the server"
        yield Diagnostic(
            "GE016",
            f"attach: single uses one of {ports[0]} ports: {many} of type {kind} "
            f"{'have' if len(ports) > 1 else 'has'} no cable in the rest",
            mend="attach: bond or routed uses them all; else nics: 1 x ... says what is used",
            severity=Severity.LOOK,
        )


def _accounts(design: Design) -> Iterator[Diagnostic]:
    """Without any nobody gets in by network. Linux has those its installer made."""
    locked = any(catalogue.known(switch.nos).driver for switch in design.switches.values())
    if locked and not design.settings.users:
        yield Diagnostic(
            "GE014",
            "settings.users is empty: nobody can log in to the switches by network, a push neither",
            mend="settings: {users: [{name: admin, secret: secret:NAME}]}",
            severity=Severity.LOOK,
        )
