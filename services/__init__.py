"""The map: who hears and says what. Each service owns its tables; none reads another's.

========================  ==============================================  ========================
service                   hears                                           says
========================  ==============================================  ========================
``order_intake``          shop.orders, shop.products, allocations,        orders, contacts,
                          shipments, payments                             products, demand,
                                                                          shop.answers
``stock_receipts``        warehouse.receipts, suppliers.notices           stock
``allocation``            products, demand, stock, givebacks              allocations, dock.moves
``shipping``              orders, allocations, payments,                  shipments, givebacks,
                          warehouse.parcels                               dock.parcels
``payments``              orders, shipments                               payments
``notifications``         orders, contacts, allocations, shipments,       notifications
                          payments
========================  ==============================================  ========================

``chassis`` is what every worker needs; ``audit`` looks and writes nothing; ``standins`` play the
world outside; ``cli`` is the `crossdock` command. Topics are declared in ``schemas.topics``.
"""
