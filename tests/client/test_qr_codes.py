"""QR codes through the cloud to the door."""

from dataclasses import replace

import pytest

from custom_components.ttlock.client import CloudClient
from custom_components.ttlock.client.credentials import CredentialKind, QrCode, Validity
from custom_components.ttlock.client.errors import InvalidInput
from custom_components.ttlock.client.models import CredentialStatus
from simulator import CloudServer, World
from simulator.features import Feature
from simulator.lock import VirtualLock

from .doors import HOUR, lock_with, next_hours, today_at_noon

NUMBER = 1763715600


async def test_a_random_code_opens_without_gateway_until_its_picture_is_old(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.QR_CODE)
    for gateway in world.reach.gateways.values():
        gateway.online = False
    validity = next_hours(world)
    new = await client.qr_codes.add_random(lock.lock_id, validity, "Guest", refresh_minutes=5)
    assert new.link
    assert new.number
    code = await _only(client, lock)
    assert (code.kind, code.credential_id, code.name) == (CredentialKind.QR_CODE, new.qr_code_id, "Guest")
    assert (code.validity, code.refresh_minutes, code.is_custom) == (validity, 5, False)
    assert code.status is CredentialStatus.NORMAL
    assert code.link == new.link
    picture = await client.qr_codes.content(new.qr_code_id)
    assert picture
    assert lock.show_qr(picture.reveal()).opened
    await client.qr_codes.delete(lock.lock_id, code)
    assert (await client.qr_codes.list(lock.lock_id)).items == ()
    world.clock.advance(6 * 60)
    assert not lock.show_qr(picture.reveal()).opened


async def test_a_random_code_has_no_picture_outside_its_time(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.QR_CODE)
    new = await client.qr_codes.add_random(lock.lock_id, next_hours(world))
    world.clock.advance(3 * HOUR)
    assert await client.qr_codes.content(new.qr_code_id) is None
    code = await _only(client, lock)
    assert code.status is CredentialStatus.INVALID
    await client.qr_codes.update(lock.lock_id, code, validity=next_hours(world), name="Cleaner", refresh_minutes=20)
    assert await client.qr_codes.content(new.qr_code_id)
    code = await _only(client, lock)
    assert (code.name, code.refresh_minutes) == ("Cleaner", 20)


async def test_a_custom_code_is_on_the_lock_until_it_is_deleted(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.CUSTOM_QR_CODE)
    await client.qr_codes.add_custom(lock.lock_id, NUMBER, next_hours(world), "Guest")
    assert lock.show_qr(str(NUMBER)).opened
    world.clock.advance(3 * HOUR)
    assert not lock.show_qr(str(NUMBER)).opened
    code = await _only(client, lock)
    assert code.is_custom
    await client.qr_codes.update(lock.lock_id, code, validity=next_hours(world))
    assert lock.show_qr(str(NUMBER)).opened
    await client.qr_codes.delete(lock.lock_id, code)
    assert not lock.show_qr(str(NUMBER)).opened


@pytest.mark.parametrize("custom", [False, True], ids=["random", "custom"])
async def test_all_codes_are_revoked_at_once(client: CloudClient, world: World, custom: bool) -> None:
    lock = lock_with(world, Feature.QR_CODE, Feature.CUSTOM_QR_CODE)
    if custom:
        await client.qr_codes.add_custom(lock.lock_id, NUMBER, Validity.permanent())
        assert lock.show_qr(str(NUMBER)).opened
    else:
        await client.qr_codes.add_random(lock.lock_id, Validity.permanent())
    await client.qr_codes.clear(lock.lock_id, custom=custom)
    assert (await client.qr_codes.list(lock.lock_id)).items == ()
    assert not lock.show_qr(str(NUMBER)).opened


async def test_how_a_code_is_limited_cannot_change(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.QR_CODE)
    validity = today_at_noon(world, lock)
    await client.qr_codes.add_random(lock.lock_id, validity)
    code = await _only(client, lock)
    assert code.validity == validity
    with pytest.raises(InvalidInput, match="qr_code_kind_fixed"):
        await client.qr_codes.update(lock.lock_id, code, validity=next_hours(world))
    await client.qr_codes.update(lock.lock_id, code, name="Cleaner")
    assert await _only(client, lock) == replace(code, name="Cleaner")


@pytest.mark.parametrize("number", [65535, 4294967295, -1])
async def test_a_custom_number_has_a_range(client: CloudClient, world: World, server: CloudServer, number: int) -> None:
    with pytest.raises(InvalidInput, match="qr_code_number"):
        await client.qr_codes.add_custom(world.lock("front_door").lock_id, number, Validity.permanent())
    with pytest.raises(InvalidInput, match="qr_code_refresh"):
        await client.qr_codes.add_random(world.lock("front_door").lock_id, Validity.permanent(), refresh_minutes=1441)
    assert server.calls.total() == 0


async def _only(client: CloudClient, lock: VirtualLock) -> QrCode:
    (code,) = (await client.qr_codes.list(lock.lock_id)).items
    return code
