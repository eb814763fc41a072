"""A Wi-Fi lock that saves power hears of everything when it wakes, and may refuse it then (ttlock-open-api.md 7.6)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.grants import Change, Life, Stage, Wish
from custom_components.ttlock.client.models import CredentialStatus
from simulator import Fault
from simulator.lock import VirtualLock

from .house import WIFI_LOCK, House
from .samples import DIGITS, HOUR, card, copies, face, opening, own_code, own_qr_code

type Make = Callable[[House], Wish]

waiting_kinds = pytest.mark.parametrize("make", [own_code, card, face])


@pytest.fixture
def sleeper(house: House) -> VirtualLock:
    """Return a lock that sleeps."""
    house.world.wifi(WIFI_LOCK).power_saving = True
    return house.world.lock(WIFI_LOCK)


def at(lock: VirtualLock, wish: Wish) -> Wish:
    """Return a wish for another lock."""
    return replace(wish, lock_id=lock.lock_id)


def wake(house: House, lock: VirtualLock, *, refusing: bool = False) -> None:
    """Let the lock take what waits for it, or refuse it."""
    lock.frozen = refusing
    house.world.deliver(lock)
    lock.frozen = False


@waiting_kinds
async def test_it_is_accepted_until_the_lock_wakes(house: House, sleeper: VirtualLock, make: Make) -> None:
    wish = at(sleeper, make(house))
    placed = await house.grants.place(wish)
    assert (placed.grant.stage, placed.failed) == (Stage.ACCEPTED, False)
    assert house.life(placed.grant.grant_id) is Life.ACCEPTED
    assert not opening(house, wish)
    house.pass_time(HOUR)
    await house.grants.work()
    assert house.life(placed.grant.grant_id) is Life.ACCEPTED
    wake(house, sleeper)
    table = await house.grants.read(sleeper.lock_id, wish.kind)
    assert [house.grants.life_of(sleeper.lock_id, item) for item in table.items] == [Life.IN_FORCE]
    assert house.life(placed.grant.grant_id) is Life.IN_FORCE
    assert len(opening(house, wish)) == 1


@waiting_kinds
async def test_the_engine_sees_it_without_anybody_looking(house: House, sleeper: VirtualLock, make: Make) -> None:
    placed = await house.grants.place(at(sleeper, make(house)))
    wake(house, sleeper)
    house.restart()
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.CONFIRMED


@waiting_kinds
async def test_a_lock_that_refuses_what_it_gets_is_told(house: House, sleeper: VirtualLock, make: Make) -> None:
    wish = at(sleeper, make(house))
    placed = await house.grants.place(wish)
    wake(house, sleeper, refusing=True)
    await house.grants.read(sleeper.lock_id, wish.kind)
    failed = house.grant(placed.grant.grant_id)
    assert (failed.stage, failed.reason, failed.due) == (Stage.FAILED, "delivery_failed", None)
    assert not opening(house, wish)


async def test_what_the_lock_did_not_take_can_be_wished_again(house: House, sleeper: VirtualLock) -> None:
    wish = at(sleeper, own_code(house))
    await house.grants.place(wish)
    wake(house, sleeper, refusing=True)
    await house.grants.read(sleeper.lock_id, wish.kind)
    house.world.wifi(WIFI_LOCK).power_saving = False
    # The client learns that it does not sleep any more from the next answer of the lock.
    await house.client.get_state(sleeper.lock_id)
    again = await house.grants.place(wish)
    assert again.grant.stage is Stage.CONFIRMED
    assert copies(house, wish) == [again.grant.credential_id]
    assert sleeper.enter_code(DIGITS).opened


async def test_it_can_be_wished_again_while_the_lock_sleeps_on(house: House, sleeper: VirtualLock) -> None:
    wish = at(sleeper, own_code(house))
    await house.grants.place(wish)
    wake(house, sleeper, refusing=True)
    await house.grants.read(sleeper.lock_id, wish.kind)
    again = await house.grants.place(wish)
    # The trace of the first has to be taken off when the lock wakes.
    assert (again.grant.stage, again.grant.reason) == (Stage.WANTED, "lock_busy")
    wake(house, sleeper)
    await house.grants.place(wish)
    wake(house, sleeper)
    await house.work_until_quiet()
    assert house.grant(again.grant.grant_id).stage is Stage.CONFIRMED
    assert len(copies(house, wish)) == 1


@waiting_kinds
async def test_a_change_that_was_refused_is_sent_again(house: House, sleeper: VirtualLock, make: Make) -> None:
    wish = at(sleeper, make(house))
    placed = await house.grants.place(wish)
    wake(house, sleeper)
    number = placed.grant.credential_id or 0
    validity = Validity.period(house.now, house.now + 20 * HOUR)
    await house.grants.change(sleeper.lock_id, wish.kind, number, Change(validity=validity))
    wake(house, sleeper, refusing=True)
    table = await house.grants.read(sleeper.lock_id, wish.kind)
    assert table.items[0].status is CredentialStatus.CHANGE_FAILED
    assert not house.grants.life_of(sleeper.lock_id, table.items[0]).opens
    assert house.grant(placed.grant.grant_id).stage is Stage.WANTED
    await house.work_until_quiet(HOUR / 60)
    house.pass_time(HOUR)
    await house.grants.work()
    wake(house, sleeper)
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.CONFIRMED
    assert opening(house, wish)
    house.pass_time(20 * HOUR)
    assert not opening(house, wish)


@pytest.mark.parametrize(("before", "after"), [(10, 100), (100, 10)])
async def test_a_change_that_is_always_refused_is_given_up_when_nothing_opens_any_more(
    house: House, sleeper: VirtualLock, before: int, after: int
) -> None:
    wish = at(sleeper, own_code(house, validity=Validity.period(house.now, house.now + before * HOUR)))
    placed = await house.grants.place(wish)
    number, begun = placed.grant.credential_id or 0, house.now
    wake(house, sleeper)
    await house.grants.read(sleeper.lock_id, wish.kind)
    validity = Validity.period(house.now, house.now + after * HOUR)
    await house.grants.change(sleeper.lock_id, wish.kind, number, Change(validity=validity))
    while house.grant(placed.grant.grant_id).pending or house.grants.due:
        wake(house, sleeper, refusing=True)
        table = await house.grants.read(sleeper.lock_id, wish.kind)
        # Whatever the table says, the lock has the period before.
        assert house.opens(sleeper, wish.kind, number) is (house.now - begun < before * HOUR)
        assert house.grants.life_of(sleeper.lock_id, table.items[0]) not in (Life.IN_FORCE, Life.EXPIRED)
        house.pass_time(HOUR)
        await house.grants.work()
    failed = house.grant(placed.grant.grant_id)
    assert (failed.stage, failed.reason) == (Stage.FAILED, "delivery_failed")
    assert house.now - begun >= 100 * HOUR


async def test_a_change_of_somebody_else_that_was_refused_is_not_ours_to_send(
    house: House, sleeper: VirtualLock
) -> None:
    wish = at(sleeper, own_code(house))
    placed = await house.grants.place(wish)
    wake(house, sleeper)
    await house.grants.read(sleeper.lock_id, wish.kind)
    validity = Validity.period(house.now, house.now + 5 * HOUR)
    await house.app_changes(sleeper.lock_id, wish.kind, placed.grant.credential_id or 0, Change(validity=validity))
    wake(house, sleeper, refusing=True)
    house.server.reset_calls()
    await house.grants.read(sleeper.lock_id, wish.kind)
    await house.work_until_quiet()
    assert house.server.calls["/v3/keyboardPwd/change"] == 0
    grant = house.grant(placed.grant.grant_id)
    assert (grant.stage, grant.changed_elsewhere) == (Stage.CONFIRMED, True)
    assert not house.life(grant.grant_id).opens


@waiting_kinds
async def test_a_removal_waits_for_the_lock(house: House, sleeper: VirtualLock, make: Make) -> None:
    wish = at(sleeper, make(house))
    placed = await house.grants.place(wish)
    wake(house, sleeper)
    outcome = await house.grants.withdraw(placed.grant.grant_id)
    assert (outcome.grant.stage, outcome.error) == (Stage.REMOVING, None)
    assert opening(house, wish)
    house.server.reset_calls()
    house.pass_time(HOUR)
    await house.grants.work()
    # It is on its way already: looking is enough.
    assert not any(path.endswith("/delete") for path in house.server.calls)
    wake(house, sleeper)
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.GONE
    assert not opening(house, wish)


@waiting_kinds
async def test_a_removal_that_was_refused_is_sent_again(house: House, sleeper: VirtualLock, make: Make) -> None:
    wish = at(sleeper, make(house))
    placed = await house.grants.place(wish)
    wake(house, sleeper)
    await house.grants.withdraw(placed.grant.grant_id)
    wake(house, sleeper, refusing=True)
    await house.work_until_quiet(HOUR / 60)
    house.pass_time(HOUR)
    await house.grants.work()
    wake(house, sleeper)
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.GONE
    assert not copies(house, wish)


async def test_somebody_elses_removal_is_seen(house: House, sleeper: VirtualLock) -> None:
    wish = at(sleeper, own_code(house))
    placed = await house.grants.place(wish)
    wake(house, sleeper)
    await house.grants.read(sleeper.lock_id, wish.kind)
    await house.app_deletes(sleeper.lock_id, wish.kind, placed.grant.credential_id or 0)
    await house.grants.read(sleeper.lock_id, wish.kind)
    assert house.life(placed.grant.grant_id) is Life.REMOVING
    wake(house, sleeper)
    await house.work_until_quiet()
    assert house.life(placed.grant.grant_id) is Life.GONE


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
async def test_a_lost_answer_while_it_sleeps(house: House, sleeper: VirtualLock, fault: str) -> None:
    wish = at(sleeper, own_code(house))
    # Only the second call is one that waits; the first tells that the lock sleeps.
    await house.grants.place(at(sleeper, card(house)))
    house.world.faults.add(Fault(kind=fault, path="*/keyboardPwd/add", times=1))
    placed = await house.grants.place(wish)
    assert placed.grant.stage is (Stage.ACCEPTED if fault == "drop_after" else Stage.UNSURE)
    await house.work_until_quiet(HOUR / 6)
    wake(house, sleeper)
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.CONFIRMED
    assert len(copies(house, wish)) == 1


async def test_what_no_list_could_prove_waits_until_the_lock_is_reached(house: House, sleeper: VirtualLock) -> None:
    wish = at(sleeper, own_qr_code(house))
    placed = await house.grants.place(wish)
    assert (placed.grant.stage, placed.grant.reason) == (Stage.WANTED, "power_saving")
    house.world.wifi(WIFI_LOCK).power_saving = False
    await house.work_until_quiet()
    assert house.grant(placed.grant.grant_id).stage is Stage.CONFIRMED
    assert opening(house, wish)


async def test_digits_changed_at_a_sleeping_lock(house: House, sleeper: VirtualLock) -> None:
    wish = at(sleeper, own_code(house))
    placed = await house.grants.place(wish)
    wake(house, sleeper)
    number = placed.grant.credential_id or 0
    await house.grants.change(
        sleeper.lock_id, CredentialKind.PASSCODE, number, Change(number=own_code(house, "60481537").number)
    )
    assert house.life(placed.grant.grant_id) is Life.ACCEPTED
    wake(house, sleeper)
    await house.work_until_quiet()
    assert house.life(placed.grant.grant_id) is Life.IN_FORCE
    assert sleeper.enter_code("60481537").opened
    assert not sleeper.enter_code(DIGITS).opened
