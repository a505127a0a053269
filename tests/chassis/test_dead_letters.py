"""Dead letters: kept whole, but not for ever what is personal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from services.chassis.dead_letters import forget_personal_bytes
from services.chassis.decoding import Record
from services.order_intake.handlers import HANDLERS
from tests import harness
from tests.chassis.test_batch import HANDLERS as COUNTS

MakeService = Callable[..., Awaitable[harness.Service]]
SHOP, DOCK = "crossdock.shop.orders", "crossdock.warehouse.receipts"
AGE = "UPDATE dead_letters SET arrived_at = arrived_at - interval '31 days' WHERE \"offset\" < 10"


async def test_personal_bytes_of_old_letters_are_forgotten_their_reason_stays(
    chassis_service: MakeService,
) -> None:
    service = await chassis_service([*HANDLERS, *COUNTS])
    await service.hear_records(
        Record(SHOP, 0, 1, b"k", b"marta@example.invalid", ()),
        Record(SHOP, 0, 11, b"k", b"marta@example.invalid", ()),
        Record(DOCK, 0, 2, b"k", b"not a scan", ()),
    )
    await service.pool.execute(AGE)
    await forget_personal_bytes(service.pool, service.worker.personal_topics)
    letters = {letter["offset"]: letter for letter in await service.dead_letters()}
    assert letters[1]["value"] is None
    assert letters[1]["reason"] == letters[11]["reason"]
    assert letters[11]["value"] == b"marta@example.invalid"
    assert letters[2]["value"] == b"not a scan"
