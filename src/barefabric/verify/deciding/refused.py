"""Contracts about what import policies refuse, whatever a neighbor sends.

A route is taken to carry any communities a neighbor likes, so a term that asks for one may match.
Its AS path is never empty: the neighbor's own number is in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from barefabric.model.address import host_route
from barefabric.model.contract import Contract
from barefabric.model.policy import PrefixMatch
from barefabric.verify.deciding.case import SHOWN, Case, Outcome, finding
from barefabric.verify.policy import ANY, Rule
from barefabric.verify.prefixes import Prefix, parse, text, uncovered

EVERYTHING = (PrefixMatch("0.0.0.0/0", 0, 32), PrefixMatch("::/0", 0, 128))
_MEND = "narrow the list that the policy's permitting term names"


def may_pass(rules: Sequence[Rule], matched: frozenset[int]) -> bool:
    """Whether a policy lets a prefix through for some route a neighbor could send."""
    for rule in rules:
        if rule.own_path or (rule.contents != ANY and rule.contents not in matched):
            continue
        if rule.permit:
            return True
        if not rule.community:
            return False
    return False


def read_match(entry: str) -> PrefixMatch:
    """Read ``10.64.0.0/14 ge 26 le 26``."""
    words = entry.split()
    bounds = dict(zip(words[1::2], map(int, words[2::2]), strict=True))
    return PrefixMatch(words[0], bounds.get("ge", 0), bounds.get("le", 0))


class RefusedDecider:
    """Decides contracts of kind ``refused``."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._passes: dict[tuple[int, int], list[str]] = {}
        self._wider: dict[tuple[int, tuple[str, ...]], Prefix | None] = {}
        numbers = case.survey.index.numbers
        self._entries: Mapping[int, tuple[PrefixMatch, ...]] = {n: e for e, n in numbers.items()}

    def decide(self, contract: Contract) -> Outcome:
        """All rows of a contract: neighbors times prefixes, or neighbors for the whole space."""
        outcome = Outcome()
        lines: list[str] = []
        for subject in contract.subjects:
            for device in self.case.roster.devices(subject):
                for neighbor, policy, rules, count in self._imports(device, contract.over):
                    width = len(contract.prefixes) or 1
                    outcome.rows += count * width
                    for leak in self._leaks(contract, neighbor, rules):
                        outcome.failed += count
                        lines.append(f"{policy or 'no policy'} on {device} permits {leak}")
        if lines:
            outcome.findings.append(
                finding(
                    "JU005",
                    contract,
                    outcome.failed,
                    [*dict.fromkeys(lines)][:SHOWN],
                    cause="the import policy is wider than the plan",
                    mend=_MEND,
                )
            )
        return outcome

    def _imports(
        self, device: str, profile: str
    ) -> Iterator[tuple[str, str, Sequence[Rule] | None, int]]:
        """Import policies of a device: neighbor (empty for all), name, rules, neighbors.

        Policies of single neighbors come one by one. No policy at all is None.
        """
        case = self.case
        process = case.built.switches.get(device, -1)
        if process < 0:
            return
        config = case.built.network.configs[process]
        group = config.groups.get(profile)
        if group is None:
            return
        router = case.survey.reader.routers[case.survey.switches[device].router]
        if router.single.get(profile):
            for neighbor, name in self._single.get((device, profile), ()):
                policy = config.policies.get(name)
                yield neighbor, name, policy.rules if policy else (), 1
            return
        count = case.survey.switches[device].counts.get(profile, 0)
        if not group.imports:
            yield "", "", None, count
            return
        policy = config.policies.get(group.imports)
        yield "", group.imports, policy.rules if policy else (), count

    @cached_property
    def _single(self) -> Mapping[tuple[str, str], list[tuple[str, str]]]:
        """Neighbors with an import policy of their own, by device and profile."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for session in self.case.design.sessions:
            if session.a_import:
                key = (session.a, session.profile.name)
                found.setdefault(key, []).append((session.b, session.a_import))
        return found

    def _leaks(
        self, contract: Contract, neighbor: str, rules: Sequence[Rule] | None
    ) -> Iterator[str]:
        """What a policy lets through although it must not."""
        if contract.prefixes:
            yield from contract.prefixes if rules is None else self._let(rules, contract.prefixes)
            return
        allowed = contract.expected
        if allowed == ("@own",):
            server = self.case.design.servers[neighbor]
            allowed = tuple(map(host_route, server.own_addresses))
        wider = self._beyond(rules, allowed)
        if wider is not None:
            yield text(wider)

    def _let(self, rules: Sequence[Rule], prefixes: tuple[str, ...]) -> list[str]:
        """The prefixes that a policy lets through. Leaves share policies, contracts prefixes."""
        key = (id(rules), id(prefixes))
        known = self._passes.get(key)
        if known is None:
            matching = self.case.survey.index.matching
            known = self._passes[key] = [
                prefix for prefix in prefixes if may_pass(rules, frozenset(matching(parse(prefix))))
            ]
        return known

    def _beyond(self, rules: Sequence[Rule] | None, allowed: tuple[str, ...]) -> Prefix | None:
        """A prefix that passes and is not allowed."""
        if rules is None:
            return uncovered(EVERYTHING, [read_match(entry) for entry in allowed])
        key = (id(rules), allowed)
        if key not in self._wider:
            self._wider[key] = self._search(rules, [read_match(entry) for entry in allowed])
        return self._wider[key]

    def _search(self, rules: Sequence[Rule], allowed: list[PrefixMatch]) -> Prefix | None:
        settled = list(allowed)
        for rule in rules:
            if rule.own_path:
                continue
            entries = EVERYTHING if rule.contents == ANY else self._entries.get(rule.contents, ())
            if rule.permit:
                found = uncovered(entries, settled)
                if found is not None:
                    return found
            elif not rule.community:
                settled += entries
        return None
