"""The settings of a lock that are a number or a few (ttlock-ble-protocol.md 5.12)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ...errors import BadReply, InvalidInput
from ...settings import MAX_VOLUME
from .wire import MODIFY, QUERY, Answer, u16, unsigned

GET: Final = QUERY
GET_OPERATION: Final = 1


class Sensitivity(IntEnum):
    """How easily the keypad takes a touch."""

    OFF = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoLock:
    """The delay of auto-lock, 0 for off, and what the lock takes."""

    seconds: int
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Whether the lock makes sounds, and how loud: 1 to 5, None where it cannot be set."""

    on: bool
    volume: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullAutoLock:
    """How the motor of a fully automatic lock drives: torque, and how long it keeps and drives."""

    torque: int
    keep: int
    drive: int


def read_flag(data: bytes) -> bool:
    """Read a setting that is on or off."""
    return bool(Answer(data, GET_OPERATION).u8())


def write_flag(on: bool) -> bytes:
    """Return the request that switches a setting."""
    return MODIFY + bytes((on,))


def read_auto_lock(data: bytes) -> AutoLock:
    """Read the delay of auto-lock; older locks do not tell their limits."""
    answer = Answer(data, GET_OPERATION)
    seconds = answer.u16()
    limits = (answer.u16(), answer.u16()) if answer.left else (None, None)
    return AutoLock(seconds=seconds, minimum=limits[0], maximum=limits[1])


def write_auto_lock(seconds: int) -> bytes:
    """Return the request that sets the delay of auto-lock, 0 for off. 65535 would say something else."""
    if not 0 <= seconds < DOOR_SENSOR:
        raise InvalidInput("auto_lock_range")
    return MODIFY + u16(seconds)


DOOR_SENSOR: Final = 0xFFFF
"""As delay of auto-lock: the door sensor is meant, not the delay."""


def write_door_sensor(on: bool) -> bytes:
    """Return the request that has the door sensor built into a lock used or not."""
    return MODIFY + u16(DOOR_SENSOR) + bytes((on,))


def read_sound(data: bytes) -> Sound:
    """Read whether there is sound, and the volume where the lock has one."""
    answer = Answer(data, GET_OPERATION)
    on, volume = bool(answer.u8()), answer.u8() if answer.left else None
    return Sound(on=on, volume=volume if volume is not None and 1 <= volume <= MAX_VOLUME else None)


def write_sound(on: bool, volume: int | None = None) -> bytes:
    """Return the request that switches the sound, with a volume where the lock has one."""
    if not on or volume is None:
        return write_flag(on)
    if not 1 <= volume <= MAX_VOLUME:
        raise InvalidInput("volume_range")
    return MODIFY + bytes((1, volume, 0))


def read_seconds(data: bytes) -> int:
    """Read a time in seconds, as that of the lamp."""
    return Answer(data, GET_OPERATION).u16()


def write_seconds(seconds: int) -> bytes:
    """Return the request that sets a time in seconds, 0 for off."""
    return MODIFY + u16(seconds)


def read_sensitivity(data: bytes) -> Sensitivity:
    """Read how easily the keypad takes a touch."""
    try:
        return Sensitivity(Answer(data, GET_OPERATION).u8())
    except ValueError:
        raise BadReply from None


def write_sensitivity(value: Sensitivity) -> bytes:
    """Return the request that sets how easily the keypad takes a touch."""
    return MODIFY + bytes((value,))


def read_full_auto_lock(data: bytes) -> FullAutoLock:
    """Read how the motor drives."""
    torque, keep, drive = Answer(data, GET_OPERATION).take(3)
    return FullAutoLock(torque=torque, keep=keep, drive=drive)


def write_full_auto_lock(value: FullAutoLock) -> bytes:
    """Return the request that sets how the motor drives."""
    return MODIFY + b"".join(unsigned(part, 1) for part in (value.torque, value.keep, value.drive))


def left_open_alarm(seconds: int) -> bytes:
    """Return the request that sets after how long an open door is reported, 0 for never; it cannot be asked for."""
    if not 0 <= seconds <= 0xFFFF:
        raise InvalidInput("left_open_range")
    return u16(seconds)


def ask_parameter(parameter: int) -> bytes:
    """Return the question for a parameter of `91`."""
    return QUERY + u16(parameter)


def write_parameter(parameter: int, value: bytes) -> bytes:
    """Return the request that sets a parameter of `91`."""
    return MODIFY + u16(parameter) + value


def read_parameter(data: bytes, parameter: int) -> bytes:
    """Read a parameter of `91`. Whether its number comes back in two bytes as it went is a guess (5.12)."""
    answer = Answer(data, GET_OPERATION)
    if answer.u16() != parameter:
        raise BadReply
    return answer.rest()
