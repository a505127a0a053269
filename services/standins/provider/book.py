"""The provider's append-only book: one JSON line for each operation that came to an end.

It is the truth that an audit compares with. It survives SIGKILL of the process (each line is
flushed before it is answered), and not a power cut: nothing is synchronized to the disk.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

PAGE_LIMIT = 1_000
"""The most lines that one page holds."""
READ_BYTES = 1024 * 1024


class Book:
    """Lines numbered from 1; only where each begins is kept in memory."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._starts = array("Q", [0])
        for size in self._sizes():
            self._starts.append(self._starts[-1] + size)
        os.ftruncate(self._file, self._starts[-1])  # a line cut short was never answered

    def _sizes(self) -> Iterator[int]:
        """Sizes of the whole lines in the file."""
        offset, rest = 0, 0
        while block := os.pread(self._file, READ_BYTES, offset):
            offset += len(block)
            *whole, tail = block.split(b"\n")
            for line in whole:
                yield rest + len(line) + 1
                rest = 0
            rest += len(tail)

    @property
    def last(self) -> int:
        """Number of the last line; 0: the book is empty."""
        return len(self._starts) - 1

    def append(self, line: dict[str, Any]) -> int:
        """Write a line; return its number."""
        data = orjson.dumps({"n": self.last + 1, **line}) + b"\n"
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left) :]
        self._starts.append(self._starts[-1] + len(data))
        return self.last

    def read(self, number: int) -> dict[str, Any]:
        """One line. Raises ``IndexError`` for a number that is not in the book."""
        if not 1 <= number <= self.last:
            raise IndexError(f"the book has no line {number}: its last is {self.last}")
        start, end = self._starts[number - 1], self._starts[number]
        return orjson.loads(os.pread(self._file, end - start, start))

    def page(self, after: int, limit: int) -> list[dict[str, Any]]:
        """At most ``limit`` lines behind a number."""
        last = min(self.last, after + min(limit, PAGE_LIMIT))
        return [self.read(number) for number in range(max(0, after) + 1, last + 1)]

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
