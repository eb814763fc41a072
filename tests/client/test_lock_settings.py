"""Settings, working hours, freezing, clock and admin passcode, from the client to the lock."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.errors import InvalidInput, NotPermitted, ServerFault, TTLockError, Unsupported
from custom_components.ttlock.client.passage import EVERY_DAY, PassagePeriod
from custom_components.ttlock.client.settings import (
    LockSwitches,
    OpenDirection,
    Setting,
    WorkingHours,
    WorkingMode,
)
from simulator import CloudServer, Fault, World
from simulator.features import Feature

from .doors import HOUR, go_to_hour, lock_with

CODE = "48151623"


@pytest.mark.parametrize("on", [True, False])
async def test_switches_move_on_the_lock(client: CloudClient, world: World, on: bool) -> None:
    lock = lock_with(world, Feature.PRIVACY_LOCK)
    await client.settings.set_privacy_lock(lock.lock_id, on)
    await client.settings.set_tamper_alert(lock.lock_id, on)
    await client.settings.set_reset_button(lock.lock_id, on)
    await client.settings.set_dual_verification(lock.lock_id, on)
    held, noted = lock.settings, (await client.get_lock(lock.lock_id)).switches
    assert {held.privacy_lock, held.tamper_alert, held.reset_button, held.dual_verification} == {1 if on else 2}
    assert {noted.privacy_lock, noted.tamper_alert, noted.reset_button, noted.dual_verification} == {on}


async def test_volume_direction_and_delay_are_held_by_the_lock(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.OPEN_DIRECTION)
    await client.settings.set_volume(lock.lock_id, 5)
    await client.settings.set_open_direction(lock.lock_id, OpenDirection.RIGHT)
    await client.settings.set_left_open_delay(lock.lock_id, 60)
    assert (lock.settings.sound_volume, lock.settings.open_direction) == (5, 2)
    settings = (await client.get_lock(lock.lock_id)).switches
    assert (settings.volume, settings.open_direction, settings.frozen) == (5, OpenDirection.RIGHT, False)
    assert world.rows[lock.lock_id].settings["door_alarm_seconds"] == 60


async def test_the_lock_itself_is_asked(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.OPEN_DIRECTION, Feature.PRIVACY_LOCK)
    lock.settings.tamper_alert = 2
    lock.settings.privacy_lock = 1
    lock.settings.open_direction = 2
    assert await client.settings.query_switch(lock.lock_id, Setting.TAMPER_ALERT) is False
    assert await client.settings.query_switch(lock.lock_id, Setting.PRIVACY_LOCK) is True
    assert await client.settings.query_open_direction(lock.lock_id) is OpenDirection.RIGHT
    lock.settings.open_direction = lock.settings.privacy_lock = 0
    assert await client.settings.query_open_direction(lock.lock_id) is None
    assert await client.settings.query_switch(lock.lock_id, Setting.PRIVACY_LOCK) is None
    with pytest.raises(InvalidInput, match="setting_not_readable"):
        await client.settings.query_switch(lock.lock_id, Setting.SOUND_VOLUME)


@pytest.mark.parametrize(
    ("path", "field"),
    [("/v3/lock/querySetting", "value"), ("/v3/lock/queryDate", "date"), ("/v3/lock/updateDate", "date")],
)
async def test_an_answer_without_its_substance_is_a_fault(
    client: CloudClient, world: World, path: str, field: str
) -> None:
    lock_id = world.lock("front_door").lock_id
    calls: dict[str, Callable[[], Awaitable[object]]] = {
        "/v3/lock/querySetting": lambda: client.settings.query_switch(lock_id, Setting.TAMPER_ALERT),
        "/v3/lock/queryDate": lambda: client.settings.read_clock(lock_id),
        "/v3/lock/updateDate": lambda: client.settings.adjust_clock(lock_id),
    }
    world.faults.add(Fault(kind="missing_fields", path=path, fields=(field,)))
    with pytest.raises(ServerFault):
        await calls[path]()


async def test_what_the_lock_lacks_or_the_caller_may_not_is_refused(client: CloudClient, world: World) -> None:
    with pytest.raises(Unsupported):
        await client.settings.set_privacy_lock(world.lock("cellar").lock_id, True)
    with pytest.raises(NotPermitted):
        await client.get_lock(world.lock("holiday_flat").lock_id)


async def test_power_saving_is_noted_after_bluetooth(client: CloudClient, world: World) -> None:
    lock_id = world.lock("back_door").lock_id
    await client.settings.record_power_saving(lock_id, True)
    assert world.rows[lock_id].settings["power_saving"] == 1


def test_settings_that_nobody_told_are_not_known() -> None:
    assert LockSwitches.from_vendor({"soundVolume": 9, "openDirection": 0, "isFrozen": "x"}) == LockSwitches(
        volume=None,
        privacy_lock=None,
        tamper_alert=None,
        reset_button=None,
        open_direction=None,
        dual_verification=None,
        frozen=None,
    )


async def test_figures_out_of_range_stay_here(client: CloudClient, world: World, server: CloudServer) -> None:
    lock_id = world.lock("front_door").lock_id
    with pytest.raises(InvalidInput, match="volume_range"):
        await client.settings.set_volume(lock_id, 6)
    with pytest.raises(InvalidInput, match="left_open_range"):
        await client.settings.set_left_open_delay(lock_id, -1)
    with pytest.raises(InvalidInput, match="passcode_length"):
        await client.settings.set_admin_passcode(lock_id, Secret("123"))
    assert server.calls.total() == 0


# -- Working hours -------------------------------------------------------------------------------------------------


async def test_outside_its_hours_the_lock_does_not_open(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    hours = WorkingHours(
        mode=WorkingMode.HOURS, periods=(PassagePeriod(weekdays=EVERY_DAY, start=9 * 60, end=17 * 60),)
    )
    await client.settings.set_working_hours(lock.lock_id, hours)
    assert await client.settings.get_working_hours(lock.lock_id) == hours
    go_to_hour(world, lock, 12)
    assert lock.enter_code(CODE).opened
    world.clock.advance(6 * HOUR)
    assert not lock.enter_code(CODE).opened
    await client.settings.set_working_hours(lock.lock_id, WorkingHours(mode=WorkingMode.ALWAYS))
    assert (await client.settings.get_working_hours(lock.lock_id)).mode is WorkingMode.ALWAYS
    assert lock.enter_code(CODE).opened
    await client.settings.set_working_hours(lock.lock_id, WorkingHours(mode=WorkingMode.NEVER))
    assert not lock.enter_code(CODE).opened


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        (WorkingHours(mode=WorkingMode.UNKNOWN), "working_mode_unknown"),
        (WorkingHours(mode=WorkingMode.HOURS), "working_hours_missing"),
        (
            WorkingHours(mode=WorkingMode.ALWAYS, periods=(PassagePeriod(weekdays=EVERY_DAY, all_day=True),)),
            "working_hours_missing",
        ),
        (
            WorkingHours(mode=WorkingMode.HOURS, periods=(PassagePeriod(weekdays=EVERY_DAY, all_day=True),) * 6),
            "working_hours_too_many",
        ),
        (
            WorkingHours(mode=WorkingMode.HOURS, periods=(PassagePeriod(weekdays=frozenset(), all_day=True),)),
            "working_hours_days",
        ),
        (
            WorkingHours(mode=WorkingMode.HOURS, periods=(PassagePeriod(weekdays=EVERY_DAY, start=60, end=60),)),
            "working_hours_times",
        ),
    ],
)
async def test_hours_that_no_lock_holds_stay_here(
    client: CloudClient, world: World, server: CloudServer, hours: WorkingHours, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        await client.settings.set_working_hours(world.lock("front_door").lock_id, hours)
    assert server.calls.total() == 0


def test_a_new_working_mode_is_unknown() -> None:
    assert WorkingHours.from_vendor({"workingMode": 9999}) == WorkingHours(mode=WorkingMode.UNKNOWN)


# -- Freezing, clock, admin passcode -------------------------------------------------------------------------------


async def test_a_frozen_lock_opens_for_nobody(client: CloudClient, world: World) -> None:
    lock = lock_with(world, Feature.FREEZE)
    await client.settings.freeze(lock.lock_id)
    assert await client.settings.is_frozen(lock.lock_id) is True
    assert not lock.enter_code(CODE).opened
    with pytest.raises(TTLockError, match="lock_frozen"):
        await client.unlock(lock.lock_id)
    await client.settings.unfreeze(lock.lock_id)
    assert await client.settings.is_frozen(lock.lock_id) is False
    assert lock.enter_code(CODE).opened


async def test_the_clock_of_the_lock_is_read_and_adjusted(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    lock.clock.offset = 600.0
    late = await client.settings.read_clock(lock.lock_id) - world.clock.utc()
    assert timedelta(seconds=595) < late < timedelta(seconds=605)
    adjusted = await client.settings.adjust_clock(lock.lock_id) - world.clock.utc()
    assert abs(adjusted) < timedelta(seconds=5)
    assert abs(await client.settings.read_clock(lock.lock_id) - world.clock.utc()) < timedelta(seconds=5)


async def test_the_admin_passcode_is_replaced_on_the_lock(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    before = lock.secrets.no_key_pwd
    await client.settings.set_admin_passcode(lock.lock_id, Secret("9173826"))
    assert lock.enter_code("9173826").opened
    assert not lock.enter_code(before).opened


async def test_the_admin_passcode_is_a_secret(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    assert await client.settings.get_admin_passcode(lock.lock_id) == Secret(lock.secrets.no_key_pwd)
    world.faults.add(Fault(kind="missing_fields", path="/v3/lock/detail", fields=("noKeyPwd",)))
    assert await client.settings.get_admin_passcode(lock.lock_id) is None
