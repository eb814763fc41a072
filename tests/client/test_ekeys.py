"""Ekeys for others through the cloud, with what they can do to the lock."""

import aiohttp
import pytest

from custom_components.ttlock.client import Application, CloudClient, Transport, password_digest, sign_in
from custom_components.ttlock.client.ekeys import EkeyRequest, SharedEkey
from custom_components.ttlock.client.errors import InvalidInput, NotFound, NotPermitted, ServerFault, TTLockError
from custom_components.ttlock.client.models import EkeyStatus
from simulator import CloudServer, Fault, World

from .conftest import MemoryTokens, Pauses
from .doors import HOUR, next_hours

LOCK = "garden_gate"


@pytest.fixture
async def guest(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World, pauses: Pauses
) -> CloudClient:
    """Return the client of the guest."""
    account = world.account("guest")
    token = await sign_in(session, server.url, application, account.username, password_digest(account.password))
    tokens = MemoryTokens(session, server.url, application, token)
    transport = Transport(session, server.url, application.client_id, tokens, clock=world.clock.now, sleep=pauses)
    return CloudClient(transport)


async def test_an_ekey_opens_until_it_is_taken_back(client: CloudClient, guest: CloudClient, world: World) -> None:
    lock = world.lock(LOCK)
    with pytest.raises(NotPermitted):
        await guest.unlock(lock.lock_id)
    validity = next_hours(world)
    key_id = await client.ekeys.send(
        lock.lock_id,
        EkeyRequest(
            receiver=world.account("guest").username,
            name="Guest",
            start=validity.start,
            end=validity.end,
            remarks="Upstairs",
            remote_unlock=True,
        ),
    )
    ekey = await _only(client, lock.lock_id)
    assert (ekey.key_id, ekey.lock_id, ekey.name, ekey.remarks) == (key_id, lock.lock_id, "Guest", "Upstairs")
    assert (ekey.username, ekey.account_id) == (world.account("guest").username, world.account("guest").uid)
    assert (ekey.start, ekey.end) == (validity.start, validity.end)
    assert (ekey.status, ekey.may_manage, ekey.remote_unlock) == (EkeyStatus.NORMAL, False, True)
    assert ekey.sender == world.account("owner").username
    await guest.unlock(lock.lock_id)
    assert lock.bolt == "unlocked"
    await client.ekeys.delete(key_id)
    with pytest.raises(NotPermitted):
        await guest.unlock(lock.lock_id)
    with pytest.raises(NotFound):
        await client.ekeys.delete(key_id)


async def test_a_frozen_ekey_does_not_open(client: CloudClient, guest: CloudClient, world: World) -> None:
    lock_id = world.lock(LOCK).lock_id
    key_id = await _send(client, world, remote_unlock=True)
    await client.ekeys.freeze(key_id)
    assert (await _only(client, lock_id)).status is EkeyStatus.FROZEN
    with pytest.raises(TTLockError):
        await guest.unlock(lock_id)
    await client.ekeys.unfreeze(key_id)
    await guest.unlock(lock_id)
    assert world.lock(LOCK).bolt == "unlocked"


async def test_the_period_of_an_ekey_changes(client: CloudClient, guest: CloudClient, world: World) -> None:
    lock_id = world.lock(LOCK).lock_id
    key_id = await _send(client, world, remote_unlock=True)
    validity = next_hours(world)
    await client.ekeys.change_period(key_id, validity.start, validity.end)
    assert (await _only(client, lock_id)).end == validity.end
    world.clock.advance(3 * HOUR)
    with pytest.raises(NotPermitted):
        await guest.unlock(lock_id)
    await client.ekeys.change_period(key_id, None, None)
    ekey = await _only(client, lock_id)
    assert (ekey.start, ekey.end) == (None, None)
    await guest.unlock(lock_id)


async def test_name_and_right_to_open_from_afar_change(client: CloudClient, guest: CloudClient, world: World) -> None:
    lock_id = world.lock(LOCK).lock_id
    key_id = await _send(client, world)
    with pytest.raises(NotPermitted, match="no_remote_right"):
        await guest.unlock(lock_id)
    await client.ekeys.update(key_id, remote_unlock=True)
    await guest.unlock(lock_id)
    await client.ekeys.update(key_id, name="Cleaner")
    ekey = await _only(client, lock_id)
    assert (ekey.name, ekey.remote_unlock) == ("Cleaner", True)


async def test_an_authorized_holder_manages_the_lock(client: CloudClient, guest: CloudClient, world: World) -> None:
    lock_id = world.lock(LOCK).lock_id
    key_id = await _send(client, world)
    with pytest.raises(NotPermitted):
        await guest.list_passcodes(lock_id)
    await client.ekeys.authorize(lock_id, key_id)
    assert (await _only(client, lock_id)).may_manage
    await guest.list_passcodes(lock_id)
    await client.ekeys.unauthorize(lock_id, key_id)
    with pytest.raises(NotPermitted):
        await guest.list_passcodes(lock_id)


async def test_a_link_that_opens_is_a_secret(client: CloudClient, world: World) -> None:
    key_id = await _send(client, world, remote_unlock=True)
    link = await client.ekeys.unlock_link(key_id)
    assert link.reveal().startswith("https://")
    assert link.reveal() not in str(link)
    world.faults.add(Fault(kind="missing_fields", path="/v3/key/getUnlockLink", fields=("link",)))
    with pytest.raises(ServerFault):
        await client.ekeys.unlock_link(key_id)


async def test_all_ekeys_are_taken_back_at_once(client: CloudClient, world: World) -> None:
    lock_id = world.lock(LOCK).lock_id
    await _send(client, world)
    await client.ekeys.delete_all(lock_id)
    assert (await client.ekeys.list(lock_id)).items == ()
    assert (await client.get_ekey(lock_id)).is_admin


async def test_a_receiver_without_account_gets_one_when_wanted(
    client: CloudClient, world: World, session: aiohttp.ClientSession, server: CloudServer, application: Application
) -> None:
    lock_id = world.lock(LOCK).lock_id
    with pytest.raises(InvalidInput, match="receiver_unknown"):
        await client.ekeys.send(lock_id, EkeyRequest(receiver="visitor@example.com", name="Visitor"))
    await client.ekeys.send(
        lock_id, EkeyRequest(receiver="visitor@example.com", name="Visitor", create_user=True, may_manage=True)
    )
    assert (await _only(client, lock_id)).may_manage
    token = await sign_in(session, server.url, application, "visitor@example.com", password_digest("le.com"))
    assert token.account_id == (await _only(client, lock_id)).account_id


async def test_a_period_needs_both_ends_in_order(client: CloudClient, world: World, server: CloudServer) -> None:
    validity = next_hours(world)
    with pytest.raises(InvalidInput, match="period_missing"):
        await client.ekeys.change_period(1, validity.start, None)
    with pytest.raises(InvalidInput, match="period_order"):
        await client.ekeys.send(
            1, EkeyRequest(receiver="visitor@example.com", name="Visitor", start=validity.end, end=validity.start)
        )
    assert server.calls.total() == 0


async def _send(client: CloudClient, world: World, *, remote_unlock: bool = False) -> int:
    receiver = world.account("guest").username
    request = EkeyRequest(receiver=receiver, name="Guest", remote_unlock=remote_unlock)
    return await client.ekeys.send(world.lock(LOCK).lock_id, request)


async def _only(client: CloudClient, lock_id: int) -> SharedEkey:
    (ekey,) = (await client.ekeys.list(lock_id)).items
    return ekey
