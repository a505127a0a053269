"""What the workers of a home take of the memory, looked at while they run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from schemas.topics import SERVICES
from tests.journeys.home import Home, peak_megabytes


@dataclass
class Watch:
    """The peak of each worker, over all processes that it was."""

    home: Home
    started: float = field(default_factory=monotonic)
    peaks: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def seconds(self) -> float:
        """How long it has watched."""
        return monotonic() - self.started

    def look(self) -> None:
        """Note how things stand now."""
        for pid, line in self.home.processes().items():
            worker = line.rsplit(" ", 1)[-1]
            with suppress(OSError, LookupError):
                if worker in SERVICES and "run_workers" in line:
                    self.peaks[worker] = max(self.peaks.get(worker, 0), peak_megabytes(pid))
