"""What a person decides about dead letters: which are meant, what would happen, and doing it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Literal

from schemas.topics import SERVICES
from services.audit.letters import named, standing
from services.audit.owners import Owners, postgres_of
from services.chassis import database, dead_letters
from services.chassis.dead_letters import CHOSEN_AT_MOST, Selection
from services.chassis.letters import State
from services.chassis.settings import Deployment

if TYPE_CHECKING:
    from asyncpg import Connection, Record

Verb = Literal["redrive", "drop"]

DROPPABLE: tuple[State, ...] = ("dead", "parked", "redriven")
TAKEN_WITHIN_SECONDS = 15.0
"""How long a redriven letter is watched; a worker that runs looks every second."""
POLL_SECONDS = 0.25

NOT_TO_REDRIVE: Mapping[State, str] = {
    "parked": "waits behind another letter: redrive or drop that one, and it follows by itself",
    "redriven": "is redriven already: the worker takes it",
    "dropped": "was dropped: nothing to do",
    "done": "was taken after all: nothing to do",
}
FORGOTTEN = (
    "its bytes were personal and are forgotten by now: ask its sender to send it again, and drop it"
)


class NoSuchLetter(Exception):
    """A letter that was named does not exist; the text says where the names are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no dead letter {name}: see `crossdock dead-letters list`.")


@dataclass(frozen=True)
class Plan:
    """What is to be done at one service: its letters that are meant, and why others are left."""

    service: str
    letters: Sequence[Record] = ()
    left_alone: Sequence[str] = ()

    @property
    def ids(self) -> list[int]:
        """The letters' ids."""
        return [row["id"] for row in self.letters]

    @property
    def is_cut(self) -> bool:
        """There are more than one decision takes."""
        return len(self.letters) == CHOSEN_AT_MOST


@dataclass
class Outcome:
    """What became of letters that were redriven, each by its name; why, where it died again."""

    taken: list[str] = field(default_factory=list[str])
    dead_again: dict[str, str] = field(default_factory=dict[str, str])
    not_yet: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def as_role(deployment: Deployment, service: str) -> AsyncGenerator[Connection[Record]]:
    """A connection of the service's own role: the only one that may decide about its letters."""
    connection = await database.connect(
        postgres_of(service, deployment), service, service, deployment.passfile,
        application_name="crossdock dead-letters",
    )  # fmt: skip
    try:
        await database.with_json(connection)
        yield connection
    finally:
        await connection.close()


def services_of(service: str | None) -> Sequence[str]:
    """The service that was named, else all."""
    return SERVICES if service is None else (service,)


async def planned(
    verb: Verb, deployment: Deployment, names: Sequence[str], service: str | None, which: Selection
) -> list[Plan]:
    """What would be done to the letters named, else to the dead ones that a selection means.

    Raises ``NoSuchLetter``.
    """
    if not names:
        plans = [await _of_selection(deployment, one, which) for one in services_of(service)]
    else:
        by_service: dict[str, list[int]] = {}
        for name in dict.fromkeys(names):
            if (found := named(name)) is None:
                raise NoSuchLetter(name)
            by_service.setdefault(found[0], []).append(found[1])
        plans = [await _of_names(verb, deployment, *one) for one in by_service.items()]
    if verb == "redrive":
        plans = [_with_bytes(plan) for plan in plans]
    return [plan for plan in plans if plan.letters or plan.left_alone]


async def _of_selection(deployment: Deployment, service: str, which: Selection) -> Plan:
    async with as_role(deployment, service) as connection:
        return Plan(service, await dead_letters.chosen(connection, which))


async def _of_names(verb: Verb, deployment: Deployment, service: str, ids: Sequence[int]) -> Plan:
    letters: list[Record] = []
    left_alone: list[str] = []
    async with as_role(deployment, service) as connection:
        for number in ids:
            shown = await dead_letters.show(connection, number)
            if shown is None:
                raise NoSuchLetter(f"{service}-{number}")
            state: State = shown.letter["state"]
            if state == "dead":
                letters += await dead_letters.chosen(connection, Selection(ids=[number]))
            elif verb == "drop" and state in DROPPABLE:
                letters.append(shown.letter)
            else:
                left_alone.append(f"{service}-{number} {NOT_TO_REDRIVE[state]}")
    return Plan(service, letters, left_alone)


def _with_bytes(plan: Plan) -> Plan:
    """Without the letters that nobody can take again."""
    gone = [row["id"] for row in plan.letters if row["value"] is None and not row["headers"]]
    return replace(
        plan,
        letters=[row for row in plan.letters if row["id"] not in gone],
        left_alone=[*plan.left_alone, *(f"{plan.service}-{one}: {FORGOTTEN}" for one in gone)],
    )


async def carried_out(
    verb: Verb, deployment: Deployment, plans: Sequence[Plan]
) -> dict[str, list[int]]:
    """Do what was planned; the letters that it was done to, by service."""
    act = dead_letters.redrive if verb == "redrive" else dead_letters.drop
    done: dict[str, list[int]] = {}
    for plan in plans:
        async with as_role(deployment, plan.service) as connection:
            done[plan.service] = await act(connection, plan.ids)
    return done


async def watched(owners: Owners, letters: Mapping[str, Sequence[int]]) -> Outcome:
    """What becomes of letters that were redriven, until all are taken or the watch is over."""
    end = monotonic() + TAKEN_WITHIN_SECONDS
    while True:
        outcome = Outcome()
        for (service, number), (state, why) in (await standing(owners, letters)).items():
            name = f"{service}-{number}"
            if state == "redriven":
                outcome.not_yet.append(name)
            elif state == "dead":
                outcome.dead_again[name] = why
            else:
                outcome.taken.append(name)
        if not outcome.not_yet or monotonic() > end:
            return outcome
        await asyncio.sleep(POLL_SECONDS)
