"""Teaching locks faces by a photo (ttlock-open-api.md 4.8)."""

from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client import Feature
from ..client.cloud.faces import MAX_PHOTO_BYTES, check_photo
from ..client.credentials import CredentialKind
from ..client.errors import Unsupported
from ..client.grants import Wish
from ..const import DOMAIN
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import NAME, Action
from .credentials import validities
from .outcomes import result_of
from .results import Result, each
from .topics import FACES
from .validity import VALIDITY

PHOTO_FEATURES: Final = (Feature.FACE, Feature.FACE_YISHENG)
"""What a lock needs to know a face by a photo."""


async def async_add_face(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Teach locks the face on a photo."""
    locks = await async_target_locks(hass, call)
    said = validities(hass, locks, call)
    photo = await hass.async_add_executor_job(_read, hass, call.data["photo"])
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            check_photo(photo)

    async def add(entity_id: str, lock: LockCoordinator) -> Result:
        validity = said[entity_id].for_new()
        FACES.check(lock, validity)
        if lock.data.features.lack(*PHOTO_FEATURES):
            raise Unsupported("no_faces_by_photo")
        wish = Wish(
            kind=CredentialKind.FACE,
            lock_id=lock.lock_id,
            label=call.data["face_name"],
            validity=validity,
            face=await lock.account.cloud.faces.features_of_photo(lock.lock_id, photo),
        )
        return result_of(hass, call, lock, await lock.account.grants.async_place(wish))

    return await each(hass, locks, add)


def _read(hass: HomeAssistant, path: str) -> bytes:
    """Read a photo, if Home Assistant may; a little more than the cloud takes is enough to refuse it."""
    if not hass.config.is_allowed_path(path):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="path_not_allowed", translation_placeholders={"path": path}
        )
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_PHOTO_BYTES + 1)
    except OSError as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="photo_unreadable", translation_placeholders={"path": path}
        ) from err


ACTIONS: Final = {
    "add_face": Action(
        handler=async_add_face,
        fields={vol.Required("face_name"): NAME, vol.Required("photo"): cv.string, **VALIDITY},
        aliases={"name": "face_name"},
    ),
}
