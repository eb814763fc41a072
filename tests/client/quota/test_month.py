"""The governor's month: whatever locks, commands, other programs, restarts and clocks do to it."""

from datetime import UTC, datetime, timedelta
import json
from typing import Final

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custom_components.ttlock.client.cloud.endpoints import Purpose
from custom_components.ttlock.client.errors import QuotaExceeded, TTLockError, Withheld
from custom_components.ttlock.client.quota import Governor, Regular, month_start, next_month, stretches
from custom_components.ttlock.client.quota.governor import OF_THE_RESERVE, RESERVE
from custom_components.ttlock.client.quota.pace import MOST

HOUR: Final = timedelta(hours=1)
BACKGROUND: Final = (Purpose.STATE, Purpose.RECORDS, Purpose.SETTINGS, Purpose.INVENTORY)
QUESTIONS_AN_HOUR: Final = 6.0
"""What a lock would like to be asked."""


class Vendor:
    """The application as the vendor sees it."""

    def __init__(self, limit: int, strict: bool) -> None:
        self.limit = limit
        self.strict = strict
        self.month = datetime.min.replace(tzinfo=UTC)
        self.count = 0

    def call(self, now: datetime) -> TTLockError | None:
        self.turn(now)
        if self.strict and self.count >= self.limit:
            return QuotaExceeded("quota_month_exceeded")
        self.count += 1
        return None

    def turn(self, now: datetime) -> None:
        if month_start(now) != self.month:
            self.month, self.count = month_start(now), 0


class Month(RuleBasedStateMachine):
    """One application, some accounts with many locks, other programs, a host that is not always well."""

    @initialize(
        start=st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
        limit=st.integers(200, 2000),
        strict=st.booleans(),
        accounts=st.lists(st.integers(1, 2000), min_size=1, max_size=3),
    )
    def begin(self, start: datetime, limit: int, strict: bool, accounts: list[int]) -> None:
        self.now = start.replace(tzinfo=UTC)
        self.vendor = Vendor(limit, strict)
        self.vendor.turn(self.now)
        self.governor = Governor(self.now)
        self.governor.plan = limit
        self.saved = self.governor.to_json()
        self.locks = sum(accounts)
        self.unseen = 0
        """What the vendor has counted and nobody here knows of."""

    @rule(calls=st.integers(1, 100))
    def somebody_commands(self, calls: int) -> None:
        for _ in range(calls):
            left = self.vendor.limit - self.vendor.count
            self.governor.admit(Purpose.COMMAND, self.now, background=False)
            error = self.vendor.call(self.now)
            self.governor.answered(Purpose.COMMAND, error, self.now)
            assert error is None or left == 0, "a command is refused while a call is left"

    @rule(purpose=st.sampled_from(BACKGROUND), most=st.integers(1, 500))
    def the_background_is_greedy(self, purpose: Purpose, most: int) -> None:
        for _ in range(most):
            try:
                self.governor.admit(purpose, self.now, background=True)
            except Withheld:
                return
            tries = self.governor.refusal is not None
            error = self.vendor.call(self.now)
            self.governor.answered(purpose, error, self.now)
            if error is None and not tries:
                left = self.vendor.limit - self.vendor.count
                assert left + self.unseen >= self.vendor.limit * RESERVE * OF_THE_RESERVE[purpose] - 1

    @rule(calls=st.integers(1, 500))
    def another_program_calls(self, calls: int) -> None:
        for _ in range(calls):
            if self.vendor.call(self.now) is None:
                self.unseen += 1

    @rule()
    def the_vendor_tells_its_count(self) -> None:
        self.governor.correct(self.vendor.count, self.now)
        self.unseen = 0

    @rule(hours=st.floats(0.01, 240), regular=st.booleans())
    def time_passes(self, hours: float, regular: bool) -> None:
        end = self.now + hours * HOUR
        while regular and self.now + HOUR < end:
            self._pass(HOUR)
            stretch = stretches({Regular.STATE: self.locks * QUESTIONS_AN_HOUR}, self.governor.pace(self.now))
            planned = self.locks * QUESTIONS_AN_HOUR / stretch[Regular.STATE]
            if stretch[Regular.STATE] < MOST:
                assert planned <= self.governor.rate(self.now) + 0.01
            self.the_background_is_greedy(Purpose.STATE, max(int(planned), 1))
        self._pass(max(end - self.now, timedelta()))

    @rule()
    def the_month_turns(self) -> None:
        self._pass(next_month(self.now) - self.now + HOUR)
        assert self.governor.used(self.now) == 0
        assert self.governor.refusal is None
        self._pass(24 * HOUR)
        assert self.governor.rate(self.now) > 0 or self.governor.forecast(self.now) > self.vendor.limit * (1 - RESERVE)
        assert self.governor.fits(Purpose.STATE, self.now) or self.governor.rate(self.now) < 1 / 24

    @rule()
    def home_assistant_restarts(self) -> None:
        self._restart(json.loads(json.dumps(self.governor.to_json())))

    @rule()
    def what_is_known_is_written(self) -> None:
        self.saved = json.loads(json.dumps(self.governor.to_json()))

    @rule()
    def the_power_is_cut(self) -> None:
        """What was not written is lost, but the vendor is asked at start."""
        self._restart(self.saved)
        self.the_vendor_tells_its_count()

    @invariant()
    def what_is_used_is_what_the_vendor_counted_but_for_others(self) -> None:
        if hasattr(self, "vendor"):
            assert self.governor.used(self.now) + self.unseen == self.vendor.count

    def _pass(self, span: timedelta) -> None:
        before, self.now = month_start(self.now), self.now + span
        self.vendor.turn(self.now)
        if month_start(self.now) != before:
            self.unseen = 0

    def _restart(self, kept: object) -> None:
        limit = self.governor.plan
        self.governor = Governor(self.now)
        self.governor.restore(kept)  # type: ignore[arg-type]
        self.governor.plan = limit


TestMonth = Month.TestCase
TestMonth.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
