"""Waiting for what a command will come to show."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE_SECONDS = 30.0
PAUSE_SECONDS = 0.2


def until(look: Callable[[], T], seconds: float = DEADLINE_SECONDS) -> T:
    """What a look finds once it finds something; the last finding when the time is over."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
    return found
