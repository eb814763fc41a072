"""The switches of a lock and its working hours (ttlock-open-api.md 4.1 lock/detail and 4.3)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from . import parse
from .errors import InvalidInput
from .parse import Raw
from .passage import EVERY_DAY, MAX_PERIODS, MINUTES_A_DAY, PassageMode, PassagePeriod


class OpenDirection(IntEnum):
    """Where the door opens to, with the vendor's numbers."""

    LEFT = 1
    RIGHT = 2


class Setting(IntEnum):
    """What `updateSetting` sets, with the vendor's numbers (ttlock-open-api.md 4.3)."""

    PRIVACY_LOCK = 2
    TAMPER_ALERT = 3
    RESET_BUTTON = 4
    SOUND = 6
    OPEN_DIRECTION = 7
    SOUND_VOLUME = 8
    POWER_SAVING = 10
    LEFT_OPEN_SECONDS = 11
    DUAL_VERIFICATION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSwitches:
    """What the cloud has noted of a lock's switches; None where it did not say, as for features the lock lacks."""

    volume: int | None
    """1 to 5."""
    privacy_lock: bool | None
    tamper_alert: bool | None
    reset_button: bool | None
    open_direction: OpenDirection | None
    dual_verification: bool | None
    frozen: bool | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read them from the details of a lock; nothing in there is required."""
        volume = parse.integer(raw.get("soundVolume"))
        return cls(
            volume=volume if volume is not None and 1 <= volume <= MAX_VOLUME else None,
            privacy_lock=parse.on_off(raw.get("privacyLock")),
            tamper_alert=parse.on_off(raw.get("tamperAlert")),
            reset_button=parse.on_off(raw.get("resetButton")),
            open_direction=open_direction(raw.get("openDirection")),
            dual_verification=parse.on_off(raw.get("doubleVerification")),
            frozen=parse.on_off(raw.get("isFrozen")),
        )


MAX_VOLUME = 5


def open_direction(value: object) -> OpenDirection | None:
    """Translate the vendor's number; 0 and new ones are not known."""
    try:
        return OpenDirection(parse.integer(value) or 0)
    except ValueError:
        return None


class WorkingMode(IntEnum):
    """When a lock works at all, with the vendor's numbers (ttlock-open-api.md 4.3)."""

    UNKNOWN = 0
    ALWAYS = 1
    NEVER = 2
    HOURS = 3

    @classmethod
    def from_vendor(cls, value: object) -> WorkingMode:
        """Translate the vendor's number; new ones are unknown."""
        try:
            return cls(parse.integer(value) or 0)
        except ValueError:
            return cls.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """The working mode with its weekly plan; outside of it nothing but the mechanical key opens."""

    mode: WorkingMode
    periods: tuple[PassagePeriod, ...] = ()

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply; its plan has the shape of passage mode."""
        return cls(
            mode=WorkingMode.from_vendor(raw.get("workingMode")),
            periods=PassageMode.from_vendor(raw).periods if "cyclicConfig" in raw else (),
        )


def check_working_hours(hours: WorkingHours) -> None:
    """Refuse what the lock cannot hold, before anything is sent; InvalidInput."""
    if hours.mode is WorkingMode.UNKNOWN:
        raise InvalidInput("working_mode_unknown")
    if (hours.mode is WorkingMode.HOURS) != bool(hours.periods):
        raise InvalidInput("working_hours_missing")
    if len(hours.periods) > MAX_PERIODS:
        raise InvalidInput("working_hours_too_many")
    for period in hours.periods:
        if not period.weekdays or not period.weekdays <= EVERY_DAY:
            raise InvalidInput("working_hours_days")
        if not period.all_day and not 0 <= period.start < period.end <= MINUTES_A_DAY:
            raise InvalidInput("working_hours_times")
