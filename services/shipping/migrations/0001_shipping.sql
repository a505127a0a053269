-- Every row is written under the lock of its order's row, so foreign keys would only cost.

-- What shipping knows of an order. Facts come over three topics in any order: what has not come is
-- null, and nothing is planned before it has.
CREATE TABLE orders (
    order_id        text PRIMARY KEY,
    heard_at        timestamptz NOT NULL,
    currency        text,
    freight_minor   bigint CHECK (freight_minor >= 0),
    ships_complete  boolean,
    confirmed_at    timestamptz,
    refused_at      timestamptz,
    verified_method text,
    refused_method  text,
    -- The shipment that carries the freight: the first one planned.
    freight_with    text,
    CHECK ((currency IS NULL) = (freight_minor IS NULL)),
    CHECK ((currency IS NULL) = (ships_complete IS NULL))
) WITH (fillfactor = 70);

CREATE TABLE lines (
    line_id     text PRIMARY KEY,
    order_id    text NOT NULL,
    sku         text NOT NULL,
    title       text,
    ordered     int CHECK (ordered > 0),
    total_minor bigint CHECK (total_minor >= 0),
    allocated   int NOT NULL DEFAULT 0 CHECK (allocated >= 0),
    refused     int NOT NULL DEFAULT 0 CHECK (refused >= 0),
    CHECK ((ordered IS NULL) = (total_minor IS NULL)),
    -- Units have numbers 1…ordered: a unit more would have none, and no price.
    CHECK (ordered IS NULL OR allocated + refused <= ordered)
) WITH (fillfactor = 80);
CREATE INDEX lines_of_order ON lines (order_id);

-- One parcel of one order from one warehouse. The checks are the state machine: a state is reached
-- only with the facts that lead to it. captured and released are one step.
CREATE TABLE shipments (
    shipment_id   text PRIMARY KEY,
    order_id      text NOT NULL,
    n             int NOT NULL CHECK (n > 0),
    warehouse     text NOT NULL,
    state         text NOT NULL DEFAULT 'collecting' CHECK (state IN (
                      'collecting', 'planned', 'authorized', 'packed', 'released', 'dispatched',
                      'withdrawn')),
    version       int NOT NULL DEFAULT 1 CHECK (version > 0),
    opened_at     timestamptz NOT NULL,
    -- The cut-off that it waits for, or was planned for; in the past while the method is missing.
    cut_off_at    timestamptz,
    planned_at    timestamptz,
    amount_minor  bigint CHECK (amount_minor >= freight_minor),
    freight_minor bigint CHECK (freight_minor >= 0),
    authorized_at timestamptz,
    authorized_until timestamptz,
    packed_version int,
    packed_at     timestamptz,
    captured_version int,
    captured_minor bigint,
    captured_at   timestamptz,
    released_at   timestamptz,
    dispatched_at timestamptz,
    -- An alarm: it left the dock without its release. The audit fails while one is true.
    dispatched_unreleased boolean NOT NULL DEFAULT false,
    carrier       text,
    tracking      text,
    UNIQUE (order_id, n),
    CHECK (state = 'withdrawn' OR (state = 'collecting') = (planned_at IS NULL)),
    CHECK (planned_at IS NULL
           OR (cut_off_at IS NOT NULL AND amount_minor IS NOT NULL AND freight_minor IS NOT NULL)),
    CHECK (state NOT IN ('authorized', 'packed', 'released') OR authorized_at IS NOT NULL),
    CHECK (state NOT IN ('packed', 'released') OR packed_version = version),
    CHECK (state <> 'released' OR released_at IS NOT NULL),
    CHECK (released_at IS NULL OR captured_at IS NOT NULL),
    CHECK ((captured_at IS NULL) = (captured_version IS NULL)),
    CHECK ((captured_at IS NULL) = (captured_minor IS NULL)),
    CHECK ((state = 'dispatched') = (dispatched_at IS NOT NULL)),
    CHECK (dispatched_at IS NULL OR dispatched_unreleased = (released_at IS NULL))
) WITH (fillfactor = 70);
-- What is granted has one place to go.
CREATE UNIQUE INDEX shipments_collecting ON shipments (order_id, warehouse)
    WHERE state = 'collecting';

CREATE TABLE shipment_lines (
    shipment_id  text NOT NULL,
    line_id      text NOT NULL,
    quantity     int NOT NULL CHECK (quantity > 0),
    -- Which of the line's units 1…n these are, and what exactly these cost; fixed at planning.
    numbers      int4multirange,
    amount_minor bigint CHECK (amount_minor >= 0),
    PRIMARY KEY (shipment_id, line_id),
    CHECK ((numbers IS NULL) = (amount_minor IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX shipment_lines_of_line ON shipment_lines (line_id);

-- Every pack and dispatch scan that named a shipment of ours, and what became of it.
CREATE TABLE scans (
    kind        text NOT NULL CHECK (kind IN ('packed', 'dispatched')),
    warehouse   text NOT NULL,
    scan_id     text NOT NULL,
    shipment_id text NOT NULL,
    outcome     text NOT NULL,
    scanned_at  timestamptz NOT NULL,
    heard_at    timestamptz NOT NULL,
    PRIMARY KEY (kind, warehouse, scan_id)
);
