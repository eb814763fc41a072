"""What somebody else decides is seen at the next look, and stays."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import ServerFault
from custom_components.ttlock.client.grants import Change, Grant, Life, Stage, Wish
from simulator import Fault
from simulator.database import Delivery

from .house import House
from .samples import DIGITS, EVERY_KIND, HOUR, card, ekey, face, lock_of, opening, own_code, random_code

OTHER = "60481537"
every_kind = pytest.mark.parametrize("name", EVERY_KIND)


async def placed(house: House, wish: Wish) -> tuple[Grant, tuple[int, CredentialKind, int]]:
    """Place a wish; return the grant and the key of its credential."""
    grant = (await house.grants.place(wish)).grant
    return grant, (wish.lock_id, wish.kind, grant.credential_id or 0)


@every_kind
async def test_what_was_taken_off_is_gone_at_the_next_look(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    grant, key = await placed(house, wish)
    await house.app_deletes(*key)
    await house.grants.read(wish.lock_id, wish.kind)
    gone = house.grant(grant.grant_id)
    assert (gone.stage, gone.reason, gone.due) == (Stage.GONE, "removed_elsewhere", None)
    await house.work_until_quiet()
    assert not opening(house, wish)


@every_kind
async def test_another_name_stays(house: House, name: str) -> None:
    wish = EVERY_KIND[name](house)
    grant, key = await placed(house, wish)
    await house.app_changes(*key, Change(label="Berta"))
    await house.grants.read(wish.lock_id, wish.kind)
    seen = house.grant(grant.grant_id)
    assert (seen.stage, seen.wish.label, seen.changed_elsewhere) == (grant.stage, "Berta", True)
    await house.work_until_quiet()
    assert house.row(lock_of(house), wish.kind, key[2]).name == "Berta"


@pytest.mark.parametrize("make", [own_code, card, face, ekey])
async def test_another_period_stays(house: House, make: Callable[[House], Wish]) -> None:
    wish = make(house)
    grant, key = await placed(house, wish)
    await house.app_changes(*key, Change(validity=Validity.period(house.now, house.now + HOUR)))
    await house.grants.read(wish.lock_id, wish.kind)
    assert house.grant(grant.grant_id).changed_elsewhere
    house.pass_time(HOUR)
    assert house.life(grant.grant_id) is Life.EXPIRED
    await house.work_until_quiet()
    assert not opening(house, wish)


async def test_other_digits_stay_and_are_those_that_are_told(house: House) -> None:
    grant, key = await placed(house, own_code(house))
    await house.app_changes(*key, Change(number=Secret(OTHER)))
    await house.grants.read(*key[:2])
    seen = house.grant(grant.grant_id)
    assert (seen.wish.number, seen.changed_elsewhere) == (Secret(OTHER), True)
    assert not lock_of(house).enter_code(DIGITS).opened


async def test_other_digits_of_a_random_code_are_those_that_are_told(house: House) -> None:
    grant, key = await placed(house, random_code(house))
    assert grant.number
    assert lock_of(house).enter_code(grant.number.reveal()).opened
    await house.app_changes(*key, Change(number=Secret(OTHER)))
    await house.grants.read(*key[:2])
    seen = house.grant(grant.grant_id)
    assert (seen.number, seen.changed_elsewhere) == (Secret(OTHER), True)
    await house.grants.note_use(key[0], Secret(OTHER))
    assert house.life(grant.grant_id) is Life.IN_FORCE


async def test_it_is_seen_when_the_same_is_wished_again(house: House) -> None:
    grant, key = await placed(house, own_code(house))
    await house.app_changes(*key, Change(validity=Validity.period(house.now, house.now + HOUR)))
    outcome = await house.grants.place(own_code(house))
    # It is the same credential, with what somebody made of it.
    assert outcome.grant.grant_id == grant.grant_id
    assert outcome.grant.changed_elsewhere
    assert outcome.grant.wish.validity.end == house.now + HOUR


async def test_what_was_taken_over_can_be_changed_back(house: House) -> None:
    grant, key = await placed(house, own_code(house))
    await house.app_changes(*key, Change(label="Berta"))
    await house.grants.read(*key[:2])
    outcome = await house.grants.change(*key, Change(label="Anna"))
    assert (outcome.grant.grant_id, outcome.grant.changed_elsewhere) == (grant.grant_id, False)
    assert house.row(lock_of(house), CredentialKind.PASSCODE, key[2]).name == "Anna"


@pytest.mark.parametrize("lists", ["null_item", "garbage_item", "http_503"])
async def test_a_table_that_cannot_be_read_whole_takes_nothing_away(house: House, lists: str) -> None:
    grant, key = await placed(house, own_code(house))
    await house.app_deletes(*key)
    house.world.faults.add(Fault(kind=lists, path="*/listKeyboardPwd", times=2))
    with suppress(ServerFault):
        await house.grants.read(*key[:2])
    assert house.grant(grant.grant_id).stage is Stage.CONFIRMED


async def test_a_frozen_ekey_does_not_open_until_it_is_let_go(house: House) -> None:
    grant, key = await placed(house, ekey(house))
    await house.phone.ekeys.freeze(key[2])
    (shown,) = (await house.grants.read(*key[:2])).items
    assert house.grants.life_of(key[0], shown) is Life.CONFIRMED
    assert house.life(grant.grant_id) is Life.CONFIRMED
    house.restart()
    assert house.life(grant.grant_id) is Life.CONFIRMED
    await house.phone.ekeys.unfreeze(key[2])
    await house.grants.read(*key[:2])
    assert house.life(grant.grant_id) is Life.IN_FORCE


async def test_a_code_that_was_taken_off_beside_the_lock_does_not_open(house: House) -> None:
    grant, key = await placed(house, own_code(house))
    lock_of(house).keypad.table.clear()
    house.row(lock_of(house), CredentialKind.PASSCODE, key[2]).status = Delivery.INVALID
    (shown,) = (await house.grants.read(*key[:2])).items
    assert house.grants.life_of(key[0], shown) is Life.EXPIRED
    assert not house.life(grant.grant_id).opens


async def test_what_others_made_is_told_without_a_grant(house: House) -> None:
    lock_id = lock_of(house).lock_id
    (shown,) = (await house.grants.read(lock_id, CredentialKind.CARD)).items
    assert house.grants.life_of(lock_id, shown) is Life.IN_FORCE
    assert not house.grants.all


async def test_looking_writes_nothing_down_when_nothing_changed(house: House) -> None:
    for name in EVERY_KIND:
        await house.grants.place(EVERY_KIND[name](house))
    house.pass_time(HOUR)
    moved: list[Grant] = []
    house.grants.on_change(moved.append)
    for kind in CredentialKind:
        await house.grants.read(lock_of(house).lock_id, kind)
    assert not moved


async def test_a_look_that_began_before_a_step_does_not_undo_it(house: House) -> None:
    grant, key = await placed(house, own_code(house))

    async def table_of_then(lock_id: int, kind: CredentialKind) -> object:
        table = await vendor_table(lock_id, kind)
        if not late:
            late.append(table)
            await house.grants.change(*key, Change(label="Berta"))
        return table

    late: list[object] = []
    vendor = house.grants._vendor
    vendor_table = vendor.table
    vendor.table = table_of_then  # type: ignore[method-assign, assignment]
    await house.grants.read(*key[:2])
    seen = house.grant(grant.grant_id)
    assert (seen.wish.label, seen.changed_elsewhere) == ("Berta", False)


async def test_a_listener_hears_of_it_once(house: House) -> None:
    grant, key = await placed(house, own_code(house))
    heard: list[Grant] = []
    stop = house.grants.on_change(heard.append)
    await house.app_deletes(*key)
    await house.grants.read(*key[:2])
    await house.grants.read(*key[:2])
    assert [moved.grant_id for moved in heard] == [grant.grant_id]
    stop()
    await house.grants.place(own_code(house))
    assert len(heard) == 1


async def test_a_lock_that_is_no_longer_ours_is_forgotten(house: House) -> None:
    await placed(house, own_code(house))
    await house.grants.forget_lock(lock_of(house).lock_id)
    assert not house.grants.all
    assert house.journal == []
