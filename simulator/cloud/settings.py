"""Settings and passage mode (ttlock-open-api.md 4.3)."""

from collections.abc import Sequence
from typing import Any

from ..features import Feature
from ..lock import MAX_AUTO_LOCK
from ..schedule import ALL_DAYS, MAX_PASSAGE_PERIODS, PassageMode, PassagePeriod
from .call import Call, Endpoint, Json, Right
from .errors import ApiError, body_of

ON_OFF = (1, 2)
# type -> (name, capability, allowed values)
SETTINGS: dict[int, tuple[str, Feature, range]] = {
    2: ("privacy_lock", Feature.PRIVACY_LOCK, range(1, 3)),
    3: ("tamper_alert", Feature.TAMPER_ALERT, range(1, 3)),
    4: ("reset_button", Feature.RESET_BUTTON, range(1, 3)),
    6: ("lock_sound", Feature.SOUND, range(1, 3)),
    7: ("open_direction", Feature.OPEN_DIRECTION, range(1, 3)),
    8: ("sound_volume", Feature.SOUND_VOLUME, range(1, 6)),
    10: ("power_saving", Feature.WIFI, range(1, 3)),
    11: ("door_alarm_seconds", Feature.DOOR_OPEN_ALARM, range(3601)),
    12: ("dual_verification", Feature.DUAL_VERIFICATION, range(1, 3)),
}
READABLE = (2, 3, 4, 7)
POWER_SAVING = 10


def auto_lock_seconds(call: Call) -> int:
    """Return the delay that is asked for, or refuse it."""
    if not -1 <= (seconds := call.integer("seconds")) <= MAX_AUTO_LOCK:
        raise ApiError(-4082)
    return seconds


def set_auto_lock(call: Call) -> Json:
    """Set the auto-lock delay; 0 and -1 switch it off."""
    seconds, lock = auto_lock_seconds(call), call.lock
    call.hand_over(lambda: lock.command_auto_lock(seconds))
    call.row.auto_lock_seconds = seconds if seconds > 0 else -1
    return body_of(0)


def setting_change(call: Call) -> tuple[str, int]:
    """Return name and value of the switch that is to change, or refuse."""
    kind = call.choice("type", tuple(SETTINGS))
    name, feature, allowed = SETTINGS[kind]
    value = call.choice("value", tuple(allowed))
    if not call.lock.has(feature):
        raise ApiError(-4043)
    # Power saving can only be changed by Bluetooth (ttlock-open-api.md 9 nr. 35).
    if kind == POWER_SAVING and call.selector != 1:
        raise ApiError(-4043)
    return name, value


def update_setting(call: Call) -> Json:
    """Change one switch."""
    (name, value), lock = setting_change(call), call.lock
    call.hand_over(lambda: lock.command_setting(name, value))
    call.row.settings[name] = value
    return body_of(0)


def query_setting(call: Call) -> Json:
    """Read one switch from the lock, which refreshes what the cloud knows."""
    name, feature, _ = SETTINGS[call.choice("type", READABLE)]
    call.lock.answer()
    if not call.lock.has(feature):
        raise ApiError(-4043)
    value = getattr(call.lock.settings, name)
    call.row.settings[name] = value
    return {"value": value}


def flat_schedule(call: Call) -> PassageMode:
    """Return the schedule in the first generation's shape, or refuse it."""
    period = parse_period(
        {
            "isAllDay": call.choice("isAllDay", ON_OFF, 2),
            "startTime": call.integer("startDate", 0),
            "endTime": call.integer("endDate", 0),
            "weekDays": call.structure("weekDays") or list(ALL_DAYS),
        }
    )
    return _mode(call, (period,))


def schedule(call: Call) -> PassageMode:
    """Return the schedule in the second generation's shape, up to five periods, or refuse it."""
    periods = call.structure("cyclicConfig")
    if periods is None:
        if call.integer("passageMode") == 1:
            raise ApiError(-3)
        return _mode(call, call.row.passage.periods)
    if not isinstance(periods, list) or len(periods) > MAX_PASSAGE_PERIODS:
        raise ApiError(-3)
    return _mode(call, tuple(parse_period(period) for period in periods))


def configure_passage_flat(call: Call) -> Json:
    """Write the schedule in the first generation's shape."""
    return _configure(call, flat_schedule(call))


def configure_passage(call: Call) -> Json:
    """Write the schedule in the second generation's shape."""
    return _configure(call, schedule(call))


def passage_flat(call: Call) -> Json:
    """Read the first period in the first generation's shape; times are minutes and absent when all-day."""
    passage = call.row.passage
    answer: Json = {
        "autoUnlock": 1 if passage.auto_unlock else 2,
        "passageMode": 1 if passage.enabled else 2,
        "isAllDay": 2,
        "weekDays": [],
    }
    if passage.periods:
        period = passage.periods[0]
        answer |= {"isAllDay": 1 if period.all_day else 2, "weekDays": list(period.days)}
        if not period.all_day:
            answer |= {"startDate": period.start, "endDate": period.end}
    return answer


def passage(call: Call) -> Json:
    """Read all periods, all-day first, then by time."""
    current = call.row.passage
    return {
        "autoUnlock": 1 if current.auto_unlock else 2,
        "passageMode": 1 if current.enabled else 2,
        "cyclicConfig": period_items(current.periods),
    }


def period_items(periods: Sequence[PassagePeriod]) -> list[Json]:
    """Return periods as the API spells them, all-day first, then by time."""
    ordered = sorted(periods, key=lambda period: (not period.all_day, period.start, period.end))
    return [
        {"isAllDay": 1, "weekDays": list(period.days)}
        if period.all_day
        else {"isAllDay": 2, "startTime": period.start, "endTime": period.end, "weekDays": list(period.days)}
        for period in ordered
    ]


def parse_period(item: Any) -> PassagePeriod:
    """Return one period of a schedule, or refuse it."""
    if not isinstance(item, dict):
        raise ApiError(-3)
    all_day, days = item.get("isAllDay", 2), item.get("weekDays")
    start, end = item.get("startTime") or 0, item.get("endTime") or 0
    if not isinstance(days, list) or not days or any(day not in ALL_DAYS for day in days) or all_day not in ON_OFF:
        raise ApiError(-3)
    if any(not isinstance(minute, int) or not 0 <= minute <= 1440 for minute in (start, end)):
        raise ApiError(-3)
    return PassagePeriod(all_day=all_day == 1, start=start, end=end, days=tuple(sorted(set(days))))


def _mode(call: Call, periods: tuple[PassagePeriod, ...]) -> PassageMode:
    return PassageMode(
        enabled=call.choice("passageMode", ON_OFF) == 1,
        auto_unlock=call.choice("autoUnlock", ON_OFF, 2) == 1,
        periods=periods,
    )


def _configure(call: Call, new: PassageMode) -> Json:
    lock = call.lock
    call.hand_over(lambda: lock.command_passage(new))
    call.row.passage = new
    return body_of(0)


ROWS: dict[str, Endpoint] = {
    "/v3/lock/setAutoLockTime": Endpoint(
        handler=set_auto_lock,
        check=auto_lock_seconds,
        required=("seconds",),
        right=Right.MANAGER,
        capability=Feature.AUTO_LOCK,
        selector="type",
        while_frozen=False,
    ),
    "/v3/lock/updateSetting": Endpoint(
        handler=update_setting,
        check=setting_change,
        required=("type", "value"),
        right=Right.MANAGER,
        selector="changeType",
        while_frozen=False,
    ),
    "/v3/lock/querySetting": Endpoint(handler=query_setting, required=("type",), right=Right.MANAGER, live=True),
    "/v3/lock/configPassageMode": Endpoint(
        handler=configure_passage_flat,
        check=flat_schedule,
        required=("passageMode",),
        json_fields=("weekDays",),
        right=Right.MANAGER,
        capability=Feature.PASSAGE_MODE,
        selector="type",
        while_frozen=False,
    ),
    "/v3/lock/configurePassageMode": Endpoint(
        handler=configure_passage,
        check=schedule,
        required=("passageMode",),
        json_fields=("cyclicConfig",),
        right=Right.MANAGER,
        capability=Feature.PASSAGE_MODE,
        selector="type",
        while_frozen=False,
    ),
    "/v3/lock/getPassageModeConfig": Endpoint(handler=passage_flat, capability=Feature.PASSAGE_MODE),
    "/v3/lock/getPassageModeConfiguration": Endpoint(handler=passage, capability=Feature.PASSAGE_MODE),
}
