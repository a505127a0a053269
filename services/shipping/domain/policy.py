"""The rules of shipping that have numbers in them."""

from __future__ import annotations

from dataclasses import dataclass

from services.shipping.domain.cut_offs import CutOffs


@dataclass(frozen=True)
class Policy:
    """What an operator may set."""

    cut_offs: CutOffs
