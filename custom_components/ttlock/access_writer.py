"""Keys written by hand in the calendar of a lock: made, changed and taken off through the grants."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from .access_words import name_of, word
from .actions.outcomes import PENDING, raise_unless_done
from .actions.passcode_writer import async_make, async_place
from .actions.period import full_hour
from .calendar_event import Booking, rule_of, same_minute, same_rule
from .client import Secret
from .client.credentials import CredentialKind, Validity, ValidityKind
from .client.errors import DeviceUnreachable, InvalidInput
from .client.grants import Access, Change, Stage
from .client.models import PasscodeKind
from .client.occurrences import spans
from .client.passcodes import PasscodeRequest, check, check_period, random_code
from .data import NO_GATEWAY
from .lock_coordinator import LockCoordinator
from .message import GivenCode, code_values, render
from .message_words import words_of
from .show_code import ShownCodes

ORIGIN: Final = "calendar"
A_DAY: Final = timedelta(days=1)


class AccessWriter:
    """Write into one lock what people write into its calendar."""

    def __init__(self, lock: LockCoordinator, codes: ShownCodes) -> None:
        """Take the lock, and where new digits are shown."""
        self._lock = lock
        self._codes = codes

    async def async_create(self, booking: Booking) -> None:
        """Put a passcode on the lock for the time of an event."""
        if booking.rule is not None:
            raise InvalidInput("event_recurring")
        await self._async_place(booking)

    async def async_change(self, access: Access, booking: Booking) -> None:
        """Change what differs between a key and its event."""
        lock = self._lock
        if booking.code is not None and access.kind is not CredentialKind.PASSCODE:
            raise InvalidInput("event_code_of_other_key")
        change = Change(
            label=None if booking.name == name_of(lock.hass, access) else booking.name,
            number=booking.code,
            validity=self._moved(access, booking),
        )
        if not change:
            return
        if access.credential_id is None:
            await self._async_place_instead(access, booking)
        else:
            outcome = await lock.account.grants.async_change(lock, access.kind, access.credential_id, change)
            raise_unless_done(lock, outcome)

    async def async_remove(self, access: Access) -> None:
        """Take a key off the lock."""
        outcome = await self._lock.book.async_remove(access)
        if outcome is not None and outcome.grant.credential_id is not None:
            raise_unless_done(self._lock, outcome)

    def _moved(self, access: Access, booking: Booking) -> Validity | None:
        """Return the time that an event was moved to, None when it stays."""
        zone = self._lock.data.zone
        same_time = any(
            same_minute(start, booking.start) and same_minute(end, booking.end)
            for start, end in spans(access.validity, booking.start - A_DAY, booking.end + A_DAY, zone)
        )
        if access.validity.windows:
            rule = rule_of(access.validity.windows, access.end)
            if not same_time or not (booking.rule is None or same_rule(booking.rule, rule)):
                raise InvalidInput("event_period_fixed")
            return None
        if booking.rule is not None:
            raise InvalidInput("event_recurring")
        if same_time:
            return None
        if access.validity.kind is not ValidityKind.PERIOD:
            raise InvalidInput("event_period_fixed")
        check_period(booking.start, booking.end, dt_util.utcnow())
        return Validity.period(booking.start, booking.end)

    async def _async_place(self, booking: Booking) -> None:
        """Put a passcode on the lock, and show digits that nobody has chosen.

        Digits of our own go through the gateway, and what it cannot do now is tried again. Where there is no gateway
        the cloud makes them: those know full hours only, and are of use only when they are known at once.
        """
        lock, zone = self._lock, self._lock.data.zone
        has_way, code = lock.data.connection != NO_GATEWAY, booking.code
        if code is not None and not has_way:
            raise DeviceUnreachable(NO_GATEWAY)
        if code is None and has_way:
            code = random_code({access.number for access in lock.book.accesses if access.number})
        if code is None and any(full_hour(when, zone) != when for when in (booking.start, booking.end)):
            raise InvalidInput("event_whole_hours")
        request = PasscodeRequest(
            name=booking.name, kind=PasscodeKind.PERIOD, code=code, start=booking.start, end=booking.end
        )
        check(request, dt_util.utcnow(), zone)
        if code is None:
            made = await async_make(lock, request, origin=ORIGIN)
            self._show(made.code, booking, made.status, is_random=made.is_random)
            return
        placed = await async_place(lock, request, origin=ORIGIN)
        if booking.code is None:
            self._show(code, booking, placed.status)

    async def _async_place_instead(self, access: Access, booking: Booking) -> None:
        """Put another passcode in the place of one that did not come on the lock."""
        grant = access.grant
        if grant is None or access.kind is not CredentialKind.PASSCODE:
            raise InvalidInput("event_still_written")
        if grant.stage is Stage.WANTED:
            await self._lock.account.grants.async_withdraw(grant.grant_id)
            await self._async_place(replace(booking, code=booking.code or grant.wish.number))
        elif grant.stage is Stage.FAILED:
            await self._async_place(booking)
            await self._lock.book.async_remove(access)
        else:
            raise InvalidInput("event_still_written")

    def _show(self, code: Secret, booking: Booking, status: str, *, is_random: bool = False) -> None:
        """Show the digits for a while; nothing else ever does."""
        lock, zone, hass = self._lock, self._lock.data.zone, self._lock.hass
        words = words_of(hass.config.language)
        given = GivenCode.of(code, PasscodeKind.PERIOD, booking.start, booking.end, zone, is_random=is_random)
        values = code_values(
            given,
            words,
            zone,
            dt_util.utcnow(),
            guest=booking.name,
            lock=lock.name,
            home=hass.config.location_name,
        )
        text = render(words.made_code, values)
        if status == PENDING:
            text = Secret(words.gap.join((text.reveal(), word(hass, "code_not_there_yet"))))
        self._codes.async_show(text, lock.name)
