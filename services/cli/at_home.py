"""What the workers of a home tell: who is ready, who waits for what, who may not run and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from schemas.topics import SERVICES

ANSWER_SECONDS = 1.0
READY = ""
GONE = "gone"
"""Nobody listens where a process said that it would: another one has its number by now."""


@dataclass(frozen=True)
class Workers:
    """The processes of one service on this machine."""

    standing: Mapping[int, str]
    """What each waits for, by process id; empty: it is ready."""
    refusal: str
    """Why the service may not run, and what to do; empty: it may."""

    @property
    def ready(self) -> int:
        """Processes that take records."""
        return sum(1 for told in self.standing.values() if told == READY)


async def workers_at(home: Path) -> Mapping[str, Workers]:
    """The workers of a home by service; processes that are gone are not counted."""
    run = home / "run"
    places = {service: processes_in(run, service) for service in SERVICES}
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
        return {
            service: Workers(
                {
                    pid: told
                    for pid, url in its.items()
                    if (told := await _told(client, url)) != GONE
                },
                _refusal(run / f"worker-{service}.refused"),
            )
            for service, its in places.items()
        }


def processes_in(run: Path, service: str) -> dict[int, str]:
    """The processes of a service that run, each with the address where it answers HTTP, if any."""
    found = {pid_of(place): "" for place in run.glob(f"worker-{service}-*.ready")}
    for place in run.glob(f"worker-{service}-*.http"):
        try:
            found[pid_of(place)] = str(json.loads(place.read_text())["url"])
        except (OSError, ValueError, LookupError, TypeError):
            continue  # it ended just now
    return {pid: url for pid, url in found.items() if pid and Path("/proc", str(pid)).exists()}


async def _told(client: httpx.AsyncClient, url: str) -> str:
    """What a process waits for; one that answers no HTTP has written that it is ready."""
    if not url:
        return READY
    try:
        answer = await client.get(f"{url}/ready")
    except httpx.ConnectError:
        return GONE
    except httpx.HTTPError as error:
        return f"it does not answer ({type(error).__name__})"
    return READY if answer.is_success else answer.text.strip()


def pid_of(place: Path) -> int:
    """The process that a file is named after; 0: none."""
    number = place.stem.rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def _refusal(place: Path) -> str:
    try:
        told: Any = json.loads(place.read_text())
        return str(told["text"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, LookupError, TypeError):
        return f"{place} does not say why it may not run: see its log"
