"""The client against the virtual cloud over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
import logging
import traceback

import aiohttp
import pytest

from custom_components.ttlock.client import Application, CloudClient, Purpose, Secret, month_request_count
from custom_components.ttlock.client.errors import (
    ConnectionFailed,
    DeviceBusy,
    DeviceUnreachable,
    InvalidInput,
    NotPermitted,
    OutcomeUnknown,
    QuotaExceeded,
    RequestTimeout,
    ServerFault,
    TransportError,
    TTLockError,
    Unsupported,
)
from custom_components.ttlock.client.models import Bolt, Door, PasscodeKind
from custom_components.ttlock.client.passage import EVERY_DAY, PassageMode, PassagePeriod, window
from custom_components.ttlock.client.passcodes import PasscodeRequest
from simulator import CloudServer, Fault, World

from .conftest import Pauses


@pytest.fixture(autouse=True)
def _short(short_patience: None) -> None:
    """Give up soon in every test here."""


UNLOCK = "/v3/lock/unlock"
STATE = "/v3/lock/queryOpenState"


async def test_one_call_sees_own_and_shared_locks(client: CloudClient, world: World, server: CloudServer) -> None:
    ekeys = {ekey.lock_id: ekey for ekey in (await client.list_ekeys()).items}
    own = {lock.lock_id: lock for lock in (await client.list_own_locks()).items}
    shared = world.lock("holiday_flat").lock_id
    assert shared in ekeys
    assert shared not in own
    assert not ekeys[shared].is_admin
    assert ekeys[world.lock("front_door").lock_id].is_admin
    assert own[world.lock("front_door").lock_id].has_gateway
    assert own[world.lock("padlock").lock_id].has_gateway is False
    assert server.calls.total() == 2
    assert client.calls == {Purpose.INVENTORY: 2}


async def test_long_lists_are_read_to_the_last_page(client: CloudClient, world: World, server: CloudServer) -> None:
    lock_id = world.lock("front_door").lock_id
    before = len((await client.list_passcodes(lock_id)).items)
    start = world.clock.utc().replace(minute=0, second=0, microsecond=0)
    for number in range(205):
        request = PasscodeRequest(
            name=f"Code {number}", kind=PasscodeKind.PERIOD, start=start, end=start + timedelta(hours=number + 1)
        )
        await client.random_passcode(lock_id, request)
    server.reset_calls()
    passcodes = (await client.list_passcodes(lock_id)).items
    assert len(passcodes) == before + 205
    assert len({passcode.passcode_id for passcode in passcodes}) == before + 205
    assert server.calls["/v3/lock/listKeyboardPwd"] == 2


async def test_a_list_without_list_is_not_an_empty_list(client: CloudClient, world: World) -> None:
    world.faults.add(Fault(kind="missing_fields", path="/v3/key/list", fields=("list",)))
    with pytest.raises(ServerFault):
        await client.list_ekeys()


@pytest.mark.parametrize("kind", ["null_item", "garbage_item"])
async def test_an_odd_item_does_not_lose_the_others(client: CloudClient, world: World, kind: str) -> None:
    before = (await client.list_gateways()).items
    world.faults.add(Fault(kind=kind, path="/v3/gateway/list"))
    listing = await client.list_gateways()
    assert set(before) >= set(listing.items) != set()
    assert not listing.complete


@pytest.mark.parametrize("kind", ["numbers_as_text", "unknown_enums"])
async def test_odd_spellings_are_understood(client: CloudClient, world: World, kind: str) -> None:
    lock_id = world.lock("front_door").lock_id
    world.faults.add(Fault(kind=kind))
    assert (await client.list_ekeys()).complete
    assert (await client.get_lock(lock_id)).lock_id == lock_id
    assert (await client.list_passcodes(lock_id)).complete
    assert (await client.list_gateways()).complete


async def test_unlock_moves_the_bolt_and_lock_brings_it_back(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    await client.unlock(lock.lock_id)
    assert lock.bolt == "unlocked"
    state = await client.get_state(lock.lock_id)
    assert (state.bolt, state.door) == (Bolt.UNLOCKED, Door.CLOSED)
    lock.open_door()
    assert (await client.get_state(lock.lock_id)).door is Door.OPEN
    lock.close_door()
    await client.lock(lock.lock_id)
    assert lock.bolt == "locked"
    assert client.calls == {Purpose.COMMAND: 2, Purpose.STATE: 2}


@pytest.mark.parametrize(
    ("lock", "error", "reason"),
    [
        ("padlock", DeviceUnreachable, "no_gateway"),
        ("cellar", Unsupported, "not_supported"),
    ],
)
async def test_a_command_that_cannot_reach_the_lock_says_why(
    client: CloudClient, world: World, lock: str, error: type[TTLockError], reason: str
) -> None:
    with pytest.raises(error) as failure:
        await client.unlock(world.lock(lock).lock_id)
    assert failure.value.reason == reason


async def test_an_offline_gateway_is_named(client: CloudClient, world: World, pauses: Pauses) -> None:
    for gateway in world.reach.gateways.values():
        gateway.online = False
    with pytest.raises(DeviceUnreachable, match="gateway_offline"):
        await client.get_state(world.lock("front_door").lock_id)
    assert pauses.seconds == []


async def test_a_plain_ekey_may_not_read_settings(client: CloudClient, world: World) -> None:
    with pytest.raises(NotPermitted):
        await client.get_lock(world.lock("holiday_flat").lock_id)


async def test_the_rest_of_what_an_account_can_ask(
    client: CloudClient, world: World, session: aiohttp.ClientSession, application: Application, server: CloudServer
) -> None:
    lock = world.lock("front_door")
    assert await client.account_id() == world.account("owner").uid
    assert (await client.get_ekey(lock.lock_id)).mac == lock.mac
    assert await client.query_battery(lock.lock_id) == lock.battery
    sensor = await client.door_sensors.get(lock.lock_id)
    assert sensor
    assert sensor.battery is not None
    assert await client.door_sensors.get(world.lock("office").lock_id) is None
    used = await month_request_count(session, server.url, application)
    await client.account_id()
    assert await month_request_count(session, server.url, application) == used + 1


async def test_a_fault_of_the_cloud_is_not_taken_for_a_missing_sensor(client: CloudClient, world: World) -> None:
    world.faults.add(Fault(kind="http_500", path="/v3/doorSensor/query"))
    with pytest.raises(ServerFault):
        await client.door_sensors.get(world.lock("front_door").lock_id)


@pytest.mark.parametrize(
    ("path", "field", "error"),
    [
        ("/v3/lock/detail", "lockId", ServerFault),
        ("/v3/keyboardPwd/get", "keyboardPwd", OutcomeUnknown),
        ("/v3/keyboardPwd/add", "keyboardPwdId", OutcomeUnknown),
        ("/app/getMonthRequestCount", "monthRequestCount", ServerFault),
    ],
)
async def test_an_answer_without_its_substance_is_a_fault(
    client: CloudClient,
    world: World,
    session: aiohttp.ClientSession,
    application: Application,
    server: CloudServer,
    path: str,
    field: str,
    error: type[TTLockError],
) -> None:
    lock_id = world.lock("front_door").lock_id
    start = world.clock.utc().replace(minute=0, second=0, microsecond=0)
    request = PasscodeRequest(name="Guest", kind=PasscodeKind.PERMANENT, start=start)
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "/v3/lock/detail": lambda: client.get_lock(lock_id),
        "/v3/keyboardPwd/get": lambda: client.random_passcode(lock_id, request),
        "/v3/keyboardPwd/add": lambda: client.add_passcode(lock_id, Secret("482915"), request),
        "/app/getMonthRequestCount": lambda: month_request_count(session, server.url, application),
    }
    world.faults.add(Fault(kind="missing_fields", path=path, fields=(field,)))
    with pytest.raises(error):
        await calls[path]()


# -- Repeating -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["http_500", "http_503", "html", "truncated", "empty", "drop_before", "drop_after"])
async def test_a_reading_outlives_one_fault(client: CloudClient, world: World, pauses: Pauses, kind: str) -> None:
    world.faults.add(Fault(kind=kind, path="/v3/key/list", times=1))
    assert (await client.list_ekeys()).items
    assert len(pauses.seconds) == 1


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("http_500", ServerFault),
        ("html", ServerFault),
        ("truncated", ServerFault),
        ("drop_before", ConnectionFailed),
        ("timeout_before", RequestTimeout),
    ],
)
async def test_a_lasting_fault_is_reported_and_not_hammered(
    client: CloudClient, world: World, server: CloudServer, kind: str, error: type[TransportError]
) -> None:
    world.faults.add(Fault(kind=kind, path="/v3/key/list"))
    with pytest.raises(error):
        await client.list_ekeys()
    # aiohttp itself repeats a read once when a kept connection was closed under it.
    assert server.calls["/v3/key/list"] <= 3


@pytest.mark.parametrize(
    "kind",
    [
        "http_500",
        "http_503",
        "html",
        "truncated",
        "empty",
        "drop_before",
        "drop_after",
        "timeout_before",
        "timeout_after",
    ],
)
async def test_a_lost_answer_to_unlock_is_unclear_and_never_repeated(
    client: CloudClient, world: World, server: CloudServer, kind: str
) -> None:
    lock = world.lock("front_door")
    world.faults.add(Fault(kind=kind, path=UNLOCK, times=1))
    with pytest.raises(OutcomeUnknown):
        await client.unlock(lock.lock_id)
    assert server.calls[UNLOCK] == 1
    assert lock.actuations <= 1


@pytest.mark.parametrize("code", [-3003, -3037, 90000, 1])
async def test_unlock_is_sent_once_whatever_the_refusal(
    client: CloudClient, world: World, server: CloudServer, pauses: Pauses, code: int
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=code, path=UNLOCK))
    with pytest.raises(TTLockError):
        await client.unlock(world.lock("front_door").lock_id)
    assert server.calls[UNLOCK] == 1
    assert pauses.seconds == []


async def test_a_question_waits_for_a_busy_gateway(
    client: CloudClient, world: World, server: CloudServer, pauses: Pauses
) -> None:
    lock_id = world.lock("front_door").lock_id
    world.faults.add(Fault(kind="errcode", errcode=-3003, path=STATE, times=2))
    assert (await client.get_state(lock_id)).bolt is Bolt.LOCKED
    assert pauses.seconds == [2.0, 5.0]
    world.faults.add(Fault(kind="errcode", errcode=-3003, path=STATE))
    with pytest.raises(DeviceBusy):
        await client.get_state(lock_id)
    assert server.calls[STATE] == 3 + 4


async def test_a_wrong_clock_is_corrected_from_the_answer(client: CloudClient, world: World) -> None:
    client._transport._clock = lambda: world.clock.now() - 3600
    assert (await client.list_ekeys()).items
    calls = client.calls.total()
    await client.list_ekeys()
    assert client.calls.total() == calls + 1


async def test_an_exhausted_quota_is_not_hammered(client: CloudClient, world: World, server: CloudServer) -> None:
    world.application.month_limit = 0
    with pytest.raises(QuotaExceeded):
        await client.list_ekeys()
    assert server.calls["/v3/key/list"] == 1


async def test_commands_of_one_gateway_queue_and_others_run_beside(client: CloudClient, world: World) -> None:
    gateways = {gateway.gateway_id: gateway for gateway in (await client.list_gateways()).items}
    reaches = [reach for gateway_id in gateways for reach in (await client.list_reach(gateway_id)).items]
    client.assign_gateways(reaches, [world.lock("back_door").lock_id])
    for gateway in world.reach.gateways.values():
        gateway.latency = 0.05
    reachable = sorted({reach.lock_id for reach in reaches} | {world.lock("back_door").lock_id})
    assert len(reachable) >= 4
    states = await asyncio.gather(*(client.get_state(lock_id) for lock_id in reachable for _ in range(2)))
    assert len(states) == 2 * len(reachable)
    # No command was refused as busy, so none had to be repeated.
    assert client.calls[Purpose.STATE] == 2 * len(reachable)


# -- Settings ------------------------------------------------------------------------------------------------------


async def test_auto_lock_and_sound_reach_the_lock(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    await client.set_auto_lock(lock.lock_id, 17)
    await client.set_sound(lock.lock_id, False)
    detail = await client.get_lock(lock.lock_id)
    assert (detail.auto_lock_seconds, detail.sound) == (17, False)
    await client.set_sound(lock.lock_id, True)
    await client.set_auto_lock(lock.lock_id, 0)
    detail = await client.get_lock(lock.lock_id)
    assert (detail.auto_lock_seconds, detail.sound) == (0, True)


@pytest.mark.parametrize(
    "mode",
    [
        PassageMode(enabled=True, periods=window(9 * 60, 17 * 60, frozenset({1, 2, 3}))),
        PassageMode(enabled=True, auto_unlock=True, periods=(PassagePeriod(weekdays=EVERY_DAY, all_day=True),)),
        PassageMode(enabled=True, periods=window(22 * 60, 6 * 60, frozenset({5}))),
    ],
    ids=["one window", "all day", "across midnight"],
)
async def test_a_plan_of_passage_mode_is_held_by_the_lock(client: CloudClient, world: World, mode: PassageMode) -> None:
    lock_id = world.lock("front_door").lock_id
    await client.set_passage_mode(lock_id, mode)
    held = await client.get_passage_mode(lock_id)
    assert (held.enabled, held.auto_unlock) == (mode.enabled, mode.auto_unlock)
    assert {(p.all_day, p.start, p.end, p.weekdays) for p in held.periods if not p.all_day} == {
        (p.all_day, p.start, p.end, p.weekdays) for p in mode.periods if not p.all_day
    }
    assert sum(p.all_day for p in held.periods) == sum(p.all_day for p in mode.periods)


async def test_the_older_passage_call_serves_when_the_newer_is_refused(
    client: CloudClient, world: World, server: CloudServer
) -> None:
    lock_id = world.lock("front_door").lock_id
    mode = PassageMode(enabled=True, periods=window(9 * 60, 17 * 60, EVERY_DAY))
    await client.set_passage_mode(lock_id, mode)
    world.faults.add(Fault(kind="errcode", errcode=-4043, path="/v3/lock/getPassageModeConfiguration"))
    assert await client.get_passage_mode(lock_id) == mode
    assert await client.get_passage_mode(lock_id) == mode
    assert server.calls["/v3/lock/getPassageModeConfiguration"] == 1
    assert server.calls["/v3/lock/getPassageModeConfig"] == 2


# -- Passcodes -----------------------------------------------------------------------------------------------------


async def test_a_passcode_of_own_digits_opens_the_door_until_it_is_deleted(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    request = PasscodeRequest(name="Guest", kind=PasscodeKind.PERMANENT, code=Secret("482915"))
    passcode_id = await client.add_passcode(lock.lock_id, Secret("482915"), request)
    assert lock.enter_code("482915").opened
    with pytest.raises(InvalidInput, match="passcode_exists"):
        await client.add_passcode(lock.lock_id, Secret("482915"), request)
    await client.change_passcode(lock.lock_id, passcode_id, name="Cleaner", code=Secret("592846"))
    assert not lock.enter_code("482915").opened
    assert lock.enter_code("592846").opened
    names = {passcode.passcode_id: passcode.name for passcode in (await client.list_passcodes(lock.lock_id)).items}
    assert names[passcode_id] == "Cleaner"
    await client.delete_passcode(lock.lock_id, passcode_id)
    assert not lock.enter_code("592846").opened


async def test_a_new_name_does_not_need_the_lock(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    request = PasscodeRequest(name="Guest", kind=PasscodeKind.PERMANENT, code=Secret("482915"))
    passcode_id = await client.add_passcode(lock.lock_id, Secret("482915"), request)
    for gateway in world.reach.gateways.values():
        gateway.online = False
    await client.change_passcode(lock.lock_id, passcode_id, name="Cleaner")
    names = {passcode.name for passcode in (await client.list_passcodes(lock.lock_id)).items}
    assert "Cleaner" in names


async def test_a_random_passcode_works_without_gateway(client: CloudClient, world: World) -> None:
    lock = world.lock("padlock")
    start = world.clock.utc().replace(minute=0, second=0, microsecond=0)
    request = PasscodeRequest(name="Guest", kind=PasscodeKind.PERIOD, start=start, end=start + timedelta(hours=5))
    _, code = await client.random_passcode(lock.lock_id, request)
    assert lock.enter_code(code.reveal()).opened


# -- Secrets -------------------------------------------------------------------------------------------------------


async def test_no_secret_reaches_log_or_error(
    client: CloudClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lock_id = world.lock("front_door").lock_id
    errors: list[str] = []
    for kind in ("http_500", "html", "truncated", "drop_before", "timeout_before"):
        world.faults.add(Fault(kind=kind, path="/v3/lock/detail"))
        with pytest.raises(TTLockError) as failure:
            await client.get_lock(lock_id)
        # aiohttp's own errors quote the address, and the token with it.
        assert failure.value.__suppress_context__
        errors.append("".join(traceback.format_exception(failure.value)))
        world.faults.clear()
    await client.list_passcodes(lock_id)
    shown = caplog.text + " ".join(errors)
    assert errors
    assert not [secret for secret in world.secrets() if secret in shown]
