"""IC cards and fingerprints (ttlock-open-api.md 4.6 and 4.7)."""

from functools import partial

from ..credentials import CredentialKind
from ..database import CredentialRow
from ..features import Feature
from . import credentials
from .call import Call, Endpoint, Json, Right
from .credentials import Spelling
from .errors import ApiError

REVERSIBLE_BITS = 32


def _sender(call: Call, row: CredentialRow) -> Json:
    return {"lockId": call.lock.lock_id, "senderUsername": row.sender, "status": int(row.status)}


CARD = Spelling(
    kind=CredentialKind.CARD,
    id="cardId",
    number="cardNumber",
    name="cardName",
    type="cardType",
    more=_sender,
    missing=-1021,
    object_type=3,
    cyclic=Feature.CYCLIC_CARD,
)
FINGERPRINT = Spelling(
    kind=CredentialKind.FINGERPRINT,
    id="fingerprintId",
    number="fingerprintNumber",
    name="fingerprintName",
    type="fingerprintType",
    more=_sender,
    missing=-1023,
    object_type=4,
    cyclic=Feature.CYCLIC_CARD,
)


def swapped(number: str) -> str:
    """Return a card number with its four bytes in the other order."""
    return str(int.from_bytes(int(number).to_bytes(4), "little"))


def _number(spelling: Spelling, call: Call) -> str:
    if not (number := call.text(spelling.number)).isascii() or not number.isdigit():
        raise ApiError(-3)
    return number


def _swapped_number(call: Call) -> str:
    number = _number(CARD, call)
    if int(number) >> REVERSIBLE_BITS:
        raise ApiError(-3)
    return swapped(number)


def _new(spelling: Spelling, call: Call) -> None:
    _number(spelling, call)
    credentials.new_validity(spelling, call)


def _new_swapped(call: Call) -> None:
    _swapped_number(call)
    credentials.new_validity(CARD, call)


def _rows(base: str, spelling: Spelling, feature: Feature) -> dict[str, Endpoint]:
    return {
        f"{base}/list": Endpoint(
            handler=credentials.listing(spelling), required=("pageNo", "pageSize"), right=Right.MANAGER
        ),
        f"{base}/changePeriod": Endpoint(
            handler=credentials.changer(spelling),
            check=partial(credentials.changed_validity, spelling),
            required=(spelling.id, "startDate", "endDate"),
            json_fields=("cyclicConfig",),
            right=Right.MANAGER,
            capability=feature,
            selector="changeType",
            while_frozen=False,
        ),
        f"{base}/rename": Endpoint(
            handler=credentials.renamer(spelling), required=(spelling.id, spelling.name), right=Right.MANAGER
        ),
        f"{base}/delete": Endpoint(
            handler=credentials.remover(spelling),
            check=partial(credentials.find, spelling),
            required=(spelling.id,),
            right=Right.MANAGER,
            capability=feature,
            selector="deleteType",
            while_frozen=False,
        ),
        f"{base}/clear": Endpoint(handler=credentials.clearer(spelling), right=Right.MANAGER, capability=feature),
    }


ROWS: dict[str, Endpoint] = {
    **_rows("/v3/identityCard", CARD, Feature.CARD),
    "/v3/identityCard/add": Endpoint(
        handler=credentials.adder(CARD, partial(_number, CARD)),
        check=partial(_new, CARD),
        required=("cardNumber", "startDate", "endDate"),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=Feature.CARD,
        selector="addType",
        while_frozen=False,
    ),
    # Through a gateway only, so the default method is none (our guess: another one is refused).
    "/v3/identityCard/addForReversedCardNumber": Endpoint(
        handler=credentials.adder(CARD, _swapped_number),
        check=_new_swapped,
        required=("cardNumber", "startDate", "endDate"),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=Feature.CARD,
        selector="addType",
        selector_values=(2,),
        while_frozen=False,
    ),
    **_rows("/v3/fingerprint", FINGERPRINT, Feature.FINGERPRINT),
    # A finger is enrolled over Bluetooth first; a method that is sent along is not looked at.
    "/v3/fingerprint/add": Endpoint(
        handler=credentials.adder(FINGERPRINT, partial(_number, FINGERPRINT)),
        check=partial(_new, FINGERPRINT),
        required=("fingerprintNumber", "startDate", "endDate"),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=Feature.FINGERPRINT,
    ),
}
