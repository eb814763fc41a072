"""The calls of a month that all accounts of one developer application share, kept over restarts."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
import random
from typing import Any, Final, Protocol

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .client import Purpose
from .client.errors import QuotaExceeded, TTLockError
from .client.quota import Governor, Regular, month_start, next_month, stretches
from .const import DOMAIN, LOGGER
from .timer import Timer

VERSION: Final = 1
SAVE_DELAY_SECONDS: Final = 30
CORRECTION_INTERVAL: Final = timedelta(hours=6)
"""So often the vendor is asked how many calls it has counted: other programs may use the same application."""
QUIET_CORRECTION_INTERVAL: Final = timedelta(hours=12)
"""While callbacks make most calls superfluous, ours among them."""
FRESH_COUNT: Final = timedelta(hours=1)
"""A start asks anew unless the count is younger: a power cut loses what was counted last."""
FRESH_STRETCH: Final = timedelta(minutes=1)
MONTH_TURNS: Final = timedelta(minutes=10)
"""The vendor's clock and ours differ by five minutes at most (ttlock-open-api.md 1.3)."""
MONTH_JITTER_SECONDS: Final = 300.0
"""Many installations wait for the same midnight."""

type Wanted = Mapping[Regular, float]


class Consumer(Protocol):
    """An account that signs in with the application."""

    @property
    def wanted(self) -> Wanted:
        """Return how many calls an hour it would make at its shortest pauses."""

    @property
    def plan(self) -> int | None:
        """Return the calls of a month that the user has named."""

    @property
    def quiet(self) -> bool:
        """Return whether callbacks tell it most."""

    @property
    def failing(self) -> bool:
        """Return whether the cloud does not answer it."""

    @callback
    def async_quota_changed(self) -> None:
        """Take note of other figures."""

    @callback
    def async_quota_returned(self) -> None:
        """Take note that calls are accepted again."""


class ApplicationQuota:
    """The budget of one developer application, by its client id."""

    def __init__(self, hass: HomeAssistant, save: CALLBACK_TYPE) -> None:
        """Start with a month of which nothing is known."""
        self.governor = Governor(dt_util.utcnow())
        self.counter: Callable[[], Awaitable[int]] | None = None
        """How the vendor is asked for its own count."""
        self._save = save
        self._consumers: list[Consumer] = []
        self._listeners: set[CALLBACK_TYPE] = set()
        self._stretches: dict[Regular, float] = {}
        self._stretched_at: datetime | None = None
        self._correction = Timer(hass, "TTLock count of calls", self._async_correct)
        self._month_end = Timer(hass, "TTLock month of calls", self._async_month_over)

    # -- Who takes part --------------------------------------------------------------------------------------------

    @callback
    def async_join(self, consumer: Consumer) -> None:
        """Let an account take part."""
        self._consumers.append(consumer)
        self.async_weigh()
        if len(self._consumers) == 1:
            self._correction.after(CORRECTION_INTERVAL)
            self._wait_for_month()

    @callback
    def async_leave(self, consumer: Consumer) -> None:
        """Let an account go; with the last one nobody has to be told of anything."""
        if consumer in self._consumers:
            self._consumers.remove(consumer)
        self.async_weigh()
        if not self._consumers:
            self._correction.cancel()
            self._month_end.cancel()

    @callback
    def async_weigh(self) -> None:
        """Take note that the accounts want something else than before."""
        self._stretched_at = None
        self.governor.plan = max((consumer.plan or 0 for consumer in self._consumers), default=0) or None
        self.governor.want(sum(self._wanted().values()))
        self._show()

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener now and then, when figures are to be shown; returns how to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def _show(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def stretch(self, kind: Regular) -> float:
        """Return by what factor the pauses between two readings have to grow."""
        now = dt_util.utcnow()
        if self._stretched_at is None or abs(now - self._stretched_at) >= FRESH_STRETCH:
            self._stretched_at = now
            self._stretches = stretches(self._wanted(), self.governor.pace(now))
        return self._stretches[kind]

    def fits(self, purpose: Purpose, calls: int = 1) -> bool:
        """Return whether so many calls of the background may be made now."""
        return self.governor.fits(purpose, dt_util.utcnow(), calls)

    @property
    def sharers(self) -> int:
        """Return how many accounts share the calls."""
        return max(len(self._consumers), 1)

    def _wanted(self) -> dict[Regular, float]:
        each = [consumer.wanted for consumer in self._consumers]
        return {kind: sum(wanted.get(kind, 0.0) for wanted in each) for kind in Regular}

    # -- Counting --------------------------------------------------------------------------------------------------

    def admit(self, purpose: Purpose, *, background: bool) -> None:
        """Count a request that is about to be sent; raises Withheld when it has to wait."""
        self.governor.admit(purpose, dt_util.utcnow(), background=background)
        self._save()

    def answered(self, purpose: Purpose, error: TTLockError | None) -> None:
        """Take note of the verdict on a request."""
        before = self.governor.refusal
        self.governor.answered(purpose, error, dt_util.utcnow())
        if before == self.governor.refusal:
            return
        self._save()
        if before is not None and self.governor.refusal is None:
            LOGGER.info("TTLock accepts calls again")
            self._tell_that_calls_return()
        elif self.governor.refusal is not None:
            LOGGER.warning("TTLock refuses calls of the developer application: %s", self.governor.refusal)
            self._tell_of_figures()

    async def async_start(self) -> None:
        """Learn how many calls there were while nobody counted here."""
        known = self.governor.corrected_at
        if known is None or dt_util.utcnow() - known >= FRESH_COUNT:
            await self._async_correct()

    async def _async_correct(self) -> None:
        """Learn how many calls there were, those of other programs included."""
        quiet = all(consumer.quiet for consumer in self._consumers)
        self._correction.after(QUIET_CORRECTION_INTERVAL if quiet else CORRECTION_INTERVAL)
        if self.counter is None or self.governor.refusal is not None or any(item.failing for item in self._consumers):
            return
        try:
            self.admit(Purpose.SIGN_IN, background=True)
            made = self.governor.made
            count = await self.counter()
        except TTLockError as err:
            # Some applications may not ask; then only our own calls are known.
            LOGGER.debug("The calls of the month are not known: %s", err)
            if isinstance(err, QuotaExceeded):
                self.answered(Purpose.SIGN_IN, err)
            return
        now = dt_util.utcnow()
        if now - month_start(now) < MONTH_TURNS:
            # It may be that of the month before.
            return
        self.governor.correct(count, now, made)
        self._save()
        self._tell_of_figures()

    # -- The month -------------------------------------------------------------------------------------------------

    def _wait_for_month(self) -> None:
        jitter = timedelta(seconds=random.uniform(1, MONTH_JITTER_SECONDS))  # noqa: S311  # no secret hangs on it
        self._month_end.at(next_month(dt_util.utcnow()) + jitter)

    async def _async_month_over(self) -> None:
        self._wait_for_month()
        self._tell_that_calls_return()

    @callback
    def _tell_that_calls_return(self) -> None:
        self._stretched_at = None
        self._show()
        for consumer in tuple(self._consumers):
            consumer.async_quota_returned()

    @callback
    def _tell_of_figures(self) -> None:
        self._stretched_at = None
        self._show()
        for consumer in tuple(self._consumers):
            consumer.async_quota_changed()


class QuotaHub:
    """The budgets of all applications, in one file."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin without any."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(hass, VERSION, f"{DOMAIN}.calls", private=True)
        self._quotas: dict[str, ApplicationQuota] = {}
        self._kept: dict[str, Any] = {}
        self._closed = False
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, self._close)

    @callback
    def _close(self, event: Event) -> None:
        self._closed = True

    async def async_load(self) -> None:
        """Read the file."""
        self._kept = await self._store.async_load() or {}

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self._as_json())

    @callback
    def of(self, client_id: str) -> ApplicationQuota:
        """Return the budget of an application."""
        if client_id not in self._quotas:
            quota = ApplicationQuota(self._hass, self._save_soon)
            if raw := self._kept.get(client_id):
                try:
                    quota.governor.restore(raw)
                except (KeyError, TypeError, ValueError) as err:
                    LOGGER.debug("What was known of the calls of the month is not readable: %r", err)
            self._quotas[client_id] = quota
        return self._quotas[client_id]

    @callback
    def _save_soon(self) -> None:
        # After the last write the vendor's own count has what still goes out.
        if not self._closed:
            self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    def _as_json(self) -> dict[str, Any]:
        known = {client_id: quota.governor.to_json() for client_id, quota in self._quotas.items()}
        return {**self._kept, **known}


HUB: HassKey[QuotaHub] = HassKey(f"{DOMAIN}_quota")


@singleton(HUB, async_=True)
async def _async_hub(hass: HomeAssistant) -> QuotaHub:
    hub = QuotaHub(hass)
    await hub.async_load()
    return hub


async def async_quota(hass: HomeAssistant, client_id: str) -> ApplicationQuota:
    """Return the budget of a developer application."""
    return (await _async_hub(hass)).of(client_id)


async def async_flush_quotas(hass: HomeAssistant) -> None:
    """Write down what is known of all budgets."""
    await (await _async_hub(hass)).async_flush()
