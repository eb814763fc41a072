"""What is known of the account and its locks, as immutable snapshots."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
import random
from typing import Final

from homeassistant.util import dt as dt_util

from .client.evidence import Confidence, Evidence, FactSource
from .client.features import Feature, Features
from .client.knowledge import PASSAGE_AGE, AutoLock, Fact, Knowledge, fact_of
from .client.models import Bolt, Door, Ekey, Gateway, GatewayReach
from .client.passage import PassageMode
from .client.settings import LockSwitches
from .const import JITTER, MONTH

BLUETOOTH: Final = "bluetooth"
CONNECTED: Final = "connected"
EKEY_INVALID: Final = "ekey_invalid"
NO_GATEWAY: Final = "no_gateway"
GATEWAY_OFFLINE: Final = "gateway_offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryLock:
    """One lock of the inventory: the account's ekey and what the list of own locks adds."""

    ekey: Ekey
    has_gateway: bool | None
    """None for shared locks, of which the vendor does not say."""
    battery: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Everything in the account, by id."""

    locks: dict[int, InventoryLock] = field(default_factory=dict)
    gateways: dict[int, Gateway] = field(default_factory=dict)
    reach: tuple[GatewayReach, ...] = ()
    """Which gateway hears which lock, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSensor:
    """The sensor paired with a lock."""

    battery: int | None
    left_open_seconds: int | None
    """After how long an open door is reported; 0 is never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSettings:
    """Settings of a lock, read about once a day. None is not known."""

    model: str | None = None
    hardware_version: str | None = None
    firmware_version: str | None = None
    auto_lock_seconds: int | None = None
    """Delay in force; 0 is off."""
    sound: bool | None = None
    switches: LockSwitches | None = None
    passage: PassageMode | None = None
    door_sensor: DoorSensor | None = None
    remembered_auto_lock: int | None = None
    """The last delay that was in force, to come back to after auto-lock was off."""
    remote_unlock: bool | None = None
    """Whether the lock lets itself be unlocked from afar, as the last try showed: its switch cannot be read."""
    shows_unlocked: bool = False
    """Whether the lock was heard to say by radio that it is unlocked; some never do."""
    read_at: datetime | None = None
    auto_lock_set_at: datetime | None = None
    """When we set the delay: it began anew."""
    passage_set_at: datetime | None = None
    """When we wrote the plan."""

    def with_auto_lock(self, seconds: int, at: datetime) -> LockSettings:
        """Return the settings after the delay was changed."""
        remembered = seconds or self.remembered_auto_lock
        return replace(self, auto_lock_seconds=seconds, remembered_auto_lock=remembered, auto_lock_set_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockData:
    """What is known of one lock."""

    inventory: InventoryLock
    settings: LockSettings = LockSettings()
    known: Knowledge = field(default_factory=Knowledge)
    """Bolt, door and battery, with who said so and when."""
    contact: Fact[str] | None = None
    """How the last try to reach the lock ended: connected, or the reason word of the failure."""
    moving_to: Bolt | None = None
    """Where a command under way will leave the bolt."""
    operator: str | None = None
    trigger: str | None = None
    reach: tuple[GatewayReach, ...] = ()
    """Gateways that hear the lock, best first."""
    by_radio: bool = False
    """Home Assistant's own Bluetooth reaches the lock, and its key is known."""

    @property
    def bolt(self) -> Bolt:
        """Return where the bolt is, as far as anybody can say."""
        return self.known.bolt.value if self.known.bolt else Bolt.UNKNOWN

    @property
    def uncertain(self) -> bool:
        """Return whether where the bolt is was not confirmed lately."""
        return self.known.bolt is None or self.known.bolt.confidence is not Confidence.CONFIRMED

    @property
    def door(self) -> Door | None:
        """Return where the door leaf is; None without a sensor or when nobody can say."""
        return self.known.door.value if self.known.door else None

    @property
    def battery(self) -> int | None:
        """Return the charge in percent."""
        return self.known.battery.value if self.known.battery else self.inventory.battery

    @property
    def trouble(self) -> str | None:
        """Return the reason word of the failure that keeps us from the lock now."""
        return self.contact.value if self.contact and self.contact.value != CONNECTED else None

    @property
    def ekey(self) -> Ekey:
        """Return the account's ekey for the lock."""
        return self.inventory.ekey

    @property
    def features(self) -> Features:
        """Return what the lock is able to do."""
        return self.ekey.features

    @property
    def obstacle(self) -> str | None:
        """Return why no command can reach the lock through the cloud, None when one may.

        A lock is reached by a gateway or by its own Wi-Fi; of shared locks the vendor does not say, so they are tried.
        """
        if not self.ekey.valid_at(dt_util.utcnow()):
            return EKEY_INVALID
        if self.inventory.has_gateway is False and Feature.WIFI not in self.features:
            return NO_GATEWAY
        return None

    @property
    def connection(self) -> str | None:
        """Return how the lock is reached, as one word; None before it was heard or tried."""
        if self.by_radio and (self.obstacle or self.trouble or self.contact is None):
            return BLUETOOTH
        if self.obstacle == NO_GATEWAY and self.trouble == GATEWAY_OFFLINE:
            return GATEWAY_OFFLINE
        return self.obstacle or (self.contact.value if self.contact else None)

    @property
    def zone(self) -> tzinfo:
        """Return the time zone in which the lock keeps its plans and naive times are meant.

        The vendor captures an offset once and does not follow daylight saving (ttlock-open-api.md 9, quirk 16).
        When Home Assistant's own zone has that offset in winter or summer, the lock hangs in the same zone.
        """
        home = dt_util.get_default_time_zone()
        offset = self.ekey.utc_offset
        if offset is None:
            return home
        year = dt_util.utcnow().year
        halves = (datetime(year, month, 1, tzinfo=home).utcoffset() for month in (1, 7))
        return home if offset in halves else timezone(offset)

    @property
    def remote_unlock(self) -> bool | None:
        """Return whether the lock can be unlocked from afar; None until that was tried."""
        return False if self.ekey.remote_unlock is False else self.settings.remote_unlock

    @property
    def passage(self) -> Fact[bool] | None:
        """Return whether passage mode holds the door now; None when the plan is not known."""
        settings, now = self.settings, dt_util.utcnow()
        if settings.passage is None:
            return None
        read, written = settings.read_at, settings.passage_set_at
        by_us = written is not None and (read is None or written > read)
        at = (written if by_us else read) or now
        active = Evidence(
            value=settings.passage.active_at(now.astimezone(self.zone)),
            source=FactSource.COMMAND if by_us else FactSource.SETTINGS,
            at=at,
            heard=at,
        )
        return fact_of(active, PASSAGE_AGE, now)

    @property
    def passage_active(self) -> bool | None:
        """Return whether passage mode holds the door now; None when the plan is not known."""
        return self.passage.value if self.passage else None

    @property
    def auto_lock(self) -> AutoLock | None:
        """Return how the lock locks itself; None when it does not or nobody knows."""
        settings = self.settings
        if not settings.auto_lock_seconds:
            return None
        has_passage = not self.features.lack(Feature.PASSAGE_MODE)
        return AutoLock(
            delay=timedelta(seconds=settings.auto_lock_seconds),
            since=settings.auto_lock_set_at,
            plan=settings.passage if has_passage else None,
            plan_known=settings.passage is not None or not has_passage,
            zone=self.zone,
            door_matters=settings.door_sensor is not None,
        )


def jittered(pause: timedelta) -> timedelta:
    """Return a little less than a pause: many installations whose cloud is back do not ask it at the same time."""
    return pause * random.uniform(*JITTER)  # noqa: S311  # no secret hangs on it


class Allowance:
    """Calls that may be made when somebody asks for something: so many a month, and what is not used gathers."""

    def __init__(self, most: float) -> None:
        """Start with as many as may gather."""
        self._most = most
        self._left = most
        self._counted_at: datetime | None = None

    def take(self, calls: float, calls_a_month: float, now: datetime) -> bool:
        """Use calls up; returns whether there were enough."""
        if self._counted_at is not None:
            self._left = min(self._most, self._left + (now - self._counted_at) / MONTH * calls_a_month)
        self._counted_at = now
        if (calls := min(calls, self._most)) > self._left:
            return False
        self._left -= calls
        return True
