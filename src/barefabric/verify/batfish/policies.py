"""What policies let through, proven over the whole space of IPv4 prefixes by route-policy search.

A search on a policy that a node does not have finds nothing and says nothing, so each proof comes
with a control: the same policy must refuse or permit something on every node.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from barefabric.model.contract import Contract, ContractKind
from barefabric.verify.batfish.case import BASE, Case, Outcome

if TYPE_CHECKING:
    from barefabric.model.session import Session

EVERYTHING = ("0.0.0.0/0:0-32",)
ALL = "@all"
OWN = "@own"


class Proof(NamedTuple):
    """Nothing outside ``space`` passes a policy on some nodes; or nothing inside of it."""

    nodes: tuple[str, ...]
    policy: str
    space: tuple[str, ...]
    inside: bool


def check_policies(case: Case) -> list[Outcome]:
    """All contracts on what is refused, and on what is told to neighbors."""
    refused = Outcome(ContractKind.REFUSED)
    told = Outcome(ContractKind.ABSENT)
    prover = _Prover(case)
    for contract in case.design.contracts:
        if contract.kind is ContractKind.REFUSED:
            prover.prove(contract, refused, inbound=True)
        elif contract.kind is ContractKind.ABSENT and contract.over:
            prover.prove(contract, told, inbound=False)
    return [refused, told]


class _Prover:
    """Turns contracts into proofs and asks for them."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.sessions: dict[tuple[str, str], list[Session]] = {}
        for session in case.design.sessions:
            name = session.profile.name
            self.sessions.setdefault((session.a, name), []).append(session)
            self.sessions.setdefault((session.b, name), []).append(session)
        self.controlled: dict[str, set[str]] = {}

    def prove(self, contract: Contract, outcome: Outcome, *, inbound: bool) -> None:
        """Prove one contract; it counts a row for each node and policy."""
        outcome.contracts += 1
        found: list[str] = []
        places: list[str] = []
        for proof in self._proofs(contract, inbound):
            outcome.rows += len(proof.nodes)
            rows = self.case.service.routes_through(
                BASE, proof.nodes, proof.policy, proof.space, inside=proof.inside
            )
            found += [
                f"{r['Node']['name']} {r['Policy_Name']} lets {r['Input_Route']['network']} through"
                for r in rows
            ]
            for row in rows[:1]:
                places += self.case.line_of(row["Node"]["name"], proof.policy)
            found += self._uncontrolled(proof)
        outcome.fail(
            "BF040",
            contract.id,
            contract.sentence,
            found,
            cause="the rendered policy is wider than the design",
            places=places[:1],
        )

    def _uncontrolled(self, proof: Proof) -> Iterator[str]:
        """Nodes on which the search itself does not work for a policy."""
        known = self.controlled.setdefault(proof.policy, set())
        wanted = set(proof.nodes) - known
        if wanted:
            for action in ("permit", "deny"):
                rows = self.case.ask(
                    "searchRoutePolicies",
                    nodes=",".join(sorted(wanted)),
                    policies=proof.policy,
                    action=action,
                )
                known.update(row["Node"]["name"] for row in rows)
        yield from (f"{node} has no policy {proof.policy}" for node in sorted(wanted - known))

    def _proofs(self, contract: Contract, inbound: bool) -> Iterator[Proof]:
        groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for text in contract.subjects:
            for device in self.case.roster.devices(text):
                for policy, own in self._policies(device, contract.over, inbound):
                    nodes = groups.setdefault((policy, own), [])
                    if device.lower() not in nodes:
                        nodes.append(device.lower())
        for (policy, own), nodes in groups.items():
            space, inside = _space(contract, own)
            if space:
                yield Proof(tuple(nodes), policy, space, inside)

    def _policies(
        self, device: str, profile: str, inbound: bool
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Policies of a device for a kind of session.

        With each go the other end's own addresses where it holds for that neighbor alone.
        """
        servers = self.case.design.servers
        for session in self.sessions.get((device, profile), ()):
            side = session.profile.a if device == session.a else session.profile.b
            if not inbound:
                yield side.export_policy, ()
            elif session.a_import and device == session.a:
                server = servers[session.b]
                own = (server.address, server.second_address if server.uses_second else "")
                yield session.a_import, tuple(f"{a}/32" for a in own if a)
            else:
                yield side.import_policy, ()


def _space(contract: Contract, own: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The prefixes of a proof, and whether nothing inside or nothing outside may pass."""
    named = tuple(p for p in contract.prefixes if p != ALL)
    if named:
        return named, True
    expected: Iterable[str] = own if OWN in contract.expected else contract.expected
    allowed = tuple(map(_bounds, expected))
    return (allowed, False) if allowed else (EVERYTHING, True)


def _bounds(text: str) -> str:
    """``10.0.0.0/8 ge 24 le 26`` as Batfish writes it, ``10.0.0.0/8:24-26``."""
    prefix, *words = text.split()
    bounds = dict(zip(words[::2], words[1::2], strict=True))
    if not bounds:
        return prefix
    low = bounds.get("ge", prefix.partition("/")[2])
    return f"{prefix}:{low}-{bounds.get('le', '32')}"
