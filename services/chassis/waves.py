"""Ranked waves: a batch cut into as few handler calls as order per key allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from schemas.envelope import Event
from services.chassis.handling import Handler


def waves(
    events: Sequence[Event], ranked: Mapping[type[Event], tuple[int, Handler]]
) -> Iterator[tuple[Handler, Sequence[Event]]]:
    """Hand events to handlers in lifecycle order, never an event of a key before an earlier one.

    Each event goes to the earliest (wave, rank) slot that is not before the last slot of its
    (topic, key). Across keys and topics there is no order to keep.
    """
    count = len(ranked)
    handlers = [handler for _, handler in ranked.values()]
    last: dict[tuple[str, str], int] = {}
    calls: dict[int, list[Event]] = defaultdict(list)
    for event in events:
        rank = ranked[type(event)][0]
        key = (event.TOPIC.name, event.key)
        reached = last.get(key, 0)
        slot = reached - reached % count + rank
        if slot < reached:
            slot += count
        last[key] = slot
        calls[slot].append(event)
    for slot in sorted(calls):
        yield handlers[slot % count], calls[slot]
