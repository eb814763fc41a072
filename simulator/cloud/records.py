"""Records of a lock (ttlock-open-api.md 4.15)."""

from ..database import CloudRecord
from ..lock import VirtualLock
from .call import Call, Endpoint, Json, Right


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
        if kind is not None and kept.record_type != kind:
            return False
        if uid is not None and kept.username != username:
            return False
        return search in kept.record.number

    found = [kept for kept in call.row.records if wanted(kept)]
    found.sort(key=lambda kept: (kept.record.lock_date, kept.record_id), reverse=True)
    return call.page([record_item(call.lock, kept) for kept in found], 200)


ROWS: dict[str, Endpoint] = {
    "/v3/lockRecord/list": Endpoint(handler=record_list, required=("pageNo", "pageSize"), right=Right.MANAGER),
}
