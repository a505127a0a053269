"""The `status` command: what needs a person, then how everything stands, on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from services.audit.owners import Owners
from services.audit.status import ServiceStatus, Status, TopicLag, status
from services.audit.trouble import Suspended, Trouble, suspended, troubles
from services.chassis.clock import Clock
from services.chassis.dead_letters import PARKED_ALARM_SECONDS
from services.chassis.settings import Deployment
from services.cli.at_home import Workers, workers_at
from services.cli.homes import chosen_home
from services.cli.looking import with_owners
from services.cli.meanwhile import workers_run
from services.cli.showing import a_table, out, printable, seconds

WRONG, NOTE = ("✗ ", "bold red"), ("· ", "yellow")
LAGS_SHOWN = 10
"""Topics that somebody is behind on, the worst first; `crossdock lag` has all."""


def show_status() -> None:
    """Tell what needs a person, and how everything stands: lag, letters, effects, what waits."""
    home = chosen_home()

    async def look(deployment: Deployment, owners: Owners) -> None:
        found = await status(deployment, owners, Clock(home))
        trouble, passed_over = await troubles(owners), await suspended(owners)
        out.print(f"[bold]Home[/bold] {home}   {found.now:%Y-%m-%d %H:%M:%S} UTC, business time")
        out.print(f"Kafka {deployment.kafka}   Postgres {deployment.postgres}\n")
        workers = await workers_at(home)
        wrong = [*what_needs_a_person(found, trouble, workers, running=workers_run(home))]
        waits = [*what_waits(found, trouble)]
        if not (wrong or any(one.dead for one in trouble)):
            wrong = [Text("✓ Nothing needs a person.", style="green")]
        for line in (*wrong, *waits):
            out.print(line)
        out.print("", services_table(found, trouble, workers), "")
        if any(lag.messages for lag in found.lags):
            out.print(lag_table(found.lags), "")
        if any(service.effects for service in found.services):
            out.print(effects_table(found.services), "")
        out.print(goods(found, passed_over))

    with_owners(look)


def what_needs_a_person(
    found: Status, trouble: Sequence[Trouble], workers: Mapping[str, Workers], *, running: bool
) -> Iterator[Text]:
    """Whatever will not mend itself, and where to go on."""
    for one in trouble:
        its = workers[one.service]
        if its.refusal:
            yield Text.assemble(
                WRONG, (one.service, "bold"), f" may not run: {printable(its.refusal)}"
            )
        elif one.stopped_at:
            yield Text.assemble(
                WRONG, (one.service, "bold"), f" stopped at {one.stopped_at:%Y-%m-%d %H:%M} UTC: ",
                printable(one.stopped_over),
            )  # fmt: skip
        elif running and not its.standing:
            yield Text.assemble(
                WRONG, (one.service, "bold"), " has no worker: is it started again? See its log"
            )
        for pid, awaited in its.standing.items():
            if awaited:
                yield Text.assemble(
                    WRONG, (one.service, "bold"), f" (process {pid}) takes nothing: "
                    f"{printable(awaited)}",
                )  # fmt: skip
        if one.parked_too_long:
            yield Text.assemble(
                WRONG, (one.service, "bold"), f": {counted(one.parked, 'event')} parked behind a dead "
                f"letter, the oldest for {seconds(one.oldest_parked_seconds)} (alarm after "
                f"{seconds(PARKED_ALARM_SECONDS)}): crossdock dead-letters list --service "
                f"{one.service}",
            )  # fmt: skip
    yield from _given_up(found.services)


def _given_up(services: Sequence[ServiceStatus]) -> Iterator[Text]:
    for service in services:
        for row in service.effects:
            if row["given_up"]:
                yield Text.assemble(
                    WRONG, (service.service, "bold"), f" gave up on {row['given_up']} × "
                    f"{row['kind']}: crossdock audit names them",
                )  # fmt: skip


def what_waits(found: Status, trouble: Sequence[Trouble]) -> Iterator[Text]:
    """What waits for something that should come by itself, or for a person without hurry."""
    for one in trouble:
        if one.dead:
            told = f": {counted(one.dead, 'dead letter')} for a person to look at: "
            listing = f"crossdock dead-letters list --service {one.service}"
            yield Text.assemble(NOTE, (one.service, "bold"), told, listing)
        if one.parked and not one.parked_too_long:
            told = f": {counted(one.parked, 'event')} parked behind a dead letter, the oldest for "
            yield Text.assemble(
                NOTE, (one.service, "bold"), told, seconds(one.oldest_parked_seconds)
            )
        if one.redriven:
            told = f": {counted(one.redriven, 'redriven letter')} to be taken when its worker runs"
            yield Text.assemble(NOTE, (one.service, "bold"), told)
    for fact in found.premises:
        since = f" since {fact.oldest_at:%Y-%m-%d %H:%M}" if fact.oldest_at else ""
        yield Text.assemble(
            NOTE, (fact.service, "bold"), f" waits for what comes before: {fact.facts} {fact.what}"
            f"{since}, such as {printable(fact.example)}",
        )  # fmt: skip


def services_table(
    found: Status, trouble: Sequence[Trouble], workers: Mapping[str, Workers]
) -> Table:
    """A line a service: who works, how far behind it is, what it has to say and could not take."""
    table = a_table(
        "Services", "service", ">ready", ">to read", ">oldest", ">to say", ">oldest",
        ">dead letters", ">parked",
    )  # fmt: skip
    letters = {one.service: one for one in trouble}
    for one in found.services:
        lags = [lag for lag in found.lags if lag.service == one.service]
        ages = [lag.seconds for lag in lags if lag.messages and lag.seconds is not None]
        its = letters[one.service]
        table.add_row(
            one.service, _count(workers[one.service].ready, "green"),
            _count(sum(lag.messages for lag in lags)), seconds(max(ages, default=None)),
            _count(one.outbox), seconds(one.outbox_seconds),
            _count(its.dead, "red"), _count(its.parked, "red"),
        )  # fmt: skip
    return table


def _count(number: int, style: str = "") -> Text:
    return Text(f"{number:,}", style=style if number else "dim")


def lag_table(lags: Sequence[TopicLag]) -> Table:
    """The topics that services are behind on, the most messages first."""
    table = a_table("Behind", "service", "topic", ">messages", ">oldest")
    behind = sorted((lag for lag in lags if lag.messages), key=lambda lag: -lag.messages)
    for lag in behind[:LAGS_SHOWN]:
        table.add_row(lag.service, lag.topic, f"{lag.messages:,}", seconds(lag.seconds))
    if len(behind) > LAGS_SHOWN:
        table.add_row(f"[dim]and {len(behind) - LAGS_SHOWN} more: crossdock lag[/dim]", "", "", "")
    return table


def effects_table(services: Sequence[ServiceStatus]) -> Table:
    """Effects by service and kind."""
    table = a_table(
        "Effects", "service", "kind", ">due", ">started", ">unknown", ">given up", ">later",
        "next due",
    )  # fmt: skip
    for one in services:
        for row in one.effects:
            table.add_row(
                one.service, str(row["kind"]), _number(row, "due"), _number(row, "started"),
                _number(row, "unknown", "yellow"), _number(row, "given_up", "red"),
                _number(row, "later"),
                f"{row['next_due_at']:%Y-%m-%d %H:%M}" if row["next_due_at"] else "",
            )  # fmt: skip
    return table


def _number(row: Mapping[str, object], name: str, style: str = "") -> Text:
    return _count(int(str(row[name])), style)


def goods(found: Status, passed_over: Suspended) -> Text:
    """How many wait for goods, in a sentence."""
    oldest = f", the oldest since {found.oldest_wait_at:%Y-%m-%d}" if found.oldest_wait_at else ""
    lines, units = counted(found.waiting_lines, "line"), counted(found.waiting_units, "unit")
    told = f" {lines} with {units} for goods{oldest}" if found.waiting_lines else " nothing"
    if passed_over.lines:
        told += f"; of these {counted(passed_over.lines, 'line')} suspended: the payment failed"
    return Text.assemble(("Waiting", "bold"), told)


def counted(number: int, what: str) -> str:
    """A number of things."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
