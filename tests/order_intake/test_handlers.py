"""What order intake says to what it hears, on real Postgres."""

from __future__ import annotations

from datetime import timedelta

from schemas.order_intake import (
    LineRequested,
    OrderAccepted,
    OrderConfirmed,
    OrderRefused,
    ProductTaken,
)
from schemas.shop_answers import (
    AnswerAllocated,
    AnswerBackordered,
    AnswerConfirmed,
    AnswerPromiseChanged,
    AnswerRefused,
    AnswerShipped,
)
from tests.conftest import MakeService
from tests.harness import START, Service, only
from tests.order_intake.builders import (
    LATER,
    SOON,
    a_line,
    a_product,
    an_order,
    dispatched,
    granted,
    kinds,
    line_id,
    moved,
    payment_trouble,
    turned_down,
    waits,
)


async def test_a_good_order_is_taken_and_each_line_is_asked_for(shop: Service) -> None:
    order = an_order(
        a_line(quantity=2),
        a_line(line="b"),
        discount_minor=100,
        freight_minor=500,
        total_minor=6_400,
        placed_at=START - timedelta(hours=2),
    )
    said = await shop.hear(order)
    assert kinds(said) == [
        "ContactGiven", "OrderAccepted", "AnswerAccepted", "LineRequested", "LineRequested",
    ]  # fmt: skip
    (accepted,) = only(said, OrderAccepted)
    assert [line.line_total_minor for line in accepted.lines] == [3_933, 1_967]
    assert [line.title for line in accepted.lines] == ["LAMP of brass"] * 2
    assert accepted.placed_at == START - timedelta(hours=2)
    assert [one.line_id for one in only(said, LineRequested)] == [line_id(1), line_id("b")]


async def test_the_same_order_again_is_a_no_op(shop: Service) -> None:
    order = an_order(a_line())
    resent = an_order(a_line(), updated_at=START + timedelta(hours=1))
    await shop.hear(order)
    assert await shop.hear(order, resent) == []
    assert await shop.dead_letters() == []


async def test_an_altered_order_under_a_taken_id_is_a_dead_letter(shop: Service) -> None:
    await shop.hear(an_order(a_line()))
    assert await shop.hear(an_order(a_line(quantity=2))) == []
    (letter,) = await shop.dead_letters()
    assert letter["code"] == "identity_conflict"


async def test_a_refused_order_is_told_to_the_shop_alone_and_judged_anew(shop: Service) -> None:
    wrong = an_order(a_line(), total_minor=1)
    said = await shop.hear(wrong)
    assert kinds(said) == ["AnswerRefused"]
    assert [one.code for one in only(said, AnswerRefused)[0].reasons] == ["totals_differ"]
    assert kinds(await shop.hear(wrong)) == ["AnswerRefused"]
    assert len(only(await shop.hear(an_order(a_line())), OrderAccepted)) == 1
    assert await shop.dead_letters() == []


async def test_a_product_taken_off_the_shop_refuses_new_orders(shop: Service) -> None:
    await shop.hear(a_product(revision=2, sold=False))
    (refused,) = await shop.hear(an_order(a_line()))
    assert isinstance(refused, AnswerRefused)
    assert [one.code for one in refused.reasons] == ["sku_not_sold"]


async def test_a_bound_shop_may_not_be_spoken_for(service: MakeService) -> None:
    intake = await service("order_intake", shops="acme=/tests,other=/elsewhere")
    await intake.hear(a_product())
    said = await intake.hear(*(an_order(a_line(), order_id=f"{one}:1") for one in ("other", "new")))
    assert [one.reasons[0].code for one in only(said, AnswerRefused)] == [
        "foreign_source", "unknown_shop",
    ]  # fmt: skip
    assert len(only(await intake.hear(an_order(a_line())), OrderAccepted)) == 1


async def test_the_latest_revision_of_a_product_is_passed_on_once(intake: Service) -> None:
    said = await intake.hear(a_product(revision=2), a_product(revision=3, sold=False))
    assert [(one.revision, one.sold) for one in only(said, ProductTaken)] == [(3, False)]
    assert await intake.hear(a_product(revision=1)) == []


async def test_order_and_product_in_one_batch_do_not_wait(intake: Service) -> None:
    said = await intake.hear(an_order(a_line()), a_product())
    assert len(only(said, OrderAccepted)) == 1


async def test_the_order_is_confirmed_once_when_its_last_line_is_answered(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3), a_line(), a_line()))
    assert await shop.hear(granted(1, 2, unfilled=1), granted(2)) == []
    said = await shop.hear(waits(1, 1, granted_total=2), turned_down(3))
    assert kinds(said) == ["OrderConfirmed", "AnswerConfirmed"]
    (confirmed,) = only(said, OrderConfirmed)
    assert [(one.allocated, one.waiting, one.refused) for one in confirmed.lines] == [
        (2, 1, 0), (1, 0, 0), (0, 0, 1),
    ]  # fmt: skip
    assert [one.promised_on for one in confirmed.lines] == [SOON, None, None]


async def test_an_order_of_which_every_line_is_refused_is_refused(shop: Service) -> None:
    await shop.hear(an_order(a_line(), a_line(quantity=2)))
    said = await shop.hear(turned_down(1), turned_down(2, 2))
    assert kinds(said) == ["OrderRefused", "AnswerRefused"]
    (refused,) = only(said, OrderRefused)
    assert [one.parameters["line_id"] for one in refused.reasons] == [line_id(1), line_id(2)]
    assert await shop.hear(an_order(a_line(), a_line(quantity=2))) == []


async def test_units_that_waited_are_told_behind_the_confirmation(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3)))
    await shop.hear(waits(1, 3))
    said = await shop.hear(granted(1, 1, 1, 2), granted(1, 2, 3, 0))
    assert [(one.allocated, one.waiting) for one in only(said, AnswerAllocated)] == [(1, 2), (3, 0)]
    assert len(said) == 2
    (row,) = await shop.rows("SELECT allocated, waiting, allocated_at, reason FROM lines")
    assert tuple(row) == (3, 0, START, None)


async def test_a_changed_promise_is_told_only_behind_the_confirmation(shop: Service) -> None:
    await shop.hear(an_order(a_line(), a_line()))
    assert await shop.hear(waits(1), moved(1)) == []
    (confirmed,) = only(await shop.hear(granted(2)), AnswerConfirmed)
    assert confirmed.lines[0].promised_on == LATER
    (answer,) = await shop.hear(moved(1, None, version=3))
    assert isinstance(answer, AnswerPromiseChanged)
    assert (answer.promised_on, answer.promise_version) == (None, 3)
    assert await shop.hear(moved(1, SOON, version=2)) == []


async def test_payment_trouble_is_not_told_before_the_confirmation(shop: Service) -> None:
    await shop.hear(an_order(a_line()))
    assert await shop.hear(payment_trouble()) == []
    said = await shop.hear(granted())
    assert kinds(said) == ["OrderConfirmed", "AnswerConfirmed", "AnswerPaymentNeeded"]
    assert kinds(await shop.hear(payment_trouble())) == ["AnswerPaymentNeeded"]


async def test_nothing_but_the_refusal_is_told_of_a_refused_order(shop: Service) -> None:
    await shop.hear(an_order(a_line()), payment_trouble())
    assert kinds(await shop.hear(turned_down())) == ["OrderRefused", "AnswerRefused"]
    assert await shop.hear(payment_trouble()) == []


async def test_a_parcel_that_left_is_told_and_counted(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3)))
    await shop.hear(granted(1, 3))
    first = await shop.hear(dispatched([(1, 2)], complete=False))
    assert [(one.complete, one.lines[0].quantity) for one in only(first, AnswerShipped)] == [
        (False, 2)
    ]
    await shop.hear(dispatched([(1, 1)], n=2))
    assert [row["dispatched"] for row in await shop.rows("SELECT dispatched FROM lines")] == [3]


async def test_a_line_that_the_release_before_wrote_goes_on(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3), a_line()))
    await shop.rows(
        "UPDATE lines SET allocated = 1, waiting = 2, allocated_at = $1 WHERE line_id = $2 "
        "RETURNING line_id",
        START,
        line_id(1),
    )
    await shop.rows("UPDATE orders SET unanswered = 1 RETURNING order_id")
    assert await shop.hear(granted(1, 1, 2, 1)) == []
    assert kinds(await shop.hear(granted(2))) == ["OrderConfirmed", "AnswerConfirmed"]


async def test_units_that_broke_are_told_as_waiting_again(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3)), granted(1, 3))
    (answer,) = await shop.hear(waits(1, 1, version=1, granted_total=3, requeued=1))
    assert isinstance(answer, AnswerBackordered)
    assert (answer.allocated, answer.waiting, answer.promised_on) == (2, 1, SOON)
    said = await shop.hear(granted(1, 1, 4, requeued=1))
    assert [(one.allocated, one.waiting) for one in only(said, AnswerAllocated)] == [(3, 0)]


async def test_no_table_holds_who_the_customer_is(intake: Service) -> None:
    await intake.hear(an_order(a_line("GHOST")), a_product())
    await intake.hear(an_order(a_line(), order_id="acme:2"))
    tables = await intake.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
        "AND tablename NOT LIKE 'outbox%'"
    )
    for table in tables:
        rows = await intake.rows(f'SELECT t::text AS row FROM "{table["tablename"]}" AS t')
        assert not [row for row in rows if "Ada" in row["row"] or "ada@" in row["row"]]


async def test_a_large_batch_costs_a_statement_a_table(shop: Service) -> None:
    orders = [an_order(*[a_line()] * 20, order_id=f"acme:{n}") for n in range(25)]
    said = await shop.hear(*orders)
    assert len(only(said, LineRequested)) == 500
    answers = [
        granted(line, order_id=f"acme:{n}") for n in range(25) for line in range(1, 21)
    ]  # fmt: skip
    assert len(only(await shop.hear(*answers), OrderConfirmed)) == 25
    assert {row["state"] for row in await shop.rows("SELECT state FROM orders")} == {"confirmed"}
