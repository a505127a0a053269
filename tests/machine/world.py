"""Five real services beside a simulated log, and the provider's stand-in, for one history after another."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from tests.harness import Service, service
from tests.machine.dock import Dock
from tests.machine.model import Model, overtaken, paid_minor
from tests.machine.pipeline import RETRY_SECONDS, Pipeline, events_of
from tests.payments.provider import Provider, ProviderThread

T = TypeVar("T")

SERVICES = "order_intake", "stock_receipts", "allocation", "shipping", "payments"
"""Those that decide; notifications only listens, and has tests of its own."""
SILENT_SECONDS = "0.3"
TIMEOUT_SECONDS = 0.2
STEPS = 400
"""More rounds of dock and clock than any history needs to come to its end."""

LINES = """
    SELECT line_id, granted_total, requeued_total, withdrawn, waiting, state
    FROM lines WHERE sku = ANY($1)
"""
SUPPLY = """
    SELECT sku, on_shelf, at_dock, in_lane, lost + missing AS lost, shortfall FROM supply WHERE sku = ANY($1)
"""
LETTERS = "SELECT id, code, reason, detail FROM dead_letters WHERE id > $1 ORDER BY id"
DECISIONS = "SELECT * FROM decisions WHERE sku = $1 ORDER BY decision_no"
PLACES = "SELECT line_id, priority_class, placed_at FROM lines WHERE sku = ANY($1)"
RELEASED_UNPAID = """
    SELECT shipment_id FROM shipments
    WHERE order_id = ANY($1) AND (dispatched_unreleased OR (state = 'dispatched' AND captured_at IS NULL))
"""


class World:
    """One database for all histories; each has SKUs and orders of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.loop = asyncio.new_event_loop()
        self.provider: Provider = ProviderThread(home, silent_seconds=SILENT_SECONDS).start()
        self.book_read = 0
        self.letters_seen: Counter[str] = Counter()
        self.history = 0
        self.dock = Dock("dock")
        self.model = Model()

    async def open(self, database: str, passfile: Path) -> None:
        """Build the services."""
        made: dict[str, Service] = {}
        for name in SERVICES:
            special = self.payment_settings() if name == "payments" else {}
            made[name] = await service(name, database, passfile, self.home, **special)
        self.pipeline = Pipeline(made)

    def payment_settings(self) -> dict[str, Any]:
        """Quick retries: a history waits for none."""
        return {
            "provider_url": self.provider.url,
            "provider_timeout_seconds": TIMEOUT_SECONDS,
            "first_retry_seconds": RETRY_SECONDS,
            "longest_retry_seconds": RETRY_SECONDS,
        }

    async def close(self) -> None:
        """Let go of pools and clients."""
        for one in self.pipeline.services.values():
            for close in one.worker.closing:
                await close()
            one.pool.terminate()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end."""
        return self.loop.run_until_complete(work)

    # ---- a history -----------------------------------------------------------------------------

    def begin(self, seed: int) -> None:
        """Another history: fresh names, a fresh dock, a fresh model."""
        self.history += 1
        self.book_read += len(self.book())
        self.dock, self.model = Dock(self.name("dock")), Model()
        self.pipeline.forget()
        self.pipeline.draw = Random(seed)  # noqa: S311  # order of events, not a secret

    def name(self, what: str) -> str:
        """A name of this history alone."""
        return f"{what}{self.history}"

    def look(self) -> None:
        """The shop and the dock read what was said to them."""
        self.model.hear(events_of(self.pipeline.read("shops")))
        told = [*events_of(self.pipeline.read("scanners"))]
        self.dock.hear(one for one in told if one[0].startswith("crossdock.parcel."))

    async def rest(self) -> None:
        """Until nothing moves and the dock has nothing to do."""
        for _ in range(STEPS):
            await self.pipeline.come_to_rest()
            self.look()
            at = self.pipeline.now
            work = [self.dock.pack(parcel, at) for parcel in self.dock.to_pack()]
            work += [self.dock.send(parcel, at) for parcel in self.dock.to_send()]
            if not work:
                return
            self.pipeline.publish(*work)
        raise AssertionError("the dock never comes to an end")

    async def run_out(self) -> None:
        """From scheduled effect to scheduled effect, until none is left."""
        for _ in range(STEPS):
            await self.rest()
            if (due := await self.pipeline.next_due()) is None:
                return
            self.pipeline.move_clock(due + timedelta(milliseconds=1))
        raise AssertionError("there is always another timer")

    # ---- what must hold ------------------------------------------------------------------------

    async def judge(self) -> None:
        """Compare the services with the model, at rest."""
        await self.no_dead_letters()
        await self.units_are_conserved()
        await self.nobody_is_overtaken()
        await self.money_is_conserved()

    async def no_dead_letters(self) -> None:
        """Whatever was refused was refused for a reason that the history gave."""
        for name, one in self.pipeline.services.items():
            found = await one.rows(LETTERS, self.letters_seen[name])
            self.letters_seen[name] = max(
                (row["id"] for row in found), default=self.letters_seen[name]
            )
            wrong = [dict(row) for row in found if row["code"] not in EXPECTED_REFUSALS]
            assert not wrong, (name, wrong)

    async def units_are_conserved(self) -> None:
        """Each line's units, and each SKU's, are somewhere, once."""
        skus = sorted({line.sku for line in self.model.lines.values()} | set(self.model.supply))
        allocation = self.pipeline.services["allocation"]
        rows = {row["line_id"]: row for row in await allocation.rows(LINES, skus)}
        held, wanted, passed = Counter[str](), Counter[str](), Counter[str]()
        for line in self.model.lines.values():
            row = rows.get(line.line_id)
            if row is None:
                assert self.model.wanted(line) == 0, f"{line.line_id} never reached allocation"
                continue
            in_hand = row["granted_total"] - row["requeued_total"] - row["withdrawn"]
            assert in_hand >= self.dock.dispatched[line.line_id], line
            assert in_hand + row["waiting"] == self.model.wanted(line), (line, dict(row))
            held[line.sku] += in_hand
            wanted[line.sku] += self.model.wanted(line)
            passed[line.sku] += row["waiting"] if row["state"] == "suspended" else 0
        for row in await allocation.rows(SUPPLY, skus):
            sku = row["sku"]
            good = self.model.supply[sku] + row["shortfall"]
            assert row["on_shelf"] + row["at_dock"] + row["in_lane"] + row["lost"] == good, dict(
                row
            )
            assert row["in_lane"] == held[sku], dict(row)
            assert held[sku] == min(good - row["lost"], wanted[sku] - passed[sku]), dict(row)

    async def nobody_is_overtaken(self) -> None:
        """No grant passed over somebody with a better place."""
        skus = sorted({line.sku for line in self.model.lines.values()})
        allocation = self.pipeline.services["allocation"]
        places = {
            row["line_id"]: (row["priority_class"], row["placed_at"], row["line_id"])
            for row in await allocation.rows(PLACES, skus)
        }
        for sku in skus:
            wrong = overtaken(map(dict, await allocation.rows(DECISIONS, sku)), places)
            assert not wrong, wrong

    async def money_is_conserved(self) -> None:
        """What was captured and not refunded is what left, to the cent."""
        orders = set(self.model.freight)
        paid = paid_minor(line for line in self.book() if line.get("order_id") in orders)
        assert paid == {o: n for o, n in self.model.owed_minor(self.dock.dispatched).items() if n}
        unpaid = await self.pipeline.services["shipping"].rows(RELEASED_UNPAID, sorted(orders))
        assert not unpaid, unpaid

    def book(self) -> list[dict[str, Any]]:
        """The provider's book of this history."""
        lines: list[dict[str, Any]] = []
        while page := self.provider.book(after=self.book_read + len(lines)):
            lines += page
        return lines

    async def paid_minor(self, order_id: str) -> int:
        """What an order has paid, as the provider has it."""
        return paid_minor(self.book()).get(order_id, 0)


EXPECTED_REFUSALS = {
    "no_such_order", "no_such_line", "too_many", "no_such_scan", "order_closed", "withdrawn",
    "no_such_shipment", "not_asked", "not_in_parcel",
}  # fmt: skip
"""Reasons that a history of mistakes and races gives for refusing an outsider's fact."""
