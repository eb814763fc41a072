"""Faces and palm veins through actions, proved at the simulated door."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.cloud.faces import MIN_PHOTO_BYTES
from custom_components.ttlock.client.credentials import Validity
from simulator import CloudServer, Fault, World
from simulator.credentials import Credential, CredentialKind
from simulator.features import Feature
from simulator.lock import VirtualLock

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_keys import keys
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

PALM = "281474976711000"
PHOTO = b"\xff\xd8\xff" + bytes(MIN_PHOTO_BYTES)


@pytest.fixture
def lock(world: World) -> VirtualLock:
    """Return the lock of the front door with a camera and a reader for palms."""
    lock = world.lock("front_door")
    lock.add_feature(Feature.FACE, Feature.PALM_VEIN)
    return lock


@pytest.fixture
def front_door(lock: VirtualLock, loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the entity of that lock."""
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
def photo(hass: HomeAssistant, tmp_path: Path) -> str:
    """Return the path of a photo that Home Assistant may read."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "guest.jpg"
    path.write_bytes(PHOTO)
    return str(path)


def replace_file(path: str, content: bytes | None) -> None:
    """Put something else in the place of a file, or nothing."""
    if content is None:
        Path(path).unlink()
    else:
        Path(path).write_bytes(content)


async def learn_palm(entry: MockConfigEntry, lock: VirtualLock, name: str = "Guest") -> int:
    """Do what the app does beside the lock: teach it a palm and tell the cloud; returns the id there."""
    lock.command_store(CredentialKind.PALM_VEIN, Credential(number=PALM))
    palm_veins = entry.runtime_data.cloud.palm_veins
    palm_id: int = await palm_veins.record_added(lock.lock_id, Secret(PALM), Validity.permanent(), name)
    return palm_id


async def number_of(hass: HomeAssistant, plural: str, entity_id: str, name: str) -> str:
    """Return the number under which the lock knows somebody."""
    shown = await keys(hass, plural, entity_id, include_secrets=True)
    number: str = shown[name]["number"]
    return number


async def test_a_face_opens_from_its_photo_to_its_removal(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, photo: str
) -> None:
    response = await act(hass, "add_face", {"entity_id": front_door, "face_name": "Guest", "photo": photo})
    face_id = response["results"][front_door]["id"]
    assert response["results"][front_door] == {"status": "confirmed", "path": "cloud", "id": face_id}
    number = await number_of(hass, "faces", front_door, "Guest")
    assert lock.show_face(number).opened
    target = {"entity_id": front_door, "face_id": face_id}
    await act(hass, "rename_face", {**target, "name": "Cleaner"})
    listed = (await keys(hass, "faces", front_door))["Cleaner"]
    assert (listed["id"], listed["type"], listed["number"]) == (face_id, "permanent", "****")
    start = dt_util.now() + timedelta(hours=1)
    await act(hass, "set_face_period", {**target, "start_time": start, "duration": {"hours": 2}})
    assert not lock.show_face(number).opened
    assert (await keys(hass, "faces", front_door))["Cleaner"]["type"] == "period"
    await act(hass, "delete_face", target)
    assert await keys(hass, "faces", front_door) == {}
    assert number not in lock.credentials[CredentialKind.FACE]


@pytest.mark.parametrize(("kind", "status"), [("drop_after", "confirmed"), ("drop_before", "pending")])
async def test_a_lost_answer_to_a_face_is_looked_up(
    hass: HomeAssistant,
    front_door: str,
    lock: VirtualLock,
    photo: str,
    world: World,
    cloud: CloudServer,
    kind: str,
    status: str,
) -> None:
    world.faults.add(Fault(kind=kind, path="/v3/face/add", times=1))
    cloud.reset_calls()
    response = await act(hass, "add_face", {"entity_id": front_door, "face_name": "Guest", "photo": photo})
    assert response["results"][front_door]["status"] == status
    assert cloud.calls["/v3/face/add"] == 1
    assert len(lock.credentials[CredentialKind.FACE]) == (status == "confirmed")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"GIF89a" + PHOTO, "photo_format"), (PHOTO[:1000], "photo_size"), (None, "photo_unreadable")],
)
async def test_a_bad_photo_is_refused_before_any_call(
    hass: HomeAssistant, front_door: str, photo: str, cloud: CloudServer, content: bytes | None, reason: str
) -> None:
    replace_file(photo, content)
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "add_face", {"entity_id": front_door, "face_name": "Guest", "photo": photo})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_a_photo_is_read_only_where_home_assistant_may_read(
    hass: HomeAssistant, front_door: str, photo: str, cloud: CloudServer
) -> None:
    hass.config.allowlist_external_dirs = set()
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "add_face", {"entity_id": front_door, "face_name": "Guest", "photo": photo})
    assert refusal.value.translation_key == "path_not_allowed"
    assert cloud.calls.total() == 0


async def test_a_palm_is_renamed_limited_and_removed(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, loaded: MockConfigEntry
) -> None:
    palm_id = await learn_palm(loaded, lock)
    assert lock.show_palm(PALM).opened
    target = {"entity_id": front_door, "palm_vein_id": palm_id}
    await act(hass, "rename_palm_vein", {**target, "name": "Cleaner"})
    assert (await keys(hass, "palm_veins", front_door))["Cleaner"]["id"] == palm_id
    start = dt_util.now() + timedelta(hours=1)
    await act(hass, "set_palm_vein_period", {**target, "start_time": start, "end_time": start + timedelta(hours=1)})
    assert not lock.show_palm(PALM).opened
    await act(hass, "delete_palm_vein", target)
    assert await keys(hass, "palm_veins", front_door) == {}
    assert PALM not in lock.credentials[CredentialKind.PALM_VEIN]


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("delete_face", {"face_id": 1}, "face_not_found"),
        ("rename_palm_vein", {"palm_vein_id": 1, "name": "x"}, "palm_vein_not_found"),
    ],
)
async def test_what_does_not_exist_is_named(
    hass: HomeAssistant, front_door: str, action: str, data: dict[str, Any], reason: str
) -> None:
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, {"entity_id": front_door, **data})
    assert failure.value.translation_key == reason


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("delete_face", {"face_id": 1}, "no_faces"),
        ("clear_palm_veins", {"confirm": True}, "no_palm_veins"),
        ("set_palm_vein_period", {"palm_vein_id": 1, "duration": {"hours": 1}}, "no_palm_veins"),
    ],
)
@WHOLE_HOUSE
async def test_a_lock_that_is_not_built_for_it_costs_no_call(
    hass: HomeAssistant,
    front_door: str,
    entity_id: Find,
    cloud: CloudServer,
    action: str,
    data: dict[str, Any],
    reason: str,
) -> None:
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, {"entity_id": entity_id("lock", "office", "lock"), **data})
    assert failure.value.translation_key == reason
    assert cloud.calls.total() == 0


@WHOLE_HOUSE
async def test_a_face_without_photo_is_learned_beside_the_lock_only(
    hass: HomeAssistant, front_door: str, photo: str, world: World, entity_id: Find, loaded: MockConfigEntry
) -> None:
    world.lock("office").add_feature(Feature.FACE_3D)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    office = entity_id("lock", "office", "lock")
    response = await act(hass, "add_face", {"entity_id": [front_door, office], "face_name": "Guest", "photo": photo})
    assert response["results"][front_door]["status"] == "confirmed"
    assert response["results"][office]["error"]["key"] == "no_faces_by_photo"
