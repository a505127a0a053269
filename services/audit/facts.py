"""The entrances: every fact that outsiders told was processed, refused, or is a dead letter."""

from __future__ import annotations

import orjson

from schemas.catalog import events_on
from schemas.envelope import InboundEvent, Topic
from schemas.shop_answers import AnswerRefused
from schemas.topics import SHOP_ANSWERS, TOPICS
from services.audit.log import Records, records_of
from services.audit.report import Check, Evidence
from services.chassis.decoding import Decoder, Heard, RefusedRecord, as_record
from services.chassis.inbox import content_hash

HELD = "SELECT identity, content_hash FROM inbound WHERE identity = ANY ($1)"
BURIED = """
    SELECT topic, partition, "offset" FROM dead_letters
    WHERE topic = $1 AND (partition, "offset") IN (SELECT * FROM unnest($2::int[], $3::bigint[]))
"""


async def every_fact_judged(evidence: Evidence) -> list[str]:
    """Records of inbound topics that left no trace: not held as told, no dead letter, no refusal."""
    refused = await _refused_orders(evidence)
    lost: list[str] = []
    for topic in TOPICS:
        if topic.inbound:
            async for records in records_of(evidence, topic):
                lost += await _lost(evidence, topic, records, refused)
    return lost


async def _refused_orders(evidence: Evidence) -> set[str]:
    """Orders refused at once: they hold no identity, the shop was told."""
    refused: set[str] = set()
    async for records in records_of(evidence, SHOP_ANSWERS):
        for record in records:
            if dict(record.headers).get("ce_type", b"").decode() == AnswerRefused.type_name():
                refused.add(AnswerRefused.model_validate_json(record.value or b"").order_id)
    return refused


async def _lost(evidence: Evidence, topic: Topic, records: Records, refused: set[str]) -> list[str]:
    """Which of these records left no trace at the service of that entrance."""
    [service] = topic.readers
    decoder = Decoder(evidence.deployment.namespace, {topic.name: events_on(topic)})
    heard = [(record, decoder.decode(as_record(record))) for record in records]
    facts = {id(record): fact for record, found in heard if (fact := _fact(found))}
    rows = await evidence.owners.fetch(service, HELD, sorted({one[0] for one in facts.values()}))
    held = {(row["identity"], row["content_hash"]) for row in rows}
    name = f"{evidence.deployment.namespace}{topic.name}"
    places = [(record.partition, record.offset) for record in records]
    buried = {
        (row["partition"], row["offset"])
        for row in await evidence.owners.fetch(
            service, BURIED, name, [p for p, _ in places], [o for _, o in places]
        )
    }
    return [
        f"{name}/{record.partition}/{record.offset} left no trace at {service}"
        for record, found in heard
        if (record.partition, record.offset) not in buried
        and facts.get(id(record)) not in held
        and not (isinstance(found, Heard) and found.event.aggregate in refused)
    ]


def _fact(found: Heard | RefusedRecord | None) -> tuple[str, bytes] | None:
    """Which fact a record tells, and a digest of what it says of it; None: it tells none."""
    if not isinstance(found, Heard) or not isinstance(found.event, InboundEvent):
        return None
    content = orjson.dumps(found.event.content(), option=orjson.OPT_SORT_KEYS)
    return found.event.identity(), content_hash(content)


CHECKS = (
    Check(
        "every-fact-judged",
        "every inbound event was processed, refused, or is a dead letter",
        False,
        every_fact_judged,
    ),
)
