"""The `dead-letters` commands: see what could not be taken, and decide what becomes of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Annotated, get_args

import typer

from schemas.topics import SERVICES
from services.audit.letters import counted, listed, named
from services.audit.owners import Owners
from services.audit.status import Letter
from services.chassis import dead_letters
from services.chassis.dead_letters import CHOSEN_AT_MOST, Selection
from services.chassis.letters import State
from services.chassis.settings import Deployment
from services.cli.deciding import (
    NoSuchLetter,
    Outcome,
    Plan,
    Verb,
    carried_out,
    planned,
    services_of,
    watched,
)
from services.cli.homes import HomeError, chosen_home, deployment_of
from services.cli.letters_shown import groups_table, letters_table, whole
from services.cli.looking import with_owners
from services.cli.meanwhile import answering
from services.cli.showing import out

LETTERS_SHOWN = 50
PLANNED_SHOWN = 20
TYPES_BEGIN = "crossdock."

letters_app = typer.Typer(
    help="What could not be taken, and why; and deciding what becomes of it.", no_args_is_help=True
)

Names = Annotated[list[str] | None, typer.Argument(help="ids from the list, such as allocation-12")]
Service = Annotated[str | None, typer.Option(help="only of this service")]
Code = Annotated[str | None, typer.Option(help="only of this code, such as unprocessable")]
Type = Annotated[str | None, typer.Option("--type", help="only of this type of event")]
Topic = Annotated[str | None, typer.Option(help="only of this topic")]
About = Annotated[str | None, typer.Option(help="only about this order, line, parcel or SKU")]
Everything = Annotated[bool, typer.Option("--all", help="every letter that waits for a person")]
Yes = Annotated[bool, typer.Option("--yes", help="do it; without it nothing is changed")]


def selected(
    deployment: Deployment, code: str | None, kind: str | None, topic: str | None, about: str | None
) -> Selection:
    """A selection in the words of the tables."""
    if kind is not None and not kind.startswith(TYPES_BEGIN):
        kind = f"{TYPES_BEGIN}{kind}"
    if topic is not None and not topic.startswith(deployment.namespace):
        topic = f"{deployment.namespace}{topic}"
    return Selection(code=code, type_name=kind, topic=topic, aggregate=about)


def known(service: str | None) -> str | None:
    """A service of ours. Raises ``HomeError``."""
    if service not in (None, *SERVICES):
        raise HomeError(f"there is no service {service!r}: name one of {', '.join(SERVICES)}")
    return service


@letters_app.command("list")
def list_letters(
    service: Service = None,
    code: Code = None,
    kind: Type = None,
    topic: Topic = None,
    about: About = None,
    state: Annotated[
        str, typer.Option(help="dead (waits for a person), parked, redriven, dropped, done, any")
    ] = "dead",
    groups: Annotated[
        bool, typer.Option("--groups", help="count them, by reason and type")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="how many at most")] = LETTERS_SHOWN,
) -> None:
    """The newest dead letters that wait for a person, with what waits behind each."""
    states: tuple[State, ...] = get_args(State)
    wanted: State | None = next((one for one in states if one == state), None)
    if wanted is None and state != "any":
        raise HomeError(f"no letter is ever {state!r}: say one of {', '.join(states)}, any")

    async def look(deployment: Deployment, owners: Owners) -> None:
        which = selected(deployment, code, kind, topic, about)
        of = services_of(known(service))
        found = await counted(owners, of, wanted, which)
        total = sum(one.letters for one in found)
        if not total:
            out.print("No dead letters." if state == "dead" else f"No letters are {state}.")
            return
        if groups:
            out.print(groups_table(found))
            return
        letters = await listed(owners, of, wanted, which, limit)
        out.print(letters_table(letters))
        more = (
            f"{len(letters)} of {total} are shown: --groups counts all. " if total > limit else ""
        )
        out.print(
            f"[dim]{more}See one with `crossdock dead-letters show {letters[0].id}`; then "
            "`redrive` or `drop` it.[/dim]"
        )

    with_owners(look)


@letters_app.command("show")
def show_letter(
    name: Annotated[str, typer.Argument(help="its id from the list, such as allocation-12")],
    raw: Annotated[bool, typer.Option("--raw", help="only its bytes, as they came")] = False,
) -> None:
    """One dead letter, whole: why, its place, headers and bytes, and what is parked behind it."""
    if (found := named(name)) is None:
        raise NoSuchLetter(name)
    service, number = found

    async def look(_: Deployment, owners: Owners) -> None:
        shown = await dead_letters.show(owners.connections[service], number)
        if shown is None:
            raise NoSuchLetter(name)
        if raw:
            sys.stdout.buffer.write(shown.letter["value"] or b"")
            return
        out.print(whole(service, shown))

    with_owners(look)


@letters_app.command("redrive")
def redrive(
    names: Names = None,
    service: Service = None,
    code: Code = None,
    kind: Type = None,
    topic: Topic = None,
    about: About = None,
    everything: Everything = False,
    yes: Yes = False,
) -> None:
    """Have letters taken again, once and in order: one, a group or all. Without --yes: what would happen."""
    _decide("redrive", names or [], (service, code, kind, topic, about), everything, yes)


@letters_app.command("drop")
def drop(
    names: Names = None,
    service: Service = None,
    code: Code = None,
    kind: Type = None,
    topic: Topic = None,
    about: About = None,
    everything: Everything = False,
    yes: Yes = False,
) -> None:
    """Decide that letters do not count: one, a group or all. Without --yes: what would happen."""
    _decide("drop", names or [], (service, code, kind, topic, about), everything, yes)


def _decide(
    verb: Verb,
    names: Sequence[str],
    filters: tuple[str | None, ...],
    everything: bool,
    yes: bool,
) -> None:
    """Plan, tell, and do it where that was said."""
    service, *rest = filters
    if sum((bool(names), any(filters), everything)) != 1:
        raise HomeError(f"say which letters to {verb}: their ids, or a group by options, or --all")
    home = chosen_home()

    async def run() -> int:
        deployment = deployment_of(home)
        which = selected(deployment, *rest)
        plans = await planned(verb, deployment, names, known(service), which)
        if not yes or not any(plan.letters for plan in plans):
            _tell_plans(verb, plans)
            return 0 if any(plan.letters for plan in plans) else 1
        done = await carried_out(verb, deployment, plans)
        _tell_left_alone(plans)
        out.print(f"{_done(verb)} {_letters(sum(map(len, done.values())))}.")
        if verb == "drop":
            return 0
        async with await Owners.open(deployment) as owners:
            return _tell_outcome(await watched(owners, done))

    with answering(home):
        code = asyncio.run(run())
    raise typer.Exit(code)


def _done(verb: Verb) -> str:
    return "Marked to be taken again:" if verb == "redrive" else "Dropped"


def _letters(count: int) -> str:
    return f"{count:,} letter{'' if count == 1 else 's'}"


def _tell_plans(verb: Verb, plans: Sequence[Plan]) -> None:
    """The dry run: what would happen, and that nothing has."""
    letters = [Letter(plan.service, dict(row)) for plan in plans for row in plan.letters]
    if letters:
        out.print(letters_table(letters[:PLANNED_SHOWN], f"Would {verb} {_letters(len(letters))}"))
        if len(letters) > PLANNED_SHOWN:
            out.print(f"[dim]… and {len(letters) - PLANNED_SHOWN:,} more[/dim]")
    _tell_left_alone(plans)
    if any(plan.is_cut for plan in plans):
        out.print(f"At most {CHOSEN_AT_MOST:,} of a service at once: say it again for the rest.")
    if not letters:
        out.print(f"There is nothing to {verb}.")
        return
    behind = sum(int(str(letter.row.get("behind", 0))) for letter in letters)
    follows = f"{behind:,} parked behind them would follow, in order. " if behind else ""
    out.print(f"{follows}[bold]Nothing was changed:[/bold] say --yes to {verb} them.")


def _tell_left_alone(plans: Sequence[Plan]) -> None:
    for plan in plans:
        for why in plan.left_alone:
            out.print(f"[yellow]·[/yellow] {why}")


def _tell_outcome(outcome: Outcome) -> int:
    """What became of redriven letters; 1 when any died again."""
    if outcome.taken:
        out.print(f"[green]✓[/green] {_letters(len(outcome.taken))} taken")
    for name, why in outcome.dead_again.items():
        out.print(f"[red]✗[/red] {name} died again: ", end="")
        out.print(why, markup=False)
    if outcome.not_yet:
        out.print(
            f"[yellow]·[/yellow] {_letters(len(outcome.not_yet))} not taken yet: the worker takes "
            "what is redriven as soon as it runs (see `crossdock status`)"
        )
    return 1 if outcome.dead_again else 0
