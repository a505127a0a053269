"""Orders that wait for a product, on real Postgres."""

from __future__ import annotations

from schemas.envelope import Event
from schemas.order_intake import ContactErased, OrderAccepted, OrderConfirmed
from schemas.shop_answers import AnswerRefused
from tests.harness import Service, only
from tests.order_intake.builders import (
    ORDER,
    a_line,
    a_product,
    an_order,
    granted,
    kinds,
)


async def end_of_grace(intake: Service) -> list[Event]:
    """Let the machine time pass that orders wait for products."""
    await intake.rows("UPDATE effects SET retry_at = clock_timestamp() RETURNING key")
    return await intake.fire()


async def test_an_order_waits_for_its_product_and_is_decided_when_it_comes(
    intake: Service,
) -> None:
    assert kinds(await intake.hear(an_order(a_line(), a_line("SHADE")))) == ["ContactGiven"]
    assert await intake.fire() == []
    await intake.hear(a_product())
    assert await intake.fire() == []
    await intake.hear(a_product("SHADE"))
    said = await intake.fire()
    assert kinds(said) == ["OrderAccepted", "AnswerAccepted", "LineRequested", "LineRequested"]
    assert await end_of_grace(intake) == []
    assert await intake.rows("SELECT * FROM effects") == []
    assert await intake.rows("SELECT * FROM unknown_skus") == []


async def test_after_the_grace_the_unknown_line_is_dropped(shop: Service) -> None:
    await shop.hear(an_order(a_line(), a_line("GHOST", 3)))
    said = await end_of_grace(shop)
    assert kinds(said) == ["OrderAccepted", "AnswerAccepted", "LineRequested"]
    (confirmed,) = only(await shop.hear(granted()), OrderConfirmed)
    lamp, ghost = confirmed.lines
    assert (lamp.allocated, ghost.refused) == (1, 3)
    assert ghost.reason is not None
    assert ghost.reason.code == "unknown_sku"


async def test_an_order_that_wants_all_or_nothing_is_refused_after_the_grace(shop: Service) -> None:
    await shop.hear(an_order(a_line(), a_line("GHOST"), on_refused_line="refuse_order"))
    said = await end_of_grace(shop)
    assert kinds(said) == ["AnswerRefused", "ContactErased"]
    assert [one.code for one in only(said, AnswerRefused)[0].reasons] == ["unknown_sku"]


async def test_an_order_of_unknown_skus_is_refused_and_may_come_again(intake: Service) -> None:
    order = an_order(a_line("GHOST"))
    await intake.hear(order)
    refused, erased = await end_of_grace(intake)
    assert isinstance(refused, AnswerRefused)
    assert erased == ContactErased(order_id=ORDER)
    assert [one.code for one in refused.reasons] == ["unknown_sku"]
    for table in ("orders", "lines", "unknown_skus", "inbound"):
        assert await intake.rows(f"SELECT * FROM {table}") == []
    await intake.hear(a_product("GHOST"))
    assert len(only(await intake.hear(order), OrderAccepted)) == 1


async def test_a_waiting_order_is_refused_when_its_product_is_not_sold(intake: Service) -> None:
    await intake.hear(an_order(a_line()))
    await intake.hear(a_product(sold=False))
    assert kinds(await intake.fire()) == ["AnswerRefused", "ContactErased"]
    assert await intake.rows("SELECT * FROM effects") == []
