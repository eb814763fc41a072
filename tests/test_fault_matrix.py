"""Faults times operations: a right state or a translated error, no traceback, no second actuation.

Every fault meets the command that must not be sent twice, but for codes (`test_error_table.py` has each). The others
meet what differs for them: whether it was done, and what the grants repeat; how an answer is read is the same for all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client.grants import sending
from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World

from .test_lock import Find, state_of

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "number", "switch")]

FAULTS: dict[str, dict[str, Any]] = {
    "http 500": {"kind": "http_500"},
    "http 503": {"kind": "http_503"},
    "html": {"kind": "html"},
    "truncated": {"kind": "truncated"},
    "empty": {"kind": "empty"},
    "wrong type": {"kind": "wrong_type"},
    "no answer, not done": {"kind": "timeout_before"},
    "no answer, done": {"kind": "timeout_after"},
    "dropped, not done": {"kind": "drop_before"},
    "dropped, done": {"kind": "drop_after"},
    "gateway offline": {"kind": "errcode", "errcode": -3002},
    "gateway busy": {"kind": "errcode", "errcode": -3003},
    "lock silent": {"kind": "errcode", "errcode": 1},
    "no right": {"kind": "errcode", "errcode": -2018},
    "quota": {"kind": "errcode", "errcode": 30007},
    "server": {"kind": "errcode", "errcode": 90000},
    "unknown code": {"kind": "errcode", "errcode": -987654},
}


@dataclass(frozen=True)
class Operation:
    """Something a user does: an action with data, the path it takes, and the fact that it changes."""

    action: str
    path: str
    data: dict[str, Any]
    entity: tuple[str, str]
    done: Callable[[World], object]
    wanted: object
    shows: Callable[[World], str] | None = None
    """What the entity has to show afterwards, whatever happened on the way."""


def _lock(world: World) -> Any:
    return world.lock("front_door")


OPERATIONS = {
    "unlock": Operation(
        "lock.unlock",
        "/v3/lock/unlock",
        {},
        ("lock", "lock"),
        lambda world: _lock(world).bolt,
        "unlocked",
        lambda world: _lock(world).bolt,
    ),
    "create passcode": Operation(
        "ttlock.create_passcode",
        "/v3/keyboardPwd/add",
        {"passcode_name": "Guest", "passcode": "482915"},
        ("lock", "lock"),
        lambda world: _lock(world).enter_code("482915").opened,
        True,
    ),
    "auto-lock": Operation(
        "number.set_value",
        "/v3/lock/setAutoLockTime",
        {"value": 77},
        ("number", "autolock_delay"),
        lambda world: _lock(world).auto_lock_seconds,
        77,
        lambda world: str(_lock(world).auto_lock_seconds),
    ),
    "sound": Operation(
        "switch.turn_off",
        "/v3/lock/updateSetting",
        {},
        ("switch", "locksound"),
        lambda world: _lock(world).settings.lock_sound,
        2,
        lambda world: "on" if _lock(world).settings.lock_sound == 1 else "off",
    ),
    "passage switch": Operation(
        "switch.turn_on",
        "/v3/lock/configPassageMode",
        {},
        ("switch", "passage_mode"),
        lambda world: _lock(world).passage.enabled,
        True,
        lambda world: "on" if _lock(world).passage.enabled else "off",
    ),
    "passage mode": Operation(
        "ttlock.configure_passage_mode",
        "/v3/lock/configPassageMode",
        {"enabled": True, "all_day": True},
        ("lock", "lock"),
        lambda world: _lock(world).passage.enabled,
        True,
    ),
}


SENT = ("no answer, not done", "no answer, done", "dropped, done")
PAIRS = [
    *((fault, "unlock") for fault in FAULTS if fault not in ("lock silent", "no right", "server")),
    *(
        (fault, "create passcode")
        for fault in (*SENT, "dropped, not done", "gateway busy", "no right", "quota", "html")
    ),
    *((fault, operation) for operation in ("auto-lock", "sound", "passage switch") for fault in SENT[:2]),
    *(("dropped, done", "auto-lock"), ("lock silent", "sound"), ("http 503", "passage switch")),
    *(("no answer, done", "passage mode"), ("gateway offline", "passage mode")),
]


@pytest.mark.parametrize(
    ("fault", "operation"),
    [(FAULTS[fault], OPERATIONS[operation]) for fault, operation in PAIRS],
    ids=[f"{operation}: {fault}" for fault, operation in PAIRS],
)
async def test_an_operation_ends_well_or_says_why(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    operation: Operation,
) -> None:
    caplog.clear()
    cloud.reset_calls()
    actuations = world.lock("front_door").actuations
    world.faults.add(Fault(path=operation.path, **fault))
    domain, action = operation.action.split(".")
    target = entity_id(operation.entity[0], "front_door", operation.entity[1])
    failure = None
    try:
        await hass.services.async_call(domain, action, {"entity_id": target, **operation.data}, blocking=True)
    except HomeAssistantError as err:
        failure = err
    await hass.async_block_till_done(wait_background_tasks=True)

    done = operation.done(world) == operation.wanted
    # What succeeded is true at the lock.
    assert failure is not None or done
    assert failure is None or (failure.translation_domain == "ttlock" and failure.translation_key)
    assert failure is None or str(failure)
    # What is certain is not called uncertain.
    if fault["kind"] == "errcode":
        assert failure is not None
        assert failure.translation_key != "outcome_unknown"
        assert not done
    if operation.action == "lock.unlock":
        assert cloud.calls[operation.path] == 1
        assert world.lock("front_door").actuations - actuations <= 1
        assert state_of(hass, target).state == world.lock("front_door").bolt
    if operation.path.endswith("keyboardPwd/add"):
        # Only a refusal because the gateway is busy, which comes before any effect, is worth another try.
        assert cloud.calls[operation.path] == (4 if fault.get("errcode") == -3003 else 1)
        codes = [row for row in world.row("front_door").passcodes.values() if row.digits == "482915"]
        assert len(codes) <= 1
    if operation.shows:
        assert state_of(hass, target).state == operation.shows(world)
    assert not tracebacks(caplog)
    assert loaded.state is ConfigEntryState.LOADED

    # And the next time it works; what was lost is sent again as soon as it is certain that it never arrived.
    world.faults.clear()
    monkeypatch.setattr(sending, "SETTLED", timedelta(0))
    await hass.services.async_call(domain, action, {"entity_id": target, **operation.data}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert operation.done(world) == operation.wanted


READS = (
    "/v3/key/list",
    "/v3/lock/list",
    "/v3/gateway/list",
    "/v3/lock/queryOpenState",
    "/v3/lock/detail",
    "/v3/gateway/listLock",
    "/v3/doorSensor/query",
)
READ_FAULTS = (
    *("http 503", "truncated", "wrong type", "no answer, not done", "dropped, not done"),
    *("gateway offline", "lock silent", "no right", "quota", "unknown code"),
)
READ_PAIRS = {
    fault: (*(READS if fault == "wrong type" else (READS[number % len(READS)],)), "*")
    for number, fault in enumerate(READ_FAULTS)
}
"""Each list reads a wrong type for itself; all else happens on the way to any of them."""


@pytest.mark.parametrize(
    ("fault", "paths"), [(FAULTS[fault], paths) for fault, paths in READ_PAIRS.items()], ids=READ_PAIRS
)
async def test_a_fault_of_a_reading_loses_nothing(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    entity_id: Find,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
    paths: tuple[str, ...],
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    states = {state.entity_id: state.state for state in hass.states.async_all("lock")}
    caplog.clear()
    for path in paths:
        world.faults.add(Fault(path=path, **fault))
        await hass.services.async_call("homeassistant", "update_entity", {"entity_id": front_door}, blocking=True)
        await loaded.runtime_data.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert {state.entity_id: state.state for state in hass.states.async_all("lock")} == states, path
        assert loaded.state is ConfigEntryState.LOADED
        assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        assert not tracebacks(caplog)
        world.faults.clear()
        await loaded.runtime_data.async_refresh()
    await hass.services.async_call("lock", "unlock", {"entity_id": front_door}, blocking=True)
    assert world.lock("front_door").bolt == "unlocked"


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged with a traceback; Home Assistant itself adds one to its debug lines."""
    return [record.getMessage() for record in caplog.records if record.exc_info and record.levelname != "DEBUG"]
