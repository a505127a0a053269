"""An order's payment troubles, by number: the later one beats the earlier, in any order heard."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Troubles:
    """The latest episode that the customer was asked about, that suspended, and that is over."""

    order_id: str
    asked: int = 0
    suspended: int = 0
    over: int = 0

    @property
    def open(self) -> bool:
        """Whether the customer is asked to mend something."""
        return max(self.asked, self.suspended) > self.over

    @property
    def suspends(self) -> bool:
        """Whether what is unsent is passed over."""
        return self.suspended > self.over

    def asking(self, episode: int) -> Troubles:
        """The customer is asked."""
        return replace(self, asked=max(self.asked, episode))

    def suspending(self, episode: int) -> Troubles:
        """The deadline has passed."""
        return replace(self, suspended=max(self.suspended, episode))

    def mended(self, episode: int) -> Troubles:
        """This episode, and every one before it, is over."""
        return replace(self, over=max(self.over, episode))


def key_of(order_id: str, episode: int) -> str:
    """The name of what becomes of one episode."""
    return f"{order_id}/{episode}"
