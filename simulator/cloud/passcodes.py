"""Passcodes (ttlock-open-api.md 4.5 and 7)."""

from contextlib import suppress
from itertools import pairwise

from ..database import Delivery, PasscodeRow
from ..features import Feature
from ..keypad import CAPACITY, CodeMissing
from ..lock import VirtualLock
from ..passcodes import CODES_PER_START, CYCLIC_KINDS, BadPeriod, PasscodeKind, generate, whole_hour
from .call import Call, Endpoint, Json, Right
from .errors import ApiError, body_of

PASSCODE_OBJECT = 2
HOUR_MS = 3_600_000
MINUTE_MS = 60_000


def passcode_item(call: Call, row: PasscodeRow) -> Json:
    """Return one passcode in the shape of the list."""
    return {
        "keyboardPwdId": row.passcode_id,
        "lockId": call.lock.lock_id,
        "keyboardPwd": row.digits,
        "keyboardPwdName": row.name,
        "keyboardPwdType": row.kind,
        "keyboardPwdVersion": 4,
        "startDate": row.start,
        "endDate": row.end,
        "sendDate": row.sent,
        "isCustom": int(row.custom),
        "senderUsername": row.sender,
        "receiverUsername": "",
        "nickName": row.sender,
        "status": int(row.status),
    }


def passcode_list(call: Call) -> Json:
    """List the passcodes the cloud knows; the lock may know others."""
    search = call.text("searchStr")
    found = [row for row in call.row.passcodes.values() if search in row.name or search == row.digits]
    order = call.choice("orderBy", (0, 1, 2), 1)
    if order == 1:
        found.sort(key=lambda row: (row.sent, row.passcode_id), reverse=True)
    else:
        found.sort(key=lambda row: row.name, reverse=order == 2)
    return call.page([passcode_item(call, row) for row in found], 200)


def random_passcode(call: Call) -> Json:
    """Generate a random passcode; the lock is not told (ttlock-open-api.md 7.1)."""
    kind = PasscodeKind(call.choice("keyboardPwdType", tuple(PasscodeKind)))
    if kind in CYCLIC_KINDS and not call.lock.has(Feature.CYCLIC_PASSCODE):
        raise ApiError(-4043)
    if kind is PasscodeKind.DELETE and not call.lock.has(Feature.DELETE_CODE):
        raise ApiError(-4043)
    start = call.integer("startDate") // HOUR_MS * HOUR_MS
    end = call.integer("endDate", 0) // HOUR_MS * HOUR_MS
    if kind is PasscodeKind.PERIOD or kind in CYCLIC_KINDS:
        if end <= start:
            raise ApiError(-3)
        if (kind, start, end) in call.row.spent_periods:
            raise ApiError(-1026)
    elif kind is not PasscodeKind.PERMANENT:
        end = 0
    sequence = 0
    if kind in CODES_PER_START:
        sequence = call.row.issued.get((kind, start), 0)
        if sequence >= CODES_PER_START[kind]:
            raise ApiError(-3)
        call.row.issued[kind, start] = sequence + 1
    try:
        digits = generate(
            call.lock.secrets.seed,
            kind,
            whole_hour(start / 1000),
            whole_hour(end / 1000),
            raw_offset=call.lock.raw_offset,
            sequence=sequence,
        )
    except BadPeriod:
        raise ApiError(-3) from None
    row = next((row for row in call.row.passcodes.values() if row.digits == digits and not row.custom), None)
    if row is None:
        row = _keep(call, digits, kind, start, end, custom=False)
    return {"keyboardPwd": digits, "keyboardPwdId": row.passcode_id}


def check_digits(digits: str) -> None:
    """Refuse digits of the wrong length and too simple ones (ttlock-open-api.md 7.2)."""
    if not 4 <= len(digits) <= 9 or not digits.isascii() or not digits.isdigit():
        raise ApiError(-3006)
    steps = {int(after) - int(before) for before, after in pairwise(digits)}
    if steps in ({0}, {1}, {-1}):
        raise ApiError(-2032)


def new_passcode(call: Call) -> tuple[str, PasscodeKind, int, int]:
    """Return digits, kind and period of a custom passcode, or refuse it (ttlock-open-api.md 7.2)."""
    digits = call.text("keyboardPwd")
    check_digits(digits)
    kind = PasscodeKind(call.choice("keyboardPwdType", (PasscodeKind.PERMANENT, PasscodeKind.PERIOD), 3))
    start, end = _minute(call.integer("startDate", 0)), _minute(call.integer("endDate", 0))
    if kind is PasscodeKind.PERMANENT:
        end = 0
    elif not start < end:
        raise ApiError(-3)
    if any(row.digits == digits for row in call.row.passcodes.values()):
        raise ApiError(-3007)
    if sum(row.custom for row in call.row.passcodes.values()) >= CAPACITY:
        raise ApiError(-3009)
    return digits, kind, start, end


def add(call: Call) -> Json:
    """Add a custom passcode."""
    digits, kind, start, end = new_passcode(call)
    row = _new(call, digits, kind, start, end, custom=True)
    lock_start = 0.0 if kind is PasscodeKind.PERMANENT else start / 1000
    lock = call.lock
    call.hand_over(
        lambda: lock.command_add_passcode(digits, start=lock_start, end=end / 1000),
        object_type=PASSCODE_OBJECT,
        object_id=row.passcode_id,
        done=lambda: _mark(row, Delivery.NORMAL),
        failed=lambda: _mark(row, Delivery.ADD_FAILED),
    )
    if call.waits:
        row.status = Delivery.ADDING
    call.row.passcodes[row.passcode_id] = row
    return {"keyboardPwdId": row.passcode_id}


def upload_from_lock(call: Call) -> Json:
    """Take the passcodes a phone read out of the lock: unknown ones are added, missing ones become invalid.

    Our guess: random codes that were never used are not missed, for a lock does not know them.
    """
    found = call.structure("keyboardPwdList")
    if not isinstance(found, list) or not all(isinstance(item, dict) and item.get("keyboardPwd") for item in found):
        raise ApiError(-3)
    rows, seen = call.row.passcodes, set()
    for item in found:
        old, digits = str(item["keyboardPwd"]), str(item.get("newKeyboardPwd") or item["keyboardPwd"])
        start, end = int(item.get("startDate") or 0), int(item.get("endDate") or 0)
        seen.add(digits)
        row = next((row for row in rows.values() if row.digits in (old, digits)), None)
        if row is None:
            kind = int(item.get("keyboardPwdType") or PasscodeKind.PERMANENT)
            if kind not in tuple(PasscodeKind):
                raise ApiError(-3)
            _keep(call, digits, PasscodeKind(kind), start, end, custom=kind in (2, 3))
            continue
        row.digits, row.start, row.end, row.status = digits, start or row.start, end, Delivery.NORMAL
    for row in rows.values():
        if row.digits not in seen and (row.custom or row.used):
            row.status = Delivery.INVALID
    return body_of(0)


def touches_lock(call: Call) -> bool:
    """Say whether a change concerns the lock; a name alone does not."""
    return any(call.text(name) for name in ("newKeyboardPwd", "startDate", "endDate"))


def passcode_change(call: Call) -> tuple[PasscodeRow, str, int | None, int | None]:
    """Return the passcode with the digits and the period it is to have, or refuse."""
    row = _find(call)
    if not touches_lock(call):
        return row, row.digits, None, None
    if not call.lock.has(Feature.CHANGE_PASSCODE):
        raise ApiError(-4043)
    if not row.custom and not row.used:
        raise ApiError(-3008)
    digits = call.text("newKeyboardPwd") or row.digits
    start, end = call.number("startDate"), call.number("endDate")
    if (start is None) != (end is None):
        raise ApiError(-3)
    if start is not None and end is not None:
        start, end = _minute(start), _minute(end)
        if end and end <= start:
            raise ApiError(-3)
    if digits != row.digits:
        check_digits(digits)
        if any(other.digits == digits for other in call.row.passcodes.values()):
            raise ApiError(-3007)
    return row, digits, start, end


def change(call: Call) -> Json:
    """Change name, digits or period."""
    row, digits, start, end = passcode_change(call)
    if not touches_lock(call):
        row.name = call.text("keyboardPwdName", row.name)
        return body_of(0)
    lock, old = call.lock, row.digits
    call.hand_over(
        lambda: lock.command_change_passcode(
            old,
            new_digits=digits,
            start=None if start is None else start / 1000,
            end=None if end is None else end / 1000,
        ),
        object_type=PASSCODE_OBJECT,
        object_id=row.passcode_id,
        done=lambda: _mark(row, Delivery.NORMAL),
        failed=lambda: _mark(row, Delivery.MODIFY_FAILED),
    )
    row.digits = digits
    row.name = call.text("keyboardPwdName", row.name)
    if start is not None and end is not None:
        row.start, row.end = start, end
        row.kind = PasscodeKind.PERIOD if end else PasscodeKind.PERMANENT
    if call.waits:
        row.status = Delivery.MODIFYING
    return body_of(0)


def deletable(call: Call) -> PasscodeRow | None:
    """Return the passcode that is to go, None when it went before, or refuse."""
    return None if call.integer("keyboardPwdId") in call.row.deleted_ids else _find(call)


def delete(call: Call) -> Json:
    """Delete a passcode; one that was deleted before is deleted again with success (ttlock-open-api.md 4.5)."""
    if (row := deletable(call)) is None:
        return body_of(0)
    lock, table, digits, number = call.lock, call.row, row.digits, row.passcode_id

    def forget() -> None:
        table.passcodes.pop(number, None)
        table.deleted_ids.add(number)
        if not row.custom:
            table.spent_periods.add((row.kind, row.start, row.end))

    call.hand_over(
        lambda: _delete_in(lock, digits),
        object_type=PASSCODE_OBJECT,
        object_id=number,
        done=forget,
        failed=lambda: _mark(row, Delivery.DELETE_FAILED),
    )
    if call.waits:
        row.status = Delivery.DELETING
    else:
        forget()
    return body_of(0)


def _delete_in(lock: VirtualLock, digits: str) -> None:
    # A passcode that never reached the lock must be deletable all the same.
    with suppress(CodeMissing):
        lock.command_delete_passcode(digits)


def _mark(row: PasscodeRow, status: Delivery) -> None:
    row.status = status


def _find(call: Call) -> PasscodeRow:
    if (row := call.row.passcodes.get(call.integer("keyboardPwdId"))) is None:
        raise ApiError(-2009)
    return row


def _new(call: Call, digits: str, kind: PasscodeKind, start: int, end: int, *, custom: bool) -> PasscodeRow:
    return PasscodeRow(
        passcode_id=call.world.next_id(),
        digits=digits,
        name=call.text("keyboardPwdName"),
        kind=kind,
        start=start,
        end=end,
        sent=call.world.clock.now_ms(),
        custom=custom,
        sender=call.user.username,
    )


def _keep(call: Call, digits: str, kind: PasscodeKind, start: int, end: int, *, custom: bool) -> PasscodeRow:
    row = _new(call, digits, kind, start, end, custom=custom)
    call.row.passcodes[row.passcode_id] = row
    return row


def _minute(date: int) -> int:
    return date // MINUTE_MS * MINUTE_MS


ROWS: dict[str, Endpoint] = {
    "/v3/lock/listKeyboardPwd": Endpoint(handler=passcode_list, required=("pageNo", "pageSize"), right=Right.MANAGER),
    "/v3/keyboardPwd/get": Endpoint(
        handler=random_passcode,
        required=("keyboardPwdType", "startDate"),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
    ),
    "/v3/keyboardPwd/add": Endpoint(
        handler=add,
        check=new_passcode,
        required=("keyboardPwd",),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
        selector="addType",
        while_frozen=False,
    ),
    "/v3/keyboardPwd/change": Endpoint(
        handler=change,
        check=passcode_change,
        required=("keyboardPwdId",),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
        selector="changeType",
        contacts=touches_lock,
        while_frozen=False,
    ),
    "/v3/keyboardPwd/delete": Endpoint(
        handler=delete,
        check=deletable,
        required=("keyboardPwdId",),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
        selector="deleteType",
        while_frozen=False,
    ),
    "/v3/keyboardPwd/uploadValidCodeFromLock": Endpoint(
        handler=upload_from_lock,
        required=("keyboardPwdList",),
        json_fields=("keyboardPwdList",),
        right=Right.MANAGER,
        capability=Feature.PASSCODE,
    ),
}
