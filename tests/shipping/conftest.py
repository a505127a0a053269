"""Shipping on a database of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.harness import Service

MakeService = Callable[..., Awaitable[Service]]


@pytest.fixture
async def shipping(service: MakeService) -> Service:
    return await service("shipping")
