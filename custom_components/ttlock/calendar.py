"""Two calendars of a lock: who may open it when, and when passage mode keeps it open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final, override

from homeassistant.components.calendar import CalendarEntity, CalendarEntityDescription, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .access_words import description_of, name_of, word
from .client import Feature
from .client.cyclic import CyclicWindow
from .client.grants import Access, Life
from .client.occurrences import DAYS_TO_LOOK, Span, next_span, spans, weekly_spans, windows_of
from .client.passage import PassagePeriod
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities
from .lock_coordinator import LockCoordinator

PARALLEL_UPDATES = 0

WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


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
    async_add_lock_entities(entry, async_add_entities, (ACCESS,), AccessCalendar)
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
            recurrence_id=start.strftime("%Y%m%dT%H%M%S") if windows else None,
            rrule=_rule(windows, until) if windows else None,
        )


class AccessCalendar(LockCalendar):
    """Who may open the lock when. What opens for good is left out: it would be on every day."""

    def __init__(self, coordinator: LockCoordinator, description: LockCalendarDescription) -> None:
        """Look into the book of the lock."""
        super().__init__(coordinator, description)
        self._book = coordinator.book

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the credentials."""
        await super().async_added_to_hass()
        self.async_on_remove(self._book.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def available(self) -> bool:
        """Return whether the credentials were read."""
        return super().available and self._book.data.read_at is not None

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
        await self._book.async_freshen()
        if self._book.data.read_at is None and self._book.last_exception is not None:
            raise self._book.last_exception
        zone = self.facts.zone
        found = [
            (span, access) for access in self._accesses for span in spans(access.validity, start_date, end_date, zone)
        ]
        return [self._event_of(span, access) for span, access in sorted(found, key=_begin)]

    @property
    def _accesses(self) -> Iterable[Access]:
        return (access for access in self._book.accesses if access.life is not Life.GONE)

    def _event_of(self, span: Span, access: Access) -> CalendarEvent:
        return self._event(
            span,
            access.uid,
            name_of(self.hass, access),
            description_of(self.hass, self.coordinator, access),
            access.validity.windows,
            access.end,
        )


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


def _rule(windows: Sequence[CyclicWindow], until: datetime | None) -> str:
    """Return how windows come back, in the words of calendars (RFC 5545)."""
    days = ",".join(WEEKDAYS[window.weekday - 1] for window in windows)
    end = f";UNTIL={until.astimezone(UTC):%Y%m%dT%H%M%SZ}" if until else ""
    return f"FREQ=WEEKLY;BYDAY={days}{end}"
