"""`status`: what needs a person comes first, with its reason and where to go on."""

from __future__ import annotations

import json

import pytest

from deploy.local.home import Addresses
from schemas.topics import SERVICES
from tests.audit.world import WORLD
from tests.cli.buried import BEHIND, FAILED, a_cancel, a_request, bury, of_event
from tests.cli.deployed import Deployed

SCREEN_LINES = 40


def test_a_deployment_that_is_well_fits_a_screen(fresh: Deployed) -> None:
    told = fresh.crossdock("status")
    assert told.code == 0, told.err
    assert "✓ Nothing needs a person." in told.out
    assert all(service in told.out for service in SERVICES)
    assert fresh.kafka in told.out
    assert len(told.out.splitlines()) <= SCREEN_LINES


@pytest.fixture
async def troubled(fresh: Deployed, servers: Addresses) -> Deployed:
    """Everything that can be wrong at once."""
    of = fresh.namespace
    await fresh.write(WORLD)
    await bury(
        servers, fresh.postgres, "allocation",
        [of_event(of, a_request(), FAILED), of_event(of, a_cancel(), BEHIND, "parked")],
    )  # fmt: skip
    await bury(
        servers, fresh.postgres, "payments",
        [of_event(of, a_request(), FAILED, "redriven"), of_event(of, a_cancel(), BEHIND, "parked")],
    )  # fmt: skip
    await fresh.write("""
        UPDATE allocation.dead_letters SET arrived_at = arrived_at - interval '20 min';
        INSERT INTO notifications.stopped (told) VALUES ('20 failures of its handlers in a row');
        INSERT INTO payments.effects (kind, key, subject, due_at, request, state)
        VALUES ('capture', 'a', 'shop:1/1', '2026-03-01', '{}', 'given_up');
        INSERT INTO shipping.orders (order_id, heard_at) VALUES ('shop:9', '2026-03-01')
    """)
    run = fresh.home / "run"
    run.mkdir()
    refusal = {"worker": "shipping", "reason": "position_gap", "text": "restore both: orders/3"}
    (run / "worker-shipping.refused").write_text(json.dumps(refusal))
    return fresh


def test_what_needs_a_person_is_told_with_where_to_go_on(troubled: Deployed) -> None:
    told = troubled.crossdock("status")
    assert told.code == 0, told.err
    text = " ".join(told.out.split())
    for part in (
        "✗ shipping may not run: restore both: orders/3",
        "UTC: 20 failures of its handlers in a row",
        "✗ allocation: 1 event parked behind a dead letter, the oldest for 20 min (alarm after",
        "15 min): crossdock dead-letters list --service allocation",
        "✗ payments gave up on 1 × capture",
        "· allocation: 1 dead letter for a person to look at",
        "· payments: 1 event parked behind a dead letter, the oldest for",
        "· payments: 1 redriven letter to be taken when its worker runs",
        "· shipping waits for what comes before: 1 orders that were not accepted yet since",
        "since 2026-03-01 00:00, such as shop:9",
        "Waiting 2 lines with 2 units for goods, the oldest since 2026-03-01; of these 1 line",
        "1 line suspended: the payment failed",
    ):
        assert part in text, told.out
    assert "Nothing needs a person" not in text
    first = [line[0] for line in told.out.splitlines() if line[:1] in {"✗", "·"}]
    assert first == sorted(first, key="✗·".index), "what is urgent comes first"
