"""Every SQL statement of allocation, by noun; ``desks`` opens and closes a SKU as a whole."""

from services.allocation.store.answers import write_promises
from services.allocation.store.desks import Desks, close_desks, open_desks, open_free_desks
from services.allocation.store.early import keep_early, take_early
from services.allocation.store.lines import (
    read_behind,
    read_lines,
    read_next_in_line,
    read_undecided,
)
from services.allocation.store.walks import read_pages, read_passed

__all__ = [
    "Desks", "close_desks", "keep_early", "open_desks", "open_free_desks", "read_behind",
    "read_lines", "read_next_in_line", "read_pages", "read_passed", "read_undecided",
    "take_early", "write_promises",
]  # fmt: skip
