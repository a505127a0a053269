-- Lines, waits and held answers are written under the lock of their order's row, so foreign keys
-- would only cost. Nothing here says who a customer is: contact data is said at once, never kept.

-- A row without revision: orders wait for the product.
CREATE TABLE products (
    sku      text PRIMARY KEY,
    revision bigint,
    title    text,
    sold     boolean,
    CHECK ((revision IS NULL) = (title IS NULL)),
    CHECK ((revision IS NULL) = (sold IS NULL))
) WITH (fillfactor = 80);

-- awaited: facts of it came before the order itself; pending: it waits for products. An order
-- refused before it was accepted leaves no row: the same or an altered one is judged anew.
CREATE TABLE orders (
    order_id        text PRIMARY KEY,
    state           text NOT NULL
                    CHECK (state IN ('awaited', 'pending', 'accepted', 'confirmed', 'refused')),
    -- Facts may have come before the order was accepted, so lines may be answered already then.
    heard_early     boolean NOT NULL DEFAULT false,
    customer_ref    text,
    currency        text,
    freight_minor   bigint CHECK (freight_minor >= 0),
    total_minor     bigint CHECK (total_minor >= 0),
    ship_preference text,
    on_refused_line text,
    method_id       text,
    method_token    text,
    warehouses      text[],
    priority_class  smallint,
    shop_placed_at  timestamptz,
    placed_at       timestamptz,
    received_at     timestamptz,
    accepted_at     timestamptz,
    confirmed_at    timestamptz,
    refused_at      timestamptz,
    -- Lines that allocation has not answered yet: at 0 the order is confirmed, or refused.
    unanswered      int NOT NULL DEFAULT 0 CHECK (unanswered >= 0),
    CHECK ((state = 'awaited') = (received_at IS NULL)),
    CHECK (state = 'awaited' OR (
        customer_ref IS NOT NULL AND currency IS NOT NULL AND freight_minor IS NOT NULL
        AND total_minor IS NOT NULL AND ship_preference IS NOT NULL
        AND on_refused_line IS NOT NULL AND method_id IS NOT NULL AND method_token IS NOT NULL
        AND warehouses IS NOT NULL AND priority_class IS NOT NULL
        AND shop_placed_at IS NOT NULL AND placed_at IS NOT NULL)),
    CHECK (placed_at BETWEEN received_at - interval '24 hours' AND received_at),
    CHECK ((state IN ('awaited', 'pending')) = (accepted_at IS NULL)),
    CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL)),
    CHECK ((state = 'refused') = (refused_at IS NOT NULL)),
    CHECK (state = 'accepted' OR unanswered = 0)
) WITH (fillfactor = 70);

CREATE TABLE lines (
    line_id          text PRIMARY KEY,
    order_id         text NOT NULL,
    sku              text NOT NULL,
    -- The line's place in the order; null, with all that the order tells, until the order is known.
    ordinal          int CHECK (ordinal > 0),
    title            text,
    ordered          int CHECK (ordered > 0),
    line_total_minor bigint CHECK (line_total_minor >= 0),
    requested_at     timestamptz,
    allocated        int NOT NULL DEFAULT 0 CHECK (allocated >= 0),
    waiting          int NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    refused          int NOT NULL DEFAULT 0 CHECK (refused >= 0),
    cancelled        int NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    dispatched       int NOT NULL DEFAULT 0 CHECK (dispatched >= 0),
    promised_on      date,
    promise_version  int NOT NULL DEFAULT 0 CHECK (promise_version >= 0),
    -- When the last of the allocated units was granted.
    allocated_at     timestamptz,
    -- Why it waits, or was refused: code, text, parameters.
    reason           jsonb,
    CHECK ((ordered IS NULL) = (ordinal IS NULL)),
    CHECK ((ordered IS NULL) = (title IS NULL)),
    CHECK ((ordered IS NULL) = (line_total_minor IS NULL)),
    CHECK (ordered IS NULL OR allocated + waiting + refused + cancelled <= ordered),
    CHECK (dispatched <= ordered),
    CHECK ((allocated = 0) = (allocated_at IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX lines_of_order ON lines (order_id);

-- Which orders wait for which product; empty but for minutes.
CREATE TABLE unknown_skus (
    sku      text NOT NULL,
    order_id text NOT NULL,
    PRIMARY KEY (sku, order_id)
);
CREATE INDEX unknown_skus_of_order ON unknown_skus (order_id);

-- Answers that came up before the order was confirmed: told right behind the confirmation.
CREATE TABLE held_answers (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id text NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('shipped', 'payment_needed')),
    answer   jsonb NOT NULL,
    held_at  timestamptz NOT NULL
);
CREATE INDEX held_answers_of_order ON held_answers (order_id);
