"""Logs: one JSON object a line, with the ids that are bound, without what is personal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from services.chassis.logs import PERSONAL_KEYS, configure_logs, without_personal_data

Lines = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def configured(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Logs as the worker `shipping` writes them, onto this test's standard error."""
    configure_logs("shipping")
    yield
    structlog.contextvars.clear_contextvars()
    with capsys.disabled():
        configure_logs("tests")


def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was logged: every line must be one JSON object."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_one_json_object_with_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    with structlog.contextvars.bound_contextvars(order_id="lampshop:1001"):
        structlog.get_logger().info("shipment_planned", shipment_id="lampshop:1001/1", lines=2)
    [line] = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "shipment_planned",
        "level": "info",
        "service": "shipping",
        "order_id": "lampshop:1001",
        "shipment_id": "lampshop:1001/1",
        "lines": "***",
    }


def test_a_traceback_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        structlog.get_logger().warning("batch_failed", exc_info=True)
    [line] = lines(capsys)
    assert "Traceback" in line["exception"]


def test_what_is_only_detail_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().debug("row_looked_at")
    assert lines(capsys) == []


@pytest.mark.parametrize("key", sorted(PERSONAL_KEYS))
def test_a_personal_value_never_reaches_a_line(
    key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    structlog.get_logger().warning("mail_refused", **{key: "Marta Lindqvist"}, kind="shipped")
    with structlog.contextvars.bound_contextvars(**{key: "Marta Lindqvist"}):
        structlog.get_logger().warning("mail_refused", kind="shipped")
    for line in lines(capsys):
        assert (line[key], line["kind"]) == ("***", "shipped")


def test_ids_and_numbers_are_left_as_they_are() -> None:
    event = {"event": "line_allocated", "line_id": "shop:1:1", "customer_ref": "C-1", "units": 3}
    assert without_personal_data(None, "info", dict(event)) == event


def test_what_libraries_log_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("aiokafka").warning("Heartbeat failed for group %s", "crossdock.shipping")
    [line] = lines(capsys)
    assert line["event"] == "Heartbeat failed for group crossdock.shipping"
    assert line["level"] == "warning"
