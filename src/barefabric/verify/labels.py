"""Numbers for the kinds of edges of a network."""

from barefabric.model.session import SessionKind, SessionProfile
from barefabric.verify.network import Label, Network


class Labels:
    """Numbers the kinds of edges."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._numbers: dict[tuple[str, int, int], int] = {}

    def number(self, profile: SessionProfile, index: int = 1, shape: int = 0) -> int:
        """The number of a label."""
        key = (profile.name, index, shape)
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.network.labels)
            self.network.labels.append(
                Label(
                    profile.name,
                    profile.families,
                    index,
                    shape,
                    symmetric=profile.kind is SessionKind.PAIR and profile.a == profile.b,
                    rank=int(profile.kind in (SessionKind.FABRIC, SessionKind.HOST)),
                    meant=profile.families,
                )
            )
        return known

    def dead(self, index: int, meant: tuple[str, ...]) -> int:
        """The number of the label for cables without a session of some families."""
        key = (" ".join(meant), index, -1)
        known = self._numbers.get(key)
        if known is None:
            known = self._numbers[key] = len(self.network.labels)
            self.network.labels.append(Label("", (), index, rank=1, meant=meant))
        return known
