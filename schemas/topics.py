"""Every topic once: who says it, who hears it, how it is keyed and kept.

Broker set-up, documentation, AsyncAPI and quiet derive from this list.
"""

from __future__ import annotations

from schemas.envelope import Topic

INBOUND_RETENTION_DAYS = 7

SHOP_ORDERS = Topic(
    "shop.orders", "order", "shops", ("order_intake",),
    public=True, inbound=True, retention_days=INBOUND_RETENTION_DAYS, personal=True,
)  # fmt: skip
SHOP_PRODUCTS = Topic(
    "shop.products", "SKU", "shops", ("order_intake",), public=True, inbound=True, compacted=True
)
WAREHOUSE_RECEIPTS = Topic(
    "warehouse.receipts", "any", "scanners", ("stock_receipts",),
    public=True, inbound=True, retention_days=INBOUND_RETENTION_DAYS,
)  # fmt: skip
WAREHOUSE_PARCELS = Topic(
    "warehouse.parcels", "any", "scanners", ("shipping",),
    public=True, inbound=True, retention_days=INBOUND_RETENTION_DAYS,
)  # fmt: skip
SUPPLIERS_NOTICES = Topic(
    "suppliers.notices", "any", "suppliers", ("stock_receipts",),
    public=True, inbound=True, retention_days=INBOUND_RETENTION_DAYS,
)  # fmt: skip

SHOP_ANSWERS = Topic("shop.answers", "order", "order_intake", ("shops",), public=True)
DOCK_MOVES = Topic("dock.moves", "SKU", "allocation", ("scanners",), public=True)
DOCK_PARCELS = Topic("dock.parcels", "order", "shipping", ("scanners",), public=True)

ORDERS = Topic("orders", "order", "order_intake", ("shipping", "payments", "notifications"))
CONTACTS = Topic(
    "contacts", "order", "order_intake", ("notifications",), compacted=True, personal=True
)
PRODUCTS = Topic("products", "SKU", "order_intake", ("allocation",), compacted=True)
DEMAND = Topic("demand", "SKU", "order_intake", ("allocation",))
STOCK = Topic("stock", "SKU", "stock_receipts", ("allocation",))
ALLOCATIONS = Topic(
    "allocations", "order", "allocation", ("order_intake", "shipping", "notifications")
)
SHIPMENTS = Topic("shipments", "order", "shipping", ("order_intake", "payments", "notifications"))
GIVEBACKS = Topic("givebacks", "SKU", "shipping", ("allocation",))
PAYMENTS = Topic("payments", "order", "payments", ("order_intake", "shipping", "notifications"))
NOTIFICATIONS = Topic("notifications", "order", "notifications", ("reporting",))

TOPICS: tuple[Topic, ...] = (
    SHOP_ORDERS, SHOP_PRODUCTS, WAREHOUSE_RECEIPTS, WAREHOUSE_PARCELS, SUPPLIERS_NOTICES,
    SHOP_ANSWERS, DOCK_MOVES, DOCK_PARCELS,
    ORDERS, CONTACTS, PRODUCTS, DEMAND, STOCK, ALLOCATIONS, SHIPMENTS, GIVEBACKS, PAYMENTS,
    NOTIFICATIONS,
)  # fmt: skip

SERVICES: tuple[str, ...] = (
    "order_intake", "stock_receipts", "allocation", "shipping", "payments", "notifications",
)  # fmt: skip


def heard_by(service: str) -> tuple[Topic, ...]:
    """The topics that a service (or a kind of outsider) hears."""
    return tuple(topic for topic in TOPICS if service in topic.readers)
