"""Cards and fingerprints in a lock."""

from dataclasses import dataclass

from .schedule import CyclicWindow, in_cycle


@dataclass(slots=True, kw_only=True)
class Credential:
    """A card or a fingerprint; start and end both 0 mean permanent (ttlock-open-api.md 7.4)."""

    number: str
    start: float = 0
    end: float = 0
    cycle: tuple[CyclicWindow, ...] = ()

    def valid(self, now: float, local: float) -> bool:
        """Say whether it opens at the lock's time."""
        if self.start and now < self.start:
            return False
        if self.end and now >= self.end:
            return False
        return in_cycle(self.cycle, local)
