"""Composition of the allocation worker."""

from __future__ import annotations

from pathlib import Path

from services.allocation.domain.policy import Policy
from services.allocation.effects import EFFECTS
from services.allocation.handlers import HANDLERS
from services.allocation.settings import Settings
from services.chassis.worker import Worker


def build(settings: Settings) -> Worker:
    """The worker, ready to run."""
    policy = Policy(
        default_warehouses=settings.default_warehouses, handling_days=settings.handling_days
    )
    return Worker(
        name="allocation",
        settings=settings,
        policy=policy,
        handlers=HANDLERS,
        effects=EFFECTS,
        migrations=Path(__file__).parent / "migrations",
    )
