-- Ids and SKUs are compared byte by byte (COLLATE "C"), as Python compares them: a line's place
-- and the order of locks must not depend on a locale.

-- One row per SKU: its lock orders everything that is decided about it.
CREATE TABLE items (
    sku text COLLATE "C" PRIMARY KEY,
    decision_no bigint NOT NULL DEFAULT 0 CHECK (decision_no >= 0),
    waiting_lines integer NOT NULL DEFAULT 0 CHECK (waiting_lines >= 0),
    waiting_units bigint NOT NULL DEFAULT 0 CHECK (waiting_units >= 0),
    -- The product; null until it has come: nothing is granted before.
    revision bigint,
    backorder text CHECK (backorder IN ('unlimited', 'limited', 'none')),
    backorder_limit integer,
    lead_time_days integer,
    CHECK ((revision IS NULL) = (backorder IS NULL)),
    CHECK ((waiting_lines = 0) = (waiting_units = 0))
) WITH (fillfactor = 70);

-- Units per place. Each is moved by a difference, and none can be given that is not there.
CREATE TABLE supply (
    sku text COLLATE "C" NOT NULL,
    warehouse text COLLATE "C" NOT NULL,
    on_shelf bigint NOT NULL DEFAULT 0 CHECK (on_shelf >= 0),
    at_dock bigint NOT NULL DEFAULT 0 CHECK (at_dock >= 0),
    -- Every unit ever sent to the lane; what has been dispatched since is told by shipping.
    in_lane bigint NOT NULL DEFAULT 0 CHECK (in_lane >= 0),
    shortfall bigint NOT NULL DEFAULT 0 CHECK (shortfall >= 0),
    lost bigint NOT NULL DEFAULT 0 CHECK (lost >= 0),
    missing bigint NOT NULL DEFAULT 0 CHECK (missing >= 0),
    -- Units of waiting lines that list this warehouse: what a newcomer stands behind.
    waiting_units bigint NOT NULL DEFAULT 0 CHECK (waiting_units >= 0),
    PRIMARY KEY (sku, warehouse),
    -- Whoever may take free units has been served before they lie free.
    CHECK (on_shelf = 0 OR waiting_units = 0)
) WITH (fillfactor = 70);

CREATE TABLE lines (
    line_id text COLLATE "C" PRIMARY KEY,
    order_id text COLLATE "C" NOT NULL,
    sku text COLLATE "C" NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    priority_class smallint NOT NULL,
    placed_at timestamptz NOT NULL,
    warehouses text[] NOT NULL CHECK (cardinality(warehouses) > 0),
    requested_at timestamptz NOT NULL,
    granted_total integer NOT NULL CHECK (granted_total >= 0),
    waiting integer NOT NULL CHECK (waiting >= 0),
    refused integer NOT NULL CHECK (refused >= 0),
    -- undecided: the product has not come yet. suspended: keeps its place, is passed over.
    state text NOT NULL CHECK (state IN ('undecided', 'waiting', 'suspended', 'closed')),
    -- What the customer was told last; version 0: nothing.
    promise_version integer NOT NULL CHECK (promise_version >= 0),
    promised_on date,
    promise_code text,
    -- Number of the decision since which it is to be served in its turn.
    eligible_since_decision bigint,
    CONSTRAINT decided_units_add_up CHECK (
        CASE state
            WHEN 'undecided' THEN granted_total + waiting + refused = 0
            ELSE granted_total + waiting + refused = quantity
        END
    ),
    CONSTRAINT waits_while_units_wait CHECK ((waiting > 0) = (state IN ('waiting', 'suspended')))
) WITH (fillfactor = 90);

-- The queue: what a receipt reads its next lines from, in place order.
CREATE INDEX lines_in_turn ON lines (sku, priority_class, placed_at, line_id)
    WHERE state = 'waiting';

-- Lines kept until their product comes.
CREATE INDEX lines_undecided ON lines (sku) WHERE state = 'undecided';

-- Every decision with its reason, in the order taken per SKU: fairness is judged on it.
CREATE TABLE decisions (
    sku text COLLATE "C" NOT NULL,
    decision_no bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('grant', 'wait', 'refuse', 'put_away')),
    line_id text COLLATE "C",
    quantity integer NOT NULL CHECK (quantity > 0),
    warehouse text COLLATE "C",
    source text CHECK (source IN ('dock', 'shelf')),
    scan_id text,
    delivery text,
    reason_code text NOT NULL,
    reason_text text NOT NULL,
    reason_parameters jsonb NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (sku, decision_no),
    CHECK ((line_id IS NULL) = (kind = 'put_away')),
    CHECK ((kind IN ('grant', 'put_away')) = (warehouse IS NOT NULL AND source IS NOT NULL))
);

-- Delivery lines that should come; remaining 0 expects nothing more.
CREATE TABLE expected (
    sku text COLLATE "C" NOT NULL,
    warehouse text COLLATE "C" NOT NULL,
    supplier text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    remaining integer NOT NULL CHECK (remaining >= 0),
    expected_on date NOT NULL,
    stage text NOT NULL,
    announced_at timestamptz NOT NULL,
    PRIMARY KEY (sku, warehouse, supplier, delivery)
) WITH (fillfactor = 80);

-- Counts beside the shelf figure they met: counted = opening units + differences.
CREATE TABLE counts (
    warehouse text COLLATE "C" NOT NULL,
    count_id text COLLATE "C" NOT NULL,
    sku text COLLATE "C" NOT NULL,
    opening boolean NOT NULL,
    counted integer NOT NULL CHECK (counted >= 0),
    on_shelf bigint NOT NULL CHECK (on_shelf >= 0),
    difference bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (warehouse, count_id),
    CHECK (difference = CASE WHEN opening THEN counted ELSE counted - on_shelf END)
);
