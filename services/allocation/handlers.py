"""What allocation does with each fact it hears."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.allocation import LineAllocated, LineBackordered, LineRefused, UnitsRouted
from schemas.envelope import Event
from schemas.order_intake import LineRequested, ProductTaken
from schemas.stock_receipts import (
    DeliveryExpected,
    StockAdjustmentTaken,
    StockCountTaken,
    StockReceived,
)
from schemas.values import Reason
from services.allocation import store
from services.allocation.domain.decisions import Decision
from services.allocation.domain.expected import Counted, Expected
from services.allocation.domain.policy import Policy, Product
from services.allocation.domain.queue import Line
from services.allocation.domain.supply import Arrival, Count
from services.chassis.effects import NewEffect
from services.chassis.handling import hears
from services.chassis.transaction import Transaction


@hears(ProductTaken)
async def take_products(products: Sequence[ProductTaken], tx: Transaction[Policy]) -> None:
    """Keep each product's rules; the first ones decide the lines that came before them."""
    desks = await store.open_desks(tx, {one.sku for one in products})
    new = [sku for sku, desk in desks.items() if desk.product is None]
    undecided = await store.read_undecided(tx, new) if new else {}
    for one in products:
        desks[one.sku].take_product(product_of(one), undecided.get(one.sku, ()))
    await conclude(tx, desks)


@hears(LineRequested)
async def answer_requests(requests: Sequence[LineRequested], tx: Transaction[Policy]) -> None:
    """Grant what is free, let wait what may wait, refuse the rest."""
    lines = [line_of(one, tx.policy) for one in requests]
    desks = await store.open_desks(tx, {line.sku for line in lines})
    behind = await store.read_behind(tx, [one for one in lines if desks[one.sku].somebody_waits])
    for line in lines:
        desks[line.sku].answer(line, behind.get(line.line_id, ()))
    await conclude(tx, desks)


@hears(StockReceived)
async def serve_from_receipts(receipts: Sequence[StockReceived], tx: Transaction[Policy]) -> None:
    """Give the units that came in to who waited longest; send the rest to the shelf."""
    arrivals = [(one.sku, receipt_arrival(one), counted_of(one)) for one in receipts]
    named = [(sku, counted.key) for sku, _, counted in arrivals if counted]
    desks = await open_with_queue(tx, [(sku, arrival) for sku, arrival, _ in arrivals], named)
    for sku, arrival, counted in arrivals:
        desks[sku].receive(arrival, counted)
    await conclude(tx, desks)


@hears(StockCountTaken)
async def take_counts(counts: Sequence[StockCountTaken], tx: Transaction[Policy]) -> None:
    """Set the shelf to what was counted; units that come up serve the queue."""
    found = [(one.sku, count_of(one), count_arrival(one)) for one in counts]
    desks = await open_with_queue(tx, [(sku, arrival) for sku, _, arrival in found])
    for sku, count, arrival in found:
        desks[sku].take_count(count, arrival)
    await conclude(tx, desks)


@hears(StockAdjustmentTaken)
async def take_adjustments(
    adjustments: Sequence[StockAdjustmentTaken], tx: Transaction[Policy]
) -> None:
    """Take what others added or took; what the shelf does not hold is shortfall."""
    added = [(one.sku, one.quantity, adjustment_arrival(one)) for one in adjustments]
    desks = await open_with_queue(tx, [(sku, arrival) for sku, _, arrival in added])
    for sku, difference, arrival in added:
        desks[sku].adjust(difference, arrival)
    await conclude(tx, desks)


@hears(DeliveryExpected)
async def expect_deliveries(notices: Sequence[DeliveryExpected], tx: Transaction[Policy]) -> None:
    """Take deliveries that should come, or have moved; who waits is promised again."""
    deliveries = [(one.sku, expected_of(one)) for one in notices]
    named = [(sku, delivery.key) for sku, delivery in deliveries]
    desks = await store.open_desks(tx, {sku for sku, _ in deliveries}, named)
    for sku, delivery in deliveries:
        desks[sku].expect(delivery)
    await conclude(tx, desks)


HANDLERS = (
    take_products,
    expect_deliveries,
    answer_requests,
    take_counts,
    take_adjustments,
    serve_from_receipts,
)


async def open_with_queue(
    tx: Transaction[Policy],
    arrivals: Sequence[tuple[str, Arrival]],
    named: Sequence[tuple[str, tuple[str, str, str]]] = (),
) -> store.Desks:
    """Open desks with the lines in turn for the units that come up."""
    desks = await store.open_desks(tx, {sku for sku, _ in arrivals}, named)
    waited_for = [(sku, one) for sku, one in arrivals if desks[sku].somebody_waits]
    for sku, lines in (await store.read_next_in_line(tx, waited_for)).items():
        desks[sku].see_queue(lines)
    return desks


async def conclude(tx: Transaction[Policy], desks: store.Desks) -> None:
    """Record what was decided, say it, and have stale promises looked at again."""
    await store.close_desks(tx, desks)
    for desk in desks.values():
        tx.say(*(event for decision in desk.book.decisions for event in told(decision)))
    tx.schedule(
        *(
            NewEffect("promise_again", key=sku, subject=sku, due_at=tx.now)
            for sku, desk in desks.items()
            if desk.promises_are_stale
        )
    )


def told(decision: Decision) -> Iterator[Event]:
    """A decision in events: for the order, and for the dock where units move."""
    if decision.line is not None:
        yield answer_of(decision, decision.line)
    if decision.kind in ("grant", "put_away"):
        yield route_of(decision)


def answer_of(decision: Decision, line: Line) -> Event:
    """What the order hears."""
    about: dict[str, object] = {
        "order_id": line.order_id,
        "line_id": line.line_id,
        "sku": line.sku,
        "quantity": decision.quantity,
        "granted_total": line.granted_total,
        "decision_no": decision.decision_no,
        "reason": Reason(
            code=decision.reason.code,
            text=decision.reason.text,
            parameters=decision.reason.parameters,
        ),
    }
    match decision.kind:
        case "grant":
            unfilled = line.waiting + line.undecided
            where = {"warehouse": decision.warehouse, "source": decision.source}
            return LineAllocated.model_validate({**about, **where, "unfilled": unfilled})
        case "wait":
            promise = line.promise
            told_now = {"promised_on": promise.promised_on, "promise_version": promise.version}
            return LineBackordered.model_validate(
                {**about, **told_now, "position": decision.position}
            )
        case _:
            return LineRefused.model_validate(about)


def route_of(decision: Decision) -> UnitsRouted:
    """What the dock hears: from where to where, and for which order."""
    line, arrival = decision.line, decision.arrival
    from_dock = "cross_dock" if line else "put_away"
    return UnitsRouted.model_validate(
        {
            "sku": decision.sku,
            "warehouse": decision.warehouse,
            "move": from_dock if decision.source == "dock" else "pick",
            "quantity": decision.quantity,
            "order_id": line and line.order_id,
            "line_id": line and line.line_id,
            "dock": arrival and arrival.dock,
            "scan_id": arrival and arrival.scan_id,
            "delivery": arrival and arrival.delivery,
            "decision_no": decision.decision_no,
        }
    )


def product_of(event: ProductTaken) -> Product:
    """A product's rules for waiting."""
    return Product(event.revision, event.backorder, event.backorder_limit, event.lead_time_days)


def line_of(event: LineRequested, policy: Policy) -> Line:
    """A line as it comes in; without warehouses it is served from the default ones."""
    warehouses = tuple(dict.fromkeys(event.warehouses or policy.default_warehouses))
    return Line(
        event.line_id, event.order_id, event.sku, event.quantity, event.priority_class,
        event.placed_at, warehouses, requested_at=event.envelope.occurred_at,
    )  # fmt: skip


def receipt_arrival(event: StockReceived) -> Arrival:
    """The good units of a scan."""
    came = f"came in delivery {event.delivery}" if event.delivery else f"came in {event.scan_id}"
    named = (("delivery", event.delivery),) if event.delivery else ()
    return Arrival(
        event.warehouse, event.good, "dock", "received", came,
        (*named, ("scan_id", event.scan_id)), event.dock, event.scan_id, event.delivery,
    )  # fmt: skip


def counted_of(event: StockReceived) -> Counted | None:
    """The delivery line that a scan counted against."""
    if (line := event.expected) is None:
        return None
    return Counted((event.warehouse, line.supplier, line.delivery), line.remaining)


def count_of(event: StockCountTaken) -> Count:
    """A count of free units on the shelf."""
    return Count(event.count_id, event.warehouse, event.quantity, event.opening)


def count_arrival(event: StockCountTaken) -> Arrival:
    """Units that a count may bring up: at most those counted."""
    by, came = ("opening", "were there at the start") if event.opening else (
        "counted", f"were found by count {event.count_id}"
    )  # fmt: skip
    return Arrival(
        event.warehouse, event.quantity, "shelf", by, came, (("count_id", event.count_id),)
    )


def adjustment_arrival(event: StockAdjustmentTaken) -> Arrival:
    """Units that others added; none when they took some."""
    return Arrival(
        event.warehouse, max(0, event.quantity), "shelf", "adjusted",
        f"were added by adjustment {event.adjustment_id}",
        (("adjustment_id", event.adjustment_id),),
    )  # fmt: skip


def expected_of(event: DeliveryExpected) -> Expected:
    """A delivery line that should come."""
    return Expected(
        event.warehouse, event.supplier, event.delivery, event.quantity, event.remaining,
        event.expected_on, event.stage, event.announced_at,
    )  # fmt: skip
