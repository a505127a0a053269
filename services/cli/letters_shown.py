"""How dead letters look: a table of many, and one of them whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.audit.letters import LetterGroup
from services.audit.status import Letter
from services.chassis.dead_letters import Shown
from services.cli.showing import a_table, printable, seconds

if TYPE_CHECKING:
    from asyncpg import Record

VALUE_SHOWN_CHARACTERS = 4_000
BYTES_A_LINE = 16
OUR_FAILURE = (
    "One of our own handlers failed on it. Find out why in the log of {service}; once that is "
    "mended, redrive it: it is taken once, and what is parked behind it follows in order."
)
PARKED = "It only waits: whatever becomes of the letter before it, it follows by itself."
REFUSED = (
    "It was refused for what it says. Its sender mends it and sends it again; then drop this one. "
    "If what was missing has come since, redrive it."
)
WHAT_TO_DO = {
    "redriven": "A person redrove it: the worker takes it as soon as it runs.",
    "dropped": "A person dropped it: nothing to do.",
    "done": "It was taken after all: nothing to do.",
}


def short_type(name: object) -> str:
    """A type without what all types begin with."""
    return str(name or "?").removeprefix("crossdock.")


def ago(moment: datetime) -> str:
    """How long ago on the machine's clock."""
    return f"{seconds(max(0.0, (datetime.now(UTC) - moment).total_seconds()))} ago"


def letters_table(letters: Iterable[Letter], title: str = "") -> Table:
    """A line a letter: what it is about, why it died, and how many wait behind it."""
    table = a_table(title, "id", "arrived", "type and what it is about", ">behind", "why")
    for letter in letters:
        row = letter.row
        about = Text(printable(short_type(row["type_name"])))
        if row["aggregate"]:
            about.append(f"\n{printable(str(row['aggregate']))}", style="dim")
        why = Text(str(row["code"]), style="bold")
        why.append(f" – {printable(str(row['reason']))}", style="not bold")
        behind = row.get("behind", 0)
        name = Text(letter.id)
        if row.get("state", "dead") != "dead":
            name.append(f"\n{row['state']}", style="yellow")
        table.add_row(
            name,
            ago(arrived) if isinstance(arrived := row["arrived_at"], datetime) else "",
            about,
            Text(str(behind), style="red" if behind else "dim"),
            why,
        )
    return table


def groups_table(groups: Sequence[LetterGroup]) -> Table:
    """How many there are of what."""
    table = a_table("", "service", "code", "type", ">letters", ">oldest")
    for one in groups:
        table.add_row(
            one.service, one.code, short_type(one.type_name), str(one.letters), ago(one.oldest_at)
        )
    return table


def whole(service: str, shown: Shown) -> RenderableType:
    """One letter with all that is known of it."""
    row = shown.letter
    name = f"{service}-{row['id']}"
    head = Text.assemble(
        (name, "bold"), f" is {row['state']}, arrived {ago(row['arrived_at'])}, ", _tried(row)
    )
    why = Text.assemble((str(row["code"]), "bold red"), f": {printable(row['reason'])}")
    return Group(
        head, why, Text(_what_to_do(service, row), style="dim"), "", _facts(row), "",
        *_value(row), *_behind(service, shown),
    )  # fmt: skip


def _tried(row: Record) -> str:
    times = row["attempts"]
    return "not tried yet" if not times else f"tried {times} time{'s' if times > 1 else ''}"


def _what_to_do(service: str, row: Record) -> str:
    if row["state"] in WHAT_TO_DO:
        return WHAT_TO_DO[row["state"]]
    if row["state"] == "parked":
        return PARKED
    return OUR_FAILURE.format(service=service) if row["code"] == "unprocessable" else REFUSED


def _facts(row: Record) -> Table:
    """What stands around its bytes."""
    table = Table.grid(padding=(0, 2))
    written = datetime.fromtimestamp(row["timestamp_ms"] / 1000, UTC)
    facts: list[tuple[str, object]] = [
        ("type", row["type_name"] or "not known"),
        ("about", row["aggregate"] or "not known"),
        ("place", f"{row['topic']}, partition {row['partition']}, offset {row['offset']}"),
        ("written", f"{written:%Y-%m-%d %H:%M:%S} UTC" if row["timestamp_ms"] else "not known"),
        ("arrived", f"{row['arrived_at']:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    if row["changed_at"]:
        facts.append((row["state"], f"{row['changed_at']:%Y-%m-%d %H:%M:%S} UTC"))
    if row["detail"]:
        facts.append(("detail", orjson.dumps(row["detail"]).decode()))
    facts.append(("key", _text(row["key"]) if row["key"] is not None else "none"))
    facts += [("header", f"{header}: {value}") for header, value in row["headers"]]
    for what, told in facts:
        table.add_row(Text(what, style="dim"), Text(printable(str(told)), overflow="fold"))
    return table


def _value(row: Record) -> list[RenderableType]:
    """Its bytes, as text where they are text."""
    value: bytes | None = row["value"]
    if value is None:
        forgotten = "forgotten: they were personal" if not row["headers"] else "none: a tombstone"
        return [Text.assemble(("bytes ", "dim"), forgotten)]
    told = _text(value)
    lines: list[RenderableType] = [
        Text.assemble(("bytes ", "dim"), f"{len(value):,}"),
        Text(printable(told[:VALUE_SHOWN_CHARACTERS]), overflow="fold"),
    ]
    if len(told) > VALUE_SHOWN_CHARACTERS:
        lines.append(Text("… the whole with --raw", style="dim"))
    return lines


def _text(value: bytes) -> str:
    """Bytes as they were written, in hexadecimal where they are no text; JSON on several lines."""
    try:
        found: Any = orjson.loads(value)
        return orjson.dumps(found, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        pass
    try:
        return value.decode()
    except UnicodeDecodeError:
        starts = range(0, min(len(value), VALUE_SHOWN_CHARACTERS // 3), BYTES_A_LINE)
        return "\n".join(value[at : at + BYTES_A_LINE].hex(" ") for at in starts)


def _behind(service: str, shown: Shown) -> list[RenderableType]:
    """What is parked behind it."""
    if not shown.behind_count:
        return ["", Text("Nothing is parked behind it.", style="dim")]
    table = a_table(f"Parked behind it: {shown.behind_count}", "id", "type", "place", "arrived")
    for row in shown.behind:
        place = f"{row['topic']}, {row['partition']}, {row['offset']}"
        table.add_row(
            f"{service}-{row['id']}", short_type(row["type_name"]), place, ago(row["arrived_at"])
        )
    more = shown.behind_count - len(shown.behind)
    return ["", table, *([Text(f"… and {more} more", style="dim")] if more else [])]
