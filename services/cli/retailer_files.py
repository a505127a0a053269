"""Rows of a retailer's CSV files: read, told apart when wrong, and counted."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO

from pydantic import ValidationError

from services.chassis.decoding import problems

GZIP_MAGIC = b"\x1f\x8b"

Row = tuple[str, ...]


class UnreadableRow(Exception):
    """A file is not what it should be; the text names file, row and what to mend."""


@dataclass
class Window:
    """The time that is replayed, from ``since`` to before ``until``, and a count of every row."""

    since: datetime | None = None
    until: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter[str])

    def holds(self, moment: datetime) -> bool:
        """Whether a time is replayed."""
        return (self.since is None or moment >= self.since) and (
            self.until is None or moment < self.until
        )

    def uses(
        self, form: str, moment: datetime, wrong: str | None = None, used: str = "used"
    ) -> bool:
        """Count a row as ``used``, or by the reason why it is not."""
        reason = wrong if self.holds(moment) else "outside --from and --to"
        self.counts[f"{form}: {reason or used}"] += 1
        return reason is None


def rows_of(files: Sequence[Path], columns: Sequence[str]) -> Iterator[Row]:
    """The named columns of every row of CSV files, packed or not, one file after the other."""
    for file in files:
        with opened(file) as text:
            reader = csv.reader(text)
            header = next(reader, None) or list[str]()
            missing = [name for name in columns if name not in header]
            if missing:
                raise UnreadableRow(
                    f"{file} has no column {', '.join(missing)}: it needs {','.join(columns)}"
                )
            places = [header.index(name) for name in columns]
            for number, row in enumerate(reader, start=2):
                if len(row) != len(header):
                    raise UnreadableRow(f"{file}, line {number}: not {len(header)} columns")
                yield tuple(row[place] for place in places)


def opened(file: Path) -> TextIO:
    """A text file, unpacked when it is packed."""
    with file.open("rb") as raw:
        packed = raw.read(2) == GZIP_MAGIC
    if packed:
        return gzip.open(file, "rt", encoding="utf-8", newline="")
    return file.open(encoding="utf-8", newline="")


@contextmanager
def naming(what: str) -> Generator[None]:
    """Tell which row a wrong value stands in."""
    try:
        yield
    except (ValueError, InvalidOperation) as error:
        text = problems(error) if isinstance(error, ValidationError) else str(error)
        raise UnreadableRow(f"{what}: {text}: mend or remove it") from error


def moment_of(text: str) -> datetime:
    """A time of the files, which is UTC. Raises ``ValueError``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def whole(text: str) -> int:
    """A whole number. Raises ``ValueError``."""
    return int(text)


def decimal(text: str) -> Decimal:
    """A price as it is written. Raises ``InvalidOperation``."""
    return Decimal(text)


def minor_units(price: str) -> int:
    """A price in whole pence: exact, as all but one of the data set's prices are."""
    return int((Decimal(price) * 100).to_integral_value(ROUND_HALF_EVEN))
