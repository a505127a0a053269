"""Random histories through the real handlers on real Postgres, compared with a pure model at rest.

300 histories, or ``CROSSDOCK_TEST_HISTORIES`` of them (5,000 with ``./crossdock test --long``).
"""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import count
from random import Random
from time import monotonic

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from schemas.envelope import Event
from schemas.shops import (
    CancelledLine,
    OrderCancelRequested,
    OrderedLine,
    OrderPaymentMethodGiven,
    OrderPlaced,
    ProductListed,
)
from schemas.values import Contact, PaymentMethod
from schemas.warehouses import ReceiptCorrected, ReceiptScanned, StockAdjusted
from tests.machine.dock import WAREHOUSE
from tests.machine.model import Ordered
from tests.machine.world import World
from tests.reliability import keep

HISTORIES = int(os.environ.get("CROSSDOCK_TEST_HISTORIES", "300"))
LONG_HISTORIES = 5_000
STEPS = 12
PRICES = {"A": 1_000, "B": 730}
TOKENS = (
    "tok_ok", "tok_ok", "tok_ok", "tok_ok", "tok_unverifiable", "tok_declined", "tok_insufficient",
    "tok_expired", "tok_authentication", "tok_lost_once", "tok_deaf_once",
)  # fmt: skip


class History(RuleBasedStateMachine):
    """One history: facts of outsiders, in any order, with whatever happens between them."""

    world: World

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        """Two products are listed; how events are handed over is drawn from the seed."""
        self.world.begin(seed)
        self.numbers = count(1)
        self.draw = Random(seed + 1)  # noqa: S311  # what happens, not a secret
        self.skus = {letter: self.world.name(letter) for letter in PRICES}
        self.publish(*(ProductListed(sku=sku, revision=1) for sku in self.skus.values()))

    def named(self, letter: str) -> str:
        """A name of this history that nothing else has."""
        return f"{letter}{self.world.history}-{next(self.numbers)}"

    def publish(self, *events: Event) -> None:
        """Outsiders say something."""
        self.world.pipeline.publish(*events)

    @property
    def orders(self) -> list[str]:
        """Orders placed so far."""
        return sorted(self.world.model.freight)

    @rule(
        lines=st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 4)), min_size=1, max_size=3),
        token=st.sampled_from(TOKENS),
        complete=st.booleans(),
        refuse=st.booleans(),
        freight=st.sampled_from((0, 490)),
    )
    def place_order(
        self, lines: list[tuple[str, int]], token: str, complete: bool, refuse: bool, freight: int
    ) -> None:
        """A customer buys."""
        model = self.world.model
        order_id = f"shop:{self.world.history}-{len(model.freight) + 1}"
        model.freight[order_id] = freight
        for number, (letter, quantity) in enumerate(lines, start=1):
            line_id, sku = f"{order_id}:{number}", self.skus[letter]
            model.lines[line_id] = Ordered(order_id, line_id, sku, quantity, PRICES[letter])
        self.publish(
            OrderPlaced(
                order_id=order_id,
                placed_at=self.world.pipeline.now,
                currency="EUR",
                customer_ref="c1",
                contact=Contact(email="c1@example.invalid"),
                lines=tuple(
                    OrderedLine(sku=self.skus[s], quantity=q, unit_price_minor=PRICES[s])
                    for s, q in lines
                ),
                freight_minor=freight,
                total_minor=freight + sum(q * PRICES[s] for s, q in lines),
                payment_method=PaymentMethod(method_id="m1", token=token),
                ship_preference="complete" if complete else "as_available",
                on_refused_line="refuse_order" if refuse else "drop_line",
            )
        )

    @rule(sku=st.sampled_from("AB"), good=st.integers(0, 6), damaged=st.integers(0, 1))
    def receive(self, sku: str, good: int, damaged: int) -> None:
        """Goods come in."""
        if good + damaged == 0:
            return
        scans = self.world.model.scans
        scan_id = f"s{self.world.history}-{len(scans) + 1}"
        scans[scan_id] = self.skus[sku], good
        self.publish(
            ReceiptScanned(
                warehouse=WAREHOUSE,
                scan_id=scan_id,
                sku=self.skus[sku],
                good=good,
                damaged=damaged,
                scanned_at=self.world.pipeline.now,
            )
        )

    @rule(pick=st.integers(0, 20), good=st.integers(0, 6))
    def correct(self, pick: int, good: int) -> None:
        """A scan was wrong."""
        scans = self.world.model.scans
        if not scans:
            return
        scan_id = sorted(scans)[pick % len(scans)]
        sku, _ = scans[scan_id]
        scans[scan_id] = sku, good
        self.tick()
        self.publish(
            ReceiptCorrected(
                warehouse=WAREHOUSE,
                scan_id=scan_id,
                sku=sku,
                good=good,
                damaged=0,
                corrected_at=self.world.pipeline.now,
            )
        )

    @rule(sku=st.sampled_from("AB"), units=st.integers(-3, 3).filter(bool))
    def adjust(self, sku: str, units: int) -> None:
        """Others took or found units."""
        self.world.model.adjusted[self.skus[sku]] += units
        self.tick()
        self.publish(
            StockAdjusted(
                warehouse=WAREHOUSE,
                adjustment_id=self.named("a"),
                sku=self.skus[sku],
                quantity=units,
                reason="counted by others",
                adjusted_at=self.world.pipeline.now,
            )
        )

    @rule(pick=st.integers(0, 20), whole=st.booleans(), units=st.integers(1, 3))
    def cancel(self, pick: int, whole: bool, units: int) -> None:
        """A customer does not want it any more, or not all of it; perhaps before the order came."""
        if not self.orders:
            return
        order_id = self.orders[pick % len(self.orders)]
        lines = [one for one in self.world.model.lines.values() if one.order_id == order_id]
        line = lines[pick % len(lines)]
        part = CancelledLine(
            line=line.line_id.rpartition(":")[2], quantity=min(units, line.quantity)
        )
        self.publish(
            OrderCancelRequested(
                order_id=order_id,
                cancel_id=self.named("c"),
                lines=() if whole else (part,),
                requested_at=self.world.pipeline.now,
            )
        )

    @rule(pick=st.integers(0, 20), token=st.sampled_from(TOKENS))
    def give_method(self, pick: int, token: str) -> None:
        """A customer gives another card."""
        if not self.orders:
            return
        self.publish(
            OrderPaymentMethodGiven(
                order_id=self.orders[pick % len(self.orders)],
                method_id=self.named("m"),
                token=token,
                given_at=self.world.pipeline.now,
            )
        )

    @rule(steps=st.integers(1, 6))
    def hand_over(self, steps: int) -> None:
        """Some of what lies in the log is read."""
        self.world.run(self.world.pipeline.some(steps))
        self.world.look()

    @rule(missing=st.integers(0, 2))
    def pack(self, missing: int) -> None:
        """The dock packs something, perhaps not all of it."""
        if parcels := self.world.dock.to_pack():
            parcel = self.draw.choice(parcels)
            self.publish(self.world.dock.pack(parcel, self.world.pipeline.now, missing))

    @rule()
    def damage(self) -> None:
        """Something breaks at the dock."""
        parcels = [one for one in self.world.dock.parcels.values() if not one.left]
        if parcels:
            parcel = self.draw.choice(parcels)
            self.publish(self.world.dock.damage(parcel, self.draw, self.world.pipeline.now))

    @rule()
    def send(self) -> None:
        """A parcel leaves."""
        if parcels := self.world.dock.to_send():
            parcel = self.draw.choice(parcels)
            self.publish(self.world.dock.send(parcel, self.world.pipeline.now))

    @rule(hours=st.sampled_from((1, 6, 26, 80)))
    def time_passes(self, hours: int) -> None:
        """Timers become due."""
        pipeline = self.world.pipeline
        pipeline.move_clock(pipeline.now + timedelta(hours=hours))

    def tick(self) -> None:
        """No two corrections at one instant: the latest wins."""
        pipeline = self.world.pipeline
        pipeline.move_clock(pipeline.now + timedelta(seconds=1))

    def teardown(self) -> None:
        """At rest the services agree with the model; and again when every timer has run."""
        if hasattr(self, "skus"):
            self.world.run(self.world.rest())
            self.world.run(self.world.judge())
            self.world.run(self.world.run_out())
            self.world.run(self.world.judge())


def histories(world: World, number: int) -> None:
    """Run so many histories."""
    started = monotonic()

    class OfThisWorld(History):
        pass

    OfThisWorld.world = world
    run_state_machine_as_test(
        OfThisWorld,
        settings=settings(
            max_examples=number,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    keep("random histories against the model", times=number, seconds=monotonic() - started)


def test_random_histories_end_as_the_model_says(world: World) -> None:
    histories(world, HISTORIES)


@pytest.mark.long
def test_many_random_histories_end_as_the_model_says(world: World) -> None:
    histories(world, LONG_HISTORIES)
