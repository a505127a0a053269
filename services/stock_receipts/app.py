"""Composition of the stock receipts worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.chassis.worker import Worker
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.effects import EFFECTS
from services.stock_receipts.handlers import HANDLERS
from services.stock_receipts.settings import Settings


def build(settings: Settings) -> Worker:
    """The worker, ready to run."""
    policy = Policy(
        close_after_days=settings.close_after_days,
        overdue_after_days=settings.overdue_after_days,
        premise_wait=timedelta(hours=settings.premise_wait_hours),
    )
    return Worker(
        name="stock_receipts",
        settings=settings,
        policy=policy,
        handlers=HANDLERS,
        effects=EFFECTS,
        migrations=Path(__file__).parent / "migrations",
    )
