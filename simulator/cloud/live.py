"""Live operations (ttlock-open-api.md 4.2). The pipeline holds the link; here the lock acts."""

from ..features import Feature
from .call import Call, Endpoint, Json, Right
from .errors import body_of


def unlock(call: Call) -> Json:
    """Open the bolt."""
    call.lock.command_unlock(user=call.user.username)
    return body_of(0)


def lock(call: Call) -> Json:
    """Drive the bolt out."""
    call.lock.command_lock(user=call.user.username)
    return body_of(0)


def query_open_state(call: Call) -> Json:
    """Read bolt and door: state 0 locked, 1 unlocked, 2 unknown; sensorState 0 open, 1 closed."""
    call.lock.answer()
    if not call.lock.knows_bolt_state:
        state = 2
    else:
        state = 1 if call.lock.bolt == "unlocked" else 0
    if not call.lock.door_sensor:
        return {"state": state}
    return {"state": state, "sensorState": 0 if call.lock.door_open else 1}


def query_battery(call: Call) -> Json:
    """Read the battery, which also refreshes what the cloud knows."""
    call.lock.answer()
    call.row.battery = call.lock.battery
    return {"electricQuantity": call.lock.battery}


def query_date(call: Call) -> Json:
    """Read the lock's clock."""
    call.lock.answer()
    return {"date": int(call.lock.time) * 1000}


def update_date(call: Call) -> Json:
    """Set the lock's clock right."""
    return {"date": int(call.lock.command_set_clock()) * 1000}


def freeze(call: Call) -> Json:
    """Make the lock refuse everything but the key."""
    call.lock.command_freeze(True)
    call.row.frozen = True
    return body_of(0)


def unfreeze(call: Call) -> Json:
    """Let the lock work again."""
    call.lock.command_freeze(False)
    call.row.frozen = False
    return body_of(0)


def query_status(call: Call) -> Json:
    """Read whether the lock is frozen: 0 no, 1 yes."""
    call.lock.answer()
    return {"status": int(call.lock.frozen)}


ROWS: dict[str, Endpoint] = {
    "/v3/lock/unlock": Endpoint(
        handler=unlock,
        right=Right.REMOTE,
        capability=Feature.GATEWAY_UNLOCK,
        live=True,
        while_frozen=False,
    ),
    "/v3/lock/lock": Endpoint(
        handler=lock, right=Right.REMOTE, capability=Feature.REMOTE_LOCK, live=True, while_frozen=False
    ),
    "/v3/lock/queryOpenState": Endpoint(handler=query_open_state, live=True),
    "/v3/lock/queryElectricQuantity": Endpoint(handler=query_battery, live=True),
    "/v3/lock/queryDate": Endpoint(handler=query_date, live=True),
    "/v3/lock/updateDate": Endpoint(handler=update_date, right=Right.MANAGER, live=True, while_frozen=False),
    "/v3/lock/freeze": Endpoint(handler=freeze, right=Right.MANAGER, capability=Feature.FREEZE, live=True),
    "/v3/lock/unfreeze": Endpoint(handler=unfreeze, right=Right.MANAGER, capability=Feature.FREEZE, live=True),
    "/v3/lock/queryStatus": Endpoint(handler=query_status, capability=Feature.FREEZE, live=True),
}
