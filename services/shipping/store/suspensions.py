"""Orders that nobody pays, and what allocation was told of their lines. The orders are locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.chassis.transaction import Transaction
from services.shipping.domain.policy import Policy

if TYPE_CHECKING:
    from asyncpg import Record


async def note_deadlines(tx: Transaction[Policy], passed: Sequence[tuple[str, int]]) -> None:
    """Write payment troubles that were not mended in time: order, episode."""
    await tx.execute(
        """UPDATE orders o SET suspended_episode = greatest(o.suspended_episode, p.episode)
           FROM (SELECT order_id, max(e) AS episode
                 FROM unnest($1::text[], $2::int[]) AS u (order_id, e) GROUP BY order_id) AS p
           WHERE o.order_id = p.order_id""",
        [order_id for order_id, _ in passed],
        [episode for _, episode in passed],
    )


async def note_over(tx: Transaction[Policy], over: Sequence[tuple[str, int]]) -> None:
    """Write payment troubles that are over: order, episode."""
    await tx.execute(
        """UPDATE orders o SET resumed_episode = greatest(o.resumed_episode, p.episode)
           FROM (SELECT order_id, max(e) AS episode
                 FROM unnest($1::text[], $2::int[]) AS u (order_id, e) GROUP BY order_id) AS p
           WHERE o.order_id = p.order_id""",
        [order_id for order_id, _ in over],
        [episode for _, episode in over],
    )


async def load_suspended(tx: Transaction[Policy], order_ids: Sequence[str]) -> dict[str, int]:
    """The episode of each of these orders that is suspended."""
    rows = await tx.fetch(
        """SELECT order_id, suspended_episode FROM orders
           WHERE order_id = ANY($1) AND suspended_episode > resumed_episode""",
        order_ids,
    )
    return {row["order_id"]: row["suspended_episode"] for row in rows}


@dataclass(frozen=True)
class Told:
    """What allocation is told of a line."""

    order_id: str
    line_id: str
    sku: str
    episode: int


async def suspend_lines(tx: Transaction[Policy], order_ids: Sequence[str]) -> list[Told]:
    """Lines of suspended orders that lack units and are not told as suspended yet; now they are."""
    rows = await tx.fetch(
        """UPDATE lines l SET suspended_episode = o.suspended_episode
           FROM orders o
           WHERE l.order_id = ANY($1) AND o.order_id = l.order_id
             AND o.suspended_episode > o.resumed_episode
             AND l.suspended_episode < o.suspended_episode
             AND l.ordered > l.allocated + l.refused + l.cancelled + l.withdrawn
           RETURNING l.order_id, l.line_id, l.sku, l.suspended_episode AS episode""",
        order_ids,
    )
    return _told(rows)


async def resume_lines(tx: Transaction[Policy], order_ids: Sequence[str]) -> list[Told]:
    """Lines told as suspended whose order's trouble is over; now they are told as resumed."""
    rows = await tx.fetch(
        """UPDATE lines l SET resumed_episode = o.resumed_episode
           FROM orders o
           WHERE l.order_id = ANY($1) AND o.order_id = l.order_id
             AND o.resumed_episode >= o.suspended_episode
             AND l.suspended_episode > l.resumed_episode
           RETURNING l.order_id, l.line_id, l.sku, l.resumed_episode AS episode""",
        order_ids,
    )
    return _told(rows)


def _told(rows: Sequence[Record]) -> list[Told]:
    told = [Told(row["order_id"], row["line_id"], row["sku"], row["episode"]) for row in rows]
    return sorted(told, key=lambda one: one.line_id)
