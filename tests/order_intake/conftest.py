"""Order intake under test."""

from __future__ import annotations

import pytest

from tests.conftest import MakeService
from tests.harness import Service
from tests.order_intake.builders import a_product


@pytest.fixture
async def intake(service: MakeService) -> Service:
    """Order intake, before it has heard anything."""
    return await service("order_intake")


@pytest.fixture
async def shop(intake: Service) -> Service:
    """Order intake that knows the lamp."""
    await intake.hear(a_product())
    return intake
