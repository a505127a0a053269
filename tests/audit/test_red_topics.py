"""The audit can go red over what stands in the log: facts without a trace, events not taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.home import Addresses
from schemas.envelope import Topic
from schemas.shop_answers import AnswerRefused
from schemas.topics import CONTACTS, DEMAND, SHOP_ANSWERS, SHOP_ORDERS, TOPICS, WAREHOUSE_RECEIPTS
from schemas.warehouses import ReceiptScanned
from services.audit.checks import CHECKS
from services.audit.report import Evidence, audit
from services.chassis.broker import ensure_topics
from services.chassis.identifiers import uuid7
from services.chassis.inbox import content_hash
from tests.audit.conftest import Write
from tests.order_intake.builders import an_order

AT = datetime(2026, 3, 1, tzinfo=UTC)


class Log:
    """Topics of one test: everything goes to partition 0, numbered from 0."""

    def __init__(self, namespace: str, producer: AIOKafkaProducer) -> None:
        self.namespace = namespace
        self.producer = producer

    async def put(
        self, topic: Topic, value: bytes | None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Append a record."""
        raw = [(name, text.encode()) for name, text in (headers or {}).items()]
        await self.producer.send_and_wait(
            f"{self.namespace}{topic.name}", value, key=b"key", partition=0, headers=raw
        )


@pytest.fixture
async def log(servers: Addresses) -> AsyncIterator[Log]:
    """All topics, empty, under a name of this test's own."""
    namespace = f"audit-{uuid4().hex[:8]}."
    await ensure_topics(servers.kafka, namespace, TOPICS)
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka)
    await producer.start()
    yield Log(namespace, producer)
    await producer.stop()
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    await admin.delete_topics([f"{namespace}{topic.name}" for topic in TOPICS])
    await admin.close()


async def violated(evidence: Evidence, log: Log) -> dict[str, list[str]]:
    """The laws that are violated, all of them judged."""
    deployment = evidence.deployment.model_copy(update={"namespace": log.namespace})
    findings = await audit(replace(evidence, deployment=deployment), CHECKS, ())
    assert [one for one in findings if one.verdict == "not judged"] == []
    return {one.check: list(one.violations) for one in findings if one.verdict == "violated"}


def scan(scan_id: str, good: int) -> ReceiptScanned:
    return ReceiptScanned(warehouse="MAIN", scan_id=scan_id, sku="LAMP", good=good, scanned_at=AT)


def held(event: ReceiptScanned) -> str:
    """SQL that remembers a fact as its service does."""
    content = orjson.dumps(event.content(), option=orjson.OPT_SORT_KEYS)
    digest = content_hash(content).hex()
    return f"""
        INSERT INTO stock_receipts.inbound
            (identity, content_hash, content, event_id, source, heard_at)
        VALUES ('{event.identity()}', '\\x{digest}', '{content.decode()}', gen_random_uuid(), '', now())
    """


async def test_facts_that_left_no_trace_are_found(
    evidence: Evidence, log: Log, write: Write
) -> None:
    names = {"ce_type": ReceiptScanned.type_name()}
    await write(held(scan("S1", 2)))
    for fact in (scan("S1", 2), scan("S1", 3), scan("S2", 2)):
        await log.put(WAREHOUSE_RECEIPTS, fact.model_dump_json(exclude_unset=True).encode(), names)
    await log.put(WAREHOUSE_RECEIPTS, b"not JSON")
    await log.put(WAREHOUSE_RECEIPTS, b"not JSON either")
    await log.put(WAREHOUSE_RECEIPTS, None)
    topic = f"{log.namespace}warehouse.receipts"
    await write(f"""
        INSERT INTO stock_receipts.dead_letters
            (topic, partition, "offset", headers, code, reason, at_the_door)
        VALUES ('{topic}', 0, 3, '{{}}', 'undecodable', '', true)
    """)
    assert await violated(evidence, log) == {
        "every-fact-judged": [
            f"{topic}/0/{offset} left no trace at stock_receipts" for offset in (1, 2, 4, 5)
        ]
    }


async def test_an_order_refused_at_once_is_judged(evidence: Evidence, log: Log) -> None:
    order = an_order()
    await log.put(
        SHOP_ORDERS, order.model_dump_json(exclude_unset=True).encode(),
        {"ce_type": order.type_name()},
    )  # fmt: skip
    await log.put(SHOP_ANSWERS, b"{}")
    assert list(await violated(evidence, log)) == ["every-fact-judged"]
    refused = AnswerRefused(order_id=order.order_id, reasons=())
    await log.put(
        SHOP_ANSWERS, refused.model_dump_json().encode(), {"ce_type": refused.type_name()}
    )
    assert await violated(evidence, log) == {}


async def test_events_that_a_reader_has_not_taken_are_found(
    evidence: Evidence, log: Log, write: Write
) -> None:
    taken, lost = uuid7(), uuid7()
    for event_id in (taken, lost):
        headers = {"ce_type": "crossdock.line.requested.v1", "ce_id": str(event_id)}
        await log.put(DEMAND, b"{}", headers)
    await log.put(DEMAND, b"{}", {"ce_type": "crossdock.line.requested.v1"})
    await log.put(DEMAND, b"{}", {"ce_type": "crossdock.of.another.age.v1", "ce_id": str(uuid7())})
    await log.put(CONTACTS, None)
    await write("SELECT allocation.make_partitions(current_date - 1, current_date + 1)")
    await write(f"INSERT INTO allocation.inbox VALUES ('{taken}', '')")
    assert await violated(evidence, log) == {
        "every-event-taken": [
            f"{log.namespace}demand/0/2 is no event of ours: it has no ce_type or no ce_id",
            "allocation has not taken 1 × crossdock.line.requested.v1 of demand",
        ]
    }
