"""Records of a lock (ttlock-open-api.md 4.15)."""

from ..database import CloudRecord
from ..journal import LockRecord, is_success
from ..lock import VirtualLock
from .call import Call, Endpoint, Json, Right
from .errors import ApiError, body_of

# ``recordType`` of the filter that stands for several (ttlock-open-api.md 4.15)
_FILTERS = {-5: (67, 68, 69, 71), -4: (57, 58, 61, 62)}


def record_item(lock: VirtualLock, kept: CloudRecord) -> Json:
    """Return one record in the shape of the list and of callbacks."""
    return {
        "recordId": kept.record_id,
        "lockId": lock.lock_id,
        "recordTypeFromLock": kept.record.type_from_lock,
        "recordType": kept.record_type,
        "success": int(kept.record.success),
        "username": kept.username,
        "keyboardPwd": kept.record.number,
        "lockDate": kept.record.lock_date,
        "serverDate": kept.server_date,
    }


def record_list(call: Call) -> Json:
    """List the lock's records of the last months, newest first."""
    start, end = call.integer("startDate", 0), call.integer("endDate", 0)
    kind, uid, search = call.number("recordType"), call.number("uid"), call.text("searchStr")
    username = call.world.account_of(uid).username if uid in {a.uid for a in call.world.accounts.values()} else None

    def wanted(kept: CloudRecord) -> bool:
        date = kept.record.lock_date
        if date < start or (end and date > end):
            return False
        if kind is not None and kept.record_type not in _FILTERS.get(kind, (kind,)):
            return False
        if uid is not None and kept.username != username:
            return False
        return search in kept.record.number

    found = [kept for kept in call.row.records if wanted(kept)]
    found.sort(key=lambda kept: (kept.record.lock_date, kept.record_id), reverse=True)
    return call.page([record_item(call.lock, kept) for kept in found], 200)


def delete(call: Call) -> Json:
    """Forget some records; the lock keeps its own."""
    numbers = set(call.numbers("recordIdList"))
    call.row.records = [kept for kept in call.row.records if kept.record_id not in numbers]
    return body_of(0)


def clear(call: Call) -> Json:
    """Forget all records; the lock keeps its own."""
    call.row.records.clear()
    return body_of(0)


def upload(call: Call) -> Json:
    """Take the records a phone read out of the lock; what the cloud has already is not stored twice."""
    items = call.structure("records")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ApiError(-3)
    known = {_sameness(kept.record) for kept in call.row.records}
    for item in items:
        record = _from_phone(call, item)
        if _sameness(record) not in known | call.row.from_phone:
            call.world.take_record(call.row, record)
        call.row.from_phone.add(_sameness(record))
    return body_of(0)


def _sameness(record: LockRecord) -> tuple[int, int, str]:
    return record.lock_date, record.type_from_lock, record.number


def _from_phone(call: Call, item: Json) -> LockRecord:
    try:
        kind, date = int(item["recordType"]), int(item["operateDate"])
        battery, uid = int(item.get("electricQuantity") or call.row.battery), int(item.get("uid") or 0)
    except KeyError, TypeError, ValueError:
        raise ApiError(-3) from None
    account = next((account for account in call.world.accounts.values() if account.uid == uid), None)
    return LockRecord(
        sequence=0,
        lock_date=date,
        type_from_lock=kind,
        success=is_success(kind),
        number=str(item.get("password") or ""),
        user=account.username if account else "",
        battery=battery,
    )


ROWS: dict[str, Endpoint] = {
    "/v3/lockRecord/list": Endpoint(handler=record_list, required=("pageNo", "pageSize"), right=Right.MANAGER),
    "/v3/lockRecord/delete": Endpoint(
        handler=delete, required=("recordIdList",), json_fields=("recordIdList",), right=Right.ADMIN
    ),
    "/v3/lockRecord/clear": Endpoint(handler=clear, right=Right.ADMIN),
    "/v3/lockRecord/upload": Endpoint(handler=upload, required=("records",), json_fields=("records",)),
}
