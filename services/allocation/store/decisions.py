"""Every decision, with its reason, in the order taken per SKU."""

from __future__ import annotations

import json
from collections.abc import Sequence

from services.allocation.domain.decisions import Decision
from services.allocation.domain.policy import Policy
from services.allocation.store.lines import columns_of
from services.chassis.transaction import Transaction

KEEP = """
INSERT INTO decisions (
    sku, decision_no, kind, line_id, quantity, warehouse, source, scan_id, delivery,
    reason_code, reason_text, reason_parameters, eligible_units, decided_at
)
SELECT d.sku, d.decision_no, d.kind, d.line_id, d.quantity, d.warehouse, d.source, d.scan_id,
       d.delivery, d.reason_code, d.reason_text, d.reason_parameters::jsonb,
       d.eligible_units, $14
FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
    $13::int[]
) AS d (
    sku, decision_no, kind, line_id, quantity, warehouse, source, scan_id, delivery,
    reason_code, reason_text, reason_parameters, eligible_units
)
"""


async def keep_decisions(tx: Transaction[Policy], decisions: Sequence[Decision]) -> None:
    """Keep decisions; the key refuses a number taken twice."""
    rows = [
        (
            one.sku, one.decision_no, one.kind, one.line and one.line.line_id, one.quantity,
            one.warehouse, one.source, one.arrival and one.arrival.scan_id,
            one.arrival and one.arrival.delivery, one.reason.code, one.reason.text,
            json.dumps(one.reason.parameters), one.line and one.line.eligible_units,
        )
        for one in decisions
    ]  # fmt: skip
    await tx.execute(KEEP, *columns_of(rows, 13), tx.now)
