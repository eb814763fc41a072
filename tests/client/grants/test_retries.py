"""What can succeed is tried again, with pauses that grow, until its time is over."""

from datetime import timedelta
from itertools import pairwise

import pytest

from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import DeviceBusy, DeviceUnreachable, NotExecuted, QuotaExceeded
from custom_components.ttlock.client.grants import Change, Stage
from custom_components.ttlock.client.grants.engine import PATIENCE
from custom_components.ttlock.client.grants.register import PAUSES
from custom_components.ttlock.client.models import PasscodeKind
from simulator import Fault

from .house import House
from .samples import ADD_PATHS, DIGITS, EVERY_KIND, HOUR, lock_of, opening, own_code, random_code

LATER = [
    (-3002, DeviceUnreachable),
    (-3003, DeviceBusy),
    (-3036, DeviceUnreachable),
    (1, NotExecuted),
    (30006, QuotaExceeded),
    (30007, QuotaExceeded),
]


@pytest.mark.parametrize(("code", "error"), LATER)
async def test_what_may_work_later_is_tried_again(house: House, code: int, error: type[Exception]) -> None:
    fault = Fault(kind="errcode", path="*/keyboardPwd/add", errcode=code)
    house.world.faults.add(fault)
    outcome = await house.grants.place(own_code(house))
    assert isinstance(outcome.error, error)
    assert (outcome.grant.stage, outcome.grant.code, outcome.failed) == (Stage.WANTED, code, False)
    house.world.faults.clear()
    house.restart()
    await house.work_until_quiet()
    assert house.grant(outcome.grant.grant_id).stage is Stage.CONFIRMED
    assert lock_of(house).enter_code(DIGITS).opened


@pytest.mark.parametrize("code", [-2018, 20002, -4043, -2025, -1003, 12345])
async def test_what_cannot_work_is_not(house: House, code: int) -> None:
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/add", errcode=code))
    outcome = await house.grants.place(own_code(house))
    assert outcome.failed
    assert (outcome.grant.stage, outcome.grant.code, outcome.grant.due) == (Stage.FAILED, code, None)


@pytest.mark.parametrize("path", ["*/keyboardPwd/add", "*/listKeyboardPwd"])
async def test_pauses_grow_until_patience_ends(house: House, path: str) -> None:
    begun = house.now
    house.world.faults.add(Fault(kind="errcode", path=path, errcode=-3002))
    outcome = await house.grants.place(own_code(house))
    tries = [house.now]
    while (due := house.grants.due) is not None:
        house.pass_time(due - house.now)
        tries.append(house.now)
        await house.grants.work()
    pauses = [after - before for before, after in pairwise(tries)]
    assert pauses[: len(PAUSES)] == [*PAUSES][: len(pauses)]
    assert tries[-1] - begun == PATIENCE
    failed = house.grant(outcome.grant.grant_id)
    assert (failed.stage, failed.reason) == (Stage.FAILED, "gateway_offline")


async def test_nothing_is_tried_after_the_end_of_the_period(house: House) -> None:
    house.world.gateway("hall").online = False
    wish = own_code(house, validity=Validity.period(house.now, house.now + HOUR))
    outcome = await house.grants.place(wish)
    house.server.reset_calls()
    await house.work_until_quiet()
    assert house.now - outcome.grant.created == HOUR
    failed = house.grant(outcome.grant.grant_id)
    # The cloud forgets which gateway hears a lock after half an hour.
    assert (failed.stage, failed.reason) == (Stage.FAILED, "no_gateway")


async def test_a_random_code_is_not_tried_beyond_its_first_use(house: House) -> None:
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/get", errcode=30006))
    outcome = await house.grants.place(random_code(house, begins=-20 * HOUR))
    await house.work_until_quiet()
    assert house.now - outcome.grant.created == 4 * HOUR
    assert house.grant(outcome.grant.grant_id).stage is Stage.FAILED


async def test_an_exhausted_quota_is_left_alone_for_hours(house: House) -> None:
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/add", errcode=30007))
    outcome = await house.grants.place(own_code(house))
    assert outcome.grant.due
    assert outcome.grant.due - house.now == PAUSES[-1]


async def test_whoever_wishes_again_does_not_wait(house: House) -> None:
    house.world.gateway("hall").online = False
    first = await house.grants.place(own_code(house))
    house.pass_time(PATIENCE - HOUR)
    house.world.gateway("hall").online = True
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/add", times=1, errcode=-3002))
    second = await house.grants.place(own_code(house))
    assert second.grant.grant_id == first.grant.grant_id
    # It is wanted now, so patience begins anew.
    assert second.grant.deadline == house.now + PATIENCE
    third = await house.grants.place(own_code(house))
    assert third.grant.stage is Stage.CONFIRMED


async def test_a_table_that_never_shows_the_change_is_not_hammered(house: House) -> None:
    placed = await house.grants.place(own_code(house))
    row = house.row(lock_of(house), CredentialKind.PASSCODE, placed.grant.credential_id or 0)
    house.server.reset_calls()
    house.grants.on_change(lambda grant: setattr(row, "name", "Anna"))
    await house.grants.change(
        lock_of(house).lock_id, CredentialKind.PASSCODE, placed.grant.credential_id or 0, Change(label="Berta")
    )
    await house.work_until_quiet()
    assert house.server.calls["/v3/keyboardPwd/change"] < 12
    grant = house.grant(placed.grant.grant_id)
    assert (grant.stage, grant.wish.label) == (Stage.CONFIRMED, "Anna")


async def test_one_lock_does_not_wait_for_another(house: House) -> None:
    house.world.gateway("hall").online = False
    there = own_code(house)
    first = await house.grants.place(there)
    house.world.faults.add(Fault(kind="errcode", path="*/key/send", times=1, errcode=30006))
    second = await house.grants.place(EVERY_KIND["ekey"](house))
    house.pass_time(7 * HOUR)
    await house.grants.work()
    assert house.grant(first.grant.grant_id).stage is Stage.WANTED
    assert house.grant(second.grant.grant_id).stage is Stage.CONFIRMED


async def test_what_is_over_is_remembered_for_a_week_without_its_digits(house: House) -> None:
    outcome = await house.grants.place(own_code(house))
    await house.grants.withdraw(outcome.grant.grant_id)
    gone = house.grant(outcome.grant.grant_id)
    assert (gone.stage, gone.wish.number, gone.number) == (Stage.GONE, None, None)
    assert DIGITS not in str(house.journal)
    house.pass_time(timedelta(days=7))
    await house.grants.work()
    assert not house.grants.all
    assert house.journal == []


@pytest.mark.parametrize("name", EVERY_KIND)
async def test_every_kind_survives_an_hour_of_an_unreachable_cloud(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    house.world.faults.add(Fault(kind="drop_before"))
    outcome = await house.grants.place(wish)
    assert not outcome.failed
    house.pass_time(HOUR)
    await house.grants.work()
    house.world.faults.clear()
    house.restart()
    await house.work_until_quiet(timedelta(hours=12))
    assert len(opening(house, wish)) == 1
    assert ADD_PATHS[name] in house.server.calls


async def test_a_weekly_code_is_tried_for_a_day(house: House) -> None:
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/get", errcode=30006))
    outcome = await house.grants.place(random_code(house, PasscodeKind.DAILY, lasts=3 * HOUR))
    assert outcome.grant.deadline == house.now + PATIENCE
