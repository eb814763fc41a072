"""How callbacks work for one account: what came last, whether they can be relied on, what they tell."""

from collections.abc import Coroutine, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .client.callbacks import Notice, NoticeKind
from .client.events import Source
from .const import LOGGER

if TYPE_CHECKING:
    from .client.history import News
    from .coordinator import AccountCoordinator

GRACE: Final = timedelta(minutes=5)
"""Callbacks have come within minutes at worst (ttlock-open-api.md 5.1)."""
HINT_PAUSE: Final = timedelta(minutes=5)
"""Anybody who knows the address could have questions asked; so often they cost no more than those of a house."""
MISSED: Final = 2
"""A single callback may get lost."""


class PushState:
    """Callbacks of one account."""

    def __init__(self, account: AccountCoordinator) -> None:
        """Nothing has come yet."""
        self._account = account
        self.last_ping: datetime | None = None
        """When anything came, such as the test of the portal."""
        self.last_event: datetime | None = None
        """When something came about a lock or gateway of the account."""
        self._asked_at: dict[tuple[NoticeKind, int], datetime] = {}
        self.missed = 0
        """Records in the list since then of which no callback told."""

    @property
    def alive(self) -> bool:
        """Return whether callbacks come."""
        return self.last_event is not None and self.missed < MISSED

    @callback
    def async_pinged(self) -> None:
        """Note that something came."""
        self.last_ping = dt_util.utcnow()

    @callback
    def async_hear(self, notice: Notice) -> None:
        """Take over what a callback tells, if the account has what it tells of."""
        account = self._account
        if notice.kind is NoticeKind.GATEWAY:
            gateway = account.data.gateways.get(notice.subject_id)
            if gateway is None or not _same(notice.mac, gateway.mac):
                return
            self._heard()
            if notice.online is not gateway.online and self._may_ask(notice):
                # Asked for rather than believed: an account has one list, and the change may be an old one.
                self._background(account.async_request_refresh(), "gateway")
            return
        if notice.kind is NoticeKind.DOOR_SENSOR:
            # A sensor of its own is no lock of the account; its log is read by its action.
            return
        lock = account.locks.get(notice.subject_id)
        if lock is None or not _same(notice.mac, lock.data.ekey.mac):
            return
        if notice.kind is NoticeKind.RECORDS:
            if notice.records:
                self._heard()
                self._background(lock.log.async_take(notice.records, Source.WEBHOOK), "records")
            return
        self._heard()
        if self._may_ask(notice):
            if notice.kind is NoticeKind.WIFI_LOCK:
                self._background(lock.async_refresh(), "Wi-Fi")
            else:
                self._background(lock.book.async_refresh(), "a change that did not reach the lock")

    @callback
    def async_listed(self, news: Iterable[News]) -> None:
        """Notice records of which callbacks should have told long ago."""
        if self.last_event is None:
            return
        for item in news:
            if item.record.stored and item.record.stored > self.last_event:
                self.missed += item.event.received - item.record.stored > GRACE
        if self.missed == MISSED:
            LOGGER.warning("Callbacks of TTLock have stopped; Home Assistant asks instead")

    def _may_ask(self, notice: Notice) -> bool:
        now = dt_util.utcnow()
        key = (notice.kind, notice.subject_id)
        asked_at = self._asked_at.get(key)
        if asked_at is not None and now - asked_at < HINT_PAUSE:
            return False
        self._asked_at[key] = now
        return True

    def _background(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        account = self._account
        account.config_entry.async_create_background_task(account.hass, work, f"{account.name} callback: {what}")

    def _heard(self) -> None:
        if self.last_event is not None and self.missed >= MISSED:
            LOGGER.info("Callbacks of TTLock come again")
        self.last_event = dt_util.utcnow()
        self.missed = 0


def _same(given: str | None, known: str) -> bool:
    """Return whether a callback names the address that is known; without one it is refused."""
    return given is not None and given.lower() == known.lower()
