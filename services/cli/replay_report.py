"""What a replay has shown: rows used, orders per second, what became of every line, mails."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from services.audit.export import exported_lines
from services.audit.owners import Owners
from services.cli.homes import deployment_of
from services.cli.meanwhile import answering
from services.cli.replay import Course
from services.cli.retailer_plan import Plan
from services.cli.showing import a_table, out
from services.standins.mails import mails


def print_counts(plan: Plan) -> None:
    """Every row of the files: used, or left out for a reason."""
    table = a_table("Rows", "what became of them", ">rows")
    for reason, rows in sorted(plan.counts.items(), key=lambda one: -one[1]):
        table.add_row(reason, str(rows))
    out.print(table)


def print_report(home: Path, plan: Plan, course: Course) -> None:
    """The figures of a replay, read from their owners."""

    async def read() -> tuple[list[tuple[object, ...]], Counter[int]]:
        async with await Owners.open(deployment_of(home)) as owners:
            lines = await exported_lines(owners)
            rows = await owners.fetch(
                "shipping",
                "SELECT order_id, count(*) AS n FROM shipments "
                "WHERE state <> 'withdrawn' GROUP BY order_id",
            )
            return lines, Counter(row["n"] for row in rows)

    with answering(home):
        lines, shipments = asyncio.run(read())
    _print_course(plan, course)
    _print_lines(lines)
    table = a_table("Orders by shipments", ">shipments", ">orders")
    for count, orders in sorted(shipments.items()):
        table.add_row(str(count), str(orders))
    out.print(table)
    table = a_table("Mails", "kind", ">sent")
    for kind, sent in Counter(mail.kind for mail in mails(home, None)).most_common():
        table.add_row(kind, str(sent))
    out.print(table)


def _print_course(plan: Plan, course: Course) -> None:
    orders = sum(len(hour.orders) for hour in plan.hours)
    rate = orders / course.seconds if course.seconds else 0
    out.print(
        f"[bold]{orders} orders, {course.facts} facts[/bold] in {course.seconds:.0f} s: "
        f"{rate:.1f} orders/s, {course.facts / max(course.seconds, 0.001):.0f} facts/s, "
        f"{course.hours} hours visited, {course.waits} waits for quiet"
    )
    for what, count in course.left.items():
        out.print(f"[yellow]left scheduled after the drain[/yellow] {what}: {count}")


def _print_lines(lines: list[tuple[object, ...]]) -> None:
    """What became of every line."""
    states: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for line in lines:
        ordered, allocated, cancelled, dispatched = (int(str(value)) for value in line[3:7])
        state = (
            "dispatched whole" if dispatched == ordered
            else "dispatched in part" if dispatched
            else "allocated, not dispatched" if allocated
            else "cancelled" if cancelled
            else "waiting, or refused"
        )  # fmt: skip
        states[state] += 1
        units[state] += ordered
    table = a_table("Lines", "state", ">lines", ">units ordered")
    for state, count in states.most_common():
        table.add_row(state, str(count), str(units[state]))
    out.print(table)
