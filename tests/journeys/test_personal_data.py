"""Personal data stand where they must, and nowhere else: every topic, table and log is walked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from schemas.shops import OrderPlaced
from schemas.topics import SERVICES, SHOP_ORDERS, TOPICS
from schemas.values import Address, Contact
from tests.journeys.facts import a_product, a_scan, an_order
from tests.journeys.journey import Journey
from tests.journeys.records import Raw, every_record, say, whole

MARKER = "zq7marker"
NOBODY = Contact(
    name=f"Name{MARKER}",
    email=f"mail{MARKER}@example.invalid",
    time_zone="Europe/London",
    address=Address(
        lines=(f"{MARKER} Street 7",), city=f"{MARKER}ham", postal_code=MARKER, country="GB"
    ),
)
MAY_HOLD_TOPICS = {"shop.orders", "contacts"}
MAY_HOLD_TABLES = {"notifications.contacts", "order_intake.dead_letters"}
MAY_HOLD_FOLDERS = {"kafka", "postgres", "mails"}
"""What the servers store (walked by topic and table), and the customer's own letter box."""

TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""


async def test_a_name_a_street_and_an_address_are_only_where_they_are_needed(
    journey: Journey,
) -> None:
    await tell_much_about(journey)

    topics = {topic async for topic in topics_that_hold_it(journey)}
    tables = {table async for table in tables_that_hold_it(journey)}

    assert topics == MAY_HOLD_TOPICS
    assert tables == MAY_HOLD_TABLES
    assert [str(file) for file in files_of(journey.home.folder) if holds_it(file)] == []


async def tell_much_about(journey: Journey) -> None:
    """An order from its acceptance to its last mail, one refused, one in conflict, one malformed."""
    sku = "PRIVATE-LAMP"
    await journey.tell(a_product(sku), a_scan("private-1", sku, journey.now, good=1))
    good = an_order("acme:private", journey.now, lines={sku: 2}, contact=NOBODY)
    await journey.tell(good)
    await journey.tell(good.model_copy(update={"freight_minor": 1, "total_minor": 4_001}))
    await journey.tell(an_order("acme:lost", journey.now, lines={"NO-LAMP": 1}, contact=NOBODY))
    value = good.model_dump_json(exclude_unset=True)
    wrong = value.replace('"currency":"GBP"', '"currency":"pounds"')
    assert wrong != value
    await say(
        journey.stage.deployment,
        [
            Raw(SHOP_ORDERS, "acme:private", text.encode(), OrderPlaced.type_name())
            for text in (wrong, value[:-20])
        ],
    )
    await journey.later(hours=2)
    await journey.tell(a_scan("private-2", sku, journey.now, good=1))
    await journey.later(days=1)
    assert [mail.kind for mail in journey.mails("acme:private")][-1] == "shipped"
    assert len(await journey.letters("order_intake")) >= 3


async def topics_that_hold_it(journey: Journey) -> AsyncIterator[str]:
    for topic in TOPICS:
        async for record in every_record(journey.stage.deployment, topic):
            if MARKER.encode() in whole(record).lower():
                yield topic.name


async def tables_that_hold_it(journey: Journey) -> AsyncIterator[str]:
    """Every table of every service, bytes too, which are written in hexadecimal."""
    for service in SERVICES:
        for row in await journey.owners.fetch(service, TABLES):
            table = row["relname"]
            [found] = await journey.owners.fetch(
                service,
                f'SELECT count(*) AS rows FROM "{table}" AS t '
                "WHERE lower(t::text) LIKE ANY (ARRAY['%' || $1 || '%', '%' || $2 || '%'])",
                MARKER,
                MARKER.encode().hex(),
            )
            if found["rows"]:
                yield f"{service}.{table}"


def files_of(home: Path) -> list[Path]:
    """Logs, the provider's book, whatever else is written, but for what the servers store."""
    return [
        file
        for file in sorted(home.rglob("*"))
        if file.is_file() and file.relative_to(home).parts[0] not in MAY_HOLD_FOLDERS
    ]


def holds_it(file: Path) -> bool:
    return MARKER.encode() in file.read_bytes().lower()
