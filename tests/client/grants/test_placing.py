"""A wish gets onto the lock, is proved, and is one credential however often it is wished."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.errors import InvalidInput, OutcomeUnknown, Unsupported
from custom_components.ttlock.client.grants import Life, Stage, Wish
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passcodes import MAX_CUSTOM_PASSCODES, PasscodeRequest
from simulator import Fault
from simulator.credentials import CredentialKind as DoorKind

from .house import GATEWAY_LOCK, House
from .samples import (
    ADD_PATHS,
    CARD,
    DIGITS,
    EVERY_KIND,
    HOUR,
    card,
    copies,
    ekey,
    face,
    lock_of,
    opening,
    own_code,
    own_qr_code,
    random_code,
)

type Make = Callable[[House], Wish]

every_kind = pytest.mark.parametrize("name", EVERY_KIND)


@every_kind
async def test_every_kind_opens_the_door_and_is_remembered(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    outcome = await house.grants.place(wish, origin="calendar")
    assert not outcome.failed
    assert outcome.error is None
    assert outcome.grant.stage is (Stage.ACCEPTED if wish.is_random else Stage.CONFIRMED)
    assert copies(house, wish) == [outcome.grant.credential_id]
    assert len(opening(house, wish)) == 1
    assert outcome.grant.origin == "calendar"
    assert house.grants.life(outcome.grant).opens is not wish.is_random
    house.restart()
    assert house.grants.all == (outcome.grant,)


@every_kind
async def test_the_same_wish_twice_is_the_same_credential(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    first = await house.grants.place(wish)
    house.restart()
    house.server.reset_calls()
    second = await house.grants.place(wish)
    assert (second.grant.grant_id, second.grant.credential_id) == (first.grant.grant_id, first.grant.credential_id)
    assert second.grant.number == first.grant.number
    assert not second.failed
    assert ADD_PATHS[name] not in house.server.calls
    assert len(copies(house, wish)) == 1


@every_kind
async def test_what_somebody_took_off_since_is_placed_anew(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    first = await house.grants.place(wish)
    assert first.grant.credential_id
    await house.app_deletes(wish.lock_id, wish.kind, first.grant.credential_id)
    second = await house.grants.place(wish)
    assert second.grant.grant_id != first.grant.grant_id
    assert not second.failed
    assert len(opening(house, wish)) == 1


async def test_one_time_codes_are_made_by_the_dozen(house: House) -> None:
    wish = random_code(house, PasscodeKind.ONE_TIME)
    outcomes = [*[await house.grants.place(wish) for _ in range(3)], *await house.grants.place_all([wish, wish])]
    assert len({outcome.grant.credential_id for outcome in outcomes}) == 5
    assert len(set(opening(house, wish))) == 5
    assert len(house.grants.all) == 5


async def test_own_digits_are_the_same_wish_under_another_name(house: House) -> None:
    first = await house.grants.place(own_code(house))
    second = await house.grants.place(own_code(house, label="Berta"))
    assert second.grant.credential_id == first.grant.credential_id
    assert house.row(lock_of(house), CredentialKind.PASSCODE, first.grant.credential_id or 0).name == "Anna"


async def test_a_code_that_is_there_already_with_the_same_period_is_taken_for_the_wished_one(house: House) -> None:
    number = await house.phone.add_passcode(lock_of(house).lock_id, Secret(DIGITS), _permanent("Berta"))
    house.server.reset_calls()
    outcome = await house.grants.place(own_code(house))
    assert (outcome.grant.stage, outcome.grant.credential_id) == (Stage.CONFIRMED, number)
    assert outcome.grant.wish.label == "Berta"
    assert not outcome.grant.changed_elsewhere
    assert "/v3/keyboardPwd/add" not in house.server.calls


async def test_digits_of_somebody_else_are_in_the_way(house: House) -> None:
    await house.phone.add_passcode(lock_of(house).lock_id, Secret(DIGITS), _permanent("Berta"))
    outcome = await house.grants.place(own_code(house, validity=Validity.period(house.now, house.now + HOUR)))
    assert outcome.failed
    assert isinstance(outcome.error, InvalidInput)
    assert outcome.grant.reason == "passcode_exists"
    house.server.reset_calls()
    await house.work_until_quiet()
    assert not house.server.calls


async def test_the_vendors_word_that_digits_exist_is_looked_into(house: House) -> None:
    # The table shows nothing at first, as after an answer that was lost and came too late.
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/add", times=1, errcode=-3007))
    outcome = await house.grants.place(own_code(house))
    assert (outcome.grant.stage, outcome.grant.reason) == (Stage.FAILED, "passcode_exists")


async def test_that_digits_exist_proves_nothing_while_the_table_cannot_be_read_whole(house: House) -> None:
    house.world.faults.add(Fault(kind="errcode", path="*/keyboardPwd/add", times=1, errcode=-3007))
    house.world.faults.add(Fault(kind="garbage_item", path="*/listKeyboardPwd", times=2))
    outcome = await house.grants.place(own_code(house))
    assert outcome.grant.stage is Stage.UNSURE
    assert not outcome.failed
    await house.work_until_quiet()
    assert house.grant(outcome.grant.grant_id).stage is Stage.CONFIRMED


async def test_a_card_is_not_added_while_nobody_can_tell_whether_it_is_there(house: House) -> None:
    await house.phone.cards.add(lock_of(house).lock_id, Secret(CARD), Validity.permanent(), "Berta")
    house.world.faults.add(Fault(kind="missing_fields", path="*/identityCard/list", times=1, fields=("cardId",)))
    outcome = await house.grants.place(card(house, validity=Validity.period(house.now, house.now + HOUR)))
    assert isinstance(outcome.error, OutcomeUnknown)
    assert outcome.grant.pending
    await house.work_until_quiet()
    assert house.grant(outcome.grant.grant_id).reason == "card_exists"
    row = house.world.row(GATEWAY_LOCK).credential(DoorKind.CARD, CARD)
    assert row
    assert (row.name, row.start, row.end) == ("Berta", 0, 0)


async def test_a_full_lock_is_told_before_it_is_woken(house: House) -> None:
    lock = lock_of(house)
    for number in range(MAX_CUSTOM_PASSCODES):
        await house.phone.add_passcode(lock.lock_id, Secret(str(500000 + number * 7)), _permanent("Berta"))
    house.server.reset_calls()
    outcome = await house.grants.place(own_code(house))
    assert outcome.grant.reason == "passcode_memory_full"
    assert "/v3/keyboardPwd/add" not in house.server.calls


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (lambda house: own_code(house, digits="1234"), "passcode_too_simple"),
        (lambda house: ekey(house, receiver="nobody@example.com"), "receiver_unknown"),
        (lambda house: own_qr_code(house, number="12"), "qr_code_number"),
        (lambda house: own_code(house, validity=Validity.cyclic(weekly({1}, 60, 120))), "custom_passcode_kind"),
        (lambda house: replace(face(house), face=None), "needs_bluetooth"),
        (
            lambda house: own_code(house, validity=Validity.period(house.now - 2 * HOUR, house.now - HOUR)),
            "period_past",
        ),
        (lambda house: random_code(house, begins=-25 * HOUR), "period_past"),
    ],
)
async def test_what_cannot_succeed_is_not_tried_again(house: House, wish: Make, reason: str) -> None:
    outcome = await house.grants.place(wish(house))
    assert outcome.failed
    assert (outcome.grant.stage, outcome.grant.reason) == (Stage.FAILED, reason)
    assert house.grants.due is None
    assert not copies(house, wish(house))


@pytest.mark.parametrize(
    "wish",
    [
        lambda house: own_qr_code(house, number="seven"),
        lambda house: card(house, number="seven"),
        lambda house: replace(card(house, number="98765432198"), reversed_number=True),
    ],
)
async def test_numbers_that_are_none_are_refused_at_once(house: House, wish: Make) -> None:
    with pytest.raises(InvalidInput):
        await house.grants.place(wish(house))
    assert not house.grants.all


async def test_a_finger_cannot_be_wished_from_afar(house: House) -> None:
    wish = Wish(
        kind=CredentialKind.FINGERPRINT, lock_id=lock_of(house).lock_id, label="Anna", validity=Validity.permanent()
    )
    outcome = await house.grants.place(wish)
    assert isinstance(outcome.error, Unsupported)


@pytest.mark.parametrize("seconds", [0, 17, 17.000_4])
@pytest.mark.parametrize("make", [own_code, card, ekey])
async def test_times_are_those_of_the_table_whatever_it_cuts_off(
    house: House, make: Callable[..., Wish], seconds: float
) -> None:
    start = house.now + timedelta(seconds=seconds)
    wish = make(house, validity=Validity.period(start, start + 2 * HOUR))
    outcome = await house.grants.place(wish)
    assert (outcome.grant.stage, outcome.grant.due) == (Stage.CONFIRMED, None)
    assert (await house.grants.place(wish)).grant.grant_id == outcome.grant.grant_id


async def test_an_hour_that_comes_twice_is_recognised(house: House) -> None:
    # Three in the morning of the day on which summer ends, the second time; such times equal none in another zone.
    start = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Rome"), fold=1)
    wish = own_code(house, validity=Validity.period(start, start + 2 * HOUR))
    outcome = await house.grants.place(wish)
    assert (outcome.grant.stage, outcome.grant.due) == (Stage.CONFIRMED, None)
    assert (await house.grants.place(wish)).grant.grant_id == outcome.grant.grant_id


@every_kind
async def test_blanks_around_a_name_are_lost_and_do_not_matter(house: House, name: str) -> None:
    wish = replace(EVERY_KIND[name](house), label="  Anna ")
    outcome = await house.grants.place(wish)
    assert outcome.grant.wish.label == "Anna"
    assert len(copies(house, wish)) == 1
    assert not outcome.grant.pending
    assert (await house.grants.place(wish)).grant.grant_id == outcome.grant.grant_id


async def test_a_card_is_recognised_by_either_of_its_numbers(house: House) -> None:
    turned = str(int.from_bytes(int(CARD).to_bytes(4), "little"))
    first = await house.grants.place(replace(card(house, number=turned), reversed_number=True))
    assert first.grant.stage is Stage.CONFIRMED
    assert lock_of(house).swipe_card(CARD).opened
    assert (await house.grants.place(card(house))).grant.grant_id == first.grant.grant_id


async def test_weekly_windows_hold_in_the_zone_of_the_lock(house: House) -> None:
    # The lock keeps the offset of winter: it is nine o'clock of a Monday there, and ten at the walls of the house.
    nine_to_ten = weekly({1}, 9 * 60, 10 * 60)
    wish = card(house, validity=Validity.cyclic(nine_to_ten))
    outcome = await house.grants.place(wish)
    assert house.grants.life(outcome.grant) is Life.IN_FORCE
    assert lock_of(house).swipe_card(CARD).opened
    house.pass_time(HOUR)
    assert house.grants.life(outcome.grant) is Life.CONFIRMED
    assert not lock_of(house).swipe_card(CARD).opened


async def test_life_follows_the_period(house: House) -> None:
    wish = own_code(house, validity=Validity.period(house.now + HOUR, house.now + 10 * 24 * HOUR))
    grant = (await house.grants.place(wish)).grant
    lives = []
    for _ in range(11):
        life = house.grants.life(grant)
        lives.append(life)
        assert life.opens is lock_of(house).enter_code(DIGITS).opened
        house.pass_time(24 * HOUR)
    assert lives == [Life.CONFIRMED, *[Life.IN_FORCE] * 2, *[Life.EXPIRING] * 7, Life.EXPIRED]


async def test_an_ekey_takes_the_place_of_the_one_before(house: House) -> None:
    first = await house.grants.place(ekey(house))
    second = await house.grants.place(ekey(house, validity=Validity.period(house.now, house.now + HOUR)))
    assert house.grant(first.grant.grant_id).stage is Stage.GONE
    assert second.grant.stage is Stage.CONFIRMED
    house.pass_time(2 * HOUR)
    assert not opening(house, ekey(house))


async def test_an_ekey_that_waits_does_not_come_back_over_a_later_one(house: House) -> None:
    house.world.faults.add(Fault(kind="errcode", path="*/key/send", times=1, errcode=30006))
    first = await house.grants.place(ekey(house))
    assert first.grant.pending
    second = await house.grants.place(ekey(house, validity=Validity.period(house.now, house.now + 30 * 24 * HOUR)))
    await house.work_until_quiet()
    assert house.grant(first.grant.grant_id).stage is Stage.GONE
    assert house.grant(second.grant.grant_id).stage is Stage.CONFIRMED
    assert house.row(lock_of(house), CredentialKind.EKEY, second.grant.credential_id or 0) is not None


async def test_random_codes_of_one_period_are_one_code_and_the_second_wish_is_told_so(house: House) -> None:
    first = await house.grants.place(random_code(house, PasscodeKind.PERIOD, lasts=5 * HOUR))
    second = await house.grants.place(random_code(house, PasscodeKind.PERIOD, lasts=5 * HOUR, label="Berta"))
    assert second.grant.reason == "passcode_exists"
    assert second.grant.credential_id is None
    assert house.grant(first.grant.grant_id).wish.label == "Anna"
    assert len(house.rows(lock_of(house), CredentialKind.PASSCODE)) == 1


async def test_the_random_code_of_somebody_else_for_this_period_is_left_alone(house: House) -> None:
    wish = random_code(house, PasscodeKind.PERIOD, lasts=5 * HOUR)
    request = PasscodeRequest(name="App", kind=PasscodeKind.PERIOD, start=wish.validity.start, end=wish.validity.end)
    number, _ = await house.phone.random_passcode(wish.lock_id, request)
    house.pass_time(HOUR / 2)
    outcome = await house.grants.place(wish)
    assert outcome.grant.reason == "passcode_exists"
    await house.grants.withdraw(outcome.grant.grant_id)
    await house.work_until_quiet()
    assert house.row(lock_of(house), CredentialKind.PASSCODE, number).name == "App"


async def test_weekly_random_codes_begin_with_the_next_of_their_days(house: House) -> None:
    wish = Wish(
        kind=CredentialKind.PASSCODE,
        lock_id=lock_of(house).lock_id,
        label="Anna",
        validity=Validity(kind=ValidityKind.CYCLIC, windows=weekly({3}, 9 * 60, 11 * 60)),
        passcode_kind=PasscodeKind.WEDNESDAY,
    )
    outcome = await house.grants.place(wish)
    assert outcome.grant.number
    digits = outcome.grant.number.reveal()
    assert not lock_of(house).enter_code(digits).opened
    house.pass_time(48 * HOUR)
    assert lock_of(house).enter_code(digits).opened


async def test_no_digits_in_anything_that_can_be_printed(house: House) -> None:
    outcomes = [await house.grants.place(EVERY_KIND[name](house)) for name in EVERY_KIND]
    refused = await house.grants.place(own_code(house, validity=Validity.period(house.now, house.now + HOUR)))
    shown = f"{outcomes!r} {refused} {refused.error!r} {house.grants.all}"
    for outcome in outcomes:
        for secret in (outcome.grant.number, outcome.grant.wish.number):
            # The numbers of random QR codes are small, so they occur in everything.
            assert secret is None or len(secret.reveal()) < 4 or secret.reveal() not in shown
    assert "ABCD" * 8 not in shown


async def test_a_removal_under_way_does_not_stand_for_the_same_wish(house: House) -> None:
    first = await house.grants.place(own_code(house))
    house.world.gateway("hall").online = False
    await house.grants.withdraw(first.grant.grant_id)
    second = await house.grants.place(own_code(house))
    assert (second.grant.stage, second.grant.reason) == (Stage.WANTED, "lock_busy")
    house.world.gateway("hall").online = True
    await house.work_until_quiet()
    assert house.grant(first.grant.grant_id).stage is Stage.GONE
    assert house.grant(second.grant.grant_id).stage is Stage.CONFIRMED
    assert house.world.lock(GATEWAY_LOCK).enter_code(DIGITS).opened


def _permanent(name: str) -> PasscodeRequest:
    return PasscodeRequest(name=name, kind=PasscodeKind.PERMANENT)
