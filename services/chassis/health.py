"""Whether a worker lives and takes records, over HTTP: ``/live``, ``/ready``, ``/metrics``.

Answered from a thread of its own, so that a stuck event loop shows as one: nobody there would
answer, and nobody would say why.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

LOOK_SECONDS = 0.1
"""How often the thread looks whether it is to stop."""

Why = Callable[[], str]
"""Why not; empty when it is well."""


class PortInUse(Exception):
    """The port is not free; the text says what to set."""


class Health:
    """Serves what a worker says of itself."""

    def __init__(self, address: str, port: int, live: Why, ready: Why) -> None:
        """``port`` 0 takes a free one. Raises ``PortInUse``."""
        self.live = live
        self.ready = ready
        try:
            self.server = ThreadingHTTPServer((address, port), self._handler())
        except OSError as error:
            raise PortInUse(
                f"{address}:{port} cannot be used ({error.strerror}): set another CROSSDOCK_HTTP_PORT"
            ) from error
        self.thread = Thread(
            target=self.server.serve_forever, args=[LOOK_SECONDS], name="health", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self.thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, content type and body for a path."""
        match path:
            case "/metrics":
                return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest()
            case "/live":
                return self._told(self.live())
            case "/ready":
                return self._told(self.ready())
            case _:
                text = b"there are /live, /ready and /metrics\n"
                return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", text

    def _told(self, why: str) -> tuple[HTTPStatus, str, bytes]:
        status = HTTPStatus.SERVICE_UNAVAILABLE if why else HTTPStatus.OK
        return status, "text/plain; charset=utf-8", f"{why or 'yes'}\n".encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        health = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = health.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its base's name
                """Say nothing: a probe a second is no news."""

        return Handler
