"""A database as an earlier release left it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import asyncpg
import pytest

from deploy.local.home import Addresses
from services.chassis.database import parameters
from tests import stack
from tests.upgrades.earlier import FROZEN, LAST

if TYPE_CHECKING:
    from asyncpg import Connection, Record


@pytest.fixture
async def frozen(servers: Addresses) -> AsyncIterator[str]:
    """The address of a database as the last release left it."""
    name = stack.new_name()
    await stack.administer(servers, f"CREATE DATABASE {name}")
    address = stack.named(servers, name)
    for file in sorted((FROZEN / LAST).glob("*.sql")):
        connection = await connect(servers, address)
        await connection.execute(file.read_text(encoding="utf-8"))
        await connection.close()
    yield address
    await stack.drop(servers, address)


async def connect(servers: Addresses, address: str) -> Connection[Record]:
    """Connect as the owner, who migrates."""
    return await asyncpg.connect(**parameters(address, stack.OWNER, servers.passfile))
