"""A batch's events through their handlers, in one transaction: remembered, handed over, judged.

Handed over again is what a handler let go of: facts that contradict an identity not held any more,
and facts whose premise came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import structlog

from schemas.envelope import Event, InboundEvent
from services.chassis import inbox, premises
from services.chassis.decoding import Decoder, Heard, Record, RefusedRecord
from services.chassis.failing import Failure, classed, unprocessable
from services.chassis.handling import Handler
from services.chassis.letters import DeadLetter
from services.chassis.transaction import Refusal, Transaction
from services.chassis.waves import waves

Ranked = Mapping[type[Event], tuple[int, Handler]]

PREMISE_ROUNDS = 20
"""A premise may bring facts that are premises of others; more rounds than this are a loop."""

log = structlog.get_logger()


class Judging:
    """Judges events within one transaction."""

    def __init__(self, tx: Transaction[Any], decoder: Decoder, ranked: Ranked) -> None:
        self.tx = tx
        self.decoder = decoder
        self.ranked = ranked
        self.handed: dict[int, Heard] = {}
        self.let_go: set[str] = set()

    async def judge(self, heard: Sequence[Heard]) -> list[DeadLetter]:
        """Take what is new; the dead letters of what cannot be taken."""
        letters = [DeadLetter.of(one) for one in await self._take(heard)]
        for _ in range(PREMISE_ROUNDS):
            if not self.tx.came:
                break
            letters += await self._take_awaited()
        else:
            raise RuntimeError(f"premises still came after {PREMISE_ROUNDS} rounds: a loop")
        return letters + [self._refused(event, why) for event, why in self.tx.refused]

    async def _take(self, heard: Sequence[Heard]) -> list[RefusedRecord]:
        """Remember and hand over; what contradicted an identity that was let go, anew."""
        refused: list[RefusedRecord] = []
        while heard:  # each round keeps at least one event, so there are as many as events at most
            found = await inbox.remember(self.tx.connection, heard)
            let_go = await self._hand(found.fresh)
            refused += found.refused
            refused += [one.refused for one in found.conflicts if identity(one.heard) not in let_go]
            heard = [one.heard for one in found.conflicts if identity(one.heard) in let_go]
        return refused

    async def _hand(self, heard: Sequence[Heard]) -> set[str]:
        """Hand over, keep what waits for its premise, and forget what is not held; that."""
        tx = self.tx
        begun = len(tx.forgotten)
        self.handed |= {id(one.event): one for one in heard}
        await self._call(heard)
        if tx.awaiting:
            await self._look_again()
        let_go = {event.identity() for event in tx.forgotten[begun:]}
        if let_go:
            await inbox.forget(tx.connection, let_go)
            self.let_go |= let_go
        return let_go

    async def _call(self, heard: Sequence[Heard]) -> None:
        for handler, events in waves([one.event for one in heard], self.ranked):
            self.tx.causes = events
            await handler(events, self.tx)

    async def _look_again(self) -> None:
        """Hand what waits over once more, under the locks of the premises; keep what still waits."""
        tx = self.tx
        waiting, tx.awaiting = tx.awaiting, []
        await premises.lock(tx.connection, {one.premise for one in waiting})
        await self._call([self.handed[id(one.event)] for one in waiting])
        waiting, tx.awaiting = tx.awaiting, []
        if waiting:
            await premises.keep(tx, [(one, self.handed[id(one.event)].record) for one in waiting])

    async def _take_awaited(self) -> list[DeadLetter]:
        """Hand over what waited for the premises that came.

        It fails apart from the batch that brought the premise, which is not to blame: then each is
        taken again alone, as what is redriven.
        """
        tx = self.tx
        came, tx.came = tx.came, set()
        await premises.lock(tx.connection, (), came)
        records = await premises.take(tx, came)
        letters: list[DeadLetter] = []
        heard = [one for record in records if (one := self._decoded(record, letters))]
        mark = tx.mark()
        try:
            async with tx.connection.transaction():
                await self._hand(heard)
        except Exception as error:
            if classed(error) is Failure.RETRYABLE:
                raise
            log.error("awaited_facts_failed", count=len(heard), exc_info=error)
            tx.back_to(mark)
            why = unprocessable(error)
            letters += [DeadLetter.heard(one, why, identity(one), "redriven") for one in heard]
        return letters

    def _decoded(self, record: Record, letters: list[DeadLetter]) -> Heard | None:
        """The event of a kept record; a release that does not hear it any more buries it."""
        found = self.decoder.decode(record)
        if isinstance(found, Heard) and type(found.event) in self.ranked:
            return found
        text = "this release does not hear it any more: drop it, or go back to one that does"
        letters.append(DeadLetter(record, Refusal("unknown_type", text), None))
        return None

    def _refused(self, event: InboundEvent, why: Refusal) -> DeadLetter:
        held = None if event.identity() in self.let_go else event.identity()
        return DeadLetter.heard(self.handed[id(event)], why, held)


def identity(heard: Heard) -> str:
    """Which fact an outsider's event is."""
    return cast("InboundEvent", heard.event).identity()
