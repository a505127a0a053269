-- Lines change after they were asked for: cancelled, given back, passed over, served again.

ALTER TABLE lines
    ADD COLUMN cancelled integer NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    -- Given back and wanted again, ever; granted_total only grows, too.
    ADD COLUMN requeued_total integer NOT NULL DEFAULT 0 CHECK (requeued_total >= 0),
    -- Given back and not wanted again.
    ADD COLUMN withdrawn integer NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    -- Granted units that cancels were passed on to shipping for, and that have not come back.
    ADD COLUMN passed_on integer NOT NULL DEFAULT 0 CHECK (passed_on >= 0),
    -- The latest payment trouble that suspends the line, and the latest that is over: both are
    -- kept, since they may be heard in any order.
    ADD COLUMN suspended_episode integer NOT NULL DEFAULT 0 CHECK (suspended_episode >= 0),
    ADD COLUMN resumed_episode integer NOT NULL DEFAULT 0 CHECK (resumed_episode >= 0),
    DROP CONSTRAINT decided_units_add_up,
    ADD CONSTRAINT decided_units_add_up CHECK (
        CASE state
            WHEN 'undecided' THEN
                granted_total + waiting + refused + requeued_total + withdrawn = 0
                AND cancelled < quantity
            ELSE waiting + refused + cancelled + granted_total - requeued_total = quantity
        END
    ),
    ADD CONSTRAINT comes_back_what_was_granted CHECK (
        withdrawn + passed_on <= granted_total - requeued_total
    ),
    ADD CONSTRAINT waits_as_its_episodes_say CHECK (
        CASE state
            WHEN 'waiting' THEN suspended_episode <= resumed_episode
            WHEN 'suspended' THEN suspended_episode > resumed_episode
            ELSE true
        END
    );

-- What was written off (corrections, adjustments) and not found missing at a pack since: no place
-- of units, only the memory that lets the two cancel each other in either order.
ALTER TABLE supply
    ADD COLUMN written_off bigint NOT NULL DEFAULT 0 CHECK (written_off >= 0),
    ADD CONSTRAINT one_hole_is_counted_once CHECK (missing = 0 OR written_off = 0);

ALTER TABLE decisions
    -- Units of the line that wait to be served after the decision; 0 while it is passed over. Null
    -- for a put-away, and for decisions of the first release.
    ADD COLUMN eligible_units integer CHECK (eligible_units >= 0),
    DROP CONSTRAINT decisions_kind_check,
    ADD CONSTRAINT decisions_kind_check CHECK (kind IN (
        'grant', 'wait', 'refuse', 'put_away', 'cancel', 'give_back', 'suspend', 'resume'
    )),
    DROP CONSTRAINT decisions_source_check,
    ADD CONSTRAINT decisions_source_check CHECK (source IN ('dock', 'shelf', 'lane')),
    -- Who has nothing waiting is suspended and resumed all the same.
    DROP CONSTRAINT decisions_quantity_check,
    ADD CONSTRAINT decisions_quantity_check CHECK (
        quantity > 0 OR (quantity = 0 AND kind IN ('suspend', 'resume'))
    ),
    DROP CONSTRAINT decisions_check1,
    ADD CONSTRAINT units_move_from_somewhere CHECK (
        (kind IN ('grant', 'put_away', 'give_back'))
        = (warehouse IS NOT NULL AND source IS NOT NULL)
    );

-- Facts about lines that have not been requested yet, in the order they came: taken when their
-- line comes, and gone then. Mostly empty.
CREATE TABLE early_facts (
    line_id text COLLATE "C" NOT NULL,
    fact_no bigint GENERATED ALWAYS AS IDENTITY,
    sku text COLLATE "C" NOT NULL,
    kind text NOT NULL CHECK (kind IN ('cancel', 'give_back', 'suspend', 'resume')),
    fact jsonb NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (line_id, fact_no)
);
