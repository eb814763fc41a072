"""Which road a command takes, and what happens when one fails.

A road is taken back to the other one only when it is certain that the lock was not told anything: what may have moved
the bolt is never sent again, on no road. Who sent it asks the lock instead.
"""

from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol
from weakref import WeakValueDictionary

from ..cloud.lanes import Lane
from ..errors import (
    BluetoothError,
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    KeyInvalid,
    NotExecuted,
    NotPermitted,
    OutcomeUnknown,
    OutOfReach,
    QuotaExceeded,
    ServerFault,
    SignInError,
    TransportError,
    TTLockError,
    Unsupported,
    Withheld,
)
from .radio import Radio, RadioLock

UNHEALTHY_SECONDS: Final = 60.0
"""A road that failed is not the first choice for so long, and twice as long after each further failure ..."""
LONGEST_UNHEALTHY_SECONDS: Final = 900.0
"""... up to this."""
SMOOTHING: Final = 0.3
"""What the newest try weighs in the time that a road takes."""
MUCH_SLOWER_SECONDS: Final = 5.0
"""When it takes so much longer than the other road, the preferred one is not the first choice: people notice that."""
SURE_TO_BE_BEFORE: Final = (
    BluetoothError,
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    KeyInvalid,
    QuotaExceeded,
    SignInError,
    TransportError,
    Withheld,
)
"""With these it is certain that nothing has reached the lock, or that it has refused before it did anything."""
NEVER: Final = (NotPermitted, Unsupported)
"""Another road may do it: remote unlock may be off, or an ekey without the right for it. A road with such an obstacle
is not tried at all."""


UNCLEAR: Final = (NotExecuted, OutcomeUnknown)
"""It may have been done; what may come twice is done again on the other road."""


class Road(StrEnum):
    """A way to a lock."""

    CLOUD = "cloud"
    BLUETOOTH = "bluetooth"


class Command(StrEnum):
    """What moves the bolt: the cloud does it only where lock and ekey allow it from afar."""

    UNLOCK = "unlock"
    LOCK = "lock"


class Preference(StrEnum):
    """What the user wants for a lock."""

    PREFER_LOCAL = "prefer_local"
    PREFER_CLOUD = "prefer_cloud"
    LOCAL_ONLY = "local_only"
    CLOUD_ONLY = "cloud_only"


class Surroundings(Protocol):
    """What is known of a lock beside the roads."""

    def preference(self, lock_id: int) -> Preference:
        """Return what the user wants."""

    def cloud_obstacle(self, lock_id: int, command: Command | None) -> TTLockError | None:
        """Return why the cloud cannot reach the lock, or not with that command; None when it may.

        Unsupported and NotPermitted are for good; with anything else the cloud is tried when nothing else is left.
        """


class CloudOnly:
    """Surroundings of a host without Bluetooth."""

    def preference(self, lock_id: int) -> Preference:
        """Return that there is no choice."""
        return Preference.CLOUD_ONLY

    def cloud_obstacle(self, lock_id: int, command: Command | None) -> TTLockError | None:
        """Return None: it is tried."""
        return None


@dataclass(slots=True)
class Health:
    """How a road to a lock has been lately."""

    failures: int = 0
    """Since it worked last."""
    failed_at: float | None = None
    seconds: float | None = None
    """What a command takes, newer ones counting more."""
    worked_at: float | None = None
    causes: dict[str, int] = field(default_factory=dict)
    """How often it failed, by reason."""

    def worked(self, now: float, seconds: float) -> None:
        """Note that a command went through."""
        self.failures, self.failed_at, self.worked_at = 0, None, now
        self.seconds = seconds if self.seconds is None else self.seconds + SMOOTHING * (seconds - self.seconds)

    def failed(self, now: float, reason: str) -> None:
        """Note that the road failed."""
        self.failures += 1
        self.failed_at = now
        self.causes[reason] = self.causes.get(reason, 0) + 1

    def is_doubtful(self, now: float) -> bool:
        """Return whether it failed so lately that the other road is the better choice."""
        if self.failed_at is None:
            return False
        pause = min(UNHEALTHY_SECONDS * (1 << min(self.failures - 1, 10)), LONGEST_UNHEALTHY_SECONDS)
        return now - self.failed_at < pause


_NOTED: ContextVar[set[Road] | None] = ContextVar("ttlock_roads", default=None)


@contextmanager
def noting_roads() -> Generator[set[Road]]:
    """Collect the roads that what is done in here has taken."""
    noted: set[Road] = set()
    token = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(token)


type Tries[T] = Mapping[Road, Callable[[], Awaitable[T]]]


class Router:
    """Choose roads, keep one queue for each lock, and remember how each road has been."""

    def __init__(self, radio: Radio, surroundings: Surroundings, clock: Callable[[], float]) -> None:
        """Take the radio, what else is known, and a clock that only grows, in seconds."""
        self.radio = radio
        self._surroundings = surroundings
        self._clock = clock
        self._health: dict[tuple[int, Road], Health] = {}
        self._turns: WeakValueDictionary[int, Lane] = WeakValueDictionary()
        self.last: dict[int, Road] = {}
        """The road that the last command of each lock went."""

    def health(self, lock_id: int, road: Road) -> Health:
        """Return how a road to a lock has been."""
        return self._health.setdefault((lock_id, road), Health())

    def forget(self, lock_id: int) -> None:
        """Drop what is known of the roads to a lock that is gone."""
        for road in Road:
            self._health.pop((lock_id, road), None)
        self.last.pop(lock_id, None)

    def radio_lock(self, lock_id: int) -> RadioLock:
        """Return a lock as the radio reaches it; OutOfReach without a key for it."""
        lock = self.radio.lock(lock_id)
        if lock is None:
            raise OutOfReach("no_bluetooth_key")
        return lock

    def order(self, lock_id: int, *, command: Command | None = None, cloud_first: bool = False) -> tuple[Road, ...]:
        """Return the roads that may be tried, the best first; a closed one comes last, for what is known may be old."""
        wish, now = self._surroundings.preference(lock_id), self._clock()
        prefers_cloud = cloud_first or wish is Preference.PREFER_CLOUD
        closed: dict[Road, bool] = {}
        if wish is not Preference.LOCAL_ONLY:
            obstacle = self._surroundings.cloud_obstacle(lock_id, command)
            if not isinstance(obstacle, NEVER):
                closed[Road.CLOUD] = obstacle is not None
        if wish is not Preference.CLOUD_ONLY and (lock := self.radio.lock(lock_id)) is not None:
            # A lock that was never near is not looked for, which takes seconds, as long as there is another way.
            if lock.in_range or lock.was_heard or not closed:
                closed[Road.BLUETOOTH] = not lock.in_range

        def rank(road: Road) -> tuple[bool, bool, bool, bool]:
            return (
                closed[road],
                self.health(lock_id, road).is_doubtful(now),
                self._is_much_slower(lock_id, road),
                (road is Road.CLOUD) is not prefers_cloud,
            )

        return tuple(sorted(closed, key=rank))

    async def run[T](
        self,
        lock_id: int,
        tries: Tries[T],
        *,
        once: bool = False,
        command: Command | None = None,
        cloud_first: bool = False,
    ) -> T:
        """Do something on the best road and return its result.

        `once` is for what must not come twice: the other road is taken only when it is certain that the first one told
        the lock nothing. Without it every failure of a road is reason enough to try the other one. What is `cloud_first`
        nobody waits for, so that it lets others go ahead. Raises what the better road raised, why there is none, or
        NotSent when the queue of the lock is too long.
        """
        turn = self._turns.get(lock_id)
        if turn is None:
            turn = self._turns[lock_id] = Lane()
        async with turn.turn(urgent=not cloud_first):
            # After the turn has come: what was tried meanwhile tells which road is better.
            roads = [road for road in self.order(lock_id, command=command, cloud_first=cloud_first) if road in tries]
            if not roads:
                raise self._no_road(lock_id, tries, command)
            try:
                return await self._try(lock_id, roads, tries, once=once)
            except OutOfReach as err:
                # That a lock is not near says less than why the cloud does not reach it, or never does.
                wish = self._surroundings.preference(lock_id)
                barred = Road.CLOUD in tries and Road.CLOUD not in roads and wish is not Preference.LOCAL_ONLY
                raise (self._surroundings.cloud_obstacle(lock_id, command) if barred else None) or err from None

    async def _try[T](self, lock_id: int, roads: list[Road], tries: Tries[T], *, once: bool) -> T:
        first: TTLockError | None = None
        for road in roads:
            health, begun = self.health(lock_id, road), self._clock()
            self.last[lock_id] = road
            try:
                result = await tries[road]()
            except TTLockError as err:
                if _is_sure(err):
                    health.failed(self._clock(), err.reason)
                if road is Road.BLUETOOTH and isinstance(err, KeyInvalid) and (lock := self.radio.lock(lock_id)):
                    lock.refused()
                leads_on = _is_sure(err) or isinstance(err, NEVER) or (not once and isinstance(err, UNCLEAR))
                if not leads_on:
                    raise
                # Why the better road failed says more than that the worse one is closed.
                first = err if first is None or isinstance(first, OutOfReach) else first
            else:
                health.worked(self._clock(), self._clock() - begun)
                if (noted := _NOTED.get()) is not None:
                    noted.add(road)
                return result
        assert first is not None  # noqa: S101  # there is at least one road
        raise first

    def _is_much_slower(self, lock_id: int, road: Road) -> bool:
        other = Road.CLOUD if road is Road.BLUETOOTH else Road.BLUETOOTH
        mine, theirs = self.health(lock_id, road).seconds, self.health(lock_id, other).seconds
        return mine is not None and theirs is not None and mine - theirs > MUCH_SLOWER_SECONDS

    def _no_road[T](self, lock_id: int, tries: Tries[T], command: Command | None) -> TTLockError:
        wish = self._surroundings.preference(lock_id)
        if wish is Preference.CLOUD_ONLY and Road.CLOUD not in tries:
            return Unsupported("cloud_only")
        if wish is Preference.LOCAL_ONLY and Road.BLUETOOTH not in tries:
            return Unsupported("local_only")
        if Road.BLUETOOTH in tries and (Road.CLOUD not in tries or wish is Preference.LOCAL_ONLY):
            return OutOfReach() if self.radio.lock(lock_id) else OutOfReach("no_bluetooth_key")
        return self._surroundings.cloud_obstacle(lock_id, command) or DeviceUnreachable()


def _is_sure(err: TTLockError) -> bool:
    """Return whether it is certain that nothing was done: a fault that the cloud itself tells of may come after it."""
    return isinstance(err, SURE_TO_BE_BEFORE) and not (isinstance(err, ServerFault) and err.code is not None)
