"""Logs: one JSON object a line, past-tense events with ids, never what is personal."""

from __future__ import annotations

import logging
import sys
from traceback import TracebackException
from typing import Any

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

PERSONAL_KEYS = frozenset(
    {
        "contact", "name", "email", "language", "time_zone",
        "address", "lines", "city", "postal_code", "country",
        "to", "recipient", "token",
    }
)  # fmt: skip
"""Keys that could carry what is personal or secret; their values never reach a log."""

CAUSES_SHOWN = 5


def without_personal_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blot out values under personal keys, so that a careless call cannot leak them."""
    return {key: "***" if key in PERSONAL_KEYS else value for key, value in event.items()}


def without_values(exc_info: ExcInfo) -> str:
    """A traceback whose messages end with their first line: below it stand the row's values."""
    chain = [TracebackException(*exc_info)]
    while (before := chain[-1].__cause__ or chain[-1].__context__) and len(chain) < CAUSES_SHOWN:
        chain.append(before)
    return "\n".join(
        "".join(one.stack.format()) + next(one.format_exception_only()).split("\n", 1)[0]
        for one in reversed(chain)
    )


def configure_logs(service: str, level: int = logging.INFO) -> None:
    """Set structlog and the standard library's logging to JSON lines on standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_personal_data,
        structlog.processors.ExceptionRenderer(without_values),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # What libraries tell is of interest when it is a warning; what we tell, from `level` on.
    logging.getLogger("services").setLevel(level)
    structlog.contextvars.bind_contextvars(service=service)
