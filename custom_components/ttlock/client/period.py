"""Moments and periods that a lock can hold."""

from datetime import datetime
from typing import Final

from .errors import InvalidInput

YEARS: Final = range(2000, 2100)
"""Locks know two digits of a year (ttlock-ble-protocol.md 4.6)."""


def check_years(*moments: datetime | None) -> None:
    """Refuse moments that no lock knows; InvalidInput. What passes can be reckoned with in every zone."""
    if any(when is not None and when.year not in YEARS for when in moments):
        raise InvalidInput("period_years")


def check_order(start: datetime | None, end: datetime | None) -> None:
    """Refuse a period that ends before it begins; InvalidInput.

    Of two moments in one zone Python would compare the hands of the clock, which on one day of the year go ahead.
    """
    if start is not None and end is not None and end.timestamp() <= start.timestamp():
        raise InvalidInput("period_order")
