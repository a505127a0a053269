"""Run the provider stand-in until SIGTERM or Ctrl-C."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import uvicorn

from services.standins.provider.server import build
from services.standins.provider.settings import Settings

HERE = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  # chosen by whoever sets it
BACKLOG = 256
STOP_SECONDS = 2


def listen(port: int, host: str = HERE) -> socket.socket:
    """Listen, so that its address can be told before the first request."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen(BACKLOG)
    return sock


def tell(path: Path, host: str, port: int) -> None:
    """Write where it listens, in one step."""
    reached = HERE if host == EVERYWHERE else host
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps({"url": f"http://{reached}:{port}", "pid": os.getpid()}))
    new.replace(path)


def serve(settings: Settings) -> None:
    """Listen, tell where, serve."""
    sock = listen(settings.port, settings.host)
    app = build(settings)
    config = uvicorn.Config(
        app, access_log=False, log_level="warning", timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=60,
    )  # fmt: skip
    tell(settings.home / "run" / "provider.json", settings.host, sock.getsockname()[1])
    uvicorn.Server(config).run(sockets=[sock])


if __name__ == "__main__":
    serve(Settings())
