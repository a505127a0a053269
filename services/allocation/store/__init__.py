"""Every SQL statement of allocation, by noun; ``desks`` opens and closes a SKU as a whole."""

from services.allocation.store.desks import Desks, close_desks, open_desks
from services.allocation.store.lines import (
    read_behind,
    read_next_in_line,
    read_undecided,
    write_promises,
)
from services.allocation.store.walks import read_pages, read_passed

__all__ = [
    "Desks", "close_desks", "open_desks", "read_behind", "read_next_in_line", "read_pages",
    "read_passed", "read_undecided", "write_promises",
]  # fmt: skip
