"""The provider stand-in on a port of its own: as a process that tests kill, or as a quick thread."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx
import uvicorn

from services.standins.provider.__main__ import listen
from services.standins.provider.server import build
from services.standins.provider.settings import Settings

START_SECONDS = 30
LOOK_SECONDS = 0.05


class Provider:
    """A running provider stand-in, a process of its own."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = settings
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Provider:
        """Start it; wait until it answers. It keeps its port over restarts."""
        told = self.home / "run" / "provider.json"
        told.unlink(missing_ok=True)
        port = self.url.rpartition(":")[2] or "0"
        environment = {
            **os.environ, "CROSSDOCK_HOME": str(self.home), "CROSSDOCK_PROVIDER_PORT": port,
            **{f"CROSSDOCK_PROVIDER_{name.upper()}": one for name, one in self.settings.items()},
        }  # fmt: skip
        command = [sys.executable, "-m", "services.standins.provider"]
        self.process = subprocess.Popen(command, env=environment)
        end = monotonic() + START_SECONDS
        while not told.exists():
            assert self.process.poll() is None, "the provider has ended by itself"
            assert monotonic() < end, "the provider does not start"
            sleep(LOOK_SECONDS)  # a process of its own: there is nothing to await
        self.url = json.loads(told.read_text())["url"]
        assert httpx.get(f"{self.url}/v1/book", timeout=START_SECONDS).status_code == 200
        return self

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop it, or kill it."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(START_SECONDS)
            self.process = None

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.stop(signal.SIGKILL)

    def plan(self, rules: list[dict[str, Any]]) -> None:
        """Put a plan for single orders."""
        assert httpx.put(f"{self.url}/v1/plan", json=rules).status_code == 200

    def book(self, operation: str = "", after: int = 0) -> list[dict[str, Any]]:
        """Lines of its book, of one operation or of all."""
        page = httpx.get(f"{self.url}/v1/book", params={"after": after}).json()
        return [line for line in page["data"] if operation in ("", line["operation"])]


class ProviderThread(Provider):
    """The same server in this process: up in no time, but nobody can kill it."""

    def start(self) -> Provider:
        """Start it; it answers at once."""
        settings = Settings.model_validate({"home": self.home, **self.settings})
        config = uvicorn.Config(
            build(settings), log_level="warning", access_log=False, ws="none",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        sock = listen(0)
        self.url = "http://{}:{}".format(*sock.getsockname())
        self.server = uvicorn.Server(config)
        self.thread = Thread(target=self.server.run, args=([sock],))
        self.thread.start()
        return self

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop it."""
        self.server.should_exit = True
        self.thread.join(START_SECONDS)
