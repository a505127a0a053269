"""Who a customer is, and that they are to be forgotten."""

from __future__ import annotations

from schemas.notifications import MessageSuppressed
from tests.harness import only
from tests.notifications.builders import (
    ORDER,
    a_confirmation,
    a_contact,
    an_accepted_order,
    an_answer,
    an_erasure,
)
from tests.notifications.conftest import Notifications
from tests.notifications.parcels import (
    a_plan,
    an_authorization,
)


async def test_an_erased_contact_is_forgotten_and_later_sends_say_so(
    notifications: Notifications,
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(an_erasure())
    assert await notifications.service.rows("SELECT * FROM contacts") == []
    said = await notifications.hear(a_plan(lamp=5), an_authorization())
    assert [one.reason.code for one in only(said, MessageSuppressed)] == ["contact_erased"]
    assert notifications.kinds() == ["confirmed"]


async def test_an_order_that_is_never_taken_leaves_no_contact_and_nothing_that_waits(
    notifications: Notifications,
) -> None:
    await notifications.hear(a_contact(), an_erasure())
    assert await notifications.service.rows("SELECT * FROM contacts") == []
    waiting = "SELECT * FROM orders WHERE NOT opened AND NOT erased"
    assert await notifications.service.rows(waiting) == []
    await notifications.confirm()
    assert notifications.kinds(ORDER) == ["confirmed"]


async def test_an_order_erased_before_its_confirmation_waits_for_nobody(
    notifications: Notifications,
) -> None:
    line = an_answer("lamp", 1)
    await notifications.hear(a_contact(), an_accepted_order(line), an_erasure())
    said = await notifications.hear(a_confirmation(line))
    assert [one.reason.code for one in only(said, MessageSuppressed)] == ["contact_erased"]
