"""What is planned for single orders: how which attempt at which operation ends.

The plan is one JSON file, ``provider/plan.json``, or put over HTTP as a whole; it survives restarts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from schemas.values import Id
from services.standins.provider.tokens import DECLINES, FAULTS, Operation

RULES_LIMIT = 10_000


class Rule(BaseModel):
    """An order's ``attempts`` (from 1, per shipment; none named: all) at an operation end so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_id: Id
    operation: Operation
    outcome: str
    attempts: tuple[int, ...] = ()

    @field_validator("outcome")
    @classmethod
    def is_known(cls, outcome: str) -> str:
        """A misspelled outcome would never come about."""
        if outcome not in (*DECLINES, *FAULTS, "ok"):
            raise ValueError(f"must be ok, or one of {sorted((*DECLINES, *FAULTS))}")
        return outcome


Rules = TypeAdapter(Annotated[tuple[Rule, ...], Field(max_length=RULES_LIMIT)])


class Plan:
    """The rules in force; the first that fits decides."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rules: tuple[Rule, ...] = ()
        if path.exists():
            self.rules = Rules.validate_json(path.read_bytes())

    def put(self, data: bytes) -> None:
        """Replace the plan. Raises ``ValidationError``."""
        self.rules = Rules.validate_json(data)
        new = self.path.with_suffix(f".{os.getpid()}")
        new.write_bytes(Rules.dump_json(self.rules))
        new.replace(self.path)

    def outcome(self, order_id: str, operation: Operation, attempt: int) -> str | None:
        """What is planned; None: nothing."""
        for rule in self.rules:
            if (rule.order_id, rule.operation) == (order_id, operation) and (
                not rule.attempts or attempt in rule.attempts
            ):
                return rule.outcome
        return None
