"""Every event, by topic and type; documentation, readers and tests derive from it."""

from __future__ import annotations

from schemas import (
    allocation,
    notifications,
    order_intake,
    payments,
    shipping,
    shops,
    stock_receipts,
    suppliers,
    warehouses,
)
from schemas.envelope import Event, Topic

EVENTS: tuple[type[Event], ...] = (
    shops.OrderPlaced,
    shops.ProductListed,
    warehouses.ReceiptScanned,
    warehouses.StockCounted,
    warehouses.StockAdjusted,
    warehouses.ParcelPacked,
    warehouses.ParcelDispatched,
    suppliers.DeliveryAnnounced,
    order_intake.OrderAccepted,
    order_intake.OrderRefused,
    order_intake.OrderConfirmed,
    order_intake.ContactGiven,
    order_intake.ProductTaken,
    order_intake.LineRequested,
    order_intake.AnswerAccepted,
    order_intake.AnswerRefused,
    order_intake.AnswerConfirmed,
    order_intake.AnswerPromiseChanged,
    order_intake.AnswerAllocated,
    order_intake.AnswerShipped,
    order_intake.AnswerPaymentNeeded,
    stock_receipts.StockReceived,
    stock_receipts.StockCountTaken,
    stock_receipts.StockAdjustmentTaken,
    stock_receipts.DeliveryExpected,
    allocation.LineAllocated,
    allocation.LineBackordered,
    allocation.LineRefused,
    allocation.LinePromiseChanged,
    allocation.UnitsRouted,
    shipping.ShipmentPlanned,
    shipping.ShipmentPacked,
    shipping.ShipmentReleased,
    shipping.ShipmentDispatched,
    shipping.PackRequested,
    shipping.PackRefused,
    shipping.ParcelReleased,
    payments.PaymentMethodVerified,
    payments.PaymentMethodRefused,
    payments.PaymentAuthorized,
    payments.PaymentCaptured,
    payments.PaymentNeedsCustomer,
    notifications.MessageSent,
    notifications.MessageSuppressed,
    notifications.MessageFailed,
)


def events_on(topic: Topic) -> dict[str, type[Event]]:
    """The events said on a topic, by ``ce_type``."""
    return {event.type_name(): event for event in EVENTS if topic == event.TOPIC}
