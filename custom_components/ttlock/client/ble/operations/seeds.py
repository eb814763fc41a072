"""The seeds from which cloud and lock compute random passcodes (ttlock-ble-protocol.md 4.1, 5.6 and 8.4).

How digits come of them is in no source: the cloud does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
import secrets
from typing import Final, Self

from ...errors import InvalidInput
from .wire import Reader

YEARS: Final = 10
MAX_CODE: Final = 1070
SECRET_DIGITS: Final = 10
_CENTURY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class YearSeed:
    """The seed of one year; it cannot be printed."""

    year: int
    """Two digits."""
    code: int
    secret: int

    @classmethod
    def random(cls, year: int) -> Self:
        """Return a seed that nobody guesses."""
        low = 10 ** (SECRET_DIGITS - 1)
        return cls(
            year=year % _CENTURY,
            code=secrets.randbelow(MAX_CODE + 1),
            secret=low + secrets.randbelow(9 * low),
        )

    def encode(self) -> bytes:
        """Return twelve bits of code and 36 of secret; InvalidInput for a seed that does not fit."""
        if not 0 <= self.code <= MAX_CODE or not 0 <= self.secret < 10**SECRET_DIGITS:
            raise InvalidInput("out_of_range")
        return (self.code << 36 | self.secret).to_bytes(6)


def random_seeds(year: int, *, new_year: bool = False) -> tuple[YearSeed, ...]:
    """Return the seeds of ten years; on the first of January they begin with the year before (5.6)."""
    first = year - 1 if new_year else year
    return tuple(YearSeed.random(first + index) for index in range(YEARS))


def encode(seeds: Sequence[YearSeed]) -> bytes:
    """Return the request that gives them to the lock."""
    if len(seeds) != YEARS or any(seed.year != (seeds[0].year + index) % _CENTURY for index, seed in enumerate(seeds)):
        raise InvalidInput("out_of_range")
    return bytes((seeds[0].year,)) + b"".join(seed.encode() for seed in seeds)


def decode(data: bytes) -> tuple[YearSeed, ...]:
    """Read such a request."""
    reader = Reader(data)
    first = reader.u8()
    seeds = []
    for index in range(YEARS):
        word = int.from_bytes(reader.take(6))
        seeds.append(YearSeed(year=(first + index) % _CENTURY, code=word >> 36, secret=word & (1 << 36) - 1))
    return tuple(seeds)
