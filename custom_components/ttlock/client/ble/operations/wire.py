"""The pieces of which all requests and replies are made (ttlock-ble-protocol.md 0.2)."""

from dataclasses import dataclass
import re
from typing import Final

from ...errors import BadReply, InvalidInput
from ...passage import MINUTES_A_DAY
from ...secret import Secret

QUERY: Final = b"\x01"
MODIFY: Final = b"\x02"
"""The two halves of every pair of a setting (6.2)."""
MAC_BYTES: Final = 6
MAX_NUMBER_DIGITS: Final = 20
"""Those of eight bytes, the longest number there is."""
_MAC: Final = re.compile(r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}", re.IGNORECASE)


class Reader:
    """Read a reply from front to back; what ends too early is an `BadReply`."""

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte."""
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Return how many bytes are still there."""
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        if size > self.left:
            raise BadReply
        self._at += size
        return self._data[self._at - size : self._at]

    def rest(self) -> bytes:
        """Return everything that is left."""
        return self.take(self.left)

    def u8(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def u16(self) -> int:
        """Return the next two bytes as a number."""
        return int.from_bytes(self.take(2))

    def u32(self) -> int:
        """Return the next four bytes as a number."""
        return int.from_bytes(self.take(4))

    def cursor(self) -> int:
        """Return the cursor of the next page, negative when there is none."""
        return int.from_bytes(self.take(2), signed=True)

    def text(self) -> str:
        """Return text behind its length."""
        return self.take(self.u8()).decode(errors="replace")

    def digits(self) -> Secret:
        """Return the digits of a code behind their number; there may be none."""
        digits = self.take(self.u8())
        if digits and not digits.isdigit():
            raise BadReply
        return Secret(digits.decode())

    def mac(self) -> str:
        """Return an address, which travels last octet first."""
        return ":".join(f"{octet:02X}" for octet in reversed(self.take(MAC_BYTES)))

    def number(self, size: int) -> Secret:
        """Return the number under which a lock knows a card, finger, face or palm."""
        return shown(self.take(size))


def shown(data: bytes) -> Secret:
    """Return a number in the digits by which the cloud knows it, too."""
    return Secret(str(int.from_bytes(data)))


def u16(value: int) -> bytes:
    """Return a number of two bytes."""
    return unsigned(value, 2)


def u32(value: int) -> bytes:
    """Return a number of four bytes."""
    return unsigned(value, 4)


def unsigned(value: int, size: int) -> bytes:
    """Return a number of some bytes; InvalidInput when it does not fit."""
    if not 0 <= value < 1 << 8 * size:
        raise InvalidInput("out_of_range")
    return value.to_bytes(size)


def sized(data: bytes) -> bytes:
    """Return bytes behind their number."""
    return unsigned(len(data), 1) + data


def code(digits: Secret) -> bytes:
    """Return the digits of a code behind their number."""
    return sized(digits.reveal().encode())


def digit_values(digits: Secret) -> bytes:
    """Return one byte of 0 to 9 for each digit; InvalidInput for anything else."""
    text = digits.reveal()
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput("passcode_digits")
    return bytes(map(int, text))


def mac(address: str) -> bytes:
    """Return an address last octet first; InvalidInput when it is none."""
    if not _MAC.fullmatch(address):
        raise InvalidInput("mac_invalid")
    return bytes.fromhex(address.replace(":", ""))[::-1]


def number(value: Secret, size: int) -> bytes:
    """Return the number of a credential; InvalidInput when a lock cannot have such a one."""
    return unsigned(decimal(value), size)


def decimal(value: Secret) -> int:
    """Return what digits say; InvalidInput for anything else."""
    text = value.reveal()
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER_DIGITS):
        raise InvalidInput("credential_number")
    return int(text)


def minutes(of_day: int) -> bytes:
    """Return hour and minute. Midnight at the end of a day is hour 24, as the vendor's division makes it (a guess)."""
    if not 0 <= of_day <= MINUTES_A_DAY:
        raise InvalidInput("out_of_range")
    return bytes(divmod(of_day, 60))


def read_minutes(reader: Reader) -> int:
    """Return hour and minute as minutes of the day; no later than midnight at its end."""
    hour, minute = reader.take(2)
    return min(hour * 60 + minute, MINUTES_A_DAY)


def words(data: bytes) -> int:
    """Return whole 32-bit words, the least significant first (5.13)."""
    whole = range(0, len(data) - 3, 4)
    return sum(int.from_bytes(data[at : at + 4]) << 8 * at for at in whole)


class Answer(Reader):
    """A reply that begins with the battery and the sub-operation it answers (3.6)."""

    def __init__(self, data: bytes, operation: int) -> None:
        """Read both; the answer to something else is an `BadReply`."""
        super().__init__(data)
        self.battery = percent(self.u8())
        if self.u8() != operation:
            raise BadReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[T]:
    """Some entries of a list, and where it goes on."""

    entries: tuple[T, ...]
    next: int | None
    battery: int | None = None


def percent(value: int) -> int | None:
    """Return a battery level; what is above 100 is not believed."""
    return value if value <= 100 else None
