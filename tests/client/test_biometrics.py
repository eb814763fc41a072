"""Fingerprints, faces and palm veins through the cloud to the door."""

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.cloud.faces import MAX_PHOTO_BYTES, MIN_PHOTO_BYTES
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import InvalidInput, NotFound, ServerFault, Unsupported
from simulator import CloudServer, Fault, World
from simulator.credentials import Credential, CredentialKind as KindAtDoor
from simulator.features import Feature

from .doors import HOUR, go_to_hour, lock_with, next_hours, today_at_noon

FINGER = "281474976710999"
PALM = "281474976711000"
PHOTO = b"\xff\xd8\xff" + bytes(MIN_PHOTO_BYTES)


# -- Fingerprints --------------------------------------------------------------------------------------------------


async def test_a_learned_finger_is_noted_changed_and_deleted(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    validity = next_hours(world)
    # What the phone beside the lock does before the cloud is told.
    lock.command_store(KindAtDoor.FINGERPRINT, Credential(number=FINGER))
    finger_id = await client.fingerprints.record_added(lock.lock_id, Secret(FINGER), validity, "Guest")
    finger = {item.credential_id: item for item in (await client.fingerprints.list(lock.lock_id)).items}[finger_id]
    assert (finger.kind, finger.name, finger.number) == (CredentialKind.FINGERPRINT, "Guest", Secret(FINGER))
    assert finger.validity == validity
    await client.fingerprints.change_period(lock.lock_id, finger_id, today_at_noon(world, lock))
    go_to_hour(world, lock, 12)
    assert lock.touch_finger(FINGER).opened
    world.clock.advance(2 * HOUR)
    assert not lock.touch_finger(FINGER).opened
    await client.fingerprints.rename(lock.lock_id, finger_id, "Cleaner")
    assert "Cleaner" in {item.name for item in (await client.fingerprints.list(lock.lock_id)).items}
    await client.fingerprints.delete(lock.lock_id, finger_id)
    assert FINGER not in lock.fingerprints
    with pytest.raises(NotFound, match="fingerprint_not_found"):
        await client.fingerprints.delete(lock.lock_id, finger_id)


async def test_cleared_fingers_are_noted_only(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    assert (await client.fingerprints.list(lock.lock_id)).items
    await client.fingerprints.record_cleared(lock.lock_id)
    assert (await client.fingerprints.list(lock.lock_id)).items == ()
    assert lock.fingerprints


# -- Faces ---------------------------------------------------------------------------------------------------------


async def test_a_photo_becomes_a_face_that_opens(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.FACE)
    features = await client.faces.features_of_photo(lock.lock_id, PHOTO)
    face_id = await client.faces.add(lock.lock_id, features, Validity.permanent(), "Guest")
    face = {item.credential_id: item for item in (await client.faces.list(lock.lock_id)).items}[face_id]
    assert (face.kind, face.name, face.validity) == (CredentialKind.FACE, "Guest", Validity.permanent())
    assert face.number
    number = face.number.reveal()
    assert lock.show_face(number).opened
    await client.faces.change_period(lock.lock_id, face_id, next_hours(world))
    world.clock.advance(3 * HOUR)
    assert not lock.show_face(number).opened
    await client.faces.rename(lock.lock_id, face_id, "Cleaner")
    assert (await client.faces.list(lock.lock_id)).items[0].name == "Cleaner"
    await client.faces.delete(lock.lock_id, face_id)
    assert (await client.faces.list(lock.lock_id)).items == ()
    assert number not in lock.credentials[KindAtDoor.FACE]


async def test_cleared_faces_are_noted_only(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.FACE)
    features = await client.faces.features_of_photo(lock.lock_id, PHOTO)
    await client.faces.add(lock.lock_id, features, Validity.permanent())
    await client.faces.record_cleared(lock.lock_id)
    assert (await client.faces.list(lock.lock_id)).items == ()
    assert lock.credentials[KindAtDoor.FACE]


@pytest.mark.parametrize(
    ("photo", "reason"),
    [
        (b"GIF89a" + PHOTO, "photo_format"),
        (PHOTO[: MIN_PHOTO_BYTES - 1], "photo_size"),
        (PHOTO + bytes(MAX_PHOTO_BYTES), "photo_size"),
    ],
)
async def test_a_photo_that_the_cloud_does_not_take_stays_here(
    client: CloudClient, world: World, server: CloudServer, photo: bytes, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        await client.faces.features_of_photo(world.lock("front_door").lock_id, photo)
    assert server.calls.total() == 0


async def test_an_upload_has_the_same_errors_and_second_tries(client: CloudClient, world: World) -> None:
    path = "/v3/face/getFeatureDataByPhoto"
    with pytest.raises(Unsupported):
        await client.faces.features_of_photo(world.lock("front_door").lock_id, PHOTO)
    lock = lock_with(world, Feature.FACE)
    world.faults.add(Fault(kind="http_500", path=path, times=1))
    assert await client.faces.features_of_photo(lock.lock_id, PHOTO)
    world.faults.add(Fault(kind="missing_fields", path=path, fields=("featureData",)))
    with pytest.raises(ServerFault):
        await client.faces.features_of_photo(lock.lock_id, PHOTO)


# -- Palm veins ----------------------------------------------------------------------------------------------------


async def test_a_learned_palm_is_noted_changed_and_deleted(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.PALM_VEIN)
    lock.command_store(KindAtDoor.PALM_VEIN, Credential(number=PALM))
    palm_id = await client.palm_veins.record_added(lock.lock_id, Secret(PALM), Validity.permanent(), "Guest")
    palm = (await client.palm_veins.list(lock.lock_id)).items[0]
    assert (palm.credential_id, palm.kind, palm.name) == (palm_id, CredentialKind.PALM_VEIN, "Guest")
    assert palm.number == Secret(PALM)
    await client.palm_veins.change_period(lock.lock_id, palm_id, next_hours(world))
    assert lock.show_palm(PALM).opened
    world.clock.advance(3 * HOUR)
    assert not lock.show_palm(PALM).opened
    await client.palm_veins.rename(palm_id, "Cleaner")
    assert (await client.palm_veins.list(lock.lock_id)).items[0].name == "Cleaner"
    await client.palm_veins.delete(lock.lock_id, palm_id)
    assert (await client.palm_veins.list(lock.lock_id)).items == ()
    assert PALM not in lock.credentials[KindAtDoor.PALM_VEIN]


async def test_cleared_palms_are_noted_only(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.PALM_VEIN)
    lock.command_store(KindAtDoor.PALM_VEIN, Credential(number=PALM))
    await client.palm_veins.record_added(lock.lock_id, Secret(PALM), Validity.permanent())
    await client.palm_veins.record_cleared(lock.lock_id)
    assert (await client.palm_veins.list(lock.lock_id)).items == ()
    assert lock.show_palm(PALM).opened
