"""Composition: settings, rules, handlers and effects become a worker."""

from __future__ import annotations

from pathlib import Path

from services.chassis.worker import Worker
from services.shipping.domain.cut_offs import cut_offs
from services.shipping.domain.policy import Policy
from services.shipping.effects import EFFECTS
from services.shipping.handlers import HANDLERS
from services.shipping.settings import Settings


def build(settings: Settings) -> Worker:
    """The shipping worker. Raises ``ValueError`` for cut-off times that cannot be read."""
    return Worker(
        name="shipping",
        settings=settings,
        policy=Policy(cut_offs(settings.cut_off_times)),
        handlers=HANDLERS,
        effects=EFFECTS,
        migrations=Path(__file__).parent / "migrations",
    )
