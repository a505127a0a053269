"""One home for the command's tests, on real time as a user has it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.home import Home, a_running_home


@pytest.fixture(scope="package")
def home() -> Iterator[Home]:
    """Servers, six workers and stand-ins run."""
    with a_running_home(None) as one:
        yield one
