"""What shipping does about each event, in the order of a parcel's life."""

from services.shipping.handlers import dock, orders, payments

HANDLERS = (
    orders.take_orders,
    orders.collect_granted_units,
    orders.count_refused_units,
    orders.confirm_orders,
    orders.stop_refused_orders,
    payments.take_verified_methods,
    payments.drop_refused_methods,
    payments.ask_to_pack_authorized,
    dock.check_packs,
    payments.release_captured,
    dock.record_dispatches,
)
