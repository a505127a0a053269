"""A provider for each test that asks for one: on the test's own home, and so on its clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.payments.provider import Provider, ProviderThread

SILENT_SECONDS = "2"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    """The stand-in, up in no time."""
    one = ProviderThread(tmp_path, silent_seconds=SILENT_SECONDS).start()
    yield one
    one.stop()


@pytest.fixture
def provider_process(tmp_path: Path) -> Iterator[Provider]:
    """The stand-in as a process that can be killed."""
    one = Provider(tmp_path, silent_seconds=SILENT_SECONDS).start()
    yield one
    one.stop()
