"""What shops say: orders and products."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import AfterValidator, Field, model_validator

from schemas import topics
from schemas.envelope import InboundEvent, Topic
from schemas.values import (
    ORDER_LINES_LIMIT,
    Amount,
    Contact,
    Currency,
    Id,
    InboundValue,
    Moment,
    OnRefusedLine,
    OrderId,
    PaymentMethod,
    Quantity,
    Revision,
    ShipPreference,
    Sku,
    Text,
    Warehouse,
    no_address,
    no_card_number,
)

CARD_FIELDS = frozenset({"card_number", "number", "pan", "cvc", "cvv", "cvv2", "security_code"})


class OrderedLine(InboundValue):
    """One line as the shop sold it; ``line`` is the shop's own line id, else its ordinal counts."""

    line: Id | None = None
    sku: Sku
    title: Text = ""
    quantity: Quantity
    unit_price_minor: Amount
    discount_minor: Amount = 0
    tax_minor: Amount = 0


class OrderPlaced(InboundEvent):
    """A customer bought something, in stock or not."""

    TYPE: ClassVar[str] = "order.placed"
    TOPIC: ClassVar[Topic] = topics.SHOP_ORDERS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "order_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("order_id",)
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset(
        {"placed_at", "updated_at", "contact", "note", "payment_method"}
    )

    order_id: OrderId
    placed_at: Moment
    updated_at: Moment | None = None
    currency: Currency
    customer_ref: Annotated[Id, AfterValidator(no_card_number), AfterValidator(no_address)]
    contact: Contact
    lines: tuple[OrderedLine, ...] = Field(max_length=ORDER_LINES_LIMIT)
    discount_minor: Amount = 0
    freight_minor: Amount = 0
    tax_minor: Amount = 0
    prices_include_tax: bool = True
    total_minor: Amount
    payment_method: PaymentMethod
    ship_preference: ShipPreference = "as_available"
    on_refused_line: OnRefusedLine = "drop_line"
    warehouses: tuple[Warehouse, ...] = Field(default=(), max_length=20)
    priority_class: int = Field(default=5, ge=0, le=9)
    note: Annotated[Text, AfterValidator(no_card_number)] = ""

    @model_validator(mode="before")
    @classmethod
    def no_card(cls, data: Any) -> Any:
        """Card data may not even pass through: PCI DSS 3.2 forbids keeping it."""
        return without_card_fields(data)

    @model_validator(mode="after")
    def distinct_lines(self) -> Self:
        """Two lines of one order must not share an id."""
        if len(set(self.line_names())) != len(self.lines):
            raise ValueError("two lines have the same id: give each line its own `line`")
        return self

    def line_names(self) -> list[str]:
        """The id of each line within the order: the shop's, else the ordinal from 1."""
        return [line.line or str(ordinal) for ordinal, line in enumerate(self.lines, start=1)]

    def content(self) -> dict[str, Any]:
        """Lines, amounts, currency, ship preference, customer; titles are only words."""
        content = super().content()
        for line in content["lines"]:
            del line["title"]
        return content


class CancelledLine(InboundValue):
    """Units of one line that are not wanted any more; without ``quantity`` all that is left."""

    line: Id
    """The shop's line id, else the line's ordinal, as in ``order.placed``."""
    quantity: Quantity | None = None


class OrderCancelRequested(InboundEvent):
    """A customer does not want an order any more, or part of it. No lines: all of it."""

    TYPE: ClassVar[str] = "order.cancel_requested"
    TOPIC: ClassVar[Topic] = topics.SHOP_ORDERS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "order_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("order_id", "cancel_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"requested_at", "note"})

    order_id: OrderId
    cancel_id: Annotated[Id, AfterValidator(no_card_number)]
    lines: tuple[CancelledLine, ...] = Field(default=(), max_length=ORDER_LINES_LIMIT)
    requested_at: Moment
    note: Annotated[Text, AfterValidator(no_card_number)] = ""

    @model_validator(mode="after")
    def distinct_lines(self) -> Self:
        """A line named twice leaves open what is meant."""
        if len({line.line for line in self.lines}) != len(self.lines):
            raise ValueError("a line is named twice: name each line once, with all its units")
        return self


class OrderPaymentMethodGiven(InboundEvent):
    """A customer gave another payment method for an order."""

    TYPE: ClassVar[str] = "order.payment_method_given"
    TOPIC: ClassVar[Topic] = topics.SHOP_ORDERS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "order_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("order_id", "method_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"given_at", "note"})

    order_id: OrderId
    method_id: Annotated[Id, AfterValidator(no_card_number)]
    token: Annotated[Id, AfterValidator(no_card_number)]
    """The provider's token for the card or account; never the card itself."""
    given_at: Moment
    note: Annotated[Text, AfterValidator(no_card_number)] = ""

    @model_validator(mode="before")
    @classmethod
    def no_card(cls, data: Any) -> Any:
        """Card data may not even pass through: PCI DSS 3.2 forbids keeping it."""
        return without_card_fields(data)


def without_card_fields(data: Any) -> Any:
    """Return a JSON value as it is; raise ``ValueError`` when a field of it names card data."""
    found = CARD_FIELDS.intersection(field_names(data))
    if found:
        raise ValueError(f"{sorted(found)} may not be sent: only the provider's token may")
    return data


def field_names(data: Any) -> set[str]:
    """Every name of a field anywhere in a JSON value (bounded by the size of the value)."""
    names: set[str] = set()
    todo = [data]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            fields = cast("dict[object, Any]", value)
            names.update(str(name).lower() for name in fields)
            todo.extend(fields.values())
        elif isinstance(value, list):
            todo.extend(cast("list[Any]", value))
    return names


class ProductListed(InboundEvent):
    """A SKU may be sold, and how far from empty stock. The latest ``revision`` wins."""

    TYPE: ClassVar[str] = "product.listed"
    TOPIC: ClassVar[Topic] = topics.SHOP_PRODUCTS
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "sku"
    IDENTITY: ClassVar[tuple[str, ...]] = ("sku", "revision")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"listed_at"})

    sku: Sku
    revision: Revision
    title: Text = ""
    sold: bool = True
    """False: taken off the shop; new orders of it are refused."""
    backorder: Literal["unlimited", "limited", "none"] = "unlimited"
    backorder_limit: Quantity | None = None
    """Units that may wait at once; needed when ``backorder`` is ``limited``."""
    lead_time_days: int | None = Field(default=None, ge=0, le=730)
    """Promise for a waiting line when no delivery is known; none: no promise."""
    listed_at: Moment | None = None

    @model_validator(mode="after")
    def limit_belongs_to_limited(self) -> Self:
        """A limit without its policy, or a policy without its limit, is a mistake."""
        if (self.backorder == "limited") != (self.backorder_limit is not None):
            raise ValueError("give `backorder_limit` exactly when `backorder` is `limited`")
        return self
