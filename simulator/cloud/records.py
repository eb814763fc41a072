"""Records, cards and fingerprints as lists (ttlock-open-api.md 4.6, 4.7, 4.15)."""

from collections.abc import Iterable

from ..database import CloudRecord, CredentialRow
from ..lock import VirtualLock
from .call import Call, Json

_PERMANENT, _CYCLIC = 1, 4


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


def card_list(call: Call) -> Json:
    """List the lock's cards."""
    return _credentials(call, call.row.cards.values(), "card")


def fingerprint_list(call: Call) -> Json:
    """List the lock's fingerprints."""
    return _credentials(call, call.row.fingerprints.values(), "fingerprint")


def _credentials(call: Call, rows: Iterable[CredentialRow], word: str) -> Json:
    search = call.text("searchStr")
    found = [row for row in rows if search in row.name or search == row.number]
    items = []
    for row in found:
        item: Json = {
            f"{word}Id": row.credential_id,
            "lockId": call.lock.lock_id,
            f"{word}Number": row.number,
            f"{word}Name": row.name,
            f"{word}Type": _CYCLIC if row.cycle else _PERMANENT,
            "startDate": row.start,
            "endDate": row.end,
            "createDate": row.created,
            "senderUsername": row.sender,
            "status": int(row.status),
        }
        if row.cycle:
            item["cyclicConfig"] = [
                {"weekDay": window.day, "startTime": window.start, "endTime": window.end} for window in row.cycle
            ]
        items.append(item)
    order = call.choice("orderBy", (0, 1, 2), 1)
    if order == 1:
        items.sort(key=lambda item: int(item["createDate"]), reverse=True)
    else:
        items.sort(key=lambda item: str(item[f"{word}Name"]), reverse=order == 2)
    return call.page(items, 200)
