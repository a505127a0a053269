"""What every event has in common: its names, its envelope, and how sameness is judged.

Wire form is CloudEvents 1.0 in Kafka's binary mode (cloudevents/bindings/kafka-protocol-binding):
the attributes travel as ``ce_`` headers, the value is the data alone, in JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PrivateAttr
from pydantic.config import JsonDict

VALUE_LIMIT_BYTES = 512 * 1024
"""The largest value an event may have; checked where it is said and where it is heard."""

PERSONAL: JsonDict = {"personal": True}
"""``json_schema_extra`` of a field that holds personal data (who somebody is, where they live)."""

TYPE_PREFIX = "crossdock."


@dataclass(frozen=True)
class Topic:
    """One Kafka topic as data; ``schemas.topics`` lists them all."""

    name: str
    key: str
    publisher: str
    readers: tuple[str, ...]
    public: bool = False
    inbound: bool = False
    compacted: bool = False
    personal: bool = False
    """Carries personal data: the bytes of its dead letters are forgotten after a while."""
    retention_days: int = 14
    partitions: int = 12


@dataclass(frozen=True)
class Envelope:
    """The CloudEvents attributes of an event that was heard.

    ``event_id`` is ours (UUIDv7) on our own topics; for an outsider's fact it is derived from
    (``source``, ``source_id``) and only kept for the trace. ``occurred_at`` is business time.
    """

    event_id: UUID
    source: str
    occurred_at: datetime
    correlation_id: UUID
    traceparent: str | None = None


SUBJECT_FIELDS = ("shipment_id", "line_id", "order_id", "sku")
"""Fields that say what an event is about, most telling first."""


NEVER_PARKED = ("sku",)
"""Aggregates that too much goes through: one dead letter must not keep all of it waiting."""


class Event(BaseModel):
    """A past tense fact. Subclasses name themselves once, here, and nowhere else."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1
    TOPIC: ClassVar[Topic]
    KEY: ClassVar[str]
    """The field whose value is the Kafka key."""
    AGGREGATE: ClassVar[str]
    """The field that names what the event is about; a dead letter carries its value."""
    TOMBSTONE: ClassVar[bool] = False
    """Said with a null value on a compacted topic: it erases what its key stood for, by being it."""

    NAMED: ClassVar[tuple[str, ...]] = ()
    """Its own ``SUBJECT_FIELDS``."""

    _envelope: Envelope | None = PrivateAttr(default=None)

    @classmethod
    def type_name(cls) -> str:
        """The ``ce_type``: ``crossdock.order.accepted.v1``."""
        return f"{TYPE_PREFIX}{cls.TYPE}.v{cls.VERSION}"

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Know once, not per event, which subjects a type names."""
        cls.NAMED = tuple(name for name in SUBJECT_FIELDS if name in cls.model_fields)

    @property
    def envelope(self) -> Envelope:
        """The envelope it came in. Raises ``LookupError`` for an event that was not heard."""
        # Not self._envelope: pydantic looks private attributes up the long way round.
        found = (self.__pydantic_private__ or {}).get("_envelope")
        if found is None:
            raise LookupError(f"{self.TYPE} was made here, not heard: it has no envelope yet")
        return found

    def enclosed(self, envelope: Envelope) -> Event:
        """Attach the envelope that it was heard with."""
        self._envelope = envelope
        return self

    @property
    def key(self) -> str:
        """The Kafka key."""
        return str(getattr(self, self.KEY))

    @property
    def aggregate(self) -> str:
        """What the event is about, as one string."""
        return str(getattr(self, self.AGGREGATE))

    @property
    def parks(self) -> str | None:
        """What waits while this event cannot be taken: all that names the same aggregate."""
        return None if self.AGGREGATE in NEVER_PARKED else f"{self.AGGREGATE}={self.aggregate}"

    @classmethod
    def of_tombstone(cls, key: str) -> Self:
        """The event that a record without value is: its key tells all. Raises ``ValueError``."""
        if not cls.TOMBSTONE:
            raise ValueError("the record has no value, and an event of this type has one")
        return cls.model_validate({cls.KEY: key})

    def subjects(self) -> tuple[str, ...]:
        """Ids that connect it with its cause, most telling first."""
        fields = self.__dict__
        return tuple(f"{name}={fields[name]}" for name in self.NAMED if fields[name])


class InboundEvent(Event):
    """A fact told by an outsider, who may tell it again.

    Sameness is business identity and business content, not the sender's event id
    (contracts, sameness). Unknown fields are refused, so that a misspelled one is not lost.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    IDENTITY: ClassVar[tuple[str, ...]]
    """Fields that say which fact it is."""
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset()
    """Top-level fields that may differ when the same fact is told again."""

    def identity(self) -> str:
        """Which fact this is, as one string, unique over all types."""
        return "|".join([self.TYPE, *(str(getattr(self, name)) for name in self.IDENTITY)])

    def content(self) -> dict[str, Any]:
        """What must be equal when the fact is told again; holds no personal data."""
        skipped = self.INCIDENTAL.union(self.IDENTITY)
        return self.model_dump(mode="json", exclude=set(skipped))
