"""A removal is tried until it is proved: what is called gone does not open the door."""

from datetime import timedelta

import pytest

from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import NotFound, OutcomeUnknown, Unsupported
from custom_components.ttlock.client.grants import Life, Stage
from custom_components.ttlock.client.grants.sending import SETTLED
from custom_components.ttlock.client.models import PasscodeKind
from simulator import Fault

from .house import House
from .samples import (
    ADD_PATHS,
    DELETE_PATHS,
    DIGITS,
    EVERY_KIND,
    HOUR,
    copies,
    lock_of,
    opening,
    own_code,
    random_code,
)

every_kind = pytest.mark.parametrize("name", EVERY_KIND)


@every_kind
async def test_every_kind_is_taken_off(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    placed = await house.grants.place(wish)
    (number,) = opening(house, wish)
    (outcome,) = await house.grants.remove(wish.lock_id, wish.kind, [placed.grant.credential_id or 0])
    assert (outcome.grant.grant_id, outcome.grant.stage) == (placed.grant.grant_id, Stage.GONE)
    assert not outcome.failed
    assert not copies(house, wish)
    assert not house.opens_for(lock_of(house), wish.kind, number)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "html", "http_503"])
@pytest.mark.parametrize("times", [1, 2])
@every_kind
async def test_a_lost_answer_ends_in_the_truth(house: House, name: str, fault: str, times: int) -> None:
    wish = EVERY_KIND[name](house)
    placed = await house.grants.place(wish)
    house.world.faults.add(Fault(kind=fault, path=DELETE_PATHS[name], times=times))
    outcome = await house.grants.withdraw(placed.grant.grant_id)
    assert not outcome.failed
    assert (outcome.grant.stage is Stage.GONE) == (not copies(house, wish))
    house.restart()
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.GONE
    assert not copies(house, wish)


@pytest.mark.parametrize("name", ["own code", "card", "face", "own QR code"])
async def test_it_never_gives_up_while_the_door_could_open(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    placed = await house.grants.place(wish)
    house.world.gateway("hall").online = False
    outcome = await house.grants.withdraw(placed.grant.grant_id)
    assert (outcome.grant.stage, outcome.grant.reason) == (Stage.REMOVING, "gateway_offline")
    house.pass_time(timedelta(days=60))
    for _ in range(5):
        await house.grants.work()
        house.pass_time(6 * HOUR)
        assert house.life(placed.grant.grant_id) is Life.REMOVING
        assert opening(house, wish)
    house.world.gateway("hall").online = True
    await house.grants.work()
    assert house.life(placed.grant.grant_id) is Life.GONE
    assert not opening(house, wish)


@every_kind
async def test_what_somebody_took_off_meanwhile_is_gone(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    placed = await house.grants.place(wish)
    house.world.faults.add(Fault(kind="errcode", path=DELETE_PATHS[name], times=4, errcode=-3002))
    await house.grants.withdraw(placed.grant.grant_id)
    house.world.faults.clear()
    await house.app_deletes(wish.lock_id, wish.kind, placed.grant.credential_id or 0)
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.GONE


@pytest.mark.parametrize("lists", ["null_item", "garbage_item"])
@every_kind
async def test_a_table_that_cannot_be_read_whole_proves_nothing(house: House, name: str, lists: str) -> None:
    wish = EVERY_KIND[name](house)
    placed = await house.grants.place(wish)
    house.world.faults.add(Fault(kind=lists, path="*/list*"))
    outcome = await house.grants.withdraw(placed.grant.grant_id)
    assert outcome.grant.stage is Stage.REMOVING
    house.world.faults.clear()
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.GONE
    assert not copies(house, wish)


async def test_many_go_with_one_list(house: House) -> None:
    for digits in (DIGITS, "60481537", "7390416"):
        await house.grants.place(own_code(house, digits, label=digits[:2]))
    house.server.reset_calls()
    outcomes = await house.grants.remove(lock_of(house).lock_id, CredentialKind.PASSCODE, lambda shown: True)
    assert [outcome.grant.stage for outcome in outcomes] == [Stage.GONE] * 3
    assert house.server.calls["/v3/lock/listKeyboardPwd"] == 2
    assert not house.rows(lock_of(house), CredentialKind.PASSCODE)


async def test_all_that_is_to_go_is_written_down_before_the_first_is_sent(house: House) -> None:
    for digits in (DIGITS, "60481537", "7390416"):
        await house.grants.place(own_code(house, digits, label=digits[:2]))
    house.world.faults.add(Fault(kind="slow", path="*/keyboardPwd/delete", seconds=0))
    # One list, then what is to go, then the first request.
    removing = house.grants.remove(lock_of(house).lock_id, CredentialKind.PASSCODE, lambda shown: True)
    assert not await house.until(5, removing)
    house.restart()
    assert [grant.stage for grant in house.grants.all] == [Stage.REMOVING] * 3
    await house.work_until_quiet()
    assert not house.rows(lock_of(house), CredentialKind.PASSCODE)


async def test_one_that_is_not_there_stops_all(house: House) -> None:
    placed = await house.grants.place(own_code(house))
    with pytest.raises(NotFound):
        await house.grants.remove(lock_of(house).lock_id, CredentialKind.PASSCODE, [placed.grant.credential_id or 0, 1])
    assert lock_of(house).enter_code(DIGITS).opened
    house.world.faults.add(Fault(kind="garbage_item", path="*/listKeyboardPwd", times=1))
    with pytest.raises(OutcomeUnknown):
        await house.grants.remove(lock_of(house).lock_id, CredentialKind.PASSCODE, [1])


async def test_what_others_made_is_taken_off_too(house: House) -> None:
    (row,) = house.rows(lock_of(house), CredentialKind.CARD).values()
    (outcome,) = await house.grants.remove(
        lock_of(house).lock_id, CredentialKind.CARD, lambda shown: shown.name == "Blue card"
    )
    assert outcome.grant.stage is Stage.GONE
    assert not lock_of(house).swipe_card(row.number).opened


async def test_a_remote_cannot_be_taken_off_from_afar(house: House) -> None:
    with pytest.raises(Unsupported, match="needs_bluetooth"):
        await house.grants.remove(lock_of(house).lock_id, CredentialKind.REMOTE, lambda shown: True)
    assert not house.grants.all


async def test_a_wish_that_was_never_sent_is_taken_back_without_a_word(house: House) -> None:
    house.world.faults.add(Fault(kind="http_503", path="*/listKeyboardPwd"))
    placed = await house.grants.place(own_code(house))
    assert placed.grant.stage is Stage.WANTED
    house.server.reset_calls()
    outcome = await house.grants.withdraw(placed.grant.grant_id)
    assert outcome.grant.stage is Stage.GONE
    assert not house.server.calls
    assert (await house.grants.withdraw(placed.grant.grant_id)).grant.stage is Stage.GONE


async def test_a_wish_that_nobody_remembers_cannot_be_taken_back(house: House) -> None:
    with pytest.raises(NotFound):
        await house.grants.withdraw("unknown")


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
@every_kind
async def test_what_may_have_arrived_is_looked_for_before_it_is_called_gone(
    house: House, name: str, fault: str
) -> None:
    wish = EVERY_KIND[name](house)
    house.world.faults.add(Fault(kind=fault, path=ADD_PATHS[name], times=1))
    house.break_lists_once_sent("http_503")
    placed = await house.grants.place(wish)
    assert placed.grant.stage is Stage.UNSURE
    house.world.faults.clear()
    outcome = await house.grants.withdraw(placed.grant.grant_id)
    # What is not there could still come.
    assert outcome.grant.stage is (Stage.GONE if fault == "drop_after" else Stage.REMOVING)
    house.pass_time(SETTLED)
    await house.grants.work()
    assert house.grant(placed.grant.grant_id).stage is Stage.GONE
    assert not copies(house, wish)


async def test_a_used_code_that_is_being_removed_is_still_removed(house: House) -> None:
    placed = await house.grants.place(random_code(house, PasscodeKind.ONE_TIME))
    house.world.gateway("hall").online = False
    await house.grants.withdraw(placed.grant.grant_id)
    assert placed.grant.number
    await house.grants.note_use(placed.grant.wish.lock_id, placed.grant.number)
    assert house.grant(placed.grant.grant_id).stage is Stage.REMOVING
    house.world.gateway("hall").online = True
    await house.work_until_quiet()
    assert not copies(house, placed.grant.wish)


async def test_a_removal_has_no_deadline(house: House) -> None:
    validity = Validity.period(house.now, house.now + HOUR)
    placed = await house.grants.place(own_code(house, validity=validity))
    house.world.gateway("hall").online = False
    await house.grants.withdraw(placed.grant.grant_id)
    house.pass_time(2 * HOUR)
    await house.grants.work()
    house.world.gateway("hall").online = True
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.GONE
    assert not copies(house, own_code(house))
