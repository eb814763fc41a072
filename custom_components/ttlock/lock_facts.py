"""What is known of one lock: evidence is collected here, weighed, and kept over restarts."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .client.ble.advertisement import Advertisement
from .client.events import EventType, LockEvent
from .client.evidence import FRESH, Evidence, FactSource, Trail
from .client.knowledge import AutoLock, Knowledge, Testimony
from .client.models import Bolt, Door, OpenState
from .timer import Timer

if TYPE_CHECKING:
    from .data import InventoryLock
    from .lock_coordinator import LockCoordinator

TICK = timedelta(microseconds=1)
DOOR_EVENTS = {EventType.DOOR_OPENED: Door.OPEN, EventType.DOOR_CLOSED: Door.CLOSED}


class LockFacts:
    """The evidence about one lock."""

    def __init__(self, hass: HomeAssistant, lock: LockCoordinator) -> None:
        """Go on with what was known before the restart."""
        self._lock = lock
        self.testimony = lock.account.facts.get(lock.lock_id)
        self._last = dt_util.utc_from_timestamp(0)
        self._change = Timer(hass, f"{lock.name} facts", self._async_time_has_passed)

    def moment(self) -> datetime:
        """Return the time, later than ever before: what we do ourselves has an order though the clock is corrected."""
        now = dt_util.utcnow()
        if now < self._last - FRESH:
            # It was wrong until now.
            self._last = now
            self.testimony = self.testimony.heard_by(now)
            self._lock.questions.async_ask_in(0)
        self._last = max(now, self._last + TICK)
        return self._last

    @callback
    def async_weigh(self, auto_lock: AutoLock | None) -> Knowledge:
        """Return what is believed now, and wait for the moment at which time alone changes it."""
        known = self.testimony.weigh(dt_util.utcnow(), auto_lock)
        if known.changes_at != self._change.due and not self._lock.is_shut_down:
            self._change.at(known.changes_at)
        return known

    @callback
    def async_shutdown(self) -> None:
        """Wait for nothing any more."""
        self._change.cancel()

    async def _async_time_has_passed(self) -> None:
        self._lock.async_publish()

    # -- Evidence --------------------------------------------------------------------------------------------------

    @callback
    def async_note_command(self, bolt: Bolt, sent: datetime) -> None:
        """Note where a command of ours left the bolt; unknown when its outcome is unclear."""
        at = self.moment()
        said = Evidence(value=_known(bolt), source=FactSource.COMMAND, at=at, heard=at, began=sent)
        self._note(Testimony(bolt=Trail((said,))))

    @callback
    def async_note_answer(self, state: OpenState, asked: datetime) -> None:
        """Note what the lock said itself."""
        at = self.moment()
        bolt = Evidence(value=_known(state.bolt), source=FactSource.LOCK, at=at, heard=at, began=asked)
        door = Evidence(value=state.door, source=FactSource.LOCK, at=at, heard=at, began=asked)
        has_sensor = state.door is not None or self.testimony.door.items
        self._note(Testimony(bolt=Trail((bolt,)), door=Trail((door,) if has_sensor else ())))

    @callback
    def async_note_record(
        self, event: LockEvent, source: FactSource, order: int, *, commanded: datetime | None
    ) -> None:
        """Note what a record tells.

        Of a command of ours it tells nothing that was not heard when that was sent, but that others were before it.
        """
        self.moment()

        def said[T](value: T, heard: datetime = event.received) -> Evidence[T]:
            return Evidence(value=value, source=source, at=event.at, heard=heard, order=order)

        bolt, door, battery = event.bolt, DOOR_EVENTS.get(event.type), event.battery
        self._note(
            Testimony(
                bolt=Trail(() if bolt is None else (said(bolt, commanded or event.received),)),
                door=Trail(() if door is None else (said(door),)),
                battery=Trail(() if battery is None else (said(battery),)),
            )
        )

    @callback
    def async_note_advertisement(self, told: Advertisement, battery: int | None = None) -> None:
        """Note what the lock says to everybody around it.

        Some locks never say anything but locked (ttlock-ble-protocol.md 2.5): that counts only for one that has said
        otherwise once.
        """
        settings, at = self._lock.data.settings, self.moment()
        if told.bolt is Bolt.UNLOCKED and not settings.shows_unlocked:
            self._lock.async_set_settings(replace(settings, shows_unlocked=True))
        elif told.bolt is Bolt.LOCKED and not settings.shows_unlocked:
            told = replace(told, bolt=Bolt.UNKNOWN)

        def said[T](value: T) -> Evidence[T]:
            return Evidence(value=value, source=FactSource.ADVERTISEMENT, at=at, heard=at)

        self._note(
            Testimony(
                bolt=Trail(() if told.bolt is Bolt.UNKNOWN else (said(told.bolt),)),
                battery=Trail(() if battery is None else (said(battery),)),
            )
        )

    @callback
    def async_note_inventory(self, inventory: InventoryLock) -> None:
        """Note the battery; the cloud repeats what it heard last, so only another value is newer than a record."""
        if inventory.battery is None:
            return
        now = self.moment()
        before = [item for item in self.testimony.battery.items if item.source is FactSource.INVENTORY]
        same = before[-1] if before and before[-1].value == inventory.battery else None
        said = Evidence(value=inventory.battery, source=FactSource.INVENTORY, at=same.at if same else now, heard=now)
        self._note(Testimony(battery=Trail((said,))))

    def _note(self, more: Testimony) -> None:
        known = self.testimony.joined(more)
        if known != self.testimony:
            self.testimony = known
            self._lock.account.facts.put(self._lock.lock_id, known)


def _known(bolt: Bolt) -> Bolt | None:
    return None if bolt is Bolt.UNKNOWN else bolt
