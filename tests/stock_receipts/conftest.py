"""The service under test."""

from __future__ import annotations

import pytest

from tests.conftest import MakeService
from tests.harness import Service


@pytest.fixture
async def receipts(service: MakeService) -> Service:
    """Stock receipts, on a database of its own."""
    return await service("stock_receipts")
