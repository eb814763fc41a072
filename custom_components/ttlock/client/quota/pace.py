"""How the calls of the background are shared: what is read regularly, and how much rarer than it would like to be."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Regular(StrEnum):
    """What is read now and then, the more important first."""

    STATE = "state"
    RECORDS = "records"
    SETTINGS = "settings"
    INVENTORY = "inventory"
    REACH = "reach"
    CREDENTIALS = "credentials"
    DETAILS = "details"


SHARES: Final[Mapping[Regular, float]] = {
    Regular.RECORDS: 0.25,
    Regular.SETTINGS: 0.1,
    Regular.INVENTORY: 0.18,
    Regular.REACH: 0.04,
    Regular.CREDENTIALS: 0.04,
    Regular.DETAILS: 0.02,
}
"""What each may count on, part of all; the rest is for asking locks where their bolts are."""


def stretches(wanted: Mapping[Regular, float], rate: float) -> dict[Regular, float]:
    """Return by what factor the pauses between two readings of each kind have to grow.

    `wanted` is how many calls an hour each would make at its shortest pauses, `rate` how many there are. What one does
    not need goes to the others, the more important first.
    """
    given = {kind: min(wanted.get(kind, 0.0), SHARES.get(kind, 0.0) * rate) for kind in Regular}
    left = rate - sum(given.values())
    for kind in Regular:
        more = min(wanted.get(kind, 0.0) - given[kind], left)
        given[kind] += more
        left -= more
    return {kind: _ratio(wanted.get(kind, 0.0), given[kind]) for kind in Regular}


MOST: Final = 1000.0
"""A reading that is so much rarer is as good as none."""


def _ratio(wanted: float, given: float) -> float:
    if wanted <= 0:
        return 1.0
    return min(max(wanted / given, 1.0), MOST) if given > 0 else MOST
