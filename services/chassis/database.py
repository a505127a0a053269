"""The pool of one service: its role, its schema, and time-outs that no worker is without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg
import orjson

if TYPE_CHECKING:
    from asyncpg import Connection, Record
    from asyncpg.pool import Pool

COMMAND_TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 10.0
IDLE_IN_TRANSACTION_MS = 3_000
LOCK_TIMEOUT_MS = 10_000


async def with_json(connection: Connection[Record]) -> None:
    """Let ``jsonb`` columns be Python values."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name,
            encoder=lambda value: orjson.dumps(value).decode(),
            decoder=orjson.loads,
            schema="pg_catalog",
        )


def parameters(postgres: str, role: str, passfile: Path | None) -> dict[str, Any]:
    """What asyncpg needs to connect to an address as a role."""
    found: dict[str, Any] = {"dsn": postgres, "timeout": CONNECT_TIMEOUT_SECONDS}
    if urlsplit(postgres).username is None:
        found["user"] = role
    if passfile is not None:
        found["passfile"] = passfile
    return found


async def open_pool(
    postgres: str, role: str, schema: str, passfile: Path | None, size: int
) -> Pool[Record]:
    """A pool whose connections live in one schema and never sit in a transaction for long."""
    return await asyncpg.create_pool(
        **parameters(postgres, role, passfile),
        min_size=1,
        max_size=size,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        init=with_json,
        server_settings={
            "search_path": schema,
            "application_name": f"crossdock {schema}",
            "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
            "lock_timeout": str(LOCK_TIMEOUT_MS),
            "jit": "off",
        },
    )


async def connect(
    postgres: str, role: str, schema: str, passfile: Path | None, **server_settings: str
) -> Connection[Record]:
    """One connection of its own, for locks that live as long as it does."""
    return await asyncpg.connect(
        **parameters(postgres, role, passfile),
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={"search_path": schema, **server_settings},
    )
