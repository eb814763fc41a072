"""The lock as a state machine."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from simulator import Feature, World
from simulator.credentials import Credential
from simulator.journal import CAPACITY
from simulator.lock import CREDENTIAL_CAPACITY, LockRefused
from simulator.schedule import CyclicWindow, PassageMode, PassagePeriod

USER = "owner@example.com"
HOUR = 3600


def records(world: World, key: str = "front_door") -> list[int]:
    return [record.type_from_lock for record in world.lock(key).journal]


def work_days(*, auto_unlock: bool = False, start: int = 540, end: int = 1020) -> PassageMode:
    period = PassagePeriod(start=start, end=end, days=(1, 2, 3, 4, 5))
    return PassageMode(enabled=True, auto_unlock=auto_unlock, periods=(period,))


def test_auto_lock_fires_and_restarts(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_unlock(user=USER)
    world.clock.advance(29)
    assert lock.bolt == "unlocked"
    lock.command_unlock(user=USER)
    world.clock.advance(29)
    assert lock.bolt == "unlocked"
    world.clock.advance(1)
    assert lock.bolt == "locked"
    # Auto-lock is silent on most locks.
    assert records(world) == [28, 28]


@pytest.mark.parametrize("seconds", [0, -1])
def test_auto_lock_off(world: World, seconds: int) -> None:
    lock = world.lock("front_door")
    lock.command_auto_lock(seconds)
    lock.command_unlock(user=USER)
    world.clock.advance(30 * 86_400)
    assert lock.bolt == "unlocked"


def test_auto_lock_may_wait_for_the_door(world: World) -> None:
    lock = world.lock("front_door")
    lock.auto_lock_needs_door_closed = True
    lock.command_unlock(user=USER)
    lock.open_door()
    world.clock.advance(HOUR)
    assert lock.bolt == "unlocked"
    lock.close_door()
    world.clock.advance(30)
    assert lock.bolt == "locked"


def test_reported_auto_lock_has_the_time_it_happened(world: World) -> None:
    lock = world.lock("front_door")
    lock.reports_auto_lock = True
    lock.command_unlock(user=USER)
    at = world.clock.now_ms()
    world.clock.advance(HOUR)
    last = list(lock.journal)[-1]
    assert (last.type_from_lock, last.lock_date) == (45, at + 30_000)


def test_passage_holds_what_is_open_and_opens_nothing_by_itself(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_passage(work_days())
    assert lock.passage_active
    assert lock.bolt == "locked"
    lock.command_unlock(user=USER)
    world.clock.advance(6 * HOUR + 59 * 60)
    assert lock.bolt == "unlocked"
    world.clock.advance(60 + 29)
    assert lock.bolt == "unlocked"
    world.clock.advance(1)
    assert lock.bolt == "locked"


def test_a_hand_locks_inside_a_window(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_passage(work_days(auto_unlock=True))
    lock.command_unlock(user=USER)
    lock.command_lock(user=USER)
    world.clock.advance(HOUR)
    assert lock.bolt == "locked"


def test_auto_unlock_at_each_start(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_passage(work_days(auto_unlock=True))
    assert lock.bolt == "locked"
    # From Thursday over the weekend to Monday evening, in one leap.
    world.clock.advance(4 * 86_400 + 10 * HOUR)
    assert lock.bolt == "locked"
    opened = [record.lock_date for record in lock.journal if record.type_from_lock == 63]
    assert [datetime.fromtimestamp(date / 1000, UTC).isoformat() for date in opened] == [
        "2026-11-20T08:00:00+00:00",
        "2026-11-23T08:00:00+00:00",
    ]


def test_switching_passage_off_lets_the_lock_relock(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_passage(work_days())
    lock.command_unlock(user=USER)
    world.clock.advance(HOUR)
    lock.command_passage(PassageMode())
    world.clock.advance(30)
    assert lock.bolt == "locked"


def test_the_lock_knows_no_daylight_saving(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_passage(work_days(auto_unlock=True))
    summer = datetime(2027, 7, 5, 0, 0, tzinfo=ZoneInfo("Europe/Rome"))
    world.clock.set(summer.timestamp())
    before = len(lock.journal)
    world.clock.advance(24 * HOUR)
    opened = [record.lock_date for record in list(lock.journal)[before:] if record.type_from_lock == 63]
    # 09:00 on the lock's own clock is 10:00 for the people in front of it.
    assert [datetime.fromtimestamp(d / 1000, ZoneInfo("Europe/Rome")).hour for d in opened] == [10]


def test_a_drifting_clock_moves_windows_until_it_is_set(world: World) -> None:
    lock = world.lock("front_door")
    lock.clock.drift_per_day = 60
    world.clock.advance(10 * 86_400)
    assert lock.time - world.clock.now() == pytest.approx(600)
    assert lock.command_set_clock() == world.clock.now()
    world.clock.advance(86_400)
    assert lock.time - world.clock.now() == pytest.approx(60)


def test_codes_at_the_door(world: World) -> None:
    lock = world.lock("front_door")
    assert lock.enter_code("48151623").opened
    wrong = lock.enter_code("13572468")
    assert (wrong.opened, wrong.reason) == (False, "unknown")
    lock.command_add_passcode("482915", start=world.clock.now(), end=world.clock.now() + 60)
    assert lock.enter_code("482915").opened
    world.clock.advance(60)
    assert lock.enter_code("482915").reason == "outside its time"
    assert records(world) == [4, 7, 93, 4, 11]


def test_wrong_codes_block_the_keypad(world: World) -> None:
    lock = world.lock("front_door")
    for _ in range(5):
        assert lock.enter_code("13572468").reason == "unknown"
    assert records(world)[-1] == 48
    assert lock.enter_code("48151623").reason == "blocked"
    world.clock.advance(300)
    assert lock.enter_code("48151623").opened


def test_cards_and_fingers(world: World) -> None:
    lock = world.lock("front_door")
    assert lock.swipe_card("1723612378").opened
    assert lock.swipe_card("1").reason == "unknown"
    assert lock.touch_finger("179351284710657").opened
    thursday_morning = CyclicWindow(day=4, start=600, end=660)
    lock.add_credential(lock.cards, Credential(number="7", cycle=(thursday_morning,)))
    assert lock.swipe_card("7").opened
    world.clock.advance(HOUR)
    assert lock.swipe_card("7").reason == "outside its time"
    assert records(world) == [17, 91, 20, 15, 17, 25]


def test_key_and_button(world: World) -> None:
    lock = world.lock("garden_gate")
    assert lock.turn_key().opened
    assert not lock.turn_key().opened
    assert lock.press_button().opened
    assert not lock.press_button().opened
    assert records(world, "garden_gate") == [27, 36, 46, 47]
    assert lock.actuations == 0


def test_the_bolt_holds_the_door(world: World) -> None:
    lock = world.lock("front_door")
    assert lock.open_door().reason == "locked"
    lock.turn_key()
    assert lock.open_door().opened
    assert lock.door_open
    lock.close_door()
    assert records(world) == [27, 31, 30]
    lock.turn_key()
    lock.force_open()
    assert records(world)[-2:] == [29, 31]


def test_door_left_open(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_setting("door_alarm_seconds", 60)
    lock.turn_key()
    lock.open_door()
    world.clock.advance(59)
    assert 64 not in records(world)
    world.clock.advance(1)
    assert records(world).count(64) == 1


def test_tamper_alert_can_be_switched_off(world: World) -> None:
    lock = world.lock("front_door")
    lock.tamper()
    lock.command_setting("tamper_alert", 2)
    lock.tamper()
    assert records(world) == [44]


def test_a_dead_lock_answers_nothing(world: World) -> None:
    lock = world.lock("front_door")
    lock.command_unlock(user=USER)
    lock.remove_battery()
    with pytest.raises(LockRefused, match="no answer"):
        lock.answer()
    assert lock.enter_code("48151623").reason == "no power"
    world.clock.advance(HOUR)
    assert lock.bolt == "unlocked"
    assert not lock.turn_key().opened
    assert records(world) == [28]
    lock.insert_battery()
    assert lock.enter_code("48151623").opened
    assert records(world) == [28, 14, 4]


def test_battery_drains_with_use(world: World) -> None:
    lock = world.lock("safe")
    lock.battery = 1
    for _ in range(400):
        if not lock.alive:
            break
        lock.press_button()
    assert lock.battery == 0
    assert not lock.alive


def test_a_frozen_lock_opens_only_by_key(world: World) -> None:
    lock = world.lock("front_door")
    lock.features |= {Feature.FREEZE}
    lock.command_freeze(True)
    assert lock.enter_code("48151623").reason == "frozen"
    with pytest.raises(LockRefused, match="frozen"):
        lock.command_unlock(user=USER)
    assert lock.turn_key().opened


def test_double_lock(world: World) -> None:
    lock = world.lock("front_door")
    lock.set_double_lock(True)
    assert lock.enter_code("48151623").reason == "double-locked"
    with pytest.raises(LockRefused, match="double-locked"):
        lock.command_unlock(user=USER)
    lock.set_double_lock(False)
    assert lock.enter_code("48151623").opened
    assert records(world) == [59, 38, 60, 4]


def test_a_jammed_bolt_does_not_move(world: World) -> None:
    lock = world.lock("front_door")
    lock.jammed = True
    with pytest.raises(LockRefused, match="blocked"):
        lock.command_unlock(user=USER)
    assert not lock.enter_code("48151623").opened
    assert (lock.bolt, lock.actuations) == ("locked", 0)


def test_the_log_forgets_the_oldest(world: World) -> None:
    lock = world.lock("front_door")
    for _ in range(CAPACITY + 10):
        lock.turn_key()
    assert len(lock.journal) == CAPACITY
    assert next(iter(lock.journal)).sequence == 11


def test_generated_worlds_and_secrets() -> None:
    world = World.generate(locks=1000, gateways=20)
    assert len(world.locks) == 1000
    assert len({lock.mac for lock in world.locks.values()}) == 1000
    assert sum(gateway.latency for gateway in world.gateways.values()) == 0
    assert all(world.reach.related(lock, world.account("owner").uid) for lock in world.locks.values())
    secrets = world.secrets()
    assert world.lock("lock_7").secrets.lock_key in secrets
    assert world.account("owner").password in secrets
    assert world.application.client_secret in secrets
    assert all(len(secret) >= 6 for secret in secrets)


def test_dated_credentials_and_full_storage(world: World) -> None:
    lock, now = world.lock("front_door"), world.clock.now()
    lock.add_credential(lock.fingerprints, Credential(number="9", start=now + 60, end=now + 120))
    results = []
    for _ in range(3):
        results.append(lock.touch_finger("9").reason)
        world.clock.advance(60)
    assert results == ["outside its time", None, "outside its time"]
    assert records(world) == [21, 22, 20, 22]
    for number in range(CREDENTIAL_CAPACITY - 1):
        lock.add_credential(lock.cards, Credential(number=f"n{number}"))
    with pytest.raises(LockRefused, match="storage full"):
        lock.add_credential(lock.cards, Credential(number="one too many"))


def test_what_fell_due_happens_in_order(world: World) -> None:
    lock = world.lock("front_door")
    lock.reports_auto_lock = True
    lock.command_setting("door_alarm_seconds", 20)
    lock.command_passage(work_days(auto_unlock=True, start=601, end=602))
    lock.turn_key()
    lock.open_door()
    world.clock.advance(180)
    # Open door after 20 s, auto-lock after 30, window from 60 to 120, auto-lock 30 later.
    assert [(record.type_from_lock, record.lock_date // 1000 - world.clock.now() + 180) for record in lock.journal] == [
        (27, 0),
        (31, 0),
        (64, 20),
        (45, 30),
        (63, 60),
        (45, 150),
    ]


def test_a_jammed_bolt_stays_open(world: World) -> None:
    lock = world.lock("front_door")
    lock.turn_key()
    lock.jammed = True
    world.clock.advance(HOUR)
    assert lock.bolt == "unlocked"


def test_a_schedule_means_nothing_to_a_lock_without_passage_mode(world: World) -> None:
    lock = world.lock("front_door")
    lock.configure_passage(work_days(auto_unlock=True))
    lock.features -= {Feature.PASSAGE_MODE}
    lock.command_unlock(user=USER)
    world.clock.advance(30)
    assert (lock.bolt, lock.passage_active) == ("locked", False)
