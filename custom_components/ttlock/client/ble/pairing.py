"""From a lock without an owner to a key for it, in the order of the vendor's client (ttlock-ble-protocol.md 5.1).

All of it happens on one connection while the lock is awake, ten to fifteen seconds after it was touched. The lock keeps
nothing before the last step, so what fails earlier leaves it without an owner.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
import secrets
import time
from typing import Final

from ..errors import OutcomeUnknown, TTLockError
from ..features import Feature, Features
from ..passcodes import random_code
from ..secret import Secret
from .conversation import Access, Conversation
from .lock_data import LockData, YearSeed
from .opcodes import Opcode
from .operations import clock as lock_clock, control, info, pairing, passcodes, seeds, settings
from .operations.info import InfoStep
from .operations.pairing import ResetChallenge, Touch
from .operations.switches import Switch, Switches

LARGEST_NUMBER: Final = 10**9
"""Numbers of keys stay below it, as those of the vendor's clients do: they are read as signed (4.1)."""
TOUCH_SECONDS: Final = 60.0

type Keep = Callable[[LockData], Awaitable[None]]


async def pair(
    conversation: Conversation,
    *,
    name: str,
    uid: int = 0,
    zone: tzinfo = UTC,
    clock: Callable[[], float] = time.time,
    admin_passcode: Secret | None = None,
    keep: Keep | None = None,
) -> LockData:
    """Make the account `uid` the owner of the lock, and return what the cloud takes for it; its `key` opens the lock.

    The conversation needs `LockKey.unpaired`, and talks under the new key afterwards. A lock that has an owner, or that
    nobody touched, raises NotInSettingMode. Without `admin_passcode` one is made up, where the lock has none of its own.
    `keep` gets the result before the last word, from which on nobody else could open the lock: after OutcomeUnknown it
    may or may not be the key.
    """
    return await _Pairing(conversation, uid, zone, clock).run(name, admin_passcode, keep)


async def wait_for_touch(conversation: Conversation, clock: Callable[[], float] = time.time) -> AsyncGenerator[Touch]:
    """Yield what a lock says until somebody touches it, which tells it from others nearby."""
    replies = conversation.follow(Opcode.VERIFY_LOCK, pairing.verify(clock()), access=Access.KEY, timeout=TOUCH_SECONDS)
    async with aclosing(replies):
        async for data in replies:
            step = pairing.read_touch(data)
            yield step
            if step is Touch.TOUCHED:
                return


async def ask_reset_challenge(conversation: Conversation) -> ResetChallenge:
    """Return what the manufacturer makes a reset code of; needs no key."""
    return pairing.read_challenge(await conversation.request(Opcode.GET_RANDOM_CODE, pairing.GET_RANDOM_CODE))


async def reset_by_code(conversation: Conversation, challenge: ResetChallenge, code: bytes) -> None:
    """Reset a lock whose keys are lost, with the manufacturer's code for its challenge."""
    await conversation.request(Opcode.RESET_BY_CODE, pairing.reset_by_code(challenge, code), control=True)


class _Pairing:
    """The steps. What is only read, or may be done later, does not stop it when the lock refuses it."""

    def __init__(self, conversation: Conversation, uid: int, zone: tzinfo, clock: Callable[[], float]) -> None:
        self._conversation = conversation
        self._uid = uid
        self._zone = zone
        self._now = datetime.fromtimestamp(int(clock()), UTC)
        self._battery: int | None = None

    async def run(self, name: str, admin_passcode: Secret | None, keep: Keep | None) -> LockData:
        await self._own()
        await self._try(Opcode.SET_CLOCK, lock_clock.adjust(self._now, self._zone))
        known = info.read_features(await self._ask(Opcode.FEATURES, info.FEATURES))
        self._battery, features = known.battery, known.features
        members = await self._settings(features)
        admin_passcode = await self._admin_passcode(features, admin_passcode)
        of_years = await self._seeds(features)
        if Feature.REMOTE_UNLOCK_SWITCH in features:
            await self._try(Opcode.REMOTE_UNLOCK, settings.write_flag(True))
        texts = [await self._text(step) for step in _TEXTS]
        model, hardware, firmware, made_on = texts
        result = LockData.of_pairing(
            self._conversation.key,
            name=name,
            now=self._now,
            features=features,
            admin_passcode=admin_passcode,
            seeds=of_years,
            battery=self._battery,
            model=model,
            hardware=hardware,
            firmware=firmware,
            manufactured=made_on,
            settings=members,
        )
        if keep is not None:
            await keep(result)
        await self._finish()
        return result

    async def _own(self) -> None:
        """Get the key that the lock makes, and give it the numbers that count from now on."""
        # The lock gives a key away as often as it is asked, until it has an owner; then it answers under its own key,
        # which is NotInSettingMode.
        aes = pairing.read_aes_key(await self._conversation.request(Opcode.GET_AES_KEY, pairing.GET_AES_KEY))
        # The version of the lock was learnt from its reply.
        key = replace(
            self._conversation.key, aes=aes, admin=_number(), unlock=_number(), uid=self._uid, zone=self._zone
        )
        self._conversation.key = key
        pairing.check_owner(await self._ask(Opcode.ADD_ADMIN, key.owner()))

    async def _finish(self) -> None:
        """Have the lock keep it. When its answer is lost it is asked for anything under the new key: it has no other."""
        try:
            await self._ask(Opcode.OPERATE_FINISHED)
        except OutcomeUnknown as err:
            try:
                await self._conversation.request(Opcode.STATUS, control.STATUS)
            except TTLockError:
                raise err from None

    async def _settings(self, features: Features) -> dict[str, int]:
        """Return what the lock is set to, in the words of `lockData`."""
        members: dict[str, int] = {}
        for of_any, opcode, read in _READS:
            if any(feature in features for feature in of_any):
                data = await self._try(opcode, settings.GET)
                members |= read(data) if data else {}
        return members

    async def _admin_passcode(self, features: Features, wanted: Secret | None) -> Secret | None:
        """Return the admin passcode that the lock has; set one where it has none, or another is wanted."""
        if wanted is None and Feature.ADMIN_PASSCODE in features:
            data = await self._try(Opcode.GET_ADMIN_PASSCODE, info.ADMIN_PASSCODE)
            if data and (own := info.read_admin_passcode(data)) is not None:
                return own
        code = wanted or random_code(())
        return None if await self._try(Opcode.SET_ADMIN_PASSCODE, passcodes.admin_code(code)) is None else code

    async def _seeds(self, features: Features) -> tuple[YearSeed, ...]:
        if Feature.PASSCODE not in features:
            return ()
        of_years = seeds.random_seeds(self._now.astimezone(self._zone).date())
        return () if await self._try(Opcode.INIT_PASSCODES, seeds.encode(of_years)) is None else of_years

    async def _text(self, step: InfoStep) -> str:
        data = await self._try(Opcode.DEVICE_INFO, info.ask(step))
        return (info.read_text(data) if data else None) or ""

    async def _try(self, opcode: Opcode, data: bytes) -> bytes | None:
        """Ask for what the pairing does not depend on; None when the lock refuses."""
        try:
            return await self._ask(opcode, data)
        except TTLockError as err:
            if err.code is None:
                raise
            return None

    async def _ask(self, opcode: Opcode, data: bytes = b"") -> bytes:
        # A second connection would find the lock without an owner: nothing is repeated.
        return await self._conversation.request(opcode, data, control=True)


_TEXTS: Final = (InfoStep.MODEL, InfoStep.HARDWARE, InfoStep.FIRMWARE, InfoStep.MADE_ON)


def _number() -> Secret:
    return Secret(f"{secrets.randbelow(LARGEST_NUMBER):010}")


def _on_off(on: bool | None) -> int:
    return 0 if on is None else 1 if on else 2


def _of_switches(data: bytes) -> dict[str, int]:
    switches = Switches.read(data)
    return {
        "tamperAlert": _on_off(switches.get(Switch.TAMPER_ALERT)),
        "resetButton": _on_off(switches.get(Switch.RESET_BUTTON)),
        "privacyLock": _on_off(switches.get(Switch.PRIVACY_LOCK)),
        "settingValue": switches.values,
    }


def _of_sound(data: bytes) -> dict[str, int]:
    sound = settings.read_sound(data)
    volume = {} if sound.volume is None else {"soundVolume": sound.volume}
    return {"lockSound": _on_off(sound.on), **volume}


type _Read = Callable[[bytes], dict[str, int]]

_READS: Final[tuple[tuple[tuple[Feature, ...], Opcode, _Read], ...]] = (
    ((Feature.TAMPER_ALERT, Feature.RESET_BUTTON, Feature.PRIVACY_LOCK), Opcode.SWITCHES, _of_switches),
    ((Feature.SENSITIVITY,), Opcode.SENSITIVITY, lambda data: {"sensitivity": settings.read_sensitivity(data)}),
    ((Feature.SOUND,), Opcode.SOUND, _of_sound),
    (
        (Feature.PASSCODE_DISPLAY,),
        Opcode.SHOW_PASSCODE,
        lambda data: {"displayPasscode": _on_off(settings.read_flag(data))},
    ),
    ((Feature.AUTO_LOCK,), Opcode.AUTO_LOCK, lambda data: {"autoLockTime": _delay(settings.read_auto_lock(data))}),
    ((Feature.LAMP,), Opcode.LAMP, lambda data: {"lightingTime": settings.read_seconds(data)}),
)
"""What the lock is asked for, by what it is able to do, in the order of the vendor's client."""


def _delay(auto_lock: settings.AutoLock) -> int:
    return auto_lock.seconds or -1
