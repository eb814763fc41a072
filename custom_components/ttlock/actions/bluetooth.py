"""What is done beside a lock only, and so over Bluetooth: taking up what is shown to it, and what the cloud has no call for.

Out of range all of it says so (ttlock-ble-protocol.md 5.8 to 5.12 and 5.15).
"""

from collections.abc import Awaitable, Callable
from typing import Final

from homeassistant.core import Context, HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client import Feature
from ..client.ble.operations.credentials import Enrolment, EnrolmentStep
from ..client.credentials import Validity
from ..client.errors import TTLockError
from ..const import DOMAIN
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import CONFIRM, NAME, OBJECT_ID, Action, Handler, confirmed
from .credentials import validities
from .results import CONFIRMED, Result, each, single
from .topics import CARDS, FINGERPRINTS, REMOTES, Topic
from .validity import VALIDITY

EVENT_ENROLLMENT: Final = f"{DOMAIN}_enrollment"
FAILED: Final = "failed"

type Tell = Callable[[Enrolment], None]
type Enrol = Callable[[LockCoordinator, Validity, str, Tell], Awaitable[int]]


# -- Learning at the lock ------------------------------------------------------------------------------------------


def _enroller(topic: Topic, enrol: Enrol) -> Handler:
    async def enroll(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = single(await async_target_locks(hass, call))
        said = validities(hass, locks, call)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            validity = said[entity_id].for_new()
            topic.check(lock, validity)
            progress = _Progress(hass, call.context, entity_id, lock, topic)
            try:
                made = await lock.async_command(enrol(lock, validity, call.data[f"{topic.kind}_name"], progress.tell))
            except TTLockError as err:
                progress.failed(err)
                raise
            progress.done(made)
            await _async_read_again(lock)
            return {**CONFIRMED, "id": made}

        return await each(hass, locks, one)

    return enroll


class _Progress:
    """Tells how far the lock is, so that somebody beside it can be told what to do."""

    def __init__(
        self, hass: HomeAssistant, context: Context, entity_id: str, lock: LockCoordinator, topic: Topic
    ) -> None:
        """Say nothing yet."""
        self._hass = hass
        self._context = context
        self._about = {
            "entity_id": entity_id,
            "lock_id": lock.lock_id,
            "lock": lock.name,
            "kind": topic.kind.value,
        }

    def tell(self, step: Enrolment) -> None:
        """Tell of a step; that of success comes when the credential has a number."""
        if step.step is not EnrolmentStep.DONE:
            self._fire(step.step, current=step.current, total=step.total)

    def done(self, made: int) -> None:
        """Tell of success."""
        self._fire(EnrolmentStep.DONE, id=made)

    def failed(self, err: TTLockError) -> None:
        """Tell why it came to nothing."""
        self._fire(FAILED, reason=err.reason)

    def _fire(self, step: str, **more: object) -> None:
        told = {key: value for key, value in more.items() if value is not None}
        self._hass.bus.async_fire(EVENT_ENROLLMENT, {**self._about, "step": str(step), **told}, context=self._context)


async def _enrol_card(lock: LockCoordinator, validity: Validity, name: str, tell: Tell) -> int:
    return await lock.account.cloud.cards.enrol(lock.lock_id, validity, name, tell)


async def _enrol_fingerprint(lock: LockCoordinator, validity: Validity, name: str, tell: Tell) -> int:
    return await lock.account.cloud.fingerprints.enrol(lock.lock_id, validity, name, tell)


# -- Taking off ----------------------------------------------------------------------------------------------------


async def async_delete_remote(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take a remote off locks: through the cloud it would only leave the list and go on opening the door (4.11)."""
    locks = await async_target_locks(hass, call)

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        REMOTES.check(lock)
        await lock.async_command(lock.account.cloud.remotes.delete(lock.lock_id, call.data["remote_id"]))
        await _async_read_again(lock)
        return CONFIRMED

    return await each(hass, locks, delete)


async def async_clear_remotes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take all remotes off locks."""
    confirmed(call)
    locks = await async_target_locks(hass, call)

    async def clear(entity_id: str, lock: LockCoordinator) -> Result:
        REMOTES.check(lock)
        await lock.async_command(lock.account.cloud.remotes.clear(lock.lock_id))
        await _async_read_again(lock)
        return CONFIRMED

    return await each(hass, locks, clear)


async def async_erase_passcodes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take all passcodes off locks at once, those too of which the cloud does not know."""
    confirmed(call)
    locks = await async_target_locks(hass, call)

    async def erase(entity_id: str, lock: LockCoordinator) -> Result:
        lock.require(Feature.PASSCODE, "no_keypad")
        await lock.async_command(lock.account.cloud.clear_passcodes(lock.lock_id))
        await _async_read_again(lock)
        return CONFIRMED

    return await each(hass, locks, erase)


# -- Switches ------------------------------------------------------------------------------------------------------


async def async_set_remote_unlock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Let gateways unlock, or not: the lock takes it from a phone beside it only (ttlock-open-api.md 9, quirk 13)."""
    locks = await async_target_locks(hass, call)
    enabled: bool = call.data["enabled"]

    async def switch(entity_id: str, lock: LockCoordinator) -> Result:
        lock.require(Feature.GATEWAY_UNLOCK, "no_remote_unlock")
        await lock.async_command(lock.account.cloud.settings.set_remote_unlock(lock.lock_id, enabled))
        lock.commands.async_note_remote_unlock(enabled)
        return CONFIRMED

    return await each(hass, locks, switch)


async def async_set_power_saving(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Have Wi-Fi locks save power, or stay connected so that they can be reached from afar (4.17)."""
    locks = await async_target_locks(hass, call)

    async def switch(entity_id: str, lock: LockCoordinator) -> Result:
        lock.require(Feature.WIFI, "no_wifi")
        await lock.async_command(lock.account.cloud.settings.set_power_saving(lock.lock_id, call.data["enabled"]))
        return CONFIRMED

    return await each(hass, locks, switch)


async def _async_read_again(lock: LockCoordinator) -> None:
    """Have the tables of credentials read again, as far as anybody looks at them."""
    if lock.book.followed:
        await lock.book.async_request_refresh()


ACTIONS: Final = {
    "enroll_card": Action(
        handler=_enroller(CARDS, _enrol_card),
        fields={vol.Required("card_name"): NAME, **VALIDITY},
        aliases={"name": "card_name"},
        once=True,
    ),
    "enroll_fingerprint": Action(
        handler=_enroller(FINGERPRINTS, _enrol_fingerprint),
        fields={vol.Required("fingerprint_name"): NAME, **VALIDITY},
        aliases={"name": "fingerprint_name"},
        once=True,
    ),
    "delete_remote": Action(handler=async_delete_remote, fields={vol.Required("remote_id"): OBJECT_ID}),
    "clear_remotes": Action(handler=async_clear_remotes, fields=CONFIRM),
    "erase_passcodes": Action(handler=async_erase_passcodes, fields=CONFIRM),
    "set_remote_unlock": Action(handler=async_set_remote_unlock, fields={vol.Required("enabled"): cv.boolean}),
    "set_power_saving": Action(handler=async_set_power_saving, fields={vol.Required("enabled"): cv.boolean}),
}
