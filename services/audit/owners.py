"""Sight of every owner's tables, as the role that may read all and write nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from schemas.topics import SERVICES
from services.chassis import database
from services.chassis.database import with_json
from services.chassis.migrate import AUDITOR
from services.chassis.settings import Deployment

if TYPE_CHECKING:
    from asyncpg import Connection, Record


class Owners:
    """One read-only connection to the database of each service, in that service's schema."""

    def __init__(self, connections: Mapping[str, Connection[Record]]) -> None:
        self.connections = connections
        self.turns = {service: asyncio.Lock() for service in connections}
        """A connection answers one statement at a time."""

    @staticmethod
    async def open(deployment: Deployment) -> Owners:
        """Connect to each service's database, which may be one of its own."""

        async def one(service: str) -> Connection[Record]:
            connection = await database.connect(
                postgres_of(service, deployment),
                AUDITOR,
                service,
                deployment.passfile,
                default_transaction_read_only="on",
                application_name="crossdock audit",
            )
            await with_json(connection)
            return connection

        found = await asyncio.gather(*map(one, SERVICES), return_exceptions=True)
        made = {
            service: connection
            for service, connection in zip(SERVICES, found, strict=True)
            if not isinstance(connection, BaseException)
        }
        owners = Owners(made)
        for error in found:
            if isinstance(error, BaseException):
                await owners.close()  # one that is refused leaves no other open
                raise error
        return owners

    async def fetch(self, service: str, sql: str, *arguments: object) -> list[Record]:
        """Rows of one owner."""
        async with self.turns[service]:
            return await self.connections[service].fetch(sql, *arguments)

    async def of_all(self, sql: str, *arguments: object) -> dict[str, list[Record]]:
        """The same statement at every owner, side by side."""
        rows = await asyncio.gather(
            *(self.fetch(service, sql, *arguments) for service in self.connections)
        )
        return dict(zip(self.connections, rows, strict=True))

    async def close(self) -> None:
        """Close every connection."""
        for connection in self.connections.values():
            with suppress(Exception):
                await connection.close(timeout=1)

    async def __aenter__(self) -> Owners:
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()


def postgres_of(service: str, deployment: Deployment) -> str:
    """The address of a service's database: its own override, else the deployment's."""
    return os.environ.get(f"CROSSDOCK_{service.upper()}_POSTGRES", deployment.postgres)
