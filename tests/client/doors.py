"""What the tests of the topics share: capable locks, and validities around the world's present."""

from datetime import UTC, datetime, timedelta

from custom_components.ttlock.client.credentials import Validity
from custom_components.ttlock.client.cyclic import weekly
from simulator import World
from simulator.features import Feature
from simulator.lock import VirtualLock

HOUR = 3600


def lock_with(world: World, *features: Feature) -> VirtualLock:
    """Return the front door's lock with more capabilities than it came with."""
    lock = world.lock("front_door")
    lock.add_feature(*features)
    return lock


def next_hours(world: World, hours: int = 2) -> Validity:
    """Return a period that began a moment ago."""
    now = world.clock.utc()
    return Validity.period(whole_ms(now - timedelta(minutes=1)), whole_ms(now + timedelta(hours=hours)))


def today_at_noon(world: World, lock: VirtualLock) -> Validity:
    """Return weekly windows that hold from eleven to one on the day that it is in the lock's zone, for a month."""
    now = whole_ms(world.clock.utc())
    windows = weekly({local_time(world, lock).isoweekday()}, 11 * 60, 13 * 60)
    return Validity.cyclic(windows, now, now + timedelta(days=30))


def go_to_hour(world: World, lock: VirtualLock, hour: int) -> None:
    """Let time pass until it is that hour of the lock's day, on the same weekday."""
    local = local_time(world, lock)
    target = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if target < local:
        target += timedelta(days=7)
    world.clock.advance((target - local).total_seconds())


def local_time(world: World, lock: VirtualLock) -> datetime:
    """Return the lock's wall time, written down as if it were UTC."""
    return datetime.fromtimestamp(world.clock.now() + lock.raw_offset, UTC)


def whole_ms(when: datetime) -> datetime:
    """Cut to the vendor's resolution."""
    return when.replace(microsecond=when.microsecond // 1000 * 1000)
