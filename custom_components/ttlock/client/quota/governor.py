"""Who may use the calls of a month: one budget for each developer application (ttlock-open-api.md 1.6).

What somebody waits for is never refused here: only the vendor may do that. What is read in the background has to fit
three times: the vendor is not refusing, a reserve stays for commands, and calls have gathered for it. They gather as
fast as what is left of the month's calls lasts until its end, so that nothing that has been used up by anybody is used
up twice, and nothing that was saved is lost.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
import math
from typing import Any, Final

from ..cloud.endpoints import Purpose
from ..errors import ClockSkew, QuotaExceeded, SignInError, TTLockError, Withheld
from .month import month_start, next_month
from .rate import Rate

FREE_PLAN: Final = 30_000
"""Calls a month (ttlock-open-api.md 1.6)."""
SMALLEST_PLAN: Final = 5_000
"""As somebody's was (ttlock-open-api.md 1.6): a month that ends sooner was used up by others."""
FRESH_COUNT: Final = timedelta(hours=13)
"""So long what others use is known well enough to tell how large the plan is."""
RESERVE: Final = 0.15
"""Part of the plan that background reading leaves alone, however the month goes."""
GATHERED: Final = 0.1
"""Part of the plan that may gather: enough for the first reading of some hundred locks at once."""
OF_THE_RESERVE: Final[Mapping[Purpose, float]] = {
    Purpose.COMMAND: 0.0,
    Purpose.SIGN_IN: 0.0,
    Purpose.PROOF: 0.7,
    Purpose.STATE: 1.0,
    Purpose.RECORDS: 1.05,
    Purpose.SETTINGS: 1.1,
    Purpose.INVENTORY: 1.15,
}
"""How much of the reserve has to be left after a call of the background: the less important end first."""
OF_THE_GATHERED: Final[Mapping[Purpose, float]] = {
    Purpose.COMMAND: 0.0,
    Purpose.SIGN_IN: 0.0,
    Purpose.PROOF: 0.0,
    Purpose.STATE: 0.0,
    Purpose.RECORDS: 0.03,
    Purpose.SETTINGS: 0.06,
    Purpose.INVENTORY: 0.09,
}
"""How much has to have gathered for a call of the background, for the same order."""
FASTEST: Final = 2.0
"""However much is left, background reading makes no more calls an hour than so many times those of an even month."""
SLOWEST: Final = 0.2
"""Regular questions become this much rarer, at most, when what nobody planned has used up what had gathered."""
URGENT_MARGIN: Final = 1.2
"""Commands and foreign programs may become more; so much more of them is planned for."""
MONTH_REASON: Final = "quota_month_exceeded"
PROBE_PAUSE: Final = timedelta(hours=1)
"""Between two tries of the background in a month that is used up: somebody may have bought calls."""
FIRST_PAUSE: Final = timedelta(minutes=15)
"""After the other refusal of calls (30006), whose span is not known; doubled as long as it comes again."""
FORGOTTEN: Final = timedelta(days=32)
"""A month that begins so much later than now was noted while the clock was wrong."""
_HOUR: Final = timedelta(hours=1)
_LONGEST_MONTH: Final = 31 * 24
_MOMENT: Final = timedelta(minutes=1)


class Governor:
    """The budget of one developer application."""

    def __init__(self, now: datetime) -> None:
        """Start with a month of which nothing is known."""
        self._plan: int | None = None
        self._cap: int | None = None
        """After so many calls the vendor said that the month is used up."""
        self._month = month_start(now)
        self._own: Counter[Purpose] = Counter()
        self._foreign = 0
        self.corrected_at: datetime | None = None
        """When the vendor last said how many calls it has counted."""
        self._urgent = Rate(now)
        self._wanted = 0.0
        self._gathered = self.limit * GATHERED
        self._gathered_at = now
        self.refusal: str | None = None
        """Reason word of the vendor while it refuses calls."""
        self._pause = FIRST_PAUSE
        self._next_try = now

    # -- The month -------------------------------------------------------------------------------------------------

    @property
    def limit(self) -> int:
        """Return the calls of a month: as the user says, as the vendor showed, or those of the free plan."""
        return self._plan or min(FREE_PLAN, self._cap or FREE_PLAN)

    @property
    def plan(self) -> int | None:
        """Return the calls of a month that the user has named."""
        return self._plan

    @plan.setter
    def plan(self, calls: int | None) -> None:
        self._plan = calls
        self._gathered = min(self._gathered, self._most)

    @property
    def reserve(self) -> float:
        """Return how many calls are only for what somebody waits for."""
        return self.limit * RESERVE

    @property
    def calls(self) -> Mapping[Purpose, int]:
        """Return our own calls of the month by purpose, as of the last thing that happened."""
        return {purpose: self._own[purpose] for purpose in Purpose}

    def used(self, now: datetime) -> int:
        """Return how many calls the month has seen, those of other programs included as far as the vendor told."""
        self._turn(now)
        return max(self._own.total() + self._foreign, 0)

    def left(self, now: datetime) -> int:
        """Return how many calls are left of the month."""
        return max(self.limit - self.used(now), 0)

    def foreign(self, now: datetime) -> int:
        """Return how many calls other programs with the same application have made."""
        self._turn(now)
        return max(self._foreign, 0)

    def forecast(self, now: datetime) -> int:
        """Return how many calls the whole month will have seen.

        Commands and other programs go on as in the last days; background reading takes what it may.
        """
        rest = (next_month(now) - now) / _HOUR
        used, urgent = self.used(now), self._urgent.by_hour(now) * rest
        return round(used + urgent + min(self._wanted, self.rate(now)) * rest)

    def want(self, by_hour: float) -> None:
        """Note how many calls background reading would make if there were no limit."""
        self._wanted = by_hour

    # -- Admission -------------------------------------------------------------------------------------------------

    def rate(self, now: datetime) -> float:
        """Return how many calls an hour background reading may make from now until the month ends."""
        rest = max(next_month(now) - now, _MOMENT) / _HOUR
        kept = max(self.reserve, self._urgent.by_hour(now) * rest * URGENT_MARGIN)
        # What a quiet month has left over is no reason to wake every radio all the time at its end.
        most = FASTEST * (self.limit - self.reserve) / _LONGEST_MONTH
        return min(max(self.left(now) - kept, 0.0) / rest, most)

    def pace(self, now: datetime) -> float:
        """Return how many regular calls an hour are planned: fewer while others have used up what had gathered."""
        self._gather(now)
        return self.rate(now) * min(max(2 * self._gathered / self._most, SLOWEST), 1.0)

    def fits(self, purpose: Purpose, now: datetime, calls: int = 1) -> bool:
        """Return whether so many calls of the background may be made now."""
        self._gather(now)
        if self.refusal is not None:
            return now >= self._next_try
        if self.left(now) - calls < self.reserve * OF_THE_RESERVE[purpose]:
            return False
        return self._gathered >= calls + self._most * OF_THE_GATHERED[purpose]

    def admit(self, purpose: Purpose, now: datetime, *, background: bool) -> None:
        """Count a call that is about to be sent; Withheld when it is of the background and does not fit."""
        if not background:
            self._turn(now)
            self._own[purpose] += 1
            self._urgent.add(1, now)
            return
        if not self.fits(purpose, now):
            raise Withheld
        if self.refusal is not None:
            # One call tries whether the vendor has changed its mind; others wait for what becomes of it.
            self._next_try = now + self._pause
        self._own[purpose] += 1
        self._gathered = max(self._gathered - 1, 0.0)

    def answered(self, purpose: Purpose, error: TTLockError | None, now: datetime) -> None:
        """Take note of the verdict on a call that was admitted."""
        self._turn(now)
        if isinstance(error, SignInError | ClockSkew):
            # That is looked at before the calls are (ttlock-open-api.md 10 nr. 2).
            return
        if not isinstance(error, QuotaExceeded):
            self._accepted()
            return
        # A call that is refused for this is none of the month.
        self._own[purpose] -= 1
        if self.refusal is None or error.reason != self.refusal:
            self._pause = FIRST_PAUSE
        else:
            self._pause = min(2 * self._pause, PROBE_PAUSE)
        if error.reason == MONTH_REASON:
            self._pause = PROBE_PAUSE
            if self.refusal != MONTH_REASON and self.corrected_at and now - self.corrected_at < FRESH_COUNT:
                self._cap = max(self._own.total() + self._foreign, SMALLEST_PLAN)
        self.refusal = error.reason
        self._next_try = now + self._pause

    @property
    def made(self) -> int:
        """Return how many calls of the month are our own."""
        return self._own.total()

    def correct(self, count: int, now: datetime, made: int | None = None) -> None:
        """Take over how many calls the vendor has counted this month, so many of ours included; None for all."""
        self._turn(now)
        before = self.used(now)
        self._foreign = count - (self.made if made is None else made)
        if self.corrected_at is not None:
            # Of what was before the first count nobody knows whether it goes on.
            self._urgent.add_over(max(self.used(now) - before, 0), now - self.corrected_at, now)
        self.corrected_at = now

    # -- Keeping ---------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return what has to outlive a restart."""
        return {
            "month": self._month.isoformat(),
            "cap": self._cap,
            "own": {purpose.value: count for purpose, count in self._own.items()},
            "foreign": self._foreign,
            "corrected_at": self.corrected_at and self.corrected_at.isoformat(),
            "urgent": self._urgent.to_json(),
            "gathered": min(self._gathered, self._most),
            "gathered_at": self._gathered_at.isoformat(),
            "refusal": self.refusal,
            "next_try": self._next_try.isoformat(),
        }

    def restore(self, raw: dict[str, Any]) -> None:
        """Go on where `to_json` left off; KeyError, TypeError or ValueError for something else."""
        month, gathered_at, next_try = (
            datetime.fromisoformat(raw[name]) for name in ("month", "gathered_at", "next_try")
        )
        own = Counter({Purpose(purpose): int(count) for purpose, count in raw["own"].items()})
        corrected_at = datetime.fromisoformat(raw["corrected_at"]) if raw["corrected_at"] else None
        cap = None if raw["cap"] is None else int(raw["cap"])
        foreign, gathered = int(raw["foreign"]), float(raw["gathered"])
        refusal = None if raw["refusal"] is None else str(raw["refusal"])
        self._urgent.restore(raw["urgent"])
        self._month, self._own, self._foreign, self.corrected_at = month, own, foreign, corrected_at
        self._cap, self._gathered, self._gathered_at = cap, gathered, gathered_at
        self.refusal, self._next_try = refusal, next_try
        if refusal == MONTH_REASON:
            self._pause = PROBE_PAUSE

    # -- Inside ----------------------------------------------------------------------------------------------------

    @property
    def _most(self) -> float:
        """Return how many calls may gather."""
        return self.limit * GATHERED

    def _accepted(self) -> None:
        if self.refusal is not None:
            # What was held back meanwhile need not wait any longer.
            self._gathered = math.inf
        self.refusal = None
        self._pause = FIRST_PAUSE
        if self._cap is not None and self._own.total() + self._foreign > self._cap:
            # The plan is larger than it was.
            self._cap = None

    def _turn(self, now: datetime) -> None:
        """Begin a new month when it has come."""
        month = month_start(now)
        if month <= self._month <= now + FORGOTTEN:
            return
        self._month = month
        self._own.clear()
        self._foreign = 0
        # A month begins with nothing: as good as if the vendor had said so.
        self.corrected_at = month
        self._gathered = math.inf
        self._accepted()

    def _gather(self, now: datetime) -> None:
        """Let calls gather for the time that has passed."""
        self._turn(now)
        hours = max(now - self._gathered_at, timedelta()) / _HOUR
        self._gathered_at = now
        self._gathered = min(self._gathered + self.rate(now) * hours, self._most)
