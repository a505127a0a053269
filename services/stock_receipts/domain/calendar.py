"""Working days: Monday to Friday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

SATURDAY = 5
DAY = timedelta(days=1)


def working_days_after(day: date, days: int) -> date:
    """The day that comes so many working days after a day; 0: the day itself."""
    for _ in range(days):
        day += DAY
        while day.weekday() >= SATURDAY:
            day += DAY
    return day


def same_time_after(moment: datetime, days: int) -> datetime:
    """The same time of day, so many working days later."""
    return datetime.combine(working_days_after(moment.date(), days), moment.timetz())


def end_of_day_after(day: date, days: int) -> datetime:
    """The end of the day, in UTC, that comes so many working days after a day."""
    return datetime.combine(working_days_after(day, days) + DAY, time(), UTC)
