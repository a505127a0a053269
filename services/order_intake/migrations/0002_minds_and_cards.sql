-- Customers change their minds, cards fail. A worker of the release before writes into `allocated`
-- what is granted_total now: who reads a line takes the larger of the two.

-- allocated: units that are there now. granted_total: all ever granted, of which requeued_total were
-- given back and wanted again, and withdrawn were taken out of parcels for good.
ALTER TABLE lines
    ADD COLUMN granted_total  int NOT NULL DEFAULT 0 CHECK (granted_total >= 0),
    ADD COLUMN requeued_total int NOT NULL DEFAULT 0 CHECK (requeued_total >= 0),
    ADD COLUMN withdrawn      int NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    -- Every unit was there, waited, or would not come, once: units that wait again change nothing.
    ADD COLUMN answered       boolean NOT NULL DEFAULT false,
    -- Why units were refused; `reason` says why units wait.
    ADD COLUMN refusal        jsonb;

UPDATE lines SET
    granted_total = allocated,
    answered = coalesce(allocated + waiting + refused + cancelled = ordered, false),
    refusal = CASE WHEN refused > 0 THEN reason END;

-- Shipping may be ahead of allocation: units are withdrawn whose grant has not been heard.
ALTER TABLE lines DROP CONSTRAINT lines_check5;
ALTER TABLE lines
    ADD CONSTRAINT when_units_came CHECK (allocated = 0 OR allocated_at IS NOT NULL),
    ADD CONSTRAINT units_of_line CHECK (
        ordered IS NULL
        OR granted_total - requeued_total + waiting + refused + cancelled <= ordered);

-- Payment troubles by number: the latest asked about, the latest whose deadline passed, the latest
-- that is over. An order is suspended while suspended_episode > mended_episode.
ALTER TABLE orders
    ADD COLUMN asked_episode     int NOT NULL DEFAULT 0 CHECK (asked_episode >= 0),
    ADD COLUMN suspended_episode int NOT NULL DEFAULT 0 CHECK (suspended_episode >= 0),
    ADD COLUMN mended_episode    int NOT NULL DEFAULT 0 CHECK (mended_episode >= 0);

-- kept: its order waits for products, and nothing was asked for yet.
CREATE TABLE cancels (
    order_id   text NOT NULL,
    cancel_id  text NOT NULL,
    cause      text NOT NULL CHECK (cause IN ('shop', 'suspended', 'order_refused')),
    state      text NOT NULL CHECK (state IN ('kept', 'asked', 'settled')),
    -- Units by line, null: all that is left of it; an empty object: all that is left of the order.
    units      jsonb NOT NULL,
    taken_at   timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (order_id, cancel_id),
    CHECK ((state = 'settled') = (settled_at IS NOT NULL))
);

-- What a cancel asks of a line, and who answered for how many units: those that waited, those taken
-- out of parcels, those that leave all the same. Answers are differences and come over two topics.
CREATE TABLE cancelled_lines (
    order_id  text NOT NULL,
    cancel_id text NOT NULL,
    line_id   text NOT NULL,
    sku       text NOT NULL,
    -- Null: answered before it was known here.
    requested int CHECK (requested >= 0),
    cancelled int NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    withdrawn int NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    refused   int NOT NULL DEFAULT 0 CHECK (refused >= 0),
    -- Why units were refused: code, text, parameters.
    reason    jsonb,
    PRIMARY KEY (order_id, cancel_id, line_id),
    CHECK (cancelled + withdrawn + refused <= requested)
);

-- Which answers may be held is told where they are made.
ALTER TABLE held_answers DROP CONSTRAINT held_answers_kind_check;
