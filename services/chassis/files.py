"""Small files that processes tell each other by: read whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson


def replace_file(path: Path, data: Mapping[str, Any]) -> None:
    """Write a small JSON file so that a reader sees the old or the new, never a half."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(data))
    Path(name).replace(path)


class HomeFiles:
    """What one worker tells in the ``run`` folder of its home; without a home, nothing.

    ``worker-<name>-<pid>.ready``: this process is ready, and how to clean up after it.
    ``worker-<name>-<pid>.http``: where it answers probes, when it does.
    ``worker-<name>.refused``: the service may not run, why, and what to do.
    """

    def __init__(self, home: Path | None, name: str) -> None:
        self.folder = None if home is None else home / "run"
        self.name = name
        self.told: Mapping[str, str] = {}

    def ready(self, **told: str) -> None:
        """Tell that we are ready, again when what there is to tell has changed."""
        if told != self.told:
            self._write(f"worker-{self.name}-{os.getpid()}.ready", told)
            self.told = told

    def answers(self, address: str, port: int) -> None:
        """Tell where ``/live``, ``/ready`` and ``/metrics`` are."""
        told = {"url": f"http://{address}:{port}", "pid": os.getpid()}
        self._write(f"worker-{self.name}-{os.getpid()}.http", told)

    def refused(self, reason: str, text: str, partitions: Sequence[Mapping[str, Any]] = ()) -> None:
        """Tell why this service may not run; ``reason`` is a code, ``text`` says what to do."""
        told = {
            "worker": self.name,
            "reason": reason,
            "text": text,
            "partitions": list(partitions),
            "refused_at": datetime.now(UTC).isoformat(),
        }
        self._write(f"worker-{self.name}.refused", told)

    def take_back_refusal(self) -> None:
        """Tell no more that it may not run."""
        if self.folder is not None:
            (self.folder / f"worker-{self.name}.refused").unlink(missing_ok=True)

    def _write(self, name: str, told: Mapping[str, Any]) -> None:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.folder / name, told)
