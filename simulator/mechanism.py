"""Bolt, door, battery, clock and timers of a lock, computed from the world's clock alone."""

from collections.abc import Callable
from dataclasses import dataclass
import math

from .features import Feature, bits_of
from .journal import Journal, LockRecord, LockRecordType
from .schedule import PassageMode

ACTUATION_COST = 0.02
RADIO_COST = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorResult:
    """What came of an act at the door: whether the bolt is open now and, if not, why."""

    opened: bool
    reason: str | None = None


@dataclass(slots=True, kw_only=True)
class LockClock:
    """The clock chip: off by an offset and drifting since it was last set."""

    offset: float = 0.0
    drift_per_day: float = 0.0
    set_at: float = 0.0

    def read(self, world: float) -> float:
        """Return the lock's time at a world time."""
        return world + self.offset + self.drift_per_day / 86_400 * (world - self.set_at)

    def when(self, lock_time: float) -> float:
        """Return the world time at which the lock's clock shows a time."""
        rate = self.drift_per_day / 86_400
        return (lock_time - self.offset + rate * self.set_at) / (1 + rate)

    def adjust(self, world: float) -> None:
        """Set the clock right; it goes on drifting from here."""
        self.offset, self.set_at = 0.0, world


class Mechanism:
    """The part of a lock that moves and that time acts upon."""

    def __init__(self, *, now: Callable[[], float], feature_value: str, raw_offset: int = 0) -> None:
        """Start locked, door closed, battery full."""
        self._now = now
        self.feature_value = feature_value
        self.features = bits_of(feature_value)
        self.raw_offset = raw_offset
        self.clock = LockClock(set_at=now())
        self.journal = Journal()
        self.on_record: list[Callable[[LockRecord], None]] = []
        self.on_bolt: list[Callable[[], None]] = []
        self._bolt = "locked"
        self.jammed = False
        self.door_open = False
        self.door_sensor = False
        self.powered = True
        self.charge = 100.0
        self.actuations = 0
        self.auto_lock_seconds = 0
        self.auto_lock_needs_door_closed = False
        self.reports_auto_lock = False
        self.passage = PassageMode()
        self.door_alarm_seconds = 0
        self.blocked_until = -math.inf
        self._settled = now()
        self._auto_lock_due: float | None = None
        self._door_alarm_due: float | None = None

    def now(self) -> float:
        """Return the world's time."""
        return self._now()

    def has(self, feature: Feature) -> bool:
        """Say whether the lock can do something."""
        return feature in self.features

    @property
    def bolt(self) -> str:
        """Return ``locked`` or ``unlocked`` as it is at this moment."""
        self.settle()
        return self._bolt

    @property
    def battery(self) -> int:
        """Return the charge in whole percent."""
        return max(0, min(100, math.ceil(self.charge)))

    @battery.setter
    def battery(self, percent: int) -> None:
        self.charge = float(percent)

    @property
    def alive(self) -> bool:
        """Say whether the electronics have power."""
        return self.powered and self.charge > 0

    @property
    def time(self) -> float:
        """Return what the lock's clock shows, in seconds since the epoch."""
        return self.clock.read(self._now())

    @property
    def local_time(self) -> float:
        """Return the lock's wall time as local seconds."""
        return self.time + self.raw_offset

    @property
    def passage_active(self) -> bool:
        """Say whether a hold-open window is on at this moment."""
        return self.has(Feature.PASSAGE_MODE) and self.passage.active(self.local_time)

    def settle(self, now: float | None = None) -> None:
        """Let everything happen that fell due since the last call, in order."""
        until = self._now() if now is None else now
        if until < self._settled:
            # The scene was set back in time: nothing is due, and the clock was right then.
            self._settled = until
            self.clock.set_at = min(self.clock.set_at, until)
        while (due := self._next_due()) is not None and due[0] <= until:
            at, what = due
            self._settled = max(self._settled, at)
            if what == "auto_lock":
                self._auto_lock(at)
            elif what == "passage":
                self._passage_starts(at)
            else:
                self._door_alarm_due = None
                self._record(LockRecordType.DOOR_NOT_CLOSED, at=at)
        self._settled = max(self._settled, until)

    def configure_auto_lock(self, seconds: int) -> None:
        """Set the auto-lock delay; 0 and -1 switch it off."""
        self.settle()
        self.auto_lock_seconds = max(0, seconds)
        self._arm_auto_lock(self._now())

    def configure_passage(self, passage: PassageMode) -> None:
        """Store a hold-open schedule; switching it on opens nothing (ttlock-open-api.md 9 nr. 22)."""
        self.settle()
        self.passage = passage
        self._arm_auto_lock(self._now())

    def configure_door_alarm(self, seconds: int) -> None:
        """Set after how many seconds an open door is reported; 0 is off."""
        self.door_alarm_seconds = seconds

    def set_clock(self) -> float:
        """Set the lock's clock right and return what it shows."""
        self.clock.adjust(self._now())
        self._arm_auto_lock(self._now())
        return self.time

    def set_local_time(self, local: float) -> None:
        """Let the lock's clock show a wall time, right or wrong."""
        self.settle()
        now = self._now()
        self.clock.offset, self.clock.set_at = local - self.raw_offset - now, now
        self._arm_auto_lock(now)

    def _move(self, bolt: str, at: float) -> None:
        self._bolt = bolt
        self.charge -= ACTUATION_COST
        self._arm_auto_lock(at)
        self._bolt_moved()

    def _bolt_moved(self) -> None:
        for listener in list(self.on_bolt):
            listener()

    def _record(
        self,
        kind: LockRecordType,
        *,
        at: float | None = None,
        number: str = "",
        user: str = "",
        uid: int = 0,
        record_id: int = 0,
    ) -> LockRecord:
        moment = self.clock.read(self._now() if at is None else at)
        # Lock dates have whole seconds (ttlock-open-api.md 5.2).
        record = self.journal.append(
            kind,
            lock_date=int(moment) * 1000,
            battery=self.battery,
            number=number,
            user=user,
            uid=uid,
            record_id=record_id,
        )
        for listener in list(self.on_record):
            listener(record)
        return record

    def _next_due(self) -> tuple[float, str] | None:
        if not self.alive:
            return None
        due: list[tuple[float, str]] = []
        if self._auto_lock_due is not None:
            due.append((self._auto_lock_due, "auto_lock"))
        if self._door_alarm_due is not None:
            due.append((self._door_alarm_due, "door_alarm"))
        if self.passage.enabled and self.passage.auto_unlock and self.has(Feature.PASSAGE_MODE):
            start = self.passage.next_start(self.clock.read(self._settled) + self.raw_offset)
            if start is not None:
                due.append((self.clock.when(start - self.raw_offset), "passage"))
        return min(due, default=None)

    def _arm_auto_lock(self, at: float) -> None:
        self._auto_lock_due = None
        if self._bolt != "unlocked" or self.auto_lock_seconds <= 0:
            return
        if self.door_open and self.auto_lock_needs_door_closed:
            return
        hold = self.passage.end_of_window(self.clock.read(at) + self.raw_offset) if self.passage.enabled else None
        if hold is None or not self.has(Feature.PASSAGE_MODE):
            self._auto_lock_due = at + self.auto_lock_seconds
        elif hold != math.inf:
            # Our guess: the delay starts when the window ends.
            self._auto_lock_due = self.clock.when(hold - self.raw_offset) + self.auto_lock_seconds

    def _auto_lock(self, at: float) -> None:
        self._auto_lock_due = None
        if self.jammed:
            return
        if self.has(Feature.PASSAGE_MODE) and self.passage.active(self.clock.read(at) + self.raw_offset):
            self._arm_auto_lock(at)
            return
        self._move("locked", at)
        if self.reports_auto_lock:
            self._record(LockRecordType.AUTO_LOCK, at=at)

    def _passage_starts(self, at: float) -> None:
        # Step past the start, or the same window would be the next one again.
        self._settled = at + 0.001
        if self._bolt == "locked" and not self.jammed:
            self._move("unlocked", at)
            self._record(LockRecordType.PASSAGE_UNLOCK, at=at)
        else:
            self._arm_auto_lock(at)

    def _door_moved(self, is_open: bool) -> None:
        now = self._now()
        self.door_open = is_open
        if self.door_sensor and self.alive:
            self._record(LockRecordType.DOOR_OPEN if is_open else LockRecordType.DOOR_CLOSED)
        self._door_alarm_due = (
            now + self.door_alarm_seconds if is_open and self.door_sensor and self.door_alarm_seconds else None
        )
        if self.auto_lock_needs_door_closed:
            self._arm_auto_lock(now)
