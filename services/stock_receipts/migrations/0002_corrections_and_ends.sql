-- Scans are corrected, and deliveries come to an end.

-- Every correction as it was told; of one scan the latest by corrected_at holds. The changes are
-- what it added when it was taken, 0 for one that a later one had overtaken: a scan's first figures
-- are those of receipts less its changes.
CREATE TABLE corrections (
    warehouse text COLLATE "C" NOT NULL,
    scan_id text COLLATE "C" NOT NULL,
    corrected_at timestamptz NOT NULL,
    good integer NOT NULL CHECK (good >= 0),
    damaged integer NOT NULL CHECK (damaged >= 0),
    delivery text COLLATE "C",
    supplier text COLLATE "C",
    good_change integer NOT NULL,
    damaged_change integer NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (warehouse, scan_id, corrected_at)
);

-- The first and the last scan of a line are found anew when one of its scans is corrected.
CREATE INDEX receipts_of_delivery ON receipts (sku, warehouse, delivery)
    WHERE delivery IS NOT NULL;

-- A supplier's delivery with all of its SKUs. It may be completed or cancelled before any of them
-- was announced. Its lock keeps a new line and the end of the whole from passing each other by.
CREATE TABLE deliveries (
    warehouse text COLLATE "C" NOT NULL,
    supplier text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    completed_at timestamptz,
    cancelled_at timestamptz,
    PRIMARY KEY (warehouse, supplier, delivery)
) WITH (fillfactor = 80);

CREATE INDEX lines_of_delivery ON delivery_lines (warehouse, delivery, supplier)
    WHERE announced_at IS NOT NULL;

-- An end holds for what was announced up to ended_up_to: a later notice opens the line again.
ALTER TABLE delivery_lines
    ADD COLUMN first_scan_at timestamptz,
    ADD COLUMN last_scan_at timestamptz,
    ADD COLUMN ended_up_to timestamptz,
    ADD COLUMN ended_cause text
        CHECK (ended_cause IN ('completed', 'cancelled', 'closed', 'overdue')),
    ADD COLUMN ended_at timestamptz,
    ADD CONSTRAINT ended_as_a_whole CHECK (
        num_nulls(ended_up_to, ended_cause, ended_at) IN (0, 3)
    );

ALTER TABLE discrepancies
    DROP CONSTRAINT discrepancies_kind_check,
    ADD CONSTRAINT discrepancies_kind_check CHECK (
        kind IN ('damaged', 'delivery_ambiguous', 'over', 'short', 'unannounced')
    );

-- Lines of the first release: when they were scanned, and an effect that is due at once and finds
-- out when they end. Its key is the line's, as the worker writes it.
UPDATE delivery_lines AS l SET first_scan_at = r.first_at, last_scan_at = r.last_at
FROM (
    SELECT sku, warehouse, delivery, coalesce(supplier, '') AS supplier,
           min(least(scanned_at, taken_at)) AS first_at,
           max(least(scanned_at, taken_at)) AS last_at
    FROM receipts WHERE delivery IS NOT NULL
    GROUP BY sku, warehouse, delivery, coalesce(supplier, '')
) AS r
WHERE l.sku = r.sku AND l.warehouse = r.warehouse AND l.delivery = r.delivery
  AND l.supplier = r.supplier;

INSERT INTO effects (kind, key, subject, due_at, request)
SELECT 'close_delivery', jsonb_build_array(sku, warehouse, delivery, supplier)::text, sku,
       announced_at, '{}'
FROM delivery_lines WHERE announced_at IS NOT NULL;
