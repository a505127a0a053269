"""The `lag` command: who is behind, by how much, whether it gets better, and when it is done."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Annotated

import typer
from rich.live import Live
from rich.table import Table

from services.audit.lag import Lag, PartitionLag, TopicLag, by_topic
from services.audit.owners import Owners
from services.cli.homes import chosen_home, deployment_of
from services.cli.meanwhile import answering
from services.cli.showing import a_table, out, seconds

LOOK_SECONDS = 2.0
SECOND_LOOK_SECONDS = 1.0
"""After a look that is not to be repeated: two make a trend."""
TREND_LOOKS = 15
"""Looks that a trend is made of: half a minute."""

Name = tuple[str, str]


@dataclass(frozen=True)
class Moment:
    """One topic for one service, at one moment of machine time."""

    at: float
    lag: TopicLag


class Trends:
    """The last looks at every topic of every service."""

    def __init__(self) -> None:
        self.looks: dict[Name, deque[Moment]] = defaultdict(lambda: deque(maxlen=TREND_LOOKS))

    def take(self, lags: Sequence[PartitionLag], at: float) -> None:
        """Add a look."""
        for one in by_topic(lags):
            self.looks[one.service, one.topic].append(Moment(at, one))

    @property
    def somebody_is_behind(self) -> bool:
        """Whether there was anything to read at the last look."""
        return any(looks[-1].lag.messages for looks in self.looks.values())

    def rates(self, name: Name) -> tuple[float, float]:
        """Messages said and read a second, over the looks that are kept."""
        first, last = self.looks[name][0], self.looks[name][-1]
        passed = last.at - first.at
        if passed <= 0:
            return 0.0, 0.0
        said, read = last.lag.end - first.lag.end, last.lag.position - first.lag.position
        return said / passed, read / passed

    def drain_seconds(self, name: Name) -> float | None:
        """How long until all is read, if it goes on like this; None: it never is."""
        said, read = self.rates(name)
        left = self.looks[name][-1].lag.messages
        if left == 0:
            return 0.0
        return left / (read - said) if read > said else None

    def table(self, *, everything: bool) -> Table:
        """Whoever is behind, or all."""
        table = a_table(
            "Lag", "service", "topic", ">messages", ">oldest", ">said/s", ">read/s", ">drained in"
        )
        for name, looks in self.looks.items():
            last = looks[-1].lag
            if not (last.messages or everything):
                continue
            said, read = self.rates(name)
            left = self.drain_seconds(name)
            known = len(looks) > 1
            table.add_row(
                *name, str(last.messages), seconds(last.seconds) if last.messages else "",
                f"{said:.1f}" if known else "–", f"{read:.1f}" if known else "–",
                "" if not last.messages else "?" if not known
                else "[red]never, like this[/red]" if left is None else seconds(left),
            )  # fmt: skip
        if not table.row_count:
            table.add_row("[green]all services have read everything[/green]", *[""] * 6)
        return table


def lag(
    watch: Annotated[bool, typer.Option("--watch", help="look again until Ctrl-C")] = False,
    partitions: Annotated[bool, typer.Option("--partitions", help="each partition")] = False,
    everything: Annotated[bool, typer.Option("--all", help="also what is read to its end")] = False,
) -> None:
    """Tell how far each service is behind, whether it gains, and when it will be done."""
    home, trends = chosen_home(), Trends()

    async def look(looking: Lag) -> Table:
        found = await looking.look()
        trends.take(found, monotonic())
        if partitions:
            return partition_table(found, everything=everything)
        return trends.table(everything=everything)

    async def run() -> None:
        deployment = deployment_of(home)
        async with await Owners.open(deployment) as owners, Lag(deployment, owners) as looking:
            if watch:
                await keep_watching(lambda: look(looking))
            shown = await look(looking)
            if trends.somebody_is_behind and not partitions:
                await asyncio.sleep(SECOND_LOOK_SECONDS)
                shown = await look(looking)
            out.print(shown)

    with answering(home), suppress(KeyboardInterrupt):
        asyncio.run(run())


async def keep_watching(look: Callable[[], Awaitable[Table]]) -> None:
    """A table that is always of now; plain tables where nobody watches."""
    with Live(await look(), console=out) as live:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            live.update(await look(), refresh=True)


def partition_table(lags: Sequence[PartitionLag], *, everything: bool) -> Table:
    """Each partition, as ``kafka-consumer-groups`` lists them."""
    table = a_table(
        "Lag", "service", "topic", ">partition", ">position", ">end", ">messages", ">oldest"
    )
    for one in lags:
        if one.messages or everything:
            table.add_row(
                one.service, one.topic, str(one.partition), str(one.position), str(one.end),
                str(one.messages), seconds(one.seconds) if one.messages else "",
            )  # fmt: skip
    return table
