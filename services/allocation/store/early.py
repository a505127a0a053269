"""Facts about lines that have not been requested yet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from services.allocation.domain.changes import Cancel, Change, GiveBack, Resumption, Suspension
from services.allocation.domain.policy import Policy
from services.allocation.store.lines import columns_of
from services.chassis.transaction import Transaction

KINDS: dict[str, type[Change]] = {
    "cancel": Cancel,
    "give_back": GiveBack,
    "suspend": Suspension,
    "resume": Resumption,
}
NAMES = {change: kind for kind, change in KINDS.items()}

KEEP = """
INSERT INTO early_facts (sku, line_id, kind, fact, heard_at)
SELECT sku, line_id, kind, fact::jsonb, $5
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
    WITH ORDINALITY AS e (sku, line_id, kind, fact, position)
ORDER BY position
"""

# Hardly ever does it find a row: then it costs one look into an empty index.
TAKE = "DELETE FROM early_facts WHERE line_id = ANY($1::text[]) RETURNING *"


async def keep_early(tx: Transaction[Policy], facts: Sequence[tuple[str, Change]]) -> None:
    """Keep facts, each with its SKU, until their line is requested."""
    rows = [(sku, one.line_id, NAMES[type(one)], json.dumps(asdict(one))) for sku, one in facts]
    await tx.execute(KEEP, *columns_of(rows, 4), tx.now)


async def take_early(tx: Transaction[Policy], line_ids: Iterable[str]) -> dict[str, list[Change]]:
    """Take what was kept for lines that come in, in the order it came; their SKUs are locked."""
    rows = sorted(await tx.fetch(TAKE, sorted(set(line_ids))), key=lambda row: row["fact_no"])
    found: dict[str, list[Change]] = {}
    for row in rows:
        found.setdefault(row["line_id"], []).append(change_of(row["kind"], row["fact"]))
    return found


def change_of(kind: str, fact: Any) -> Change:
    """A fact as it was kept."""
    return KINDS[kind](**fact)
