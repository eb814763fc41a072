"""What a lock does at the press of a button: set its clock, have a one-time code made."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .actions.passcode_writer import async_make
from .actions.period import full_hour
from .client import Feature
from .client.models import PasscodeKind
from .client.passcodes import PasscodeRequest
from .coordinator import TTLockConfigEntry
from .delivery import async_deliver, async_phones_of
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities
from .errors import translated
from .lock_coordinator import LockCoordinator
from .message import GivenCode, code_values, render
from .message_words import words_of
from .show_code import ShownCodes
from .targets import async_is_trusted

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockButtonDescription(LockEntityDescription, ButtonEntityDescription):
    """Describe something that a lock does when asked."""


BUTTONS = (
    LockButtonDescription(
        key="set_clock",
        translation_key="set_clock",
        entity_category=EntityCategory.CONFIG,
        needs_lock=True,
        supported_fn=lambda data: Feature.NO_CLOCK not in data.features and data.ekey.may_manage,
    ),
)

READ_RECORDS = LockButtonDescription(
    key="read_records",
    translation_key="read_records",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    supported_fn=lambda data: data.ekey.may_manage,
)
ONE_TIME_CODE = LockButtonDescription(
    key="one_time_code",
    translation_key="one_time_code",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
    supported_fn=lambda data: Feature.PASSCODE in data.features and data.ekey.may_manage,
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the buttons of an account's locks."""
    async_add_lock_entities(entry, async_add_entities, BUTTONS, SetClock)
    async_add_lock_entities(entry, async_add_entities, (READ_RECORDS,), ReadRecords)
    async_add_lock_entities(entry, async_add_entities, (ONE_TIME_CODE,), OneTimeCode)


class SetClock(TTLockEntity, ButtonEntity):
    """Set the clock of the lock right: a clock that runs wrong lets passcodes begin and end at the wrong time."""

    entity_description: LockButtonDescription

    @override
    async def async_press(self) -> None:
        """Set the clock."""
        await self.async_run(self.coordinator.upkeep.async_set_clock())


class ReadRecords(TTLockEntity, ButtonEntity):
    """Read what happened at the lock, for somebody who does not want to wait until that is done anyway."""

    entity_description: LockButtonDescription

    @override
    async def async_press(self) -> None:
        """Read the log."""
        log = self.coordinator.log
        await self.async_run(log.async_fetch() if self.facts.by_radio else log.async_read())


class OneTimeCode(TTLockEntity, ButtonEntity):
    """Make a code that opens once, and show it to the person who pressed: on their phones, else in a notification.

    Both leave nothing in the recorder, and the notification goes after a while (voice-and-automation.md 8).
    """

    entity_description: LockButtonDescription

    def __init__(self, coordinator: LockCoordinator, description: LockButtonDescription) -> None:
        """Show nothing yet."""
        super().__init__(coordinator, description)
        self._codes = ShownCodes(coordinator.hass, f"{self.unique_id}")

    @override
    async def async_press(self) -> None:
        """Make a code and show it; administrators only, for it lets anybody in."""
        context = self._context
        if not await async_is_trusted(self.hass, context):
            raise Unauthorized(context=context, entity_id=self.entity_id)
        lock, zone = self.coordinator, self.facts.zone
        words = words_of(self.hass.config.language)
        now = dt_util.utcnow()
        request = PasscodeRequest(name=words.one_time_name, kind=PasscodeKind.ONE_TIME, start=full_hour(now, zone))
        with translated(self.hass, lock.config_entry, lock.name):
            made = await async_make(lock, request)
        given = GivenCode.of(made.code, request.kind, request.start, request.end, zone, is_random=made.is_random)
        values = code_values(
            given, words, zone, now, guest=words.guest, lock=lock.name, home=self.hass.config.location_name
        )
        message = render(words.shown_code, values)
        phones = async_phones_of(self.hass, context.user_id if context else None)
        if not (await async_deliver(phones, message, lock.name)).sent_to:
            self._codes.async_show(message, lock.name)

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Leave no code behind."""
        self._codes.async_hide_all()
        await super().async_will_remove_from_hass()
