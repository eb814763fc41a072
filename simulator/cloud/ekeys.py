"""Ekeys (ttlock-open-api.md 4.4).

Guesses: an ekey is received at once; start and end both 0 mean permanent; only the top administrator makes somebody an
authorised admin; the period of the admin's own ekey and of a frozen one cannot be changed; the admin's ekey cannot be
frozen; a link names a page of our own. -1027 (receiver bound to another account) has no situation here.
"""

import hashlib

from ..accounts import KEY_FROZEN, KEY_NORMAL, Account, Ekey
from ..features import Feature
from ..reach import Unreachable
from ..world import World
from .call import Call, Endpoint, Json, Right, Subject
from .errors import ApiError, body_of
from .validity import period

ON, OFF = 1, 2
PASSWORD_LENGTH = 6


def ekey_list(call: Call) -> Json:
    """List the ekeys of a lock except its top administrator's."""
    search, right, order = call.text("searchStr"), call.number("keyRight"), call.choice("orderBy", (0, 1, 2), 1)
    found = [
        ekey
        for ekey in call.world.ekeys_for(call.lock.lock_id)
        if not ekey.admin
        and right in (None, int(ekey.key_right))
        and (search in ekey.name or search == call.world.account_of(ekey.uid).username)
    ]
    if order == 1:
        found.sort(key=lambda ekey: (ekey.created, ekey.key_id), reverse=True)
    else:
        found.sort(key=lambda ekey: ekey.name, reverse=order == 2)
    return call.page([_item(call, ekey) for ekey in found], 200)


def send(call: Call) -> Json:
    """Give somebody an ekey; it replaces the one that account had for the lock."""
    start, end = _granted_period(call)
    remote = call.choice("remoteEnable", (ON, OFF), OFF)
    authorised = call.choice("keyRight", (0, 1), 0)
    if authorised and not _sender(call).admin:
        raise ApiError(-2018)
    receiver = _receiver(call)
    ekey = Ekey(
        key_id=call.world.next_id(),
        lock_id=call.lock.lock_id,
        uid=receiver.uid,
        key_right=bool(authorised),
        remote_enable=remote == ON,
        start=start,
        end=end,
        name=call.text("keyName"),
        remarks=call.text("remarks"),
        created=call.world.clock.now_ms(),
        sender_uid=call.user.uid,
    )
    call.world.add_ekey(ekey)
    return {"keyId": ekey.key_id}


def delete(call: Call) -> Json:
    """Take an ekey away; when the top administrator deletes the admin ekey, the lock goes with it."""
    ekey = _find(call)
    if not ekey.admin:
        call.world.remove_ekey(ekey)
    elif ekey.uid == call.user.uid:
        call.world.remove_lock(call.lock)
    else:
        raise ApiError(20002)
    return body_of(0)


def freeze(call: Call) -> Json:
    """Make an ekey useless for a while."""
    _common(call, -2018).status = KEY_FROZEN
    return body_of(0)


def unfreeze(call: Call) -> Json:
    """Let an ekey open again."""
    _common(call, -2018).status = KEY_NORMAL
    return body_of(0)


def change_period(call: Call) -> Json:
    """Give an ekey another period."""
    ekey = _common(call, -2023)
    if ekey.status != KEY_NORMAL:
        raise ApiError(-2023)
    ekey.start, ekey.end = _granted_period(call)
    return body_of(0)


def update(call: Call) -> Json:
    """Change the name of an ekey or its right to unlock remotely."""
    ekey = _find(call)
    if call.text("remoteEnable"):
        ekey.remote_enable = call.choice("remoteEnable", (ON, OFF)) == ON
    ekey.name = call.text("keyName", ekey.name)
    return body_of(0)


def authorize(call: Call) -> Json:
    """Let the holder of an ekey manage the lock."""
    _common(call, -2018).key_right = True
    return body_of(0)


def unauthorize(call: Call) -> Json:
    """Take the right to manage away."""
    _common(call, -2018).key_right = False
    return body_of(0)


def unlock_link(call: Call) -> Json:
    """Return the address of a page that unlocks; lock and ekey must allow it and the lock must be in reach."""
    ekey, lock = _find(call), call.lock
    if not (ekey.admin or ekey.valid(call.world.clock.now_ms())):
        raise ApiError(-2018)
    if not (ekey.admin or ekey.remote_enable):
        raise ApiError(-3046)
    if not lock.remote_unlock_enabled:
        raise ApiError(-4043)
    try:
        call.world.reach.require(lock, call.row.admin_uid)
    except Unreachable as error:
        raise ApiError(error.errcode) from None
    if not ekey.link:
        key = hashlib.sha256(f"{call.world.seed}|ekey|{ekey.key_id}".encode()).hexdigest()[:32]
        ekey.link = f"https://lock.example.com/h?k={key}"
    return {"link": ekey.link}


def _item(call: Call, ekey: Ekey) -> Json:
    names = {account.uid: account.username for account in call.world.accounts.values()}
    return {
        "keyId": ekey.key_id,
        "lockId": ekey.lock_id,
        "username": names.get(ekey.uid, ""),
        "uid": ekey.uid,
        "keyName": ekey.name,
        "keyStatus": ekey.status,
        "startDate": ekey.start,
        "endDate": ekey.end,
        "keyRight": int(ekey.key_right),
        "remoteEnable": ON if ekey.remote_enable else OFF,
        "senderUsername": names.get(ekey.sender_uid or call.row.admin_uid, ""),
        "remarks": ekey.remarks,
        "date": ekey.created or call.row.created,
    }


def _sender(call: Call) -> Ekey:
    if call.ekey is None:
        raise ApiError(-2018)
    return call.ekey


def _granted_period(call: Call) -> tuple[int, int]:
    """Return the asked-for period, which an authorised admin's own key must cover."""
    start, end = period(call)
    own = _sender(call)
    if own.end and (not end or end > own.end):
        raise ApiError(-3039)
    return start, end


def _receiver(call: Call) -> Account:
    name = call.text("receiverUsername")
    if name == call.user.username:
        raise ApiError(-2019)
    if (account := call.world.find_account(name)) is None:
        if call.choice("createUser", (ON, OFF), OFF) == OFF:
            raise ApiError(-4064)
        account = Account(
            key=name,
            uid=call.world.next_id(),
            username=name,
            password=name[-PASSWORD_LENGTH:],
            region=call.region,
            registered=call.world.clock.now_ms(),
        )
        call.world.add_account(account)
    if account.uid == call.row.admin_uid:
        raise ApiError(-2020)
    return account


def _find(call: Call) -> Ekey:
    ekey = call.world.ekeys.get(call.integer("keyId"))
    if ekey is None or ekey.lock_id != call.lock.lock_id:
        raise ApiError(-1008)
    return ekey


def _common(call: Call, refusal: int) -> Ekey:
    if (ekey := _find(call)).admin:
        raise ApiError(refusal)
    return ekey


def _locate(world: World, number: int) -> int | None:
    ekey = world.ekeys.get(number)
    return None if ekey is None else ekey.lock_id


_EKEY = Subject(parameter="keyId", locate=_locate, missing=-1008)

ROWS: dict[str, Endpoint] = {
    "/v3/lock/listKey": Endpoint(handler=ekey_list, required=("pageNo", "pageSize"), right=Right.MANAGER),
    "/v3/key/send": Endpoint(
        handler=send, required=("receiverUsername", "keyName", "startDate", "endDate"), right=Right.MANAGER
    ),
    "/v3/key/delete": Endpoint(handler=delete, subject=_EKEY, right=Right.OWN_OR_MANAGER),
    "/v3/key/freeze": Endpoint(handler=freeze, subject=_EKEY, right=Right.MANAGER),
    "/v3/key/unfreeze": Endpoint(handler=unfreeze, subject=_EKEY, right=Right.MANAGER),
    "/v3/key/changePeriod": Endpoint(
        handler=change_period, required=("startDate", "endDate"), subject=_EKEY, right=Right.MANAGER
    ),
    "/v3/key/update": Endpoint(handler=update, subject=_EKEY, right=Right.MANAGER),
    "/v3/key/authorize": Endpoint(handler=authorize, required=("keyId",), right=Right.ADMIN),
    "/v3/key/unauthorize": Endpoint(handler=unauthorize, required=("keyId",), right=Right.ADMIN),
    "/v3/key/getUnlockLink": Endpoint(
        handler=unlock_link, subject=_EKEY, right=Right.OWN_OR_MANAGER, capability=Feature.GATEWAY_UNLOCK
    ),
}
