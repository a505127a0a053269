"""Earlier releases: their sources, from this repository's own history, and their golden events."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from schemas.catalog import events_on
from schemas.documents import RELEASED
from schemas.envelope import Event, Topic

ROOT = Path(__file__).parents[2]
FROZEN = Path(__file__).parent / "released"
COMMITS = {"0.1.0": "d0070416420a20f65c7fcf5cc9acd6c2c63e97eb"}
"""The commit that was each release; the last is the one that workers are replaced from."""
LAST = list(COMMITS)[-1]
PACKAGES = ("schemas", "services", "deploy", "tests", "pyproject.toml")
GIT_SECONDS = 60


def source(release: str, folder: Path) -> Path:
    """Unpack the sources of a release; skips the test in a checkout without that history."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("there is no git here to fetch an earlier release's sources with")
    done = subprocess.run(
        [git, "archive", "--format=zip", COMMITS[release], *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        timeout=GIT_SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.skip(
            f"the sources of {release} are not in this checkout's history (a shallow clone)"
        )
    target = folder / f"release-{release}"
    with zipfile.ZipFile(BytesIO(done.stdout)) as archive:
        archive.extractall(target)
    return target


def start_in(
    source: Path, *arguments: str | Path, log: Path, **environment: str
) -> subprocess.Popen[bytes]:
    """Start Python on the code of a release, the libraries being today's."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CROSSDOCK_")}
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=source,
            env={**kept, "PYTHONPATH": str(source), **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def golden(release: str, topic: Topic) -> list[Event]:
    """The golden examples of a release on a topic, as today's events."""
    events = events_on(topic)
    return [
        events[file.stem].model_validate_json(file.read_text(encoding="utf-8"))
        for file in sorted((RELEASED / release / "examples" / topic.name).glob("*.json"))
    ]
