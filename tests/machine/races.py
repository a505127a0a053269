"""Pairs of facts that may cross on their way, each with the end it must have in either order.

``python -m tests.machine.races`` writes the table into docs/races.md; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PAGE = Path(__file__).parents[2] / "docs" / "races.md"

Stage = Literal[
    "unheard", "waiting", "granted", "planned", "authorized", "packed", "capture in flight",
    "captured", "released", "dispatched", "declined", "suspended",
]  # fmt: skip
Fact = Literal[
    "cancel order", "cancel one unit", "same cancel", "order", "goods", "pack", "short pack",
    "damage", "authorize", "capture", "dispatch", "decline", "new method", "deadline",
    "correction to 0",
]  # fmt: skip

STAGES: dict[Stage, str] = {
    "unheard": "nothing of the order was heard yet",
    "waiting": "two units wait, none is there",
    "granted": "two units are there, their parcel is not planned yet",
    "planned": "the parcel is planned, nothing is reserved yet",
    "authorized": "the amount is reserved, the dock is asked to pack",
    "packed": "the parcel is packed, nothing is captured yet",
    "capture in flight": "the provider has taken the money, its answer was lost",
    "captured": "the money is taken, shipping has not heard of it",
    "released": "the parcel may leave",
    "dispatched": "the parcel has left",
    "declined": "the card was declined, the customer is asked",
    "suspended": "the payment deadline has passed, the line is passed over",
}


@dataclass(frozen=True)
class End:
    """How the order of two units ends, every timer run; money is captured less refunded."""

    sent: int = 0
    cancelled: int = 0
    waiting: int = 0
    paid_units: int = 0

    def __str__(self) -> str:
        told = {"sent": self.sent, "cancelled": self.cancelled, "waiting": self.waiting}
        parts = [f"{units} {what}" for what, units in told.items() if units]
        return f"{', '.join(parts) or 'nothing sent'}; {self.paid_units} paid"


SENT = End(sent=2, paid_units=2)
GONE = End(cancelled=2)
ONE_EACH = End(sent=1, cancelled=1, paid_units=1)
WAITS = End(waiting=2)


@dataclass(frozen=True)
class Race:
    """Two facts at a stage. ``first`` and ``second`` are the ends when that one is heard first."""

    stage: Stage
    one: Fact
    other: Fact
    one_first: End
    other_first: End

    @property
    def name(self) -> str:
        """For the test's id."""
        return f"{self.stage}: {self.one} × {self.other}"


def either(stage: Stage, one: Fact, other: Fact, end: End) -> Race:
    """A race whose end is the same in both orders."""
    return Race(stage, one, other, end, end)


RACES = (
    # A cancel, from before its order to behind the parcel.
    either("unheard", "order", "cancel order", GONE),
    either("unheard", "order", "cancel one unit", End(cancelled=1, waiting=1)),
    either("waiting", "cancel order", "goods", GONE),
    either("waiting", "cancel one unit", "goods", ONE_EACH),
    either("waiting", "cancel order", "same cancel", GONE),
    either("granted", "cancel order", "correction to 0", GONE),
    either("planned", "cancel order", "authorize", GONE),
    either("planned", "cancel one unit", "authorize", ONE_EACH),
    Race("authorized", "cancel order", "pack", GONE, SENT),
    Race("authorized", "cancel one unit", "pack", ONE_EACH, SENT),
    either("authorized", "cancel order", "damage", GONE),
    either("authorized", "cancel one unit", "short pack", ONE_EACH),
    Race("packed", "cancel one unit", "capture", ONE_EACH, SENT),
    Race("packed", "cancel order", "capture", GONE, SENT),
    either("packed", "cancel order", "damage", GONE),
    Race("capture in flight", "cancel order", "capture", GONE, SENT),
    Race("capture in flight", "cancel one unit", "capture", ONE_EACH, SENT),
    Race("captured", "cancel order", "capture", GONE, SENT),
    Race("released", "cancel order", "dispatch", SENT, SENT),
    Race("released", "cancel order", "damage", End(sent=1, waiting=1, paid_units=1), GONE),
    either("dispatched", "cancel order", "same cancel", SENT),
    # The card.
    either("planned", "decline", "new method", SENT),
    either("declined", "new method", "deadline", SENT),
    either("declined", "cancel order", "new method", GONE),
    either("declined", "cancel order", "deadline", GONE),
    either("declined", "deadline", "goods", GONE),
    either("suspended", "new method", "goods", SENT),
    either("suspended", "cancel order", "new method", GONE),
    either("suspended", "cancel order", "goods", GONE),
)

HEAD = """# Facts that cross on their way

Facts reach crossdock over several topics, and nothing says which of two comes first. Each row is
an order of two units at a stage, and two facts that race: how it ends when the one, or the other,
is heard first. Every row is a test on the real handlers (`tests/machine/test_races.py`), in both
orders and in random ones between; at each end units and money are conserved, and every timer has
run. *Paid* is what was captured and not refunded, in units.

"""


def page() -> str:
    """The table, as docs/races.md shows it."""
    lines = [HEAD + "| stage | one | other | one first | other first |", "|---|---|---|---|---|"]
    lines += [
        f"| {race.stage} | {race.one} | {race.other} | {race.one_first} | {race.other_first} |"
        for race in RACES
    ]
    lines += ["", "| stage | means |", "|---|---|"]
    lines += [f"| {stage} | {meaning} |" for stage, meaning in STAGES.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
