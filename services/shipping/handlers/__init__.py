"""What shipping does about each event, in the order of a parcel's life."""

from services.shipping.handlers import cancels, dock, orders, payments

HANDLERS = (
    orders.take_orders,
    orders.collect_granted_units,
    orders.count_refused_units,
    orders.confirm_orders,
    orders.stop_refused_orders,
    cancels.withdraw_cancelled_units,
    payments.take_verified_methods,
    payments.drop_refused_methods,
    payments.give_back_unpaid,
    payments.resume_resolved,
    payments.ask_to_pack_authorized,
    dock.check_packs,
    payments.release_captured,
    dock.take_out_damaged_units,
    dock.record_dispatches,
)
