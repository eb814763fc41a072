"""Two calendars of a lock: who may open it when, and when passage mode keeps it open."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.components.calendar.const import CalendarEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_words import description_of, name_of, word
from .access_writer import AccessWriter
from .book_entity import BookEntity
from .calendar_event import Booking, rule_of
from .client import Feature
from .client.cyclic import CyclicWindow
from .client.errors import InvalidInput, NotFound
from .client.grants import Access, Life
from .client.occurrences import DAYS_TO_LOOK, Span, next_span, spans, weekly_spans, windows_of
from .client.passage import PassagePeriod
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities
from .errors import translated
from .lock_coordinator import LockCoordinator
from .options import RecordOptions
from .show_code import ShownCodes

PARALLEL_UPDATES = 0

ALL_FUTURE: Final = "THISANDFUTURE"
"""How the calendar page says that a series is meant from an occurrence on."""


@dataclass(frozen=True, kw_only=True)
class LockCalendarDescription(LockEntityDescription, CalendarEntityDescription):
    """Describe a calendar of a lock."""


ACCESS = LockCalendarDescription(
    key="access",
    translation_key="access",
    # Whoever may edit it hands out codes, so nobody gets it unasked.
    entity_registry_enabled_default=False,
    supported_fn=lambda data: data.ekey.may_manage,
)
PASSAGE = LockCalendarDescription(
    key="passage",
    translation_key="passage",
    entity_registry_enabled_default=False,
    supported_fn=lambda data: data.ekey.may_manage and Feature.PASSAGE_MODE in data.features,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the calendars of an account's locks."""
    names = RecordOptions.of(entry.options).names
    async_add_lock_entities(
        entry, async_add_entities, (ACCESS,), AccessCalendar if names else AccessCalendarWithoutNames
    )
    async_add_lock_entities(entry, async_add_entities, (PASSAGE,), PassageCalendar)


class LockCalendar(TTLockEntity, CalendarEntity):
    """A calendar of a lock."""

    entity_description: LockCalendarDescription

    def _event(
        self,
        span: Span,
        uid: str,
        summary: str,
        description: str,
        windows: Sequence[CyclicWindow] = (),
        until: datetime | None = None,
    ) -> CalendarEvent:
        """Return an event in the time of the lock; `windows` are those in which it comes back every week."""
        zone = self.facts.zone
        start, end = (when.astimezone(zone) for when in span)
        whole_days = all(_is_midnight(when) and _is_midnight(dt_util.as_local(when)) for when in (start, end))
        return CalendarEvent(
            start=start.date() if whole_days else start,
            end=end.date() if whole_days else end,
            summary=summary,
            description=description,
            uid=uid,
            recurrence_id=self._recurrence_id(span) if windows else None,
            rrule=rule_of(windows, until) if windows else None,
        )

    def _recurrence_id(self, span: Span) -> str:
        """Return what tells an occurrence from the others of its series."""
        return span[0].astimezone(self.facts.zone).strftime("%Y%m%dT%H%M%S")


class AccessCalendar(BookEntity, LockCalendar):
    """Who may open the lock when. What opens for good is left out: it would be on every day.

    A new event is a passcode for its time; changing and deleting an event changes and takes off its key.
    """

    def __init__(self, coordinator: LockCoordinator, description: LockCalendarDescription) -> None:
        """Show no code yet."""
        super().__init__(coordinator, description)
        self._codes = ShownCodes(coordinator.hass, f"{self.unique_id}")
        self._writer = AccessWriter(coordinator, self._codes)
        self._attr_supported_features = CalendarEntityFeature.DELETE_EVENT | CalendarEntityFeature.UPDATE_EVENT
        if Feature.PASSCODE in coordinator.data.features:
            self._attr_supported_features |= CalendarEntityFeature.CREATE_EVENT

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Leave no code behind."""
        self._codes.async_hide_all()
        await super().async_will_remove_from_hass()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return what opens now, or next."""
        now = dt_util.utcnow()
        found = [
            (span, access)
            for access in self._accesses
            if access.life is not Life.FAILED and (span := next_span(access.validity, now, self.facts.zone))
        ]
        return self._event_of(*min(found, key=_begin)) if found else None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return what opens in a range of time."""
        await self.book.async_freshen()
        if self.book.data.read_at is None and self.book.last_exception is not None:
            raise self.book.last_exception
        zone = self.facts.zone
        found = [
            (span, access) for access in self._accesses for span in spans(access.validity, start_date, end_date, zone)
        ]
        return [self._event_of(span, access) for span, access in sorted(found, key=_begin)]

    @property
    def _accesses(self) -> Iterable[Access]:
        return (access for access in self.book.accesses if access.life is not Life.GONE)

    def _event_of(self, span: Span, access: Access) -> CalendarEvent:
        return self._event(
            span,
            access.uid,
            name_of(self.hass, access),
            description_of(self.hass, self.coordinator, access),
            access.validity.windows,
            access.end,
        )

    # -- Writing ---------------------------------------------------------------------------------------------------

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Put a passcode on the lock for the time of an event."""
        with self._translated():
            await self._writer.async_create(Booking.of(kwargs, self.facts.zone))

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change name, time or digits of what an event stands for."""
        with self._translated():
            access = self._access(uid, recurrence_id, recurrence_range)
            own_lines = description_of(self.hass, self.coordinator, access).splitlines()
            await self._writer.async_change(access, Booking.of(event, self.facts.zone, own_lines))

    @override
    async def async_delete_event(
        self, uid: str, recurrence_id: str | None = None, recurrence_range: str | None = None
    ) -> None:
        """Take off the lock what an event stands for."""
        with self._translated():
            await self._writer.async_remove(self._access(uid, recurrence_id, recurrence_range))

    def _access(self, uid: str, recurrence_id: str | None, recurrence_range: str | None) -> Access:
        """Return what an event stands for; a key with weekly hours is one thing, whatever event of it is meant."""
        access = next((access for access in self._accesses if access.is_called(uid)), None)
        if access is None:
            raise NotFound("event_gone")
        if access.validity.windows and recurrence_id is not None:
            coming = next_span(access.validity, dt_util.utcnow(), self.facts.zone)
            if recurrence_range != ALL_FUTURE or (coming and recurrence_id != self._recurrence_id(coming)):
                raise InvalidInput("event_occurrence")
        return access

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self.hass, self.coordinator.config_entry, self.coordinator.name)


class AccessCalendarWithoutNames(AccessCalendar):
    """Who may open the lock when; the database does not keep whose key is next."""

    _unrecorded_attributes = frozenset({"message"})


class PassageCalendar(LockCalendar):
    """When passage mode keeps an unlocked lock from locking. Its plan is changed by its action."""

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the window that is open now, or the next one."""
        now = dt_util.utcnow()
        return next(iter(self._between(now, now + DAYS_TO_LOOK)), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the windows in a range of time."""
        return self._between(start_date, end_date)

    def _between(self, begin: datetime, until: datetime) -> list[CalendarEvent]:
        found = [
            (span, number, windows)
            for number, windows in enumerate(map(windows_of, self._periods))
            for span in weekly_spans(windows, begin, until, self.facts.zone)
        ]
        plan = self.facts.settings.passage
        description = word(self.hass, "passage_unlocks" if plan and plan.auto_unlock else "passage_keeps_unlocked")
        summary = word(self.hass, "passage_mode")
        return [
            self._event(span, f"passage-{number}", summary, description, windows)
            for span, number, windows in sorted(found, key=_begin)
        ]

    @property
    def _periods(self) -> Iterable[PassagePeriod]:
        plan = self.facts.settings.passage
        return plan.periods if plan is not None and plan.enabled else ()


def _begin(found: tuple[Span, *tuple[object, ...]]) -> Span:
    return found[0]


def _is_midnight(when: datetime) -> bool:
    return when.time() == time()
