-- Ids and SKUs are compared byte by byte (COLLATE "C"), as Python compares them: locks are taken
-- in sorted order, and two codes that differ by case only are two SKUs.

-- One row per SKU and warehouse: its lock makes the order of what is said about it the order of
-- commits. It also holds which count opened the balance, since there can be but one.
CREATE TABLE items (
    sku text COLLATE "C" NOT NULL,
    warehouse text COLLATE "C" NOT NULL,
    opening_count_id text COLLATE "C",
    PRIMARY KEY (sku, warehouse)
) WITH (fillfactor = 80);

-- Every scan once, as the scanner told it. Good and damaged may become 0 by a correction.
CREATE TABLE receipts (
    warehouse text COLLATE "C" NOT NULL,
    scan_id text COLLATE "C" NOT NULL,
    sku text COLLATE "C" NOT NULL,
    dock text NOT NULL,
    delivery text COLLATE "C",
    supplier text COLLATE "C",
    good integer NOT NULL CHECK (good >= 0),
    damaged integer NOT NULL CHECK (damaged >= 0),
    scanned_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (warehouse, scan_id)
);

-- Opening balances and cycle counts. The units of an opening add; what a cycle count makes of the
-- shelf is told by allocation.
CREATE TABLE counts (
    warehouse text COLLATE "C" NOT NULL,
    count_id text COLLATE "C" NOT NULL,
    sku text COLLATE "C" NOT NULL,
    quantity integer NOT NULL CHECK (quantity >= 0),
    opening boolean NOT NULL,
    counted_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (warehouse, count_id)
);

-- Once per SKU and warehouse, whatever the handler believes.
CREATE UNIQUE INDEX counts_opening ON counts (sku, warehouse) WHERE opening;

CREATE TABLE adjustments (
    warehouse text COLLATE "C" NOT NULL,
    adjustment_id text COLLATE "C" NOT NULL,
    sku text COLLATE "C" NOT NULL,
    quantity integer NOT NULL CHECK (quantity <> 0),
    reason text NOT NULL,
    adjusted_at timestamptz NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (warehouse, adjustment_id)
);

-- Every notice ever told of a delivery line; the latest by announced_at holds.
CREATE TABLE notices (
    sku text COLLATE "C" NOT NULL,
    warehouse text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    supplier text COLLATE "C" NOT NULL,
    announced_at timestamptz NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    expected_on date NOT NULL,
    stage text NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (sku, warehouse, delivery, supplier, announced_at)
);

-- What is known of a delivery line: the notice that holds (null until one comes) and the units
-- scanned under that supplier's name. delivery '' is a scan without a delivery number, supplier ''
-- a scan that names none; whose line those units fill follows from all lines of the delivery.
CREATE TABLE delivery_lines (
    sku text COLLATE "C" NOT NULL,
    warehouse text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    supplier text COLLATE "C" NOT NULL,
    quantity integer CHECK (quantity > 0),
    expected_on date,
    stage text CHECK (stage IN ('ordered', 'made', 'sent', 'arrived')),
    announced_at timestamptz,
    good bigint NOT NULL CHECK (good >= 0),
    damaged bigint NOT NULL CHECK (damaged >= 0),
    PRIMARY KEY (sku, warehouse, delivery, supplier),
    CONSTRAINT announced_as_a_whole CHECK (
        num_nulls(quantity, expected_on, stage, announced_at) IN (0, 4)
    ),
    CONSTRAINT only_the_named_are_announced CHECK (
        quantity IS NULL OR (delivery <> '' AND supplier <> '')
    )
) WITH (fillfactor = 80);

-- Where what came is not what should: units in all per kind, 0 once a later fact explained them.
CREATE TABLE discrepancies (
    sku text COLLATE "C" NOT NULL,
    warehouse text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    supplier text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('damaged', 'delivery_ambiguous', 'over', 'unannounced')),
    units bigint NOT NULL CHECK (units >= 0),
    found_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (sku, warehouse, delivery, supplier, kind)
) WITH (fillfactor = 80);
