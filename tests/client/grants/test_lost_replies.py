"""A lost answer is looked up before anything is sent again."""

from datetime import timedelta

import pytest

from custom_components.ttlock.client.cloud import transport
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import OutcomeUnknown
from custom_components.ttlock.client.grants import Change, Grant, Stage
from custom_components.ttlock.client.grants.sending import SETTLED
from custom_components.ttlock.client.models import PasscodeKind
from simulator import Fault
from simulator.database import PasscodeRow

from .house import House
from .samples import ADD_PATHS, EVERY_KIND, HOUR, copies, lock_of, opening, own_code, random_code

AFTER = ("drop_after", "html", "truncated", "empty", "timeout_after")
BEFORE = ("drop_before", "http_503", "timeout_before")


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon on answers that never come."""
    monkeypatch.setattr(transport, "READ_TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(transport, "LIVE_TIMEOUT_SECONDS", 0.3)


@pytest.mark.parametrize("kind", AFTER)
@pytest.mark.parametrize("name", EVERY_KIND)
async def test_what_arrived_is_found(house: House, name: str, kind: str) -> None:
    wish = EVERY_KIND[name](house)
    house.world.faults.add(Fault(kind=kind, path=ADD_PATHS[name], times=1))
    outcome = await house.grants.place(wish)
    assert not outcome.failed
    assert outcome.grant.stage is (Stage.ACCEPTED if wish.is_random else Stage.CONFIRMED)
    assert copies(house, wish) == [outcome.grant.credential_id]
    assert house.server.calls[ADD_PATHS[name]] == 1
    if wish.kind is CredentialKind.PASSCODE:
        # Whoever wished for digits is told them all the same.
        number = outcome.grant.number or outcome.grant.wish.number
        assert number and lock_of(house).enter_code(number.reveal()).opened


@pytest.mark.parametrize("kind", BEFORE)
@pytest.mark.parametrize("name", EVERY_KIND)
async def test_what_never_arrived_is_sent_again_once_that_is_certain(house: House, name: str, kind: str) -> None:
    wish = EVERY_KIND[name](house)
    house.world.faults.add(Fault(kind=kind, path=ADD_PATHS[name], times=1))
    outcome = await house.grants.place(wish)
    assert (outcome.grant.stage, outcome.failed) == (Stage.UNSURE, False)
    assert isinstance(outcome.error, OutcomeUnknown)
    house.pass_time(SETTLED - timedelta(seconds=1))
    await house.grants.work()
    assert house.server.calls[ADD_PATHS[name]] == 1
    house.pass_time(timedelta(seconds=1))
    await house.grants.work()
    assert house.server.calls[ADD_PATHS[name]] == 2
    assert not house.grant(outcome.grant.grant_id).pending
    assert len(opening(house, wish)) == 1


@pytest.mark.parametrize("name", EVERY_KIND)
async def test_a_fault_that_the_cloud_reports_says_nothing_about_how_far_it_came(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    house.world.faults.add(Fault(kind="errcode", path=ADD_PATHS[name], times=1, errcode=90000))
    outcome = await house.grants.place(wish)
    assert outcome.grant.stage is Stage.UNSURE
    await house.work_until_quiet(timedelta(hours=1))
    assert len(copies(house, wish)) == 1


@pytest.mark.parametrize("lists", ["null_item", "garbage_item"])
@pytest.mark.parametrize("name", EVERY_KIND)
async def test_a_table_that_cannot_be_read_whole_proves_no_absence(house: House, name: str, lists: str) -> None:
    wish = EVERY_KIND[name](house)
    house.break_lists_once_sent(lists)
    house.world.faults.add(Fault(kind="drop_before", path=ADD_PATHS[name], times=1))
    outcome = await house.grants.place(wish)
    for _ in range(4):
        house.pass_time(2 * HOUR)
        await house.grants.work()
        assert house.grant(outcome.grant.grant_id).stage is Stage.UNSURE
    assert house.server.calls[ADD_PATHS[name]] == 1
    house.world.faults.clear()
    await house.work_until_quiet(timedelta(hours=12))
    assert len(copies(house, wish)) == 1


@pytest.mark.parametrize("name", EVERY_KIND)
async def test_what_cannot_be_read_may_be_the_very_one(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    ids = ("keyboardPwdId", "cardId", "faceId", "qrCodeId", "keyId")
    house.break_lists_once_sent("missing_fields", ids)
    house.world.faults.add(Fault(kind="drop_after", path=ADD_PATHS[name], times=1))
    outcome = await house.grants.place(wish)
    house.pass_time(2 * HOUR)
    await house.grants.work()
    assert house.grant(outcome.grant.grant_id).stage is Stage.UNSURE
    house.world.faults.clear()
    await house.work_until_quiet(timedelta(hours=12))
    assert house.server.calls[ADD_PATHS[name]] == 1
    assert copies(house, wish) == [house.grant(outcome.grant.grant_id).credential_id]


async def test_looking_up_takes_pauses_that_grow(house: House) -> None:
    house.world.faults.add(Fault(kind="drop_before", path="*/keyboardPwd/get", times=1))
    house.world.faults.add(Fault(kind="garbage_item", path="*/listKeyboardPwd"))
    await house.grants.place(random_code(house))
    house.pass_time(SETTLED)
    house.server.reset_calls()
    await house.grants.work()
    await house.work_until_quiet(timedelta(hours=5))
    assert house.server.calls["/v3/lock/listKeyboardPwd"] < 10


async def test_of_two_equal_wishes_that_were_lost_each_finds_its_own(house: House) -> None:
    wish = random_code(house, PasscodeKind.ONE_TIME)
    house.world.faults.add(Fault(kind="drop_after", path="*/keyboardPwd/get", times=2))
    first, second = await house.grants.place(wish), await house.grants.place(wish)
    assert first.grant.credential_id != second.grant.credential_id
    assert first.grant.number != second.grant.number
    assert len(copies(house, wish)) == 2


async def test_a_code_that_was_used_up_is_not_taken_for_one_that_was_lost(house: House) -> None:
    wish = random_code(house, PasscodeKind.ONE_TIME)
    used = (await house.grants.place(wish)).grant
    assert used.number
    assert lock_of(house).enter_code(used.number.reveal()).opened
    await house.grants.note_use(wish.lock_id, used.number)
    house.world.faults.add(Fault(kind="drop_before", path="*/keyboardPwd/get", times=1))
    outcome = await house.grants.place(wish)
    await house.work_until_quiet(timedelta(minutes=30))
    found = house.grant(outcome.grant.grant_id)
    assert found.credential_id != used.credential_id
    assert found.number
    assert lock_of(house).enter_code(found.number.reveal()).opened


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_change_whose_answer_was_lost_is_worked_out_anew(house: House, kind: str, times: int) -> None:
    placed = await house.grants.place(own_code(house))
    house.world.faults.add(Fault(kind=kind, path="*/keyboardPwd/change", times=times))
    validity = Validity.period(house.now, house.now + HOUR)
    outcome = await house.grants.change(
        lock_of(house).lock_id, CredentialKind.PASSCODE, placed.grant.credential_id or 0, Change(validity=validity)
    )
    assert not outcome.failed
    await house.work_until_quiet(timedelta(minutes=30))
    assert house.grant(placed.grant.grant_id).stage is Stage.CONFIRMED
    assert opening(house, own_code(house))
    house.pass_time(2 * HOUR)
    assert not opening(house, own_code(house))


async def test_what_was_done_but_could_not_be_read_back_has_not_failed(house: House) -> None:
    house.break_lists_once_sent("http_503")
    outcome = await house.grants.place(own_code(house))
    assert (outcome.grant.stage, outcome.failed) == (Stage.ACCEPTED, False)
    assert outcome.error is not None
    house.world.faults.clear()
    await house.work_until_quiet()
    assert house.grant(outcome.grant.grant_id).stage is Stage.CONFIRMED


async def test_a_list_that_is_a_moment_behind_does_not_lose_a_credential(house: House) -> None:
    rows = house.world.rows[lock_of(house).lock_id].passcodes
    hidden: dict[int, PasscodeRow] = {}

    def hide(grant: Grant) -> None:
        if grant.stage is Stage.ACCEPTED and not hidden:
            hidden.update(rows)
            rows.clear()

    house.grants.on_change(hide)
    outcome = await house.grants.place(own_code(house))
    assert outcome.grant.stage is Stage.ACCEPTED
    rows.update(hidden)
    house.pass_time(SETTLED)
    await house.grants.work()
    assert house.grant(outcome.grant.grant_id).stage is Stage.CONFIRMED
