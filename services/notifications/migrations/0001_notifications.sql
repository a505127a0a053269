-- Who each customer is: the only table of the deployment with personal data in columns. The mails
-- themselves are not kept, only what they said.
CREATE TABLE contacts (
    order_id      text PRIMARY KEY,
    customer_ref  text NOT NULL,
    name          text NOT NULL,
    email         text NOT NULL,
    language      text NOT NULL,
    time_zone     text NOT NULL,
    address_lines text[] NOT NULL
);

-- An order's row is the lock of everything that is told about it. It may begin with any fact; a
-- message waits here until both somebody to tell and something to tell are known.
CREATE TABLE orders (
    order_id      text PRIMARY KEY,
    state         text NOT NULL DEFAULT 'heard_of'
                  CHECK (state IN ('heard_of', 'confirmed', 'refused')),
    has_contact   boolean NOT NULL DEFAULT false,
    opened        boolean NOT NULL DEFAULT false,
    messages      int NOT NULL DEFAULT 0 CHECK (messages >= 0),
    placed_at     timestamptz,
    currency      text NOT NULL DEFAULT '',
    freight_minor bigint NOT NULL DEFAULT 0 CHECK (freight_minor >= 0),
    ship_complete boolean NOT NULL DEFAULT false,
    reasons       jsonb NOT NULL DEFAULT '[]',
    first_heard_at timestamptz NOT NULL,
    -- Nothing is told before there is a confirmation or a refusal, and a contact.
    CHECK (NOT opened OR (state <> 'heard_of' AND has_contact)),
    CHECK (NOT opened OR messages > 0)
) WITH (fillfactor = 70);
-- For status and audit: orders whose first message waits for its contact or its confirmation.
CREATE INDEX orders_waiting ON orders (first_heard_at) WHERE NOT opened;

CREATE TABLE lines (
    line_id          text PRIMARY KEY,
    order_id         text NOT NULL,
    sku              text NOT NULL,
    ordinal          int,
    title            text NOT NULL DEFAULT '',
    quantity         int CHECK (quantity > 0),
    line_total_minor bigint NOT NULL DEFAULT 0,
    granted_total    int NOT NULL DEFAULT 0,
    decision_no      bigint NOT NULL DEFAULT 0,
    waiting          int NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    refused          int NOT NULL DEFAULT 0 CHECK (refused >= 0),
    promised_on      date,
    promise_version  int NOT NULL DEFAULT 0,
    -- Units by the stage that the customer was told; null until the order is confirmed.
    told_waiting     int CHECK (told_waiting >= 0),
    told_allocated   int CHECK (told_allocated >= 0),
    told_announced   int CHECK (told_announced >= 0),
    told_shipped     int CHECK (told_shipped >= 0),
    told_promised_on date,
    told_version     int,
    CHECK ((told_waiting IS NULL) = (quantity IS NULL)),
    CHECK (told_waiting + told_allocated + told_announced + told_shipped <= quantity)
) WITH (fillfactor = 70);
CREATE INDEX lines_of_order ON lines (order_id);

CREATE TABLE parcels (
    shipment_id   text PRIMARY KEY,
    order_id      text NOT NULL,
    lines         jsonb,
    currency      text NOT NULL DEFAULT '',
    amount_minor  bigint CHECK (amount_minor >= 0),
    amount_stage  text CHECK (amount_stage IN ('planned', 'authorized', 'captured')),
    freight_minor bigint NOT NULL DEFAULT 0,
    authorized_at timestamptz,
    dispatched_at timestamptz,
    carrier       text NOT NULL DEFAULT '',
    tracking      text NOT NULL DEFAULT '',
    complete      boolean NOT NULL DEFAULT false,
    announced_in  int,
    shipped_in    int,
    told          text NOT NULL DEFAULT 'nothing' CHECK (told IN ('nothing', 'announced', 'shipped')),
    CHECK ((amount_minor IS NULL) = (amount_stage IS NULL)),
    CHECK (told <> 'announced' OR announced_in IS NOT NULL),
    CHECK (told <> 'shipped' OR shipped_in IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX parcels_of_order ON parcels (order_id);

-- due -> started -> sent | failed | unknown; due | started -> suppressed. started goes round when a
-- call is tried again. unknown: the outcome after DATA is not known, and news goes at most once.
CREATE TABLE messages (
    message_id  text PRIMARY KEY,
    order_id    text NOT NULL,
    kind        text NOT NULL CHECK (kind IN
                ('confirmed', 'refused', 'backordered', 'date_changed', 'about_to_ship', 'shipped')),
    n           int NOT NULL CHECK (n > 0),
    shipment_id text,
    state       text NOT NULL DEFAULT 'due'
                CHECK (state IN ('due', 'started', 'sent', 'suppressed', 'failed', 'unknown')),
    reason      text,
    facts       jsonb,
    created_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    sent_at     timestamptz,
    UNIQUE (order_id, n),
    CHECK ((kind IN ('about_to_ship', 'shipped')) = (shipment_id IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK (state IN ('due', 'suppressed') OR facts IS NOT NULL),
    CHECK (state NOT IN ('suppressed', 'failed', 'unknown') OR reason IS NOT NULL)
) WITH (fillfactor = 70);
-- News gathers in one message per order and kind; what comes while it is being sent opens the next.
CREATE UNIQUE INDEX messages_gathering ON messages (order_id, kind)
    WHERE state = 'due' AND kind IN ('backordered', 'date_changed');
