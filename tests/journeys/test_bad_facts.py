"""What is wrong becomes a dead letter that a person understands, and everything else goes on."""

from __future__ import annotations

from schemas.shop_answers import AnswerAccepted, AnswerConfirmed, AnswerRefused
from schemas.shops import OrderPlaced
from schemas.topics import SHOP_ORDERS, WAREHOUSE_RECEIPTS
from schemas.warehouses import ReceiptScanned
from services.cli.stage import of
from tests.journeys.facts import a_product, a_scan, an_order
from tests.journeys.journey import Journey
from tests.journeys.records import Raw, say

ORDER_TYPE = OrderPlaced.type_name()
TOO_MUCH = b'{"note": "' + b"x" * (600 * 1024) + b'"}'

WRONG = {
    "malformed": (
        Raw(SHOP_ORDERS, "acme:bad", b'{"order_id": "acme:ba', ORDER_TYPE),
        "order_intake",
        ["invalid", "Invalid JSON"],
    ),
    "not JSON at all": (
        Raw(SHOP_ORDERS, "acme:bad", b"\xff\xfe\x00", ""),
        "order_intake",
        ["undecodable", "the value is not JSON", "send one JSON object"],
    ),
    "a field missing": (
        Raw(WAREHOUSE_RECEIPTS, "BAD", b'{"warehouse": "MAIN"}', ReceiptScanned.type_name()),
        "stock_receipts",
        ["invalid", "scan_id: Field required"],
    ),
    "unknown type": (
        Raw(SHOP_ORDERS, "acme:bad", b"{}", "crossdock.order.teleported.v1"),
        "order_intake",
        ["unknown_type", "crossdock.order.teleported.v1 is not heard here", ORDER_TYPE],
    ),
    "over the limit": (
        Raw(SHOP_ORDERS, "acme:bad", TOO_MUCH, ORDER_TYPE),
        "order_intake",
        ["too_large", f"the value has {len(TOO_MUCH)} bytes", "at most 524288", "split it"],
    ),
}


async def test_each_is_a_dead_letter_with_its_reason_and_the_next_order_is_taken(
    journey: Journey,
) -> None:
    sku, order = "AFTER-LAMP", "acme:after"
    await journey.tell(a_product(sku), a_scan("after-1", sku, journey.now, good=1))
    before = await letters_of_both(journey)
    for raw, _, _ in WRONG.values():
        await say(journey.stage.deployment, [raw])

    seen = await journey.tell(an_order(order, journey.now, lines={sku: 1}))

    assert [one.order_id for one in of(seen, AnswerConfirmed)] == [order]
    letters = [one for one in await letters_of_both(journey) if one not in before]
    assert len(letters) == len(WRONG)
    listed = journey.home.crossdock("dead-letters", "list").out.splitlines()
    shown = {one: journey.home.crossdock("dead-letters", "show", one) for one in letters}
    for name, (raw, service, words) in WRONG.items():
        found = [
            one
            for one, answer in shown.items()
            if one.startswith(service) and all(word in answer.out for word in words)
        ]
        assert len(found) == 1, f"{name}: {[answer.out[:300] for answer in shown.values()]}"
        [letter] = found
        assert shown[letter].code == 0
        assert raw.topic.name in shown[letter].out
        [row] = [line for line in listed if line.strip().startswith(letter)]
        assert words[0] in row.split()
    journey.assert_audit_is_clean()


async def letters_of_both(journey: Journey) -> list[str]:
    """Dead letters of the services at whose doors something wrong is said."""
    return [*await journey.letters("order_intake"), *await journey.letters("stock_receipts")]


async def test_the_same_order_with_other_content_is_a_dead_letter_that_names_what_differs(
    journey: Journey,
) -> None:
    order, sku = "acme:conflict", "CONFLICT-LAMP"
    await journey.tell(a_product(sku), a_scan("conflict-0", sku, journey.now, good=9))
    first = an_order(order, journey.now, lines={sku: 1})
    before = await journey.letters("order_intake")

    seen = await journey.tell(first, an_order(order, journey.now, lines={sku: 3}))

    assert [one.order_id for one in of(seen, AnswerAccepted)] == [order]
    [letter] = [one for one in await journey.letters("order_intake") if one not in before]
    shown = journey.home.crossdock("dead-letters", "show", letter).out
    assert f"{order} was told before with other content (lines, total_minor differ)" in shown
    assert "the first one holds" in shown
    assert [row["ordered"] for row in journey.exported(order)] == ["1"]
    journey.assert_audit_is_clean()


async def test_the_same_scan_with_other_content_is_a_dead_letter_and_counts_once(
    journey: Journey,
) -> None:
    sku = "SCAN-LAMP"
    await journey.tell(a_product(sku))
    before = await journey.letters("stock_receipts")

    await journey.tell(a_scan("conflict-1", sku, journey.now, good=3))
    await journey.tell(a_scan("conflict-1", sku, journey.now, good=4))

    [letter] = [one for one in await journey.letters("stock_receipts") if one not in before]
    shown = journey.home.crossdock("dead-letters", "show", letter).out
    assert "conflict-1 was told before with other content (good differ)" in shown
    [supply] = await journey.owners.fetch(
        "allocation", "SELECT on_shelf + at_dock AS free FROM supply WHERE sku = $1", sku
    )
    assert supply["free"] == 3
    journey.assert_audit_is_clean()


async def test_an_order_that_nobody_can_serve_is_refused_to_its_shop_not_a_dead_letter(
    journey: Journey,
) -> None:
    before = await journey.letters("order_intake")

    seen = await journey.tell(an_order("acme:nothing", journey.now, lines={"NO-SUCH-LAMP": 1}))
    seen += await journey.later(hours=1)

    [refused] = of(seen, AnswerRefused)
    assert any("NO-SUCH-LAMP" in reason.text for reason in refused.reasons)
    assert await journey.letters("order_intake") == before
    journey.assert_audit_is_clean()
