"""The weekly shape that passage mode and working mode share on the wire (ttlock-open-api.md 4.3)."""

from ..passage import PassagePeriod


def period_fields(period: PassagePeriod, start: str, end: str) -> dict[str, int | list[int]]:
    """Return one window of a plan; `start` and `end` name its minutes, which the generations spell differently."""
    weekdays = sorted(period.weekdays)
    return {"isAllDay": 1 if period.all_day else 2, start: period.start, end: period.end, "weekDays": weekdays}
