"""The contracts of earlier releases, as they are kept in ``schemas/released``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from schemas.catalog import EVENTS
from schemas.documents import RELEASED, message_id
from schemas.envelope import Event

RELEASES = tuple(sorted(folder.name for folder in RELEASED.iterdir()))
TODAY = {message_id(event): event for event in EVENTS}


def loaded(path: Path) -> Any:
    """The JSON in a file."""
    return json.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Kept:
    """An event as a release had it."""

    release: str
    name: str
    """Topic and type, as everywhere among the documents."""
    file: Path

    @property
    def event(self) -> type[Event]:
        """The event of today. Raises ``KeyError`` when there is none any more."""
        return TODAY[self.name]

    @property
    def schema(self) -> dict[str, Any]:
        """Its JSON Schema then."""
        return loaded(RELEASED / self.release / "json" / self.file)

    @property
    def example(self) -> dict[str, Any]:
        """Its golden example then."""
        return loaded(RELEASED / self.release / "examples" / self.file)

    @property
    def fact(self) -> dict[str, Any]:
        """Identity and content of an outsider's example then."""
        return loaded(RELEASED / self.release / "facts.json")[self.name]


def kept_of(release: str) -> list[Kept]:
    """Every event of a release."""
    folder = RELEASED / release / "json"
    return [
        Kept(release, f"{file.parent.name}.{file.stem}", file.relative_to(folder))
        for file in sorted(folder.glob("*/*.json"))
    ]


KEPT = [kept for release in RELEASES for kept in kept_of(release)]


def each_kept(*, inbound: bool | None = None) -> pytest.MarkDecorator:
    """Run a test for each event of each release, or for those of outsiders, or of ours, alone."""
    chosen = [
        kept
        for kept in KEPT
        if inbound is None or (kept.name in TODAY and kept.event.TOPIC.inbound is inbound)
    ]
    return pytest.mark.parametrize(
        "kept", chosen, ids=[f"{kept.release}/{kept.name}" for kept in chosen]
    )
