"""Groups an account sorts its locks by (ttlock-open-api.md 4.16).

Each ekey carries the group of its holder; the administrator's is the lock's. Guess: this world has no meters, so a
meter is refused with -3.
"""

from ..database import Group
from .call import Call, Endpoint, Json, Target
from .errors import ApiError, body_of

NO_GROUP = 0
LOCK_DEVICE = 0


def add(call: Call) -> Json:
    """Make a group."""
    _check_name(call)
    group = Group(group_id=call.world.next_id(), uid=call.user.uid, name=call.text("name"))
    call.world.groups[group.group_id] = group
    return {"groupId": group.group_id}


def group_list(call: Call) -> Json:
    """List the account's groups."""
    own, order = _own(call), call.choice("orderBy", (0, 1, 2), 1)
    if order == 1:
        own.sort(key=lambda group: group.group_id, reverse=True)
    else:
        own.sort(key=lambda group: group.name, reverse=order == 2)
    return {"list": [{"groupId": group.group_id, "name": group.name} for group in own]}


def rename(call: Call) -> Json:
    """Give a group another name."""
    group = _find(call, call.integer("groupId"))
    _check_name(call)
    group.name = call.text("name")
    return body_of(0)


def delete(call: Call) -> Json:
    """Delete a group; its locks are in none then."""
    group = _find(call, call.integer("groupId"))
    for ekey in call.world.ekeys_of(call.user.uid):
        if ekey.group_id == group.group_id:
            ekey.group_id = NO_GROUP
    del call.world.groups[group.group_id]
    return body_of(0)


def set_group(call: Call) -> Json:
    """Put a lock, or one's ekey of it, into a group."""
    if call.ekey is None:
        raise ApiError(-2018)
    _put(call, call.lock.lock_id)
    return body_of(0)


def set_device_group(call: Call) -> Json:
    """Put a lock or a meter into a group."""
    if call.choice("deviceType", (0, 1, 2)) != LOCK_DEVICE:
        raise ApiError(-3)
    lock_id = call.integer("deviceId")
    if lock_id not in call.world.locks:
        raise ApiError(-1003)
    _put(call, lock_id)
    return body_of(0)


def _put(call: Call, lock_id: int) -> None:
    if (ekey := call.world.ekey(call.user.uid, lock_id)) is None:
        raise ApiError(-2018)
    number = call.integer("groupId")
    ekey.group_id = NO_GROUP if number == NO_GROUP else _find(call, number).group_id


def _own(call: Call) -> list[Group]:
    return [group for group in call.world.groups.values() if group.uid == call.user.uid]


def _find(call: Call, number: int) -> Group:
    if (group := call.world.groups.get(number)) is None or group.uid != call.user.uid:
        raise ApiError(-1018)
    return group


def _check_name(call: Call) -> None:
    if any(group.name == call.text("name") for group in _own(call)):
        raise ApiError(-1016)


ROWS: dict[str, Endpoint] = {
    "/v3/group/add": Endpoint(handler=add, required=("name",), target=Target.ACCOUNT),
    "/v3/group/list": Endpoint(handler=group_list, target=Target.ACCOUNT),
    "/v3/group/update": Endpoint(handler=rename, required=("groupId", "name"), target=Target.ACCOUNT),
    "/v3/group/delete": Endpoint(handler=delete, required=("groupId",), target=Target.ACCOUNT),
    "/v3/group/setDeviceGroup": Endpoint(
        handler=set_device_group, required=("deviceType", "deviceId", "groupId"), target=Target.ACCOUNT
    ),
    "/v3/lock/setGroup": Endpoint(handler=set_group, required=("groupId",), target=Target.EKEY),
}
