"""Whether the database and Kafka are of the same time: looked at before a worker takes records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.chassis import broker, positions
from services.chassis.consumer import Places
from services.chassis.files import HomeFiles

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import Pool


@dataclass(frozen=True)
class Gap:
    """A partition of which database and log do not tell the same; None: the database has no row."""

    topic: str
    partition: int
    position: int | None
    committed: int
    end: int


class PositionGap(Exception):
    """Database and log are not of the same time; ``gaps`` and the text name them."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        self.gaps = gaps
        named = "; ".join(
            f"{gap.topic}/{gap.partition}: position {gap.position}, committed {gap.committed}, "
            f"end {gap.end}"
            for gap in gaps
        )
        super().__init__(
            "the database and Kafka are not of the same time; restore both to the last commit "
            f"before this worker may run: {named}"
        )


async def check_positions(
    consumer: AIOKafkaConsumer[bytes, bytes], committed: Places, positions: Places
) -> None:
    """Refuse to start on a database, or a log, older than what others already hold.

    Raises ``PositionGap`` where Kafka's commit is ahead of the row (a missing row is behind any
    commit: rows are written first), or the row beyond the end.
    """
    places = sorted(committed.keys() | positions.keys())
    if not places:
        return
    topics = await consumer.topics()
    asked = [TopicPartition(*place) for place in places if place[0] in topics]
    ends = {**await consumer.end_offsets(asked)} if asked else {}
    found = [
        Gap(
            *place,
            positions.get(place),
            committed.get(place, 0),
            ends.get(TopicPartition(*place), 0),
        )
        for place in places
    ]
    if gaps := [gap for gap in found if gap.committed > (at := gap.position or 0) or at > gap.end]:
        raise PositionGap(gaps)


async def refuse_gaps(
    kafka: str, group: str, topics: Sequence[str], pool: Pool[Row], files: HomeFiles
) -> None:
    """Refuse to start on a database or a log that is older than the other.

    Only topics that this release hears count. Raises ``PositionGap``, told in the home as well.
    """
    committed = (await broker.committed_offsets(kafka, [group]))[group]
    asking: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(bootstrap_servers=kafka)
    await asking.start()
    try:
        known = await positions.positions(pool)
        await check_positions(asking, of_topics(committed, topics), of_topics(known, topics))
    except PositionGap as gap:
        files.refused("position_gap", str(gap), [asdict(one) for one in gap.gaps])
        raise
    finally:
        await asking.stop()


def of_topics(places: Places, topics: Sequence[str]) -> Places:
    """The places of some topics."""
    return {place: offset for place, offset in places.items() if place[0] in topics}
