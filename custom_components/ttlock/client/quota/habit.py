"""At which hours of the day a lock is used, as its log tells."""

from datetime import datetime
from typing import Any, Final

HOURS: Final = 24
NIGHT: Final = range(6)
"""Before anything is known of a lock: people sleep from midnight to six."""
NIGHT_WEIGHT: Final = 0.4
BELIEF: Final = 48.0
"""So many moves have to be seen before they count as much as what is thought of people in general."""
FADING: Final = 0.998
"""By each move the older ones lose this: some hundred moves are remembered."""
LEAST: Final = 0.3
MOST: Final = 2.0
"""However it is used, a lock is asked at least and at most so much more often than on average."""


class Habit:
    """How busy the hours of a lock are, against each other."""

    def __init__(self) -> None:
        """Start with what holds for people in general."""
        self._moves = [0.0] * HOURS

    def note(self, when: datetime) -> None:
        """Note that the bolt moved, at a time of the lock's own clock."""
        self._moves = [moves * FADING for moves in self._moves]
        self._moves[when.hour] += 1

    @property
    def weights(self) -> tuple[float, ...]:
        """Return how much more often than on average the lock is to be asked in each hour; their mean is 1."""
        usual = [NIGHT_WEIGHT if hour in NIGHT else 1.0 for hour in range(HOURS)]
        scale = BELIEF / sum(usual)
        # The hours beside it are like it: nobody comes home at the same minute every day.
        near = [
            self._moves[hour - 1] / 4 + self._moves[hour] / 2 + self._moves[(hour + 1) % HOURS] / 4
            for hour in range(HOURS)
        ]
        # Of two hours the busier one is worth more questions, but not in proportion: age counts, not the number of moves.
        busy = [(moves + scale * part) ** 0.5 for moves, part in zip(near, usual, strict=True)]
        mean = sum(busy) / HOURS
        bounded = [min(max(part / mean, LEAST), MOST) for part in busy]
        mean = sum(bounded) / HOURS
        return tuple(part / mean for part in bounded)

    def to_json(self) -> list[float]:
        """Return what has to outlive a restart."""
        return [round(moves, 3) for moves in self._moves]

    def restore(self, raw: Any) -> None:
        """Go on where `to_json` left off; TypeError or ValueError for something else."""
        moves = [float(item) for item in raw]
        if len(moves) != HOURS:
            raise ValueError(raw)
        self._moves = moves
