"""Windows of the day in newer locks: frozen times and times without Wi-Fi (ttlock-ble-protocol.md 5.12)."""

from typing import Final

from ...cyclic import CyclicWindow
from ...errors import BadReply
from .wire import Answer, Page, minutes, read_minutes, unsigned

FROZEN_TIMES: Final = 1
QUERY: Final = 1
ADD: Final = 2
CLEAR: Final = 4
WEEKLY: Final = 1
END: Final = 0xFF


def ask_frozen(index: int) -> bytes:
    """Return the request for a page of frozen times."""
    return bytes((FROZEN_TIMES, QUERY, index))


def add_frozen(window: CyclicWindow) -> bytes:
    """Return the request that adds a frozen time."""
    times = minutes(window.start) + minutes(window.end)
    return bytes((FROZEN_TIMES, ADD, WEEKLY)) + unsigned(window.weekday, 1) + bytes((0,)) + times


def clear_frozen() -> bytes:
    """Return the request that takes all frozen times away."""
    return bytes((FROZEN_TIMES, CLEAR))


def read_frozen(data: bytes) -> Page[CyclicWindow]:
    """Read a page of frozen times."""
    answer = Answer(data, FROZEN_TIMES)
    if answer.u8() != QUERY:
        raise BadReply
    index = answer.u8()
    windows = []
    while answer.left:
        _, weekday, _ = answer.take(3)
        windows.append(CyclicWindow(weekday=weekday, start=read_minutes(answer), end=read_minutes(answer)))
    return Page(entries=tuple(windows), next=None if index == END else index, battery=answer.battery)


def add_wifi_sleep(index: int, start: int, end: int) -> bytes:
    """Return the request that adds a time without Wi-Fi; what the number in front of it stands for is a guess."""
    return bytes((ADD, 1)) + unsigned(index, 1) + bytes((1,)) + minutes(start) + minutes(end)


def clear_wifi_sleep() -> bytes:
    """Return the request that takes all times without Wi-Fi away."""
    return bytes((CLEAR,))
