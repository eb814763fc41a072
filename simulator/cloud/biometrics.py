"""Faces and palm veins (ttlock-open-api.md 4.8 and 4.9).

Guesses: a photo of the wrong size or format is refused with -3; the lock numbers a face that comes by photo.
"""

from functools import partial
import hashlib
from string import hexdigits

from ..credentials import CredentialKind
from ..database import CredentialRow
from ..features import Feature
from . import credentials
from .call import ASYNC_SELECTOR, GATEWAY_SELECTOR, Call, Endpoint, Json, Right
from .credentials import Spelling
from .errors import ApiError
from .validity import shown_status

SMALLEST_PHOTO, LARGEST_PHOTO = 300 * 1024, 2 * 1024 * 1024
PHOTO_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"BM")
FIRST_NUMBER = 2**48
PHOTO_FEATURES = (Feature.FACE, Feature.FACE_YISHENG)
FACE_FEATURES = (Feature.FACE_3D, *PHOTO_FEATURES)


def holder(call: Call, row: CredentialRow) -> Json:
    """Return status and who added it, as the newer lists spell it."""
    return {"status": shown_status(call, row), "nickname": row.sender}


def _more_of_face(call: Call, row: CredentialRow) -> Json:
    account = call.world.find_account(row.sender)
    return {"lockId": call.lock.lock_id, "userid": account.uid if account else 0, **holder(call, row)}


FACE = Spelling(
    kind=CredentialKind.FACE,
    id="faceId",
    number="faceNumber",
    name="name",
    type="type",
    more=_more_of_face,
    object_type=6,
)
PALM_VEIN = Spelling(
    kind=CredentialKind.PALM_VEIN,
    id="id",
    number="number",
    name="name",
    type="type",
    more=holder,
    object_type=5,
)
_PALM = credentials.subject(PALM_VEIN)


def feature_data(call: Call) -> Json:
    """Turn a photo into the data a lock recognises a face by; the photo is not looked at, only its size and format."""
    photo = call.files.get("image", b"")
    if not SMALLEST_PHOTO <= len(photo) <= LARGEST_PHOTO or not photo.startswith(PHOTO_STARTS):
        raise ApiError(-3)
    return {"featureData": hashlib.sha512(photo).hexdigest().upper() * 4}


def _face_number(call: Call) -> str:
    if call.selector not in (GATEWAY_SELECTOR, ASYNC_SELECTOR):
        if not (number := call.text("faceNumber")):
            raise ApiError(-3)
        return number
    data = call.text("featureData")
    if not data or not set(data) <= set(hexdigits):
        raise ApiError(-3)
    taken = call.lock.credentials[CredentialKind.FACE].keys() | {
        row.number for row in call.row.credentials[CredentialKind.FACE].values()
    }
    return next(text for text in map(str, range(FIRST_NUMBER, FIRST_NUMBER + len(taken) + 1)) if text not in taken)


def _new_face(call: Call) -> None:
    _face_number(call)
    credentials.new_validity(FACE, call)


def _palm_number(call: Call) -> str:
    return call.text("number")


ROWS: dict[str, Endpoint] = {
    "/v3/face/getFeatureDataByPhoto": Endpoint(handler=feature_data, right=Right.MANAGER, capability=PHOTO_FEATURES),
    "/v3/face/add": Endpoint(
        handler=credentials.adder(FACE, _face_number),
        check=_new_face,
        required=("startDate", "endDate"),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=FACE_FEATURES,
        selector="addType",
        while_frozen=False,
    ),
    "/v3/face/list": Endpoint(handler=credentials.listing(FACE), required=("pageNo", "pageSize"), right=Right.MANAGER),
    "/v3/face/changePeriod": Endpoint(
        handler=credentials.changer(FACE),
        check=partial(credentials.changed_validity, FACE),
        required=("faceId", "startDate", "endDate"),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=FACE_FEATURES,
        selector="type",
        while_frozen=False,
    ),
    "/v3/face/rename": Endpoint(handler=credentials.renamer(FACE), required=("faceId", "name"), right=Right.MANAGER),
    "/v3/face/delete": Endpoint(
        handler=credentials.remover(FACE),
        check=partial(credentials.find, FACE),
        required=("faceId",),
        right=Right.MANAGER,
        capability=FACE_FEATURES,
        selector="type",
        while_frozen=False,
    ),
    "/v3/face/clear": Endpoint(handler=credentials.clearer(FACE), right=Right.MANAGER, capability=FACE_FEATURES),
    "/v3/palmVein/add": Endpoint(
        handler=credentials.adder(PALM_VEIN, _palm_number),
        check=partial(credentials.new_validity, PALM_VEIN),
        required=("number", "startDate", "endDate"),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=Feature.PALM_VEIN,
    ),
    "/v3/palmVein/list": Endpoint(
        handler=credentials.listing(PALM_VEIN), required=("pageNo", "pageSize"), right=Right.MANAGER
    ),
    "/v3/palmVein/changePeriod": Endpoint(
        handler=credentials.changer(PALM_VEIN),
        check=partial(credentials.changed_validity, PALM_VEIN),
        required=("startDate", "endDate"),
        json_fields=("cyclicConfig",),
        subject=_PALM,
        right=Right.MANAGER,
        capability=Feature.PALM_VEIN,
        selector="type",
        while_frozen=False,
    ),
    "/v3/palmVein/rename": Endpoint(
        handler=credentials.renamer(PALM_VEIN), required=("name",), subject=_PALM, right=Right.MANAGER
    ),
    "/v3/palmVein/delete": Endpoint(
        handler=credentials.remover(PALM_VEIN),
        subject=_PALM,
        right=Right.MANAGER,
        capability=Feature.PALM_VEIN,
        selector="type",
        while_frozen=False,
    ),
    "/v3/palmVein/clear": Endpoint(
        handler=credentials.clearer(PALM_VEIN), right=Right.MANAGER, capability=Feature.PALM_VEIN
    ),
}
