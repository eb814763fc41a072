"""A Wi-Fi lock that saves power: what is written reaches it when it wakes (ttlock-open-api.md 1.7 and 7.6)."""

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.credentials import Credential, Validity
from custom_components.ttlock.client.errors import DeviceUnreachable, OutcomeUnknown
from custom_components.ttlock.client.models import CredentialStatus, PasscodeKind
from custom_components.ttlock.client.passcodes import PasscodeRequest
from simulator import CloudServer, Fault, World
from simulator.lock import VirtualLock

from .doors import next_hours

NUMBER = "2882343476"
ADD = "/v3/identityCard/add"


@pytest.fixture
def sleeper(world: World) -> VirtualLock:
    """Return a lock with Wi-Fi that saves power."""
    lock = world.lock("back_door")
    world.wifi(lock.lock_id).power_saving = True
    return lock


def wake(world: World, lock: VirtualLock) -> None:
    """Let the lock connect and take what waits for it."""
    world.deliver(lock)


async def _card(client: CloudClient, lock: VirtualLock) -> Credential | None:
    return next((card for card in (await client.cards.list(lock.lock_id)).items if card.number == Secret(NUMBER)), None)


async def test_a_card_waits_for_the_lock_to_wake_at_each_step_of_its_life(
    client: CloudClient, world: World, server: CloudServer, sleeper: VirtualLock
) -> None:
    card_id = await client.cards.add(sleeper.lock_id, Secret(NUMBER), Validity.permanent(), "Guest")
    assert server.calls[ADD] == 2
    assert client.saves_power(sleeper.lock_id)
    card = await _card(client, sleeper)
    assert card
    assert (card.credential_id, card.status) == (card_id, CredentialStatus.ADDING)
    assert not sleeper.swipe_card(NUMBER).opened
    wake(world, sleeper)
    card = await _card(client, sleeper)
    assert card
    assert card.status is CredentialStatus.NORMAL
    assert sleeper.swipe_card(NUMBER).opened
    await client.cards.change_period(sleeper.lock_id, card_id, next_hours(world))
    card = await _card(client, sleeper)
    assert card
    assert card.status is CredentialStatus.CHANGING
    wake(world, sleeper)
    world.clock.advance(3 * 3600)
    assert not sleeper.swipe_card(NUMBER).opened
    await client.cards.delete(sleeper.lock_id, card_id)
    card = await _card(client, sleeper)
    assert card
    assert card.status is CredentialStatus.DELETING
    wake(world, sleeper)
    assert await _card(client, sleeper) is None
    assert NUMBER not in sleeper.cards


async def test_a_passcode_waits_too(client: CloudClient, world: World, sleeper: VirtualLock) -> None:
    request = PasscodeRequest(name="Guest", kind=PasscodeKind.PERMANENT, code=Secret("482915"))
    passcode_id = await client.add_passcode(sleeper.lock_id, Secret("482915"), request)
    (passcode,) = (await client.list_passcodes(sleeper.lock_id)).items
    assert (passcode.passcode_id, passcode.status) == (passcode_id, CredentialStatus.ADDING)
    wake(world, sleeper)
    assert sleeper.enter_code("482915").opened


async def test_once_it_is_known_no_call_is_wasted_on_a_refusal(
    client: CloudClient, server: CloudServer, sleeper: VirtualLock
) -> None:
    with pytest.raises(DeviceUnreachable, match="power_saving"):
        await client.get_state(sleeper.lock_id)
    await client.cards.add(sleeper.lock_id, Secret(NUMBER), Validity.permanent())
    assert server.calls[ADD] == 1


async def test_a_lock_that_answers_again_is_written_to_at_once(
    client: CloudClient, world: World, sleeper: VirtualLock
) -> None:
    with pytest.raises(DeviceUnreachable):
        await client.get_state(sleeper.lock_id)
    world.wifi(sleeper.lock_id).power_saving = False
    await client.get_state(sleeper.lock_id)
    assert not client.saves_power(sleeper.lock_id)
    await client.cards.add(sleeper.lock_id, Secret(NUMBER), Validity.permanent())
    assert sleeper.swipe_card(NUMBER).opened


async def test_what_no_list_proves_does_not_wait(
    client: CloudClient, server: CloudServer, sleeper: VirtualLock
) -> None:
    for _ in range(2):
        with pytest.raises(DeviceUnreachable, match="power_saving"):
            await client.settings.set_volume(sleeper.lock_id, 3)
    assert server.calls["/v3/lock/updateSetting"] == 2


async def test_a_lost_answer_is_not_sent_again_to_wait(
    client: CloudClient, world: World, server: CloudServer, sleeper: VirtualLock
) -> None:
    with pytest.raises(DeviceUnreachable):
        await client.get_state(sleeper.lock_id)
    world.faults.add(Fault(kind="drop_after", path=ADD, times=1))
    with pytest.raises(OutcomeUnknown):
        await client.cards.add(sleeper.lock_id, Secret(NUMBER), Validity.permanent())
    assert server.calls[ADD] == 1
