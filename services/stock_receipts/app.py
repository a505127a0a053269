"""Composition of the stock receipts worker."""

from __future__ import annotations

from pathlib import Path

from services.chassis.worker import Worker
from services.stock_receipts.handlers import HANDLERS
from services.stock_receipts.settings import Settings


def build(settings: Settings) -> Worker:
    """The worker, ready to run. It has no rules with numbers in them, so no policy."""
    return Worker(
        name="stock_receipts",
        settings=settings,
        policy=None,
        handlers=HANDLERS,
        migrations=Path(__file__).parent / "migrations",
    )
