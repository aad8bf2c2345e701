"""What the design promises: one list of contracts that every judge reads."""

from typing import TYPE_CHECKING

from barefabric.derive.contracts.checks import check_contracts
from barefabric.derive.contracts.filters import filter_contracts
from barefabric.derive.contracts.outside import outside_contracts
from barefabric.derive.contracts.reach import reach_contracts
from barefabric.derive.contracts.routes import route_contracts
from barefabric.derive.contracts.sessions import session_contracts
from barefabric.derive.contracts.survives import survive_contracts
from barefabric.derive.contracts.user import user_contracts
from barefabric.model.contract import Contract
from barefabric.model.design import Design

if TYPE_CHECKING:
    from collections.abc import Iterable

    from barefabric.topology.schema import UserContract


def contracts(design: Design, user: "Iterable[UserContract]" = ()) -> tuple[Contract, ...]:
    """All contracts of a design; the user's own come last.

    Their number grows with racks, clusters and upstreams, not with servers or routes. Ids are
    stable: they are made of names.
    """
    return (
        *session_contracts(design),
        *route_contracts(design),
        *outside_contracts(design),
        *filter_contracts(design),
        *reach_contracts(design),
        *survive_contracts(design),
        *check_contracts(design),
        *user_contracts(design, user),
    )
