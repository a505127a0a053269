"""A digest of all that the services know about the business, without the machinery's own rows."""

from __future__ import annotations

from schemas.topics import SERVICES
from services.audit.owners import Owners

MACHINERY = frozenset(
    {"inbox", "inbound", "positions", "outbox", "effects", "effects_history", "schema_version"}
)
"""What the chassis keeps for itself: where it reads, what it has heard, what it waits for."""

TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1
"""


async def business_digests(owners: Owners) -> dict[str, tuple[int, str]]:
    """Rows and digest of each business table, in any order of its rows."""
    found: dict[str, tuple[int, str]] = {}
    for service in SERVICES:
        for row in await owners.fetch(service, TABLES):
            table = row["relname"]
            if table not in MACHINERY:
                [told] = await owners.fetch(
                    service,
                    "SELECT count(*) AS rows, coalesce(md5(string_agg(d, '' ORDER BY d)), '') AS d "
                    f'FROM (SELECT md5(t::text) AS d FROM "{table}" AS t) AS each',
                )
                found[f"{service}.{table}"] = (told["rows"], told["d"])
    return found
