"""What allocation says: the answer to each line, and where each unit goes."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from schemas import topics
from schemas.envelope import Event, Topic
from schemas.values import Count, Id, OrderId, Quantity, Reason, Sku, Version, Warehouse


class LineEvent(Event):
    """An event about one order line, keyed by its order."""

    TOPIC: ClassVar[Topic] = topics.ALLOCATIONS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "line_id"

    order_id: OrderId
    line_id: Id
    sku: Sku


class LineAllocated(LineEvent):
    """Units were granted to a line at one decision, from one warehouse."""

    TYPE: ClassVar[str] = "line.allocated"

    warehouse: Warehouse
    quantity: Quantity
    granted_total: Quantity
    """All units ever granted to the line, these included."""
    unfilled: Count
    """Units of the line that still wait after this grant."""
    requeued_total: Count = 0
    """All units of the line ever given back and wanted again."""
    source: Literal["dock", "shelf", "lane"]
    decision_no: Version
    reason: Reason


class LineBackordered(LineEvent):
    """Units of a line wait, with their place and, where one can be given, a date."""

    TYPE: ClassVar[str] = "line.backordered"

    quantity: Quantity
    """Units that wait, all of the line's."""
    granted_total: Count
    requeued_total: Count = 0
    """All units of the line ever given back and wanted again: above 0, units wait again."""
    promised_on: date | None
    promise_version: Version
    position: Version
    """1 for the next line in the SKU's queue."""
    decision_no: Version
    reason: Reason


class LineRefused(LineEvent):
    """Units of a line will not be served."""

    TYPE: ClassVar[str] = "line.refused"

    quantity: Quantity
    granted_total: Count
    decision_no: Version
    reason: Reason


class LinePromiseChanged(LineEvent):
    """A waiting line has another date, or none any more."""

    TYPE: ClassVar[str] = "line.promise_changed"

    waiting: Quantity
    promised_on: date | None
    promise_version: Version
    reason: Reason


class LineCancelAnswered(LineEvent):
    """What allocation does of a cancel: one answer per request or forwarded request.

    ``cancelled + refused + passed_on`` is what that request asked for.
    """

    TYPE: ClassVar[str] = "line.cancel_answered"

    cancel_id: Id
    cancelled: Count
    """Units that waited, and wait no more."""
    refused: Count
    """Units that nobody has: refused or cancelled before."""
    passed_on: Count
    """Granted units: shipping answers for them."""
    granted_total: Count
    """All units ever granted to the line: shipping has heard of all of them before this."""
    requeued_total: Count
    waiting: Count
    """Units of the line that still wait."""
    decision_no: Version | None
    """None: nothing was decided here, all is passed on or refused."""


class UnitsRouted(Event):
    """For the dock: where a group of units goes, and for which order."""

    TYPE: ClassVar[str] = "units.routed"
    TOPIC: ClassVar[Topic] = topics.DOCK_MOVES
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "sku"

    sku: Sku
    warehouse: Warehouse
    move: Literal["cross_dock", "put_away", "pick", "relabel", "back_to_shelf"]
    quantity: Quantity
    order_id: OrderId | None
    line_id: Id | None
    dock: Id | None
    scan_id: Id | None
    delivery: Id | None
    decision_no: Version
