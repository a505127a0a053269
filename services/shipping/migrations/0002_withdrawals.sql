-- Units leave shipments: cancelled, broken, not found, not paid.

ALTER TABLE orders
    -- The last payment trouble that was not mended in time, and the last one that is over. Both are
    -- kept, since they may come in any order: suspended while the first is ahead.
    ADD COLUMN suspended_episode int NOT NULL DEFAULT 0 CHECK (suspended_episode >= 0),
    ADD COLUMN resumed_episode   int NOT NULL DEFAULT 0 CHECK (resumed_episode >= 0),
    -- The shipment that carried the freight was withdrawn after its capture: the freight stays paid
    -- while the order may still send something.
    ADD COLUMN freight_kept      boolean NOT NULL DEFAULT false,
    ADD CHECK (NOT freight_kept OR freight_with IS NOT NULL);

ALTER TABLE lines
    -- allocated counts the units in shipments; given_back those that ever left them, withdrawn the
    -- ones among these that nobody wanted any more. The others wait again, at allocation.
    ADD COLUMN given_back        int NOT NULL DEFAULT 0 CHECK (given_back >= 0),
    ADD COLUMN withdrawn         int NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    -- Units cancelled while they waited.
    ADD COLUMN cancelled         int NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    -- Of the units that wait again, so many of the first have had a cancel sent after them.
    ADD COLUMN forwarded_through int NOT NULL DEFAULT 0 CHECK (forwarded_through >= 0),
    -- What allocation was told last: suspended while the first is ahead.
    ADD COLUMN suspended_episode int NOT NULL DEFAULT 0 CHECK (suspended_episode >= 0),
    ADD COLUMN resumed_episode   int NOT NULL DEFAULT 0 CHECK (resumed_episode >= 0),
    ADD CHECK (withdrawn <= given_back),
    ADD CHECK (forwarded_through <= given_back - withdrawn),
    DROP CONSTRAINT lines_check1,
    ADD CHECK (ordered IS NULL OR allocated + refused + cancelled + withdrawn <= ordered);

-- From authorized, packed and released a shipment whose units leave goes back to authorized, in its
-- next version; with no unit left, from anywhere before dispatched, to withdrawn.
ALTER TABLE shipments
    ADD COLUMN withdrawn_at    timestamptz,
    ADD COLUMN withdrawn_cause text CHECK (withdrawn_cause IN (
                                   'cancelled', 'damaged', 'missing', 'payment_deadline')),
    ADD CHECK ((withdrawn_at IS NULL) = (withdrawn_cause IS NULL)),
    -- A withdrawn parcel that left all the same is dispatched, unreleased.
    ADD CHECK (CASE state WHEN 'withdrawn' THEN withdrawn_at IS NOT NULL
                          WHEN 'dispatched' THEN true ELSE withdrawn_at IS NULL END),
    -- Nothing of it stays paid but freight, and that only once it was captured.
    ADD CHECK (state <> 'withdrawn' OR planned_at IS NULL OR amount_minor = freight_minor),
    ADD CHECK (state <> 'withdrawn' OR coalesce(freight_minor, 0) = 0 OR captured_at IS NOT NULL),
    ADD CHECK (packed_version IS NULL OR packed_version <= version),
    -- What is changed after its release needs another.
    ADD CHECK (released_at IS NULL OR state IN ('released', 'dispatched')),
    ADD CHECK (state <> 'released' OR captured_minor >= amount_minor);

ALTER TABLE scans
    DROP CONSTRAINT scans_kind_check,
    ADD CHECK (kind IN ('packed', 'dispatched', 'damaged'));

-- Every group of units that ever left a shipment, and where to: a line's story, and what the figures
-- in lines are summed from.
CREATE TABLE give_backs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    given_at    timestamptz NOT NULL,
    order_id    text NOT NULL,
    shipment_id text NOT NULL,
    -- The version without these units.
    version     int NOT NULL,
    line_id     text NOT NULL,
    cause       text NOT NULL CHECK (cause IN (
                    'cancelled', 'damaged', 'missing', 'payment_deadline')),
    quantity    int NOT NULL CHECK (quantity > 0),
    returned    int NOT NULL CHECK (returned IN (0, quantity)),
    requeue     int NOT NULL CHECK (requeue IN (0, quantity)),
    line_state  text NOT NULL CHECK (line_state IN ('eligible', 'suspended', 'closed')),
    episode     int NOT NULL CHECK (episode >= 0),
    -- What these units would have cost; null when they were only collected.
    amount_minor bigint,
    CHECK ((cause = 'cancelled') = (requeue = 0)),
    CHECK ((cause IN ('damaged', 'missing')) = (returned = 0)),
    CHECK ((line_state = 'closed') = (cause = 'cancelled')),
    CHECK ((line_state = 'suspended') = (episode > 0))
);
CREATE INDEX give_backs_of_order ON give_backs (order_id);

-- What became of the units that cancels passed on to shipping: one row for each of allocation's
-- answers.
CREATE TABLE withdrawals (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    answered_at timestamptz NOT NULL,
    order_id    text NOT NULL,
    line_id     text NOT NULL,
    cancel_id   text NOT NULL,
    passed_on   int NOT NULL CHECK (passed_on > 0),
    withdrawn   int NOT NULL CHECK (withdrawn >= 0),
    refused     int NOT NULL CHECK (refused >= 0),
    forwarded   int NOT NULL CHECK (forwarded >= 0),
    reason_code text,
    reason_text text,
    CHECK (withdrawn + refused + forwarded = passed_on),
    CHECK ((refused > 0) = (reason_code IS NOT NULL))
);
CREATE INDEX withdrawals_of_order ON withdrawals (order_id);
