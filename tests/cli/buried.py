"""Dead letters as a worker leaves them, without the trouble of making its handlers fail."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import asyncpg

from deploy.local.home import Addresses
from schemas.envelope import Event
from schemas.order_intake import LineCancelRequested, LineRequested
from services.chassis import letters
from services.chassis.database import parameters, with_json
from services.chassis.decoding import Decoder, Heard, Record, RefusedRecord
from services.chassis.letters import DeadLetter, State
from services.chassis.transaction import Refusal
from tests import harness

FAILED = Refusal("unprocessable", "DivisionByZeroError: division by zero")
BEHIND = Refusal("parked", "waits behind an earlier dead letter of line_id=shop:1:1")
_offsets = count(100)


def a_request(line: str = "shop:1:1") -> LineRequested:
    """A line asks for a lamp."""
    return LineRequested(
        line_id=line, order_id="shop:1", sku="LAMP", quantity=2, priority_class=5,
        placed_at=harness.START, warehouses=("MAIN",),
    )  # fmt: skip


def a_cancel(line: str = "shop:1:1", cancel_id: str = "c1") -> LineCancelRequested:
    """One lamp of a line is not wanted any more."""
    return LineCancelRequested(
        line_id=line, order_id="shop:1", sku="LAMP", cancel_id=cancel_id, quantity=1
    )


def of_event(namespace: str, event: Event, refusal: Refusal, state: State = "dead") -> DeadLetter:
    """The letter of an event that was understood."""
    made = harness.as_record(event, harness.START)
    record = Record(
        f"{namespace}{made.topic}", made.partition, next(_offsets), made.key, made.value,
        made.headers, 1_772_442_000_000,
    )  # fmt: skip
    found = Decoder(namespace, {made.topic: {event.type_name(): type(event)}}).decode(record)
    assert isinstance(found, Heard)
    return DeadLetter.heard(found, refusal, state=state, attempts=0 if state == "parked" else 1)


def of_bytes(namespace: str, value: bytes) -> DeadLetter:
    """The letter of a record that nobody could read."""
    record = Record(
        f"{namespace}demand", 0, next(_offsets), b"LAMP", value, (("ce_type", b"what?"),), 0
    )
    return DeadLetter.of(RefusedRecord(record, Refusal("not_json", "it is no JSON"), None))


async def bury(
    servers: Addresses, postgres: str, service: str, found: Sequence[DeadLetter]
) -> None:
    """Keep letters as the service's worker does."""
    connection = await asyncpg.connect(
        **parameters(postgres, service, servers.passfile), server_settings={"search_path": service}
    )
    try:
        await with_json(connection)
        await letters.bury(connection, found)  # type: ignore[arg-type]  # no pool's, but the same
    finally:
        await connection.close()
