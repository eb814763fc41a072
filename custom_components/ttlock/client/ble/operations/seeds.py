"""The seeds from which cloud and lock compute random passcodes (ttlock-ble-protocol.md 4.1, 5.6 and 8.4).

How digits come of them is in no source: the cloud does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
import secrets
from typing import Final

from ...errors import InvalidInput
from ...secret import Secret
from ..lock_data import YearSeed
from .dates import read_date5
from .wire import Reader, decimal

YEARS: Final = 10
MAX_CODE: Final = 1070
SECRET_DIGITS: Final = 10
_CENTURY: Final = 100
_SECRET_BITS: Final = 36


def random_seeds(today: date) -> tuple[YearSeed, ...]:
    """Return the seeds of ten years; on the first of January they begin with the year before (5.6)."""
    first = today.year - (today.month == today.day == 1)
    return tuple(
        YearSeed(
            year=first + index,
            code=secrets.randbelow(MAX_CODE + 1),
            secret=Secret(f"{secrets.randbelow(10**SECRET_DIGITS):0{SECRET_DIGITS}}"),
        )
        for index in range(YEARS)
    )


def encode(seeds: Sequence[YearSeed]) -> bytes:
    """Return the request that gives them to the lock: two digits of the first year, and six bytes for each."""
    if len(seeds) != YEARS or any(seed.year != seeds[0].year + index for index, seed in enumerate(seeds)):
        raise InvalidInput("out_of_range")
    return bytes((seeds[0].year % _CENTURY,)) + b"".join(map(_word, seeds))


def decode(data: bytes, century: int) -> tuple[YearSeed, ...]:
    """Read such a request."""
    reader = Reader(data)
    first = century + reader.u8()
    return tuple(_seed(first + index, int.from_bytes(reader.take(6))) for index in range(YEARS))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedInUse:
    """From what a lock computes random passcodes now."""

    code: int
    secret: Secret
    since: datetime | None


def read_in_use(data: bytes, zone: tzinfo) -> SeedInUse:
    """Read the seed of this year; that its three parts are two, five and five bytes long is a guess (5.6)."""
    reader = Reader(data)
    code, secret = reader.u16(), int.from_bytes(reader.take(5))
    return SeedInUse(code=code, secret=Secret(f"{secret:0{SECRET_DIGITS}}"), since=read_date5(reader, zone))


def _word(seed: YearSeed) -> bytes:
    """Return twelve bits of code and 36 of secret; InvalidInput for a seed that does not fit."""
    secret = decimal(seed.secret)
    if not 0 <= seed.code <= MAX_CODE or secret >= 10**SECRET_DIGITS:
        raise InvalidInput("out_of_range")
    return (seed.code << _SECRET_BITS | secret).to_bytes(6)


def _seed(year: int, word: int) -> YearSeed:
    secret = word & (1 << _SECRET_BITS) - 1
    return YearSeed(year=year, code=word >> _SECRET_BITS, secret=Secret(f"{secret:0{SECRET_DIGITS}}"))
