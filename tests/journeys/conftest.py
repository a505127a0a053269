"""One running home for all journeys, and a stage in it for each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from tests.journeys.home import Home, a_running_home
from tests.journeys.journey import Journey, a_journey

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="package")
def running_home() -> Iterator[Home]:
    """All six workers, provider, mailbox and dock as processes, on the driven clock."""
    with a_running_home(MONDAY) as home:
        yield home


@pytest.fixture
async def journey(running_home: Home) -> AsyncIterator[Journey]:
    """What each party of the home sees from here on."""
    async with a_journey(running_home) as one:
        yield one
