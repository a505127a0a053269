"""What the shop's owner decided about taking orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """``shop_sources``: who may send each shop's orders; empty: anybody for any shop."""

    unknown_sku_grace_seconds: float = 300
    shop_sources: Mapping[str, str] = field(default_factory=dict[str, str])
    premise_wait: timedelta = timedelta(hours=24)
    """How long a cancel or a payment method waits for its order."""
    suspended_for: timedelta = timedelta(days=14)
    """How long an order keeps its place after the payment deadline, without a working method."""
