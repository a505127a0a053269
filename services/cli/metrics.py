"""The `metrics` command: the pipeline's figures over HTTP, for Prometheus."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import Annotated

import typer
from prometheus_client import CollectorRegistry, start_http_server

from services.audit.metrics import Figures, described, keep_looking
from services.chassis.clock import Clock
from services.chassis.logs import configure_logs
from services.cli.homes import HomeError, chosen_home, deployment_of
from services.cli.showing import out

PORT = 9400


def metrics(
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="to listen on; 0: a free one")
    ] = PORT,
    address: Annotated[str, typer.Option(help="to listen on; 0.0.0.0: everywhere")] = "127.0.0.1",
    listed: Annotated[bool, typer.Option("--list", help="only tell what there is")] = False,
) -> None:
    """Serve every figure of the pipeline on /metrics until Ctrl-C; needs no running worker."""
    if listed:
        for name, kind, labels, meaning in described():
            out.print(f"[bold]{name}[/bold] {kind}" + (f" by {labels}" if labels else ""))
            out.print(f"    {meaning}")
        return
    configure_logs("metrics")
    asyncio.run(serve(port, address))


async def serve(port: int, address: str) -> None:
    """Look and answer until a signal. Raises ``HomeError`` when the port is taken."""
    home = chosen_home()
    deployment = deployment_of(home)
    figures, registry = Figures(), CollectorRegistry()
    registry.register(figures)
    try:
        server, thread = start_http_server(port, addr=address, registry=registry)
    except OSError as error:
        raise HomeError(
            f"port {port} of {address} cannot be used ({error}): give --port"
        ) from error
    out.print(f"http://{address}:{server.server_port}/metrics", soft_wrap=True)
    looking = asyncio.create_task(keep_looking(figures, deployment, Clock(home)))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, looking.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await looking
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
