"""QR codes (ttlock-open-api.md 4.10).

Random codes need no contact with the lock (method 0); custom ones are stored in it. Guesses: a custom code by method 0
and a random one by another method are refused; the default method of changes is 0; a code's link is of our own making.
"""

import hashlib

from ..credentials import Credential, CredentialKind
from ..database import CredentialRow, Delivery, QrCodeRow
from ..features import Feature
from ..qr import current_image
from ..schedule import in_cycle
from ..world import World
from .call import Call, Endpoint, Json, Right, Subject
from .credentials import UNDOCUMENTED_MISSING
from .errors import ApiError, body_of
from .validity import Cycle, cycle, cycle_item, period, shown_status

KIND = CredentialKind.QR_CODE
PERIOD, PERMANENT, CYCLIC = 1, 2, 4
RANDOM_VERSION, CUSTOM_VERSION = 1, 3
CLOUD, BLUETOOTH, GATEWAY = 0, 1, 2
DEFAULT_REFRESH, MAX_REFRESH = 10, 1440
CUSTOM_NUMBERS = range(65_536, 4_294_967_295)
FEATURES = (Feature.QR_CODE, Feature.CUSTOM_QR_CODE)


def validity(call: Call, kind: int) -> tuple[int, int, Cycle]:
    """Return the validity of a code, or refuse."""
    if kind == PERMANENT:
        return 0, 0, ()
    start, end = period(call, may_be_permanent=kind == CYCLIC)
    return start, end, cycle(call) if kind == CYCLIC else ()


def refresh_minutes(call: Call, default: int) -> int:
    """Return for how long an image holds, or refuse."""
    if not 1 <= (minutes := call.integer("refreshTime", default)) <= MAX_REFRESH:
        raise ApiError(-3)
    return minutes


def _new(call: Call) -> None:
    validity(call, call.choice("type", (PERIOD, PERMANENT, CYCLIC)))
    refresh_minutes(call, DEFAULT_REFRESH)
    number = call.number("qrCodeNumber")
    if (number is None) != (call.selector == CLOUD):
        raise ApiError(-3)
    if not call.lock.has(Feature.QR_CODE if number is None else Feature.CUSTOM_QR_CODE):
        raise ApiError(-4043)
    if number is not None and (number not in CUSTOM_NUMBERS or call.row.credential(KIND, str(number))):
        raise ApiError(-3)


def add(call: Call) -> Json:
    """Make a QR code."""
    kind = call.integer("type")
    start, end, windows = validity(call, kind)
    custom = call.text("qrCodeNumber") != ""
    if not custom:
        call.row.qr_serial += 1
    code_id = call.world.next_id()
    key = hashlib.sha256(f"{call.world.seed}|qr|{code_id}".encode()).hexdigest()[:32]
    row = QrCodeRow(
        credential_id=code_id,
        number=str(call.integer("qrCodeNumber", call.row.qr_serial)),
        name=call.text("name"),
        start=start,
        end=end,
        cycle=windows,
        created=call.world.clock.now_ms(),
        sender=call.user.username,
        custom=custom,
        kind=kind,
        refresh_minutes=refresh_minutes(call, DEFAULT_REFRESH),
        link=f"https://lock.example.com/q?k={key}",
    )
    lock = call.lock
    credential = Credential(number=row.number, start=start / 1000, end=end / 1000, cycle=windows)
    call.hand_over(lambda: lock.command_store(KIND, credential))
    call.row.credentials[KIND][code_id] = row
    return {"qrCodeId": code_id, "qrCodeNumber": int(row.number), "link": row.link}


def code_list(call: Call) -> Json:
    """List the QR codes of a lock, newest first."""
    rows = [row for row in call.row.qr_codes.values() if call.text("name") in row.name]
    rows.sort(key=lambda row: (row.created, row.credential_id), reverse=True)
    items = [
        {
            "qrCodeId": row.credential_id,
            "lockId": call.lock.lock_id,
            **_facts(call, row),
            "createDate": row.created,
            "creator": row.sender,
            "link": row.link,
            "qrCodeVersion": CUSTOM_VERSION if row.custom else RANDOM_VERSION,
        }
        for row in rows
    ]
    return call.page(items, 200)


def data(call: Call) -> Json:
    """Describe one code; the content of its image is there only while the code is valid."""
    row, now = _find(call), call.world.clock.now()
    answer: Json = {"lockAlias": call.row.alias, **_facts(call, row)}
    begun = row.start <= now * 1000 and (not row.end or now * 1000 < row.end)
    if begun and row.status is Delivery.NORMAL and in_cycle(row.cycle, now + call.lock.raw_offset):
        answer["qrCodeContent"] = current_image(call.lock.secrets.seed, row, now)
    return answer


def _changed(call: Call) -> QrCodeRow:
    row = _find(call)
    if call.choice("type", (row.kind,), row.kind) != PERMANENT and _touches_validity(call):
        validity(call, row.kind)
    refresh_minutes(call, row.refresh_minutes)
    return row


def update(call: Call) -> Json:
    """Change name, validity or refresh time; a random code's new validity is in its next image."""
    row = _changed(call)
    start, end, windows = validity(call, row.kind) if _touches_validity(call) else (row.start, row.end, row.cycle)
    lock, number = call.lock, row.number
    if row.custom:
        call.hand_over(
            lambda: lock.command_change_period(KIND, number, start=start / 1000, end=end / 1000, cycle=windows)
        )
    row.name, row.start, row.end, row.cycle = call.text("name", row.name), start, end, windows
    row.refresh_minutes = refresh_minutes(call, row.refresh_minutes)
    return body_of(0)


def delete(call: Call) -> Json:
    """Delete a code; an image that is on show already works until it is too old."""
    row, lock = _find(call), call.lock
    call.hand_over(lambda: lock.command_remove(KIND, row.number))
    del call.row.credentials[KIND][row.credential_id]
    return body_of(0)


def clear(call: Call) -> Json:
    """Delete all codes of a lock."""
    lock = call.lock
    call.hand_over(lambda: lock.command_clear(KIND))
    call.row.credentials[KIND].clear()
    return body_of(0)


def _touches_validity(call: Call) -> bool:
    return any(call.text(name) for name in ("startDate", "endDate", "cyclicConfig"))


def _facts(call: Call, row: QrCodeRow) -> Json:
    facts: Json = {
        "type": row.kind,
        "qrCodeNumber": int(row.number),
        "name": row.name,
        "startDate": row.start,
        "endDate": row.end,
        "refreshTime": row.refresh_minutes,
        "status": shown_status(call, row),
    }
    if row.cycle:
        facts["cyclicConfig"] = cycle_item(row.cycle)
    return facts


def _find(call: Call) -> QrCodeRow:
    row: CredentialRow | None = call.row.credentials[KIND].get(call.integer("qrCodeId"))
    if not isinstance(row, QrCodeRow):
        raise ApiError(UNDOCUMENTED_MISSING)
    return row


def _locate(world: World, number: int) -> int | None:
    return next((lock_id for lock_id, row in world.rows.items() if number in row.credentials[KIND]), None)


_CODE = Subject(parameter="qrCodeId", locate=_locate, missing=UNDOCUMENTED_MISSING)

ROWS: dict[str, Endpoint] = {
    "/v3/qrCode/add": Endpoint(
        handler=add,
        check=_new,
        required=("type",),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=FEATURES,
        selector="addType",
        selector_values=(CLOUD, BLUETOOTH, GATEWAY),
        while_frozen=False,
    ),
    "/v3/qrCode/list": Endpoint(handler=code_list, required=("pageNo", "pageSize"), right=Right.MANAGER),
    "/v3/qrCode/getData": Endpoint(handler=data, subject=_CODE, right=Right.MANAGER),
    "/v3/qrCode/update": Endpoint(
        handler=update,
        check=_changed,
        json_fields=("cyclicConfig",),
        subject=_CODE,
        right=Right.MANAGER,
        capability=FEATURES,
        selector="changeType",
        selector_values=(CLOUD, BLUETOOTH, GATEWAY),
        while_frozen=False,
    ),
    "/v3/qrCode/delete": Endpoint(
        handler=delete,
        check=_find,
        required=("qrCodeId",),
        right=Right.MANAGER,
        capability=FEATURES,
        selector="deleteType",
        selector_values=(CLOUD, BLUETOOTH, GATEWAY),
        while_frozen=False,
    ),
    "/v3/qrCode/clear": Endpoint(
        handler=clear,
        right=Right.MANAGER,
        capability=FEATURES,
        selector="type",
        selector_values=(CLOUD, GATEWAY),
        while_frozen=False,
    ),
}
