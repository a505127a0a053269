"""The rules of the dock that have numbers in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Working days are Monday to Friday; everything is business time."""

    close_after_days: int = 2
    """Working days after its first scan: then nobody counts on the rest of a delivery line."""
    overdue_after_days: int = 5
    """Working days past its date: then nobody counts on a line of which nothing was scanned."""
    premise_wait: timedelta = timedelta(hours=24)
    """How long a correction waits for its scan."""
