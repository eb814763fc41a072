"""Having a lock learn what is shown to it: only beside the lock, and told step by step."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Final

from ..ble.lock import BleLock
from ..ble.operations.credentials import Enrolment
from ..credentials import CredentialKind, Validity, ValidityKind
from ..errors import NoReply, TTLockError
from ..secret import Secret
from .kinds import CHANGE_PERIOD, DELETE, LIST, table_of
from .way import Way, gone

type Tell = Callable[[Enrolment], None]

ENROL: Final[dict[CredentialKind, Callable[[BleLock], AsyncGenerator[Enrolment]]]] = {
    CredentialKind.CARD: BleLock.enrol_card,
    CredentialKind.FINGERPRINT: BleLock.enrol_fingerprint,
}


async def enrol(
    way: Way,
    lock_id: int,
    kind: CredentialKind,
    validity: Validity,
    told: Tell,
    record: Callable[[Secret], Awaitable[int]],
) -> int:
    """Have the lock learn a credential and return what the tables call it.

    What the lock has learned opens for good until its period is set. When anything fails on the way there, it comes
    off again: what nobody knows of opens no door.
    """
    validity.fields()
    # Nobody holds a finger to a lock for nothing: the tables have to answer, too.
    await table_of(way.record, kind)(lock_id)
    learned: list[Secret] = []

    async def by_radio(ble: BleLock) -> None:
        before = {stored.number for stored in await LIST[kind](ble)}
        try:
            number = await _learned(ble, kind, told)
            if validity.kind is not ValidityKind.PERMANENT:
                await CHANGE_PERIOD[kind](ble, number, validity)
        except BaseException:
            with suppress(TTLockError):
                for stored in await LIST[kind](ble):
                    if stored.number not in before:
                        await gone(partial(DELETE[kind], ble, stored.number))
            raise
        learned.append(number)

    await way.either(lock_id, None, by_radio, once=True)
    number = learned[0]
    return await way.told_or_undone(lock_id, lambda: record(number), lambda ble: DELETE[kind](ble, number))


async def _learned(ble: BleLock, kind: CredentialKind, told: Tell) -> Secret:
    async with aclosing(ENROL[kind](ble)) as steps:
        async for step in steps:
            told(step)
            if step.number is not None:
                return step.number
    raise NoReply
