"""Changes of what is on a lock: only what was asked, until it is done or can do no good any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.errors import InvalidInput, NotFound, NotPermitted, OutcomeUnknown
from custom_components.ttlock.client.grants import Change, Grant, Stage, Wish
from simulator import Fault

from .house import House
from .samples import DIGITS, EVERY_KIND, GUEST, HOUR, card, ekey, face, lock_of, opening, own_code, own_qr_code

OTHER = "60481537"


async def change(house: House, grant: Grant, **what: object) -> Grant:
    """Change a credential."""
    outcome = await house.grants.change(
        grant.wish.lock_id,
        grant.wish.kind,
        grant.credential_id or 0,
        Change(**what),  # type: ignore[arg-type]
    )
    assert not outcome.failed
    return outcome.grant


@pytest.mark.parametrize("name", EVERY_KIND)
async def test_a_name_is_changed_for_every_kind(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    placed = (await house.grants.place(wish)).grant
    changed = await change(house, placed, label=" Berta ")
    assert (changed.grant_id, changed.stage) == (placed.grant_id, placed.stage)
    assert house.row(lock_of(house), wish.kind, placed.credential_id or 0).name == "Berta"
    assert len(opening(house, replace(wish, label="Berta"))) == 1


@pytest.mark.parametrize("make", [own_code, card, face, ekey])
async def test_a_period_is_changed(house: House, make: object) -> None:
    wish: Wish = make(house)  # type: ignore[operator]
    placed = (await house.grants.place(wish)).grant
    changed = await change(house, placed, validity=Validity.period(house.now, house.now + 2 * HOUR))
    assert changed.stage is Stage.CONFIRMED
    assert opening(house, wish)
    house.pass_time(2 * HOUR)
    assert not opening(house, wish)


async def test_the_period_of_a_qr_code_is_changed_within_its_kind(house: House) -> None:
    wish = replace(own_qr_code(house), validity=Validity.period(house.now, house.now + HOUR))
    placed = (await house.grants.place(wish)).grant
    await change(house, placed, validity=Validity.period(house.now, house.now + 5 * HOUR))
    house.pass_time(4 * HOUR)
    assert opening(house, wish)
    outcome = await house.grants.change(
        wish.lock_id, wish.kind, placed.credential_id or 0, Change(validity=Validity.permanent())
    )
    assert outcome.failed
    assert outcome.grant.reason == "qr_code_kind_fixed"


async def test_an_ekey_becomes_permanent(house: House) -> None:
    wish = ekey(house, validity=Validity.period(house.now, house.now + HOUR))
    placed = (await house.grants.place(wish)).grant
    await change(house, placed, validity=Validity.permanent())
    house.pass_time(2 * HOUR)
    assert opening(house, wish)


async def test_digits_are_changed(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    await change(house, placed, number=Secret(OTHER))
    assert lock_of(house).enter_code(OTHER).opened
    assert not lock_of(house).enter_code(DIGITS).opened
    # The wish as it is now is this credential.
    assert (await house.grants.place(own_code(house, OTHER))).grant.grant_id == placed.grant_id


@pytest.mark.parametrize(
    ("validity", "reason"),
    [
        (lambda now: Validity.permanent(), "period_not_permanent"),
        (lambda now: Validity.cyclic(weekly({1}, 60, 120)), "validity_unknown"),
        (lambda now: Validity.period(now, now), "period_order"),
    ],
)
async def test_what_a_passcode_cannot_become_is_refused(house: House, validity: object, reason: str) -> None:
    wish = own_code(house, validity=Validity.period(house.now, house.now + HOUR))
    placed = (await house.grants.place(wish)).grant
    house.server.reset_calls()
    outcome = await house.grants.change(
        wish.lock_id,
        wish.kind,
        placed.credential_id or 0,
        Change(validity=validity(house.now)),  # type: ignore[operator]
    )
    assert outcome.failed
    assert isinstance(outcome.error, InvalidInput)
    assert (outcome.grant.stage, outcome.grant.reason, outcome.grant.wish) == (Stage.CONFIRMED, reason, placed.wish)
    assert "/v3/keyboardPwd/change" not in house.server.calls
    assert house.grants.due is None


async def test_digits_that_are_taken_are_refused_and_nothing_changes(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    await house.grants.place(own_code(house, OTHER, label="Berta"))
    outcome = await house.grants.change(
        placed.wish.lock_id, CredentialKind.PASSCODE, placed.credential_id or 0, Change(number=Secret(OTHER))
    )
    assert outcome.failed
    assert (outcome.grant.stage, outcome.grant.reason) == (Stage.CONFIRMED, "passcode_exists")
    assert outcome.grant.wish.number == Secret(DIGITS)
    assert lock_of(house).enter_code(DIGITS).opened


async def test_what_others_made_is_changed_too(house: House) -> None:
    (row,) = house.rows(lock_of(house), CredentialKind.CARD).values()
    outcome = await house.grants.change(
        lock_of(house).lock_id, CredentialKind.CARD, row.credential_id, Change(label="Red card")
    )
    assert outcome.grant.stage is Stage.CONFIRMED
    assert row.name == "Red card"


async def test_what_is_not_there_cannot_be_changed(house: House) -> None:
    lock_id = lock_of(house).lock_id
    with pytest.raises(NotFound):
        await house.grants.change(lock_id, CredentialKind.PASSCODE, 1, Change(label="Berta"))
    house.world.faults.add(Fault(kind="garbage_item", path="*/listKeyboardPwd", times=1))
    with pytest.raises(OutcomeUnknown):
        await house.grants.change(lock_id, CredentialKind.PASSCODE, 1, Change(label="Berta"))
    assert not house.grants.all


async def test_what_vanished_is_not_called_done(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    await house.app_deletes(placed.wish.lock_id, CredentialKind.PASSCODE, placed.credential_id or 0)
    outcome = await house.grants.change(
        placed.wish.lock_id, CredentialKind.PASSCODE, placed.credential_id or 0, Change(label="Berta")
    )
    assert outcome.failed
    assert (outcome.grant.stage, outcome.grant.reason) == (Stage.GONE, "removed_elsewhere")


async def test_what_is_being_removed_is_not_changed(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    house.world.gateway("hall").online = False
    await house.grants.withdraw(placed.grant_id)
    with pytest.raises(NotFound):
        await house.grants.change(
            placed.wish.lock_id, CredentialKind.PASSCODE, placed.credential_id or 0, Change(label="Berta")
        )


async def test_only_what_was_asked_is_sent_over_somebody_elses_change(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    house.world.gateway("hall").online = False
    validity = Validity.period(house.now, house.now + 50 * HOUR)
    waiting = await change(house, placed, validity=validity)
    assert waiting.stage is Stage.WANTED
    await house.app_changes(
        placed.wish.lock_id, CredentialKind.PASSCODE, placed.credential_id or 0, Change(label="Berta")
    )
    house.world.gateway("hall").online = True
    await house.work_until_quiet()
    row = house.row(lock_of(house), CredentialKind.PASSCODE, placed.credential_id or 0)
    assert row.name == "Berta"
    assert row.end == validity.end.timestamp() * 1000 if validity.end else False
    grant = house.grant(placed.grant_id)
    assert (grant.stage, grant.wish.label, grant.changed_elsewhere) == (Stage.CONFIRMED, "Berta", True)


async def test_changes_add_up_while_they_wait(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    house.world.gateway("hall").online = False
    await change(house, placed, validity=Validity.period(house.now, house.now + 50 * HOUR))
    waiting = await change(house, placed, number=Secret(OTHER))
    assert waiting.asked == ("number", "validity")
    house.restart()
    house.world.gateway("hall").online = True
    await house.work_until_quiet()
    assert lock_of(house).enter_code(OTHER).opened
    house.pass_time(50 * HOUR)
    assert not lock_of(house).enter_code(OTHER).opened


async def test_a_shorter_time_is_tried_as_long_as_the_longer_one_opens(house: House) -> None:
    wish = own_code(house, validity=Validity.period(house.now, house.now + 20 * 24 * HOUR))
    placed = (await house.grants.place(wish)).grant
    house.world.gateway("hall").online = False
    await change(house, placed, validity=Validity.period(house.now, house.now + HOUR))
    house.pass_time(timedelta(days=5))
    await house.grants.work()
    assert opening(house, wish)
    house.world.gateway("hall").online = True
    await house.work_until_quiet()
    assert not opening(house, wish)
    assert house.grant(placed.grant_id).stage is Stage.CONFIRMED


async def test_other_digits_are_tried_as_long_as_the_old_ones_open(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    house.world.gateway("hall").online = False
    await change(house, placed, number=Secret(OTHER))
    await change(house, placed, label="Berta")
    house.pass_time(timedelta(days=40))
    await house.grants.work()
    house.world.gateway("hall").online = True
    await house.work_until_quiet()
    assert not lock_of(house).enter_code(DIGITS).opened
    assert lock_of(house).enter_code(OTHER).opened


async def test_a_longer_time_is_given_up_when_it_is_over(house: House) -> None:
    wish = own_code(house, validity=Validity.period(house.now, house.now + HOUR))
    placed = (await house.grants.place(wish)).grant
    house.world.gateway("hall").online = False
    await change(house, placed, validity=Validity.period(house.now, house.now + 48 * HOUR))
    await house.work_until_quiet()
    assert house.now - placed.created == 48 * HOUR
    left = house.grant(placed.grant_id)
    assert (left.stage, left.wish.validity) == (Stage.CONFIRMED, placed.wish.validity)
    assert left.reason == "no_gateway"


async def test_the_name_of_what_is_over_can_be_changed(house: House) -> None:
    wish = own_code(house, validity=Validity.period(house.now, house.now + HOUR))
    placed = (await house.grants.place(wish)).grant
    house.pass_time(2 * HOUR)
    await change(house, placed, label="Berta")
    assert house.row(lock_of(house), CredentialKind.PASSCODE, placed.credential_id or 0).name == "Berta"


async def test_what_is_over_is_extended(house: House) -> None:
    wish = own_code(house, validity=Validity.period(house.now, house.now + HOUR))
    placed = (await house.grants.place(wish)).grant
    house.pass_time(2 * HOUR)
    await change(house, placed, validity=Validity.period(house.now, house.now + HOUR))
    assert lock_of(house).enter_code(DIGITS).opened


async def test_a_table_that_must_not_be_read_ends_the_change_and_not_the_credential(house: House) -> None:
    placed = (await house.grants.place(own_code(house))).grant
    house.world.faults.add(Fault(kind="errcode", path="*/listKeyboardPwd", errcode=-2018, times=1))
    outcome = await house.grants.change(
        placed.wish.lock_id, CredentialKind.PASSCODE, placed.credential_id or 0, Change(label="Berta")
    )
    assert isinstance(outcome.error, NotPermitted)
    assert outcome.failed
    assert opening(house, own_code(house))


async def test_the_wish_for_an_ekey_follows_its_changes(house: House) -> None:
    placed = (await house.grants.place(ekey(house))).grant
    validity = Validity.period(house.now, house.now + HOUR)
    await change(house, placed, validity=validity)
    again = await house.grants.place(ekey(house, receiver=GUEST, validity=validity))
    assert again.grant.grant_id == placed.grant_id
