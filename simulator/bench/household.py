"""What people do at doors: the activity of a household, the same in every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
import random

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
OUT_OF_THE_HOUSE = ((7.5, 0.6), (8.2, 0.5))
BACK_HOME = ((14.0, 1.5), (17.7, 1.2))
"""Hours of a working day around which people leave and come, and how much they vary."""
VISITS = 2.5
"""Of a day, beside that: parcels, the garden, a walk."""
GOODNIGHT = 0.5
"""Share of evenings on which Home Assistant locks up."""
REMOTE = 0.2
"""Share of days on which somebody is let in through Home Assistant."""
BY_CODE = 0.6


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """Something done at a door or in Home Assistant: code, button, lock or unlock."""

    at: datetime
    lock: int
    what: str


def acts_of(lock: int, start: datetime, days: int) -> list[Act]:
    """Return what happens at one door, in order. The times are those of the house."""
    dice = random.Random(f"household-{lock}")
    found: list[Act] = []
    for number in range(days + 1):
        day = (start + number * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        found.extend(Act(day + timedelta(hours=hour), lock, what) for hour, what in _day(dice, day.weekday() < 5))
    return sorted(act for act in found if start <= act.at < start + days * DAY)


def _day(dice: random.Random, working: bool) -> Iterator[tuple[float, str]]:
    if working:
        for hour, spread in OUT_OF_THE_HOUSE:
            yield dice.gauss(hour, spread), "button"
        for hour, spread in BACK_HOME:
            yield dice.gauss(hour, spread), "code"
    # The number of visits is exponential: many days see one or two, some see many.
    for _ in range(round(dice.expovariate(1 / VISITS)) + (0 if working else 2)):
        yield dice.uniform(8, 22.5), "code" if dice.random() < BY_CODE else "button"
    if dice.random() < GOODNIGHT:
        yield dice.uniform(21.5, 23.9), "lock"
    if dice.random() < REMOTE:
        yield dice.uniform(9, 20), "unlock"
