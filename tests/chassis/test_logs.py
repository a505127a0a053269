"""Logs: one JSON object a line, with the ids that are bound, without what is personal."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from services.chassis.logs import PERSONAL_KEYS, configure_logs, without_personal_data

Lines = list[dict[str, Any]]
LogsOf = Callable[[Callable[[], object]], Lines]


@pytest.fixture
def logs_of(capsys: pytest.CaptureFixture[str]) -> Iterator[LogsOf]:
    """What the worker `shipping` logs while something runs: every line is one JSON object."""
    root = logging.getLogger()
    before: list[logging.Handler] = [h for h in root.handlers if type(h) is logging.StreamHandler]

    def logged(run: Callable[[], object]) -> Lines:
        configure_logs("shipping")
        run()
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield logged
    root.handlers[:] = before
    structlog.contextvars.clear_contextvars()


def warn(**fields: Any) -> None:
    """Log a warning."""
    structlog.get_logger().warning("shipment_late", **fields)


def test_a_line_is_one_json_object_with_its_ids(logs_of: LogsOf) -> None:
    def run() -> None:
        with structlog.contextvars.bound_contextvars(order_id="lampshop:1001"):
            warn(shipment_id="lampshop:1001/1", units=2)

    [line] = logs_of(run)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "shipment_late",
        "level": "warning",
        "service": "shipping",
        "order_id": "lampshop:1001",
        "shipment_id": "lampshop:1001/1",
        "units": 2,
    }


def test_a_traceback_stays_on_its_line(logs_of: LogsOf) -> None:
    def run() -> None:
        try:
            raise ValueError("first\nsecond")
        except ValueError:
            warn(exc_info=True)

    [line] = logs_of(run)
    assert __file__ in line["exception"]
    assert "ValueError: first" in line["exception"]


def test_what_is_only_detail_is_not_logged(logs_of: LogsOf) -> None:
    assert logs_of(lambda: structlog.get_logger().debug("row_looked_at")) == []


@pytest.mark.parametrize("key", sorted(PERSONAL_KEYS))
def test_a_personal_value_never_reaches_a_line(key: str, logs_of: LogsOf) -> None:
    def run() -> None:
        warn(**{key: "Marta Lindqvist"}, units=2)
        with structlog.contextvars.bound_contextvars(**{key: "Marta Lindqvist"}):
            warn(units=2)

    assert [(line[key], line["units"]) for line in logs_of(run)] == [("***", 2), ("***", 2)]


def test_ids_and_numbers_are_left_as_they_are() -> None:
    event = {"event": "line_allocated", "line_id": "shop:1:1", "customer_ref": "C-1", "units": 3}
    assert without_personal_data(None, "info", dict(event)) == event


def test_what_libraries_log_is_json_too(logs_of: LogsOf) -> None:
    [line] = logs_of(lambda: logging.getLogger("aiokafka").warning("%s left", "shipping"))
    assert (line["event"], line["level"]) == ("shipping left", "warning")


def test_a_traceback_tells_no_values_of_a_row(logs_of: LogsOf) -> None:
    def run() -> None:
        try:
            raise ValueError("new row breaks a check\nDETAIL:  Failing row contains (Marta)")
        except ValueError:
            warn(exc_info=True)

    [line] = logs_of(run)
    assert line["exception"].endswith("ValueError: new row breaks a check")


def test_what_services_tell_is_logged_from_info_on(logs_of: LogsOf) -> None:
    [line] = logs_of(lambda: structlog.get_logger("services.shipping").info("worker_ready"))
    assert (line["event"], line["level"]) == ("worker_ready", "info")
