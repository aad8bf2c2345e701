"""What a front-panel cage can do, by the speed it is sold with.

Used where a topology writes ``48 x 25G`` instead of a model. Speeds below the native one and the
breakouts are those of the cage's form factor: IEEE 802.3 lane rates of 10, 25, 50 and 100 Gbit/s
over the one, four or eight lanes of the SFF/OSFP/QSFP-DD specifications. A model of the catalogue
states its own and may do less or more.
"""

from typing import NamedTuple


class Cage(NamedTuple):
    """A form factor; ``speeds`` in Gbit/s with the native one first, ``breakouts`` as lanes, speed.

    ``lanes`` is the number of electrical lanes.
    """

    form: str
    lanes: int
    speeds: tuple[int, ...]
    breakouts: tuple[tuple[int, int], ...] = ()


CAGES: dict[int, Cage] = {
    1: Cage("SFP", 1, (1,)),
    10: Cage("SFP+", 1, (10, 1)),
    25: Cage("SFP28", 1, (25, 10, 1)),
    40: Cage("QSFP+", 4, (40,), ((4, 10),)),
    50: Cage("SFP56", 1, (50, 25, 10, 1)),
    100: Cage("QSFP28", 4, (100, 40), ((2, 50), (4, 25), (4, 10))),
    200: Cage("QSFP56", 4, (200, 100, 40), ((2, 100), (4, 50), (4, 25), (4, 10))),
    400: Cage("QSFP-DD", 8, (400, 200, 100, 40), ((2, 200), (4, 100), (8, 50), (4, 25), (4, 10))),
    800: Cage("OSFP", 8, (800, 400, 200, 100), ((2, 400), (4, 200), (8, 100))),
}
"""Cages by native speed in Gbit/s."""

LANES_OF = {cage.form: cage.lanes for cage in CAGES.values()}
"""Electrical lanes by form factor."""
