"""Composition of the order intake worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.chassis.worker import Worker
from services.order_intake.domain.policy import Policy
from services.order_intake.effects import EFFECTS
from services.order_intake.handlers import HANDLERS
from services.order_intake.settings import Settings


def build(settings: Settings) -> Worker:
    """The worker, ready to run."""
    policy = Policy(
        unknown_sku_grace_seconds=settings.unknown_sku_grace_seconds,
        shop_sources=settings.sources(),
        premise_wait=timedelta(hours=settings.premise_wait_hours),
        suspended_for=timedelta(days=settings.suspended_for_days),
    )
    return Worker(
        name="order_intake",
        settings=settings,
        policy=policy,
        handlers=HANDLERS,
        effects=EFFECTS,
        migrations=Path(__file__).parent / "migrations",
    )
