"""When something opens, as stretches of time: the single period, or the weekly windows between two moments."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

from .credentials import Validity, ValidityKind
from .cyclic import CyclicWindow, weekly
from .passage import MINUTES_A_DAY, PassagePeriod
from .period import YEARS

EPOCH: Final = datetime.fromtimestamp(0, UTC)
FIRST: Final = datetime(YEARS.start, 1, 1, tzinfo=UTC)
LAST: Final = datetime(YEARS.stop, 1, 1, tzinfo=UTC)
"""Between them are the years that a lock knows."""
LATEST: Final = datetime.max.replace(tzinfo=UTC)
DAYS_TO_LOOK: Final = timedelta(days=8)
"""Weekly windows repeat within them."""

type Span = tuple[datetime, datetime]


def spans(validity: Validity, begin: datetime, until: datetime, zone: tzinfo) -> list[Span]:
    """Return when a credential opens between two moments, in UTC and in order; `zone` is the lock's.

    What opens for good, or never, has no such stretches.
    """
    start, end = validity.start or EPOCH, validity.end
    if validity.kind is ValidityKind.CYCLIC:
        found = weekly_spans(validity.windows, begin, until, zone)
        cut = [(max(first, start), last if end is None else min(last, end)) for first, last in found]
    elif validity.kind in (ValidityKind.PERIOD, ValidityKind.ONE_TIME) and end is not None:
        cut = [(start, end)]
    else:
        cut = []
    return [(first, last) for first, last in cut if first < last and first < until and begin < last]


def weekly_spans(windows: Iterable[CyclicWindow], begin: datetime, until: datetime, zone: tzinfo) -> list[Span]:
    """Return the occurrences of weekly windows that touch a range, in the years that a lock knows.

    Times of the day are those of the wall: on the days on which the clock is changed, a window is longer or shorter.
    """
    begin, until = max(begin, FIRST), min(until, LAST)
    day, last = begin.astimezone(zone).date() - timedelta(days=1), until.astimezone(zone).date()
    found: list[Span] = []
    while day <= last:
        midnight = datetime.combine(day, time(), zone)
        for window in windows:
            if window.weekday == day.isoweekday():
                end = window.end if window.start < window.end else window.end + MINUTES_A_DAY
                # Adding to a local time moves its hands; only as UTC the two moments can be compared.
                found.append(
                    (
                        (midnight + timedelta(minutes=window.start)).astimezone(UTC),
                        (midnight + timedelta(minutes=end)).astimezone(UTC),
                    )
                )
        day += timedelta(days=1)
    return sorted((first, end) for first, end in found if first < end and first < until and begin < end)


def windows_of(period: PassagePeriod) -> Sequence[CyclicWindow]:
    """Return a period of passage mode as weekly windows."""
    start, end = (0, MINUTES_A_DAY) if period.all_day else (period.start, period.end)
    return weekly(period.weekdays, start, end)


def next_span(validity: Validity, now: datetime, zone: tzinfo) -> Span | None:
    """Return when a credential opens now, or next; None for never, and for what opens for good."""
    begin = max(now, validity.start or now)
    until = begin + DAYS_TO_LOOK if validity.kind is ValidityKind.CYCLIC else LATEST
    return next(iter(spans(validity, now, until, zone)), None)


def next_edge(validity: Validity, now: datetime, zone: tzinfo) -> datetime | None:
    """Return when a credential next begins or ceases to open; None for never."""
    begun = [edge for edge in (validity.start, validity.end) if edge is not None]
    found = [edge for span in spans(validity, now, now + DAYS_TO_LOOK, zone) for edge in span]
    return min((edge for edge in begun + found if edge > now), default=None)
