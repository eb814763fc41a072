"""Working mode (ttlock-open-api.md 4.3).

Guesses: no capability bit is asked for; outside its hours a lock refuses to be opened or locked with -2025 and takes
settings all the same; the button inside goes on working.
"""

from ..schedule import ALWAYS, CUSTOM, MAX_PASSAGE_PERIODS, NEVER, WorkingMode
from .call import Call, Endpoint, Json, Right
from .errors import ApiError, body_of
from .settings import parse_period, period_items


def working_mode(call: Call) -> Json:
    """Read when the lock works."""
    mode = call.row.working_mode
    return {"workingMode": mode.mode, "cyclicConfig": period_items(mode.periods)}


def new_mode(call: Call) -> WorkingMode:
    """Return the working mode that is asked for, or refuse it."""
    mode = call.choice("workingMode", (ALWAYS, NEVER, CUSTOM))
    if mode != CUSTOM:
        return WorkingMode(mode=mode)
    periods = call.structure("cyclicConfig")
    if not isinstance(periods, list) or not 1 <= len(periods) <= MAX_PASSAGE_PERIODS:
        raise ApiError(-3)
    return WorkingMode(mode=mode, periods=tuple(parse_period(period) for period in periods))


def configure(call: Call) -> Json:
    """Set when the lock works."""
    mode, lock = new_mode(call), call.lock
    call.hand_over(lambda: lock.command_working_mode(mode))
    call.row.working_mode = mode
    return body_of(0)


ROWS: dict[str, Endpoint] = {
    "/v3/lock/getWorkingMode": Endpoint(handler=working_mode),
    "/v3/lock/configWorkingMode": Endpoint(
        handler=configure,
        check=new_mode,
        required=("workingMode",),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        selector="type",
        while_frozen=False,
    ),
}
