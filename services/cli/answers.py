"""What the pipeline says about facts that were just sent, in words, and when it has said all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import ClassVar, cast

from schemas import order_intake, payments, shipping, shop_answers, shops, warehouses
from schemas.allocation import UnitsRouted
from schemas.envelope import Event, InboundEvent, Topic
from schemas.topics import DOCK_MOVES, DOCK_PARCELS, PAYMENTS, SHIPMENTS, SHOP_ANSWERS
from services.cli.overhearing import Overhearing

ANSWERED_WITHIN_SECONDS = 5.0


@dataclass
class Watch(ABC):
    """Listens to what is said about one fact; a kind of fact has a kind of watch."""

    TOPICS: ClassVar[tuple[Topic, ...]]

    fact: InboundEvent
    heard: bool = False
    done: bool = False

    def hear(self, event: Event) -> str | None:
        """What an event tells about the fact, in words; None: nothing."""
        told = self.told(event)
        self.heard = self.heard or told is not None
        return told

    @abstractmethod
    def told(self, event: Event) -> str | None:
        """As ``hear``; sets ``done`` with the last word."""


class OrderWatch(Watch):
    """An order is accepted, and then confirmed or refused."""

    TOPICS = (SHOP_ANSWERS,)

    def told(self, event: Event) -> str | None:
        """Every answer up to the decision."""
        order = cast("shops.OrderPlaced", self.fact).order_id
        match event:
            case shop_answers.AnswerAccepted(order_id=of) if of == order:
                return f"{order} accepted"
            case shop_answers.AnswerRefused(order_id=of, reasons=reasons) if of == order:
                self.done = True
                return f"{order} refused: {'; '.join(reason.text for reason in reasons)}"
            case shop_answers.AnswerConfirmed(order_id=of, lines=lines) if of == order:
                self.done = True
                return "\n".join([f"{order} confirmed", *map(confirmed, lines)])
            case _:
                return None


class CancelWatch(Watch):
    """A cancel is settled, once every unit that it asks for is answered."""

    TOPICS = (SHOP_ANSWERS,)

    def told(self, event: Event) -> str | None:
        """What became of the units of each line."""
        fact = cast("shops.OrderCancelRequested", self.fact)
        if not isinstance(event, shop_answers.AnswerCancelSettled):
            return None
        if (event.order_id, event.cancel_id) != (fact.order_id, fact.cancel_id):
            return None
        self.done = True
        return "\n".join([f"{fact.order_id} {fact.cancel_id} settled", *map(settled, event.lines)])


class MethodWatch(Watch):
    """A payment method is verified by the provider, or not."""

    TOPICS = (PAYMENTS,)

    def told(self, event: Event) -> str | None:
        """The provider's word."""
        fact = cast("shops.OrderPaymentMethodGiven", self.fact)
        method = (fact.order_id, fact.method_id)
        match event:
            case payments.PaymentMethodVerified(episode=episode) if of_method(event) == method:
                self.done = True
                over = f": payment trouble {episode} is over" if episode else ""
                return f"{fact.order_id} {fact.method_id} verified{over}"
            case payments.PaymentMethodRefused(reason=reason) if of_method(event) == method:
                self.done = True
                return f"{fact.order_id} {fact.method_id} not verified: {reason.text}"
            case _:
                return None


@dataclass
class RoutedWatch(Watch):
    """Units that came in are sent somewhere, group by group."""

    TOPICS = (DOCK_MOVES,)

    units_left: int | None = None
    """Good units of which nobody has said where they go; None: how many is not known."""

    def told(self, event: Event) -> str | None:
        """Where a group of units goes."""
        fact = cast("warehouses.ReceiptScanned | warehouses.ReceiptCorrected", self.fact)
        if not isinstance(event, UnitsRouted) or event.scan_id != fact.scan_id:
            return None
        if self.units_left is not None:
            self.units_left -= event.quantity
            self.done = self.units_left <= 0
        place = f"→ {event.order_id}" if event.order_id else "→ shelf"
        return f"{event.move.replace('_', ' ')}: {event.quantity} × {event.sku} {place}"


@dataclass
class PackWatch(Watch):
    """A parcel is packed and may leave, or must be packed otherwise."""

    TOPICS = (SHIPMENTS, DOCK_PARCELS)

    to_come: set[str] = field(default_factory=lambda: {"packed", "released"})

    def told(self, event: Event) -> str | None:
        """Packed, released once it is paid; or what to put right."""
        fact = cast("warehouses.ParcelPacked", self.fact)
        shipment = fact.shipment_id
        match event:
            case shipping.PackRefused(scan_id=scan, reason=reason) if scan == fact.scan_id:
                self.done = True
                out = [f"  take out {line.quantity} × {line.sku}" for line in event.unpack]
                within = [f"  it must hold {line.quantity} × {line.sku}" for line in event.lines]
                told = f"{shipment} is not packed as version {event.version}: {reason.text}"
                return "\n".join([told, *out, *within])
            case shipping.ShipmentPacked(shipment_id=of, version=version) if of == shipment:
                return self.one_of_two("packed", f"{shipment} packed, version {version}")
            case shipping.ParcelReleased(shipment_id=of) if of == shipment:
                return self.one_of_two("released", f"{shipment} is paid and may leave")
            case _:
                return None

    def one_of_two(self, name: str, text: str) -> str:
        """The two come over two topics, in either order."""
        self.to_come.discard(name)
        self.done = not self.to_come
        return text


class DispatchWatch(Watch):
    """A parcel is recorded as gone."""

    TOPICS = (SHIPMENTS,)

    def told(self, event: Event) -> str | None:
        """Whether anything of the order is still to come."""
        shipment = cast("warehouses.ParcelDispatched", self.fact).shipment_id
        if not isinstance(event, shipping.ShipmentDispatched) or event.shipment_id != shipment:
            return None
        self.done = True
        rest = (
            "nothing of the order is to come" if event.complete else "more of the order is to come"
        )
        return f"{shipment} left; {rest}"


class DamageWatch(Watch):
    """Units left a parcel, which goes on with the rest or not at all."""

    TOPICS = (SHIPMENTS,)

    def told(self, event: Event) -> str | None:
        """What the parcel holds now."""
        shipment = cast("warehouses.ParcelDamaged", self.fact).shipment_id
        match event:
            case shipping.ShipmentChanged(shipment_id=of, cause="damaged") if of == shipment:
                self.done = True
                rest = ", ".join(f"{line.quantity} × {line.sku}" for line in event.lines)
                return f"{shipment} holds {rest} now, version {event.version}"
            case shipping.ShipmentWithdrawn(shipment_id=of, cause="damaged") if of == shipment:
                self.done = True
                return f"{shipment} holds nothing any more and will not leave"
            case _:
                return None


WATCHES: dict[type[InboundEvent], type[Watch]] = {
    shops.OrderPlaced: OrderWatch,
    shops.OrderCancelRequested: CancelWatch,
    shops.OrderPaymentMethodGiven: MethodWatch,
    warehouses.ReceiptScanned: RoutedWatch,
    warehouses.ReceiptCorrected: RoutedWatch,
    warehouses.ParcelPacked: PackWatch,
    warehouses.ParcelDispatched: DispatchWatch,
    warehouses.ParcelDamaged: DamageWatch,
}


def topics_of(facts: Iterable[InboundEvent]) -> list[Topic]:
    """Where answers to facts are said."""
    kinds = {WATCHES[type(fact)] for fact in facts if type(fact) in WATCHES}
    return sorted({topic for kind in kinds for topic in kind.TOPICS}, key=lambda topic: topic.name)


async def answered(hearing: Overhearing, watches: Sequence[Watch]) -> list[str]:
    """What is said about facts, until all is said or the wait is over."""
    lines: list[str] = []
    end = monotonic() + ANSWERED_WITHIN_SECONDS
    while not all(watch.done for watch in watches) and monotonic() < end:
        for event in await hearing.some():
            lines += [told for watch in watches if not watch.done and (told := watch.hear(event))]
    silent = [watch.fact for watch in watches if not watch.heard and not watch.done]
    return lines + [f"{fact.TYPE} {fact.aggregate}: {NOTHING_SAID}" for fact in silent]


NOTHING_SAID = (
    f"nothing was said of it within {ANSWERED_WITHIN_SECONDS:.0f} s: it was told before, or waits "
    "for something (see `crossdock status`)"
)


def of_method(
    event: payments.PaymentMethodVerified | payments.PaymentMethodRefused,
) -> tuple[str, str]:
    """The order and its method."""
    return event.order_id, event.method_id


def confirmed(line: order_intake.LineAnswer) -> str:
    """How a line stands, in words."""
    parts = [f"{line.allocated} there now"] if line.allocated else []
    if line.waiting:
        until = f"until {line.promised_on}" if line.promised_on else "without a date yet"
        parts.append(f"{line.waiting} wait {until}")
    if line.cancelled:
        parts.append(f"{line.cancelled} cancelled")
    if line.refused:
        parts.append(f"{line.refused} refused" + (f" ({line.reason.text})" if line.reason else ""))
    return f"  {line.quantity} × {line.sku}: {', '.join(parts)}"


def settled(line: order_intake.SettledLine) -> str:
    """What became of the units that a cancel asked for, in words."""
    parts = [f"{line.cancelled} cancelled"] if line.cancelled else []
    if line.refused:
        parts.append(f"{line.refused} refused" + (f" ({line.reason.text})" if line.reason else ""))
    return f"  {line.requested} × {line.sku}: {', '.join(parts) or 'nothing was left to cancel'}"
