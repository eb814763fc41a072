"""Passcodes on two roads: the lock knows them by their digits, the tables by number."""

from datetime import datetime

from ..ble.lock import BleLock
from ..ble.operations.passcodes import StoredPasscode
from ..credentials import Validity
from ..errors import BluetoothError, InvalidInput, LinkLost, NotFound, OutcomeUnknown
from ..models import Passcode
from ..passcodes import PasscodeRequest
from ..period import check_order
from ..secret import Secret
from .way import gone


async def put(ble: BleLock, code: Secret, request: PasscodeRequest) -> None:
    """Put a passcode on the lock; the very same one that is there already is there."""
    try:
        await ble.add_passcode(code, request.kind, request.start, request.end)
    except InvalidInput as err:
        if err.reason != "passcode_exists" or not await is_there(ble, code, request):
            raise


async def is_there(ble: BleLock, code: Secret, request: PasscodeRequest) -> bool:
    """Return whether the lock has a passcode as it is wished."""
    return any(
        stored.code == code
        and stored.kind is request.kind
        and (request.start is None or _minute(stored.validity.start) == _minute(request.start))
        and (request.end is None or _minute(stored.validity.end) == _minute(request.end))
        for stored in await ble.list_passcodes()
    )


async def change(ble: BleLock, shown: Passcode, digits: Secret, new: Secret | None, validity: Validity | None) -> None:
    """Give a passcode other digits, another period or both, once; LinkLost when that was certainly not done."""
    try:
        await ble.change_passcode(digits, new, validity)
    except NotFound:
        if shown.is_random:
            # The lock knows it by calculation and has never seen it.
            raise InvalidInput("random_passcode_unused") from None
        raise
    except OutcomeUnknown:
        try:
            stored = {found.code: found for found in await ble.list_passcodes()}
        except BluetoothError:
            raise OutcomeUnknown from None
        found = stored.get(new or digits)
        if found is not None and (validity is None or _opens(found, validity)):
            return
        raise LinkLost from None


async def delete(ble: BleLock, shown: Passcode, digits: Secret) -> None:
    """Take a passcode off the lock. A random one that the lock has never seen is not gone for that."""
    if shown.is_random:
        await ble.delete_passcode(digits, shown.kind)
        return
    await gone(lambda: ble.delete_passcode(digits, shown.kind))


def new_period(shown: Passcode, start: datetime | None, end: datetime | None) -> Validity | None:
    """Return the period that a change leads to, None when it stays."""
    if start is None and end is None:
        return None
    start, end = start or shown.start, end or shown.end
    if start is None or end is None:
        raise InvalidInput("period_missing")
    check_order(start, end)
    return Validity.period(start, end)


def _opens(found: StoredPasscode, validity: Validity) -> bool:
    there = found.validity
    return _minute(there.start) == _minute(validity.start) and _minute(there.end) == _minute(validity.end)


def _minute(when: datetime | None) -> float | None:
    return None if when is None else when.timestamp() // 60
