"""Working days: Monday to Friday."""

from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5


def next_working_day(day: date) -> date:
    """The first working day after a day."""
    day += timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def working_days_after(day: date, days: int) -> date:
    """The day that comes so many working days after a day; 0: the day itself."""
    for _ in range(days):
        day = next_working_day(day)
    return day
