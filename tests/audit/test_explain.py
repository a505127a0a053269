"""A customer-service person asks what became of an order, and a buyer what is to be bought."""

from __future__ import annotations

from datetime import UTC, date, datetime

from services.audit.explain import explain, orders_named
from services.audit.export import exported_lines
from services.audit.report import Evidence
from services.audit.shortages import COLUMNS, Shortage, shortages
from tests.audit.conftest import Write

DAY = datetime(2026, 3, 1, tzinfo=UTC)


async def test_an_order_is_found_with_its_shop_and_without(evidence: Evidence) -> None:
    assert await orders_named(evidence.owners, "shop:5") == ["shop:5"]
    assert await orders_named(evidence.owners, "5") == ["shop:5"]
    assert await orders_named(evidence.owners, "99") == []


async def test_the_story_of_a_cancel_after_the_capture(evidence: Evidence) -> None:
    story = await explain(evidence.owners, "shop:5")
    assert story.headline == "confirmed: 3 ordered; 2 left, 1 cancelled"
    assert story.paid_minor == 1100
    [line] = story.lines
    assert (line.ordered, line.allocated, line.dispatched, line.cancelled) == (3, 2, 2, 1)
    [parcel] = story.parcels
    assert (parcel.state, parcel.units) == ("dispatched", {"shop:5:1": 2})
    assert (parcel.captured_minor, parcel.refunded_minor) == (1600, 500)
    told = [step.what for step in story.steps]
    assert [step.at for step in story.steps] == sorted(step.at for step in story.steps)
    assert set(told) >= {
        "taken: 1 line, £11.00",
        "3 × Lamp of brass granted from the shelf of MAIN",
        "the shop cancels 1 × Lamp of brass",
        "of 1 × Lamp of brass in parcels: 1 taken out",
        "1 × Lamp of brass left it, back to supply",
        "settled: 1 of 1 × Lamp of brass cancelled, 0 refused",
        "£16.00 captured",
        "£5.00 refunded",
        "left the dock with UPS 2Z",
        "mail “refunded” sent",
    }
    assert [one.kind for one in story.messages] == [
        "confirmed", "about_to_ship", "cancelled", "refunded", "shipped",
    ]  # fmt: skip


async def test_the_story_of_a_unit_that_was_not_found(evidence: Evidence) -> None:
    story = await explain(evidence.owners, "shop:6")
    assert story.headline == "confirmed: 1 ordered; 1 in parcels"
    assert [(one.state, one.payment) for one in story.parcels] == [
        ("withdrawn", ""),
        ("collecting", ""),
    ]
    [left] = [step for step in story.steps if "left it" in step.what]
    assert (left.about, left.why) == ("shop:6/1", "not found at the pack")
    assert left.what.endswith("good for nobody; the line waits for it again")


async def test_the_story_of_a_card_that_failed(evidence: Evidence, write: Write) -> None:
    await write("""
        SELECT payments.make_partitions(current_date, current_date);
        INSERT INTO payments.effects_history
            (id, kind, key, subject, due_at, request, outcome, result, attempt)
        VALUES (1, 'verify', 'shop:7:m1', 'shop:7', '2026-03-01', '{"about": "m1"}', 'refused',
                '{"code": "stolen_card", "text": "The card was reported stolen."}', 1),
               (2, 'payment_deadline', 'shop:7:1', 'shop:7', '2026-03-04', '{}', 'done', '{}', 1);
        INSERT INTO order_intake.effects (kind, key, subject, due_at, request)
        VALUES ('suspended_for', 'shop:7:1', 'shop:7', '2026-03-18', '{}')
    """)
    story = await explain(evidence.owners, "shop:7")
    assert story.headline == "confirmed, suspended: 1 ordered; 1 waiting"
    [refused] = [step for step in story.steps if step.about == "method m1" and step.why]
    assert (refused.what, refused.why) == ("verify: refused", "The card was reported stolen.")
    assert story.steps[-1].what.startswith("the payment deadline passed")
    [coming] = story.coming
    assert (coming.service, coming.kind, coming.due_at.day) == ("order_intake", "suspended_for", 18)


async def test_dead_letters_that_name_the_order_are_told(evidence: Evidence, write: Write) -> None:
    for aggregate in ("shop:1", "shop:1:1", "shop:1/1", "shop:10", "shop:2"):
        await write(f"""
            INSERT INTO shipping.dead_letters
                (topic, partition, "offset", headers, aggregate, code, reason, at_the_door)
            VALUES ('t', 0, hashtext('{aggregate}'), '{{}}', '{aggregate}', 'no_such_shipment', '',
                false)
        """)
    story = await explain(evidence.owners, "shop:1")
    assert [letter.row["aggregate"] for letter in story.letters] == [
        "shop:1", "shop:1:1", "shop:1/1",
    ]  # fmt: skip
    unknown = await explain(evidence.owners, "shop:10")
    assert (unknown.state, len(unknown.letters), list(unknown.steps)) == ("not known", 1, [])


async def test_the_buyers_list(evidence: Evidence, write: Write) -> None:
    await write("""
        UPDATE allocation.lines SET waiting = 5, quantity = 5 WHERE line_id = 'shop:2:1';
        INSERT INTO allocation.expected (sku, warehouse, supplier, delivery, quantity, remaining,
            expected_on, stage, announced_at)
        VALUES ('CHAIR', 'MAIN', 'ACME', 'D1', 2, 2, '2026-03-09', 'sent', '2026-03-01'),
               ('CHAIR', 'MAIN', 'ACME', 'D0', 9, 0, '2026-03-02', 'arrived', '2026-03-01');
        UPDATE allocation.supply SET shortfall = 1 WHERE sku = 'LAMP'
    """)
    found = await shortages(evidence.owners)
    assert found == [
        Shortage("CHAIR", "Chair of oak", 5, 2, 3, DAY.replace(hour=2), 2, 1, 0, date(2026, 3, 9)),
        Shortage("LAMP", "Lamp of brass", 0, 0, 1, None, 0, 0, 1, None),
    ]
    assert len(found[0].row) == len(COLUMNS)


async def test_exported_lines_are_net_of_what_was_given_back(evidence: Evidence) -> None:
    rows = {f"{row[0]}:{row[1]}": row[3:8] for row in await exported_lines(evidence.owners)}
    # ordered, allocated, cancelled, dispatched, captured_minor
    assert rows["shop:5:1"] == (3, 2, 1, 2, 1000)
    assert rows["shop:6:1"] == (1, 1, 0, 0, 0)
    assert rows["shop:7:1"] == (1, 0, 0, 0, 0)
