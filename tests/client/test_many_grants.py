"""Many credentials wished for one lock at once: written down first, sent in turn, stopped by the way, never doubled."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, timedelta, tzinfo

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, ValidityKind
from custom_components.ttlock.client.ekeys import EkeyRequest
from custom_components.ttlock.client.errors import Interrupted
from custom_components.ttlock.client.grants import Grant, Grants, Stage, Vendor, Wish, from_json, to_json
from custom_components.ttlock.client.models import PasscodeKind
from simulator import CloudServer, Fault, World
from simulator.lock import VirtualLock

CODES = ("482915", "592846", "730184")
ADD = "/v3/keyboardPwd/add"
SETTLED = timedelta(seconds=61)


class Keeper:
    """An engine and what is kept of its grants."""

    def __init__(self, client: CloudClient, world: World) -> None:
        """Begin with nothing kept."""
        self.saves: list[tuple[Grant, ...]] = []
        self.grants = Grants(Vendor(client, self._zone), self._zone, self._save, world.clock.utc)

    def _zone(self, lock_id: int) -> tzinfo:
        return UTC

    async def _save(self, grants: Iterable[Grant]) -> None:
        self.saves.append(tuple(grants))


@pytest.fixture
def lock(world: World) -> VirtualLock:
    """Return the lock that gets them."""
    return world.lock("garden_gate")


@pytest.fixture
def wishes(world: World, lock: VirtualLock) -> list[Wish]:
    """Return three passcodes and an ekey."""
    world.clock.freeze()
    passcodes = [
        Wish(
            kind=CredentialKind.PASSCODE,
            lock_id=lock.lock_id,
            label=f"Code {number}",
            validity=Validity.permanent(),
            number=Secret(digits),
            passcode_kind=PasscodeKind.PERMANENT,
        )
        for number, digits in enumerate(CODES)
    ]
    request = EkeyRequest(receiver=world.account("guest").username, name="Guest")
    ekey = Wish(
        kind=CredentialKind.EKEY, lock_id=lock.lock_id, label="Guest", validity=Validity.permanent(), ekey=request
    )
    return [*passcodes, ekey]


def opens(lock: VirtualLock) -> list[bool]:
    """Return which of the codes open the door."""
    return [lock.enter_code(digits).opened for digits in CODES]


async def test_all_are_written_down_before_the_first_is_sent(
    client: CloudClient, world: World, lock: VirtualLock, wishes: list[Wish]
) -> None:
    keeper = Keeper(client, world)
    outcomes = await keeper.grants.place_all(wishes, origin="clone")
    assert [outcome.grant.stage for outcome in outcomes] == [Stage.CONFIRMED] * 4
    assert {grant.origin for grant in keeper.grants.all} == {"clone"}
    assert opens(lock) == [True, True, True]
    assert [grant.wish for grant in keeper.saves[0]] == wishes
    assert {grant.stage for grant in keeper.saves[0]} == {Stage.WANTED}


async def test_the_same_wishes_again_send_nothing(
    client: CloudClient, server: CloudServer, world: World, wishes: list[Wish]
) -> None:
    keeper = Keeper(client, world)
    first = await keeper.grants.place_all(wishes)
    second = await keeper.grants.place_all([*wishes, wishes[0]])
    ids = [outcome.grant.credential_id for outcome in first]
    assert [outcome.grant.credential_id for outcome in second] == [*ids, ids[0]]
    assert (server.calls[ADD], server.calls["/v3/key/send"]) == (3, 1)
    assert len(keeper.grants.all) == 4


async def test_the_others_wait_when_the_way_to_the_lock_fails_but_an_ekey_needs_no_lock(
    client: CloudClient, server: CloudServer, world: World, lock: VirtualLock, wishes: list[Wish]
) -> None:
    keeper = Keeper(client, world)
    world.gateway("garden").online = False
    outcomes = await keeper.grants.place_all(wishes)
    assert [outcome.grant.stage for outcome in outcomes] == [*[Stage.WANTED] * 3, Stage.CONFIRMED]
    assert [outcome.grant.reason for outcome in outcomes] == [*["gateway_offline"] * 3, None]
    assert not any(outcome.failed for outcome in outcomes)
    assert server.calls[ADD] == 1
    world.clock.advance(SETTLED.total_seconds())
    await keeper.grants.work()
    assert server.calls[ADD] == 2
    world.gateway("garden").online = True
    world.clock.advance(3600)
    await keeper.grants.work()
    assert opens(lock) == [True, True, True]


async def test_a_refusal_of_one_does_not_stop_the_others(
    client: CloudClient, world: World, lock: VirtualLock, wishes: list[Wish]
) -> None:
    keeper = Keeper(client, world)
    world.faults.add(Fault(kind="errcode", path=ADD, times=1, errcode=-3009))
    outcomes = await keeper.grants.place_all(wishes)
    stages = [Stage.FAILED, *[Stage.CONFIRMED] * 3]
    assert [outcome.grant.stage for outcome in outcomes] == stages
    assert outcomes[0].failed
    assert opens(lock) == [False, True, True]


async def test_after_a_stop_nothing_is_sent_and_another_engine_goes_on(
    client: CloudClient, server: CloudServer, world: World, lock: VirtualLock, wishes: list[Wish]
) -> None:
    keeper = Keeper(client, world)

    def stop(grant: Grant) -> None:
        if grant.stage is Stage.ACCEPTED:
            keeper.grants.stop()

    keeper.grants.on_change(stop)
    with pytest.raises(Interrupted):
        await keeper.grants.place_all(wishes)
    assert server.calls[ADD] == 1
    with pytest.raises(Interrupted):
        await keeper.grants.work()
    assert server.calls[ADD] == 1

    after = Keeper(client, world)
    after.grants.restore(from_json(to_json(keeper.saves[-1])))
    await after.grants.work()
    assert server.calls[ADD] == 3
    assert opens(lock) == [True, True, True]
    assert [grant.stage for grant in after.grants.all] == [Stage.CONFIRMED] * 4


async def test_a_random_passcode_that_was_not_used_in_time_is_found_out(
    client: CloudClient, world: World, lock: VirtualLock
) -> None:
    world.clock.freeze(world.clock.now() // 3600 * 3600)
    keeper = Keeper(client, world)
    wish = Wish(
        kind=CredentialKind.PASSCODE,
        lock_id=lock.lock_id,
        label="Guest",
        validity=Validity(kind=ValidityKind.PERMANENT, start=world.clock.utc()),
        passcode_kind=PasscodeKind.PERMANENT,
    )
    await keeper.grants.place(wish)
    await keeper.grants.place(replace(wish, label="Painter"))
    shown = {item.name: item for item in (await keeper.grants.read(lock.lock_id, CredentialKind.PASSCODE)).items}
    assert not await keeper.grants.died_unused(lock.lock_id, shown["Guest"])
    digits = shown["Painter"].number
    assert digits
    assert lock.enter_code(digits.reveal()).opened
    world.clock.advance(25 * 3600)
    assert await keeper.grants.died_unused(lock.lock_id, shown["Guest"])
    assert not await keeper.grants.died_unused(lock.lock_id, shown["Painter"])
    world.clock.advance(200 * 86400)
    assert not await keeper.grants.died_unused(lock.lock_id, shown["Guest"])
