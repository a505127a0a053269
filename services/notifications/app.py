"""Composition: settings, rules, handlers and effects become a worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.chassis.effects import Limits
from services.chassis.worker import Worker
from services.notifications import effects, store
from services.notifications.domain.orders import Policy
from services.notifications.gateway import SmtpServer
from services.notifications.handlers import HANDLERS
from services.notifications.letters import Shop, Stationery
from services.notifications.settings import Settings


def build(settings: Settings) -> Worker:
    """The notifications worker, with its connections to the mail server."""
    server = SmtpServer(
        settings.smtp_host,
        settings.smtp_port,
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        timeout_seconds=settings.smtp_timeout_seconds,
    )
    shop = Shop(settings.shop_name, settings.sender, settings.reply_to, settings.payment_page)

    async def outgoing(message_id: str) -> store.Outgoing | None:
        return await store.outgoing(await worker.open_pool(), message_id)

    worker = Worker(
        name="notifications",
        settings=settings,
        policy=Policy(timedelta(hours=settings.gather_for_hours)),
        handlers=HANDLERS,
        effects=effects.build(server, Stationery(shop), outgoing, limits_of(settings)),
        migrations=Path(__file__).parent / "migrations",
        closing=[server.close],
    )
    return worker


def limits_of(settings: Settings) -> Limits:
    """The bounds of one mail: the gateway's own two time-outs end before the call's."""
    return Limits(
        timeout_seconds=2 * settings.smtp_timeout_seconds + 5,
        attempts=settings.attempts,
        first_retry_seconds=min(1, settings.longest_retry_seconds),
        longest_retry_seconds=settings.longest_retry_seconds,
        concurrent=settings.connections,
    )
