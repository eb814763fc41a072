"""A random passcode is proved by its first use, for which there is a day (ttlock-open-api.md 7.1)."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import InvalidInput
from custom_components.ttlock.client.grants import Change, Grant, Life, Stage
from custom_components.ttlock.client.models import PasscodeKind
from simulator import Fault

from .house import House
from .samples import HOUR, copies, lock_of, opening, random_code

DAY = 24 * HOUR


async def placed(
    house: House,
    kind: PasscodeKind = PasscodeKind.PERMANENT,
    begins: timedelta = timedelta(0),
    lasts: timedelta | None = None,
) -> tuple[Grant, str]:
    """Place a random code and return its digits, too."""
    grant = (await house.grants.place(random_code(house, kind, begins=begins, lasts=lasts))).grant
    assert grant.number
    return grant, grant.number.reveal()


async def read(house: House) -> list[Life]:
    """Look at the table; return what is known of it."""
    lock_id = lock_of(house).lock_id
    table = await house.grants.read(lock_id, CredentialKind.PASSCODE)
    return [house.grants.life_of(lock_id, item) for item in table.items]


async def test_a_use_that_is_heard_of_proves_it(house: House) -> None:
    grant, digits = await placed(house)
    assert await read(house) == [Life.ACCEPTED]
    assert lock_of(house).enter_code(digits).opened
    await house.grants.note_use(grant.wish.lock_id, Secret(digits))
    assert await read(house) == [Life.IN_FORCE]
    house.restart()
    house.pass_time(30 * DAY)
    await house.grants.work()
    assert house.life(grant.grant_id) is Life.IN_FORCE
    assert lock_of(house).enter_code(digits).opened


async def test_a_use_that_nobody_heard_of_is_found_in_the_records(house: House) -> None:
    grant, digits = await placed(house)
    house.pass_time(5 * HOUR)
    assert lock_of(house).enter_code(digits).opened
    await house.work_until_quiet()
    assert house.life(grant.grant_id) is Life.IN_FORCE
    assert lock_of(house).enter_code(digits).opened


@pytest.mark.parametrize(
    ("kind", "times"),
    [
        (PasscodeKind.PERMANENT, {}),
        (PasscodeKind.PERMANENT, {"begins": -3 * HOUR}),
        (PasscodeKind.PERIOD, {"lasts": 10 * DAY}),
        (PasscodeKind.PERIOD, {"begins": 2 * DAY, "lasts": 10 * DAY}),
    ],
)
async def test_what_nobody_used_in_time_failed(house: House, kind: PasscodeKind, times: dict[str, timedelta]) -> None:
    grant, digits = await placed(house, kind, **times)
    assert house.grants.due == (grant.wish.validity.start or house.now) + DAY
    await house.work_until_quiet(4 * DAY)
    assert not lock_of(house).enter_code(digits).opened
    dead = house.grant(grant.grant_id)
    assert (dead.stage, dead.reason, dead.due) == (Stage.FAILED, "random_passcode_unused_in_time", None)
    assert await read(house) == [Life.ACCEPTED]


async def test_a_record_that_comes_late_is_believed(house: House) -> None:
    grant, digits = await placed(house)
    house.world.gateway("hall").online = False
    assert lock_of(house).enter_code(digits).opened
    house.pass_time(DAY)
    await house.grants.work()
    assert house.life(grant.grant_id) is Life.FAILED
    house.restart()
    await house.grants.note_use(grant.wish.lock_id, Secret(digits))
    assert house.life(grant.grant_id) is Life.IN_FORCE
    assert lock_of(house).enter_code(digits).opened


async def test_records_that_cannot_be_read_prove_nothing(house: House) -> None:
    grant, digits = await placed(house)
    assert lock_of(house).enter_code(digits).opened
    house.world.faults.add(Fault(kind="http_503", path="*/lockRecord/list", times=2))
    house.pass_time(DAY)
    await house.grants.work()
    assert house.life(grant.grant_id) is Life.ACCEPTED
    await house.work_until_quiet()
    assert house.life(grant.grant_id) is Life.IN_FORCE


async def test_looking_after_the_day_does_not_forget_to_ask_for_the_use(house: House) -> None:
    grant, _ = await placed(house)
    house.pass_time(DAY)
    await read(house)
    await house.grants.work()
    assert house.life(grant.grant_id) is Life.FAILED


async def test_a_one_time_code_is_over_after_its_use(house: House) -> None:
    grant, digits = await placed(house, PasscodeKind.ONE_TIME)
    assert lock_of(house).enter_code(digits).opened
    assert not lock_of(house).enter_code(digits).opened
    await house.grants.note_use(grant.wish.lock_id, Secret(digits))
    used = house.grant(grant.grant_id)
    assert (used.stage, used.reason) == (Stage.GONE, "already_used")
    assert await read(house) == [Life.ACCEPTED]


async def test_a_one_time_code_that_nobody_used_expires(house: House) -> None:
    grant, digits = await placed(house, PasscodeKind.ONE_TIME)
    house.pass_time(6 * HOUR)
    assert house.life(grant.grant_id) is Life.EXPIRED
    assert await read(house) == [Life.EXPIRED]
    assert not lock_of(house).enter_code(digits).opened


async def test_a_code_that_was_never_used_cannot_be_changed_and_nothing_is_claimed_of_it(house: House) -> None:
    grant, digits = await placed(house)
    change = Change(validity=Validity.period(house.now, house.now + HOUR))
    outcome = await house.grants.change(grant.wish.lock_id, CredentialKind.PASSCODE, grant.credential_id or 0, change)
    assert outcome.failed
    assert isinstance(outcome.error, InvalidInput)
    assert (outcome.grant.stage, outcome.grant.reason) == (Stage.ACCEPTED, "random_passcode_unused")
    assert outcome.grant.wish.validity == grant.wish.validity
    assert house.grants.due == (grant.wish.validity.start or house.now) + DAY
    assert lock_of(house).enter_code(digits).opened


async def test_a_change_to_what_it_is_proves_no_use(house: House) -> None:
    grant, _ = await placed(house)
    change = Change(validity=grant.wish.validity)
    outcome = await house.grants.change(grant.wish.lock_id, CredentialKind.PASSCODE, grant.credential_id or 0, change)
    assert not outcome.failed
    assert (outcome.grant.stage, outcome.grant.used) == (Stage.ACCEPTED, False)


async def test_a_change_that_the_lock_took_proves_the_use(house: House) -> None:
    grant, digits = await placed(house)
    assert lock_of(house).enter_code(digits).opened
    change = Change(number=Secret("60481537"))
    outcome = await house.grants.change(grant.wish.lock_id, CredentialKind.PASSCODE, grant.credential_id or 0, change)
    assert house.grants.life(outcome.grant) is Life.IN_FORCE
    # Whoever asks for the digits is told those that open.
    assert outcome.grant.number is None
    assert outcome.grant.wish.number == Secret("60481537")
    assert lock_of(house).enter_code("60481537").opened
    house.pass_time(2 * DAY)
    await house.grants.work()
    assert house.life(grant.grant_id) is Life.IN_FORCE


async def test_a_use_is_noted_while_a_change_waits(house: House) -> None:
    grant, digits = await placed(house)
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/change", times=1, errcode=30006))
    await house.grants.change(
        grant.wish.lock_id, CredentialKind.PASSCODE, grant.credential_id or 0, Change(label="Berta")
    )
    assert lock_of(house).enter_code(digits).opened
    await house.grants.note_use(grant.wish.lock_id, Secret(digits))
    assert house.grant(grant.grant_id).stage is Stage.WANTED
    await house.work_until_quiet()
    assert house.life(grant.grant_id) is Life.IN_FORCE
    assert house.grant(grant.grant_id).wish.label == "Berta"


async def test_a_use_before_the_table_was_read_back_loses_nothing(house: House) -> None:
    house.break_lists_once_sent("http_503")
    grant, digits = await placed(house)
    house.world.faults.clear()
    assert lock_of(house).enter_code(digits).opened
    await house.grants.note_use(grant.wish.lock_id, Secret(digits))
    assert house.life(grant.grant_id) is Life.IN_FORCE
    await house.app_deletes(grant.wish.lock_id, CredentialKind.PASSCODE, grant.credential_id or 0)
    house.pass_time(HOUR)
    await read(house)
    assert house.life(grant.grant_id) is Life.GONE


async def test_a_use_is_not_lost_to_a_step_under_way(house: House) -> None:
    grant, digits = await placed(house)
    assert lock_of(house).enter_code(digits).opened
    number = Secret(digits)

    def hear(moved: Grant) -> None:
        if moved.stage is Stage.SENDING:
            noting.append(asyncio.create_task(house.grants.note_use(grant.wish.lock_id, number)))

    noting: list[asyncio.Task[None]] = []
    house.grants.on_change(hear)
    await house.grants.change(
        grant.wish.lock_id, CredentialKind.PASSCODE, grant.credential_id or 0, Change(label="Berta")
    )
    await asyncio.gather(*noting)
    assert house.grant(grant.grant_id).used
    assert house.life(grant.grant_id) is Life.IN_FORCE


async def test_the_code_of_a_deleted_period_cannot_be_had_again(house: House) -> None:
    wish = random_code(house, PasscodeKind.PERIOD, lasts=5 * HOUR)
    first = await house.grants.place(wish)
    await house.grants.withdraw(first.grant.grant_id)
    second = await house.grants.place(wish)
    assert (second.grant.stage, second.grant.reason) == (Stage.FAILED, "random_passcode_used_up")
    assert not copies(house, wish)


async def test_a_removed_code_does_not_open_though_the_lock_could_calculate_it(house: House) -> None:
    grant, digits = await placed(house)
    await house.grants.withdraw(grant.grant_id)
    assert not lock_of(house).enter_code(digits).opened
    assert not opening(house, grant.wish)
