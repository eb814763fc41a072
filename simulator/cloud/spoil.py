"""Answers as faults make them."""

from typing import Any

from ..faults import Fault
from .call import Json

UNKNOWN = 9999
ENUMS = frozenset(
    {
        "state",
        "sensorState",
        "recordType",
        "recordTypeFromLock",
        "gatewayVersion",
        "keyboardPwdType",
        "userType",
        "keyStatus",
        "status",
        "lockSound",
        "privacyLock",
        "tamperAlert",
        "resetButton",
        "openDirection",
        "passageMode",
        "remoteEnable",
        "isOnline",
    }
)
GARBAGE = "garbage"


def spoil(answer: Json, fault: Fault) -> Json:
    """Return the answer with the fault in it; kinds that do not concern the content leave it alone."""
    match fault.kind:
        case "missing_fields":
            return _without(answer, fault.fields)
        case "numbers_as_text":
            return {key: _text(value) for key, value in answer.items()}
        case "unknown_enums":
            return {key: _unknown(key, value) for key, value in answer.items()}
        case "null_item":
            return _with_item(answer, None)
        case "garbage_item":
            return _with_item(answer, GARBAGE)
        case _:
            return answer


def _without(answer: Json, fields: tuple[str, ...]) -> Json:
    items = answer.get("list")
    if isinstance(items, list) and "list" not in fields:
        return {**answer, "list": [_dropped(item, fields) for item in items]}
    return _dropped(answer, fields)


def _dropped(item: Json, fields: tuple[str, ...]) -> Json:
    names = fields or tuple(item)[:1]
    return {key: value for key, value in item.items() if key not in names}


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_text(inner) for inner in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _unknown(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_unknown(key, inner) for inner in value]
    if isinstance(value, dict):
        return {name: _unknown(name, inner) for name, inner in value.items()}
    if key not in ENUMS:
        return value
    return str(UNKNOWN) if isinstance(value, str) else UNKNOWN


def _with_item(answer: Json, item: object) -> Json:
    items = answer.get("list")
    return {**answer, "list": [item, *items]} if isinstance(items, list) else answer
