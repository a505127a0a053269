-- What a person, and the worker, did about a dead letter since. A letter of our own handler's
-- failure keeps later events of the aggregate it names waiting behind it: those are parked.
--   dead      waits for a person
--   parked    waits behind the letters of its aggregate
--   redriven  the worker will take it again, alone; its parked ones follow
--   dropped   a person decided that it does not count
--   done      was taken after all
ALTER TABLE dead_letters
    ADD COLUMN state text NOT NULL DEFAULT 'dead'
        CHECK (state IN ('dead', 'parked', 'redriven', 'dropped', 'done')),
    ADD COLUMN parks text,
    ADD COLUMN attempts int NOT NULL DEFAULT 1,
    ADD COLUMN changed_at timestamptz,
    ADD CONSTRAINT parked_behind_something CHECK (state <> 'parked' OR parks IS NOT NULL);
CREATE INDEX dead_letters_parking ON dead_letters (parks, id)
    WHERE parks IS NOT NULL AND state IN ('dead', 'parked', 'redriven');
CREATE INDEX dead_letters_redriven ON dead_letters (id) WHERE state = 'redriven';
-- The alarm on what is parked too long looks at these alone.
CREATE INDEX dead_letters_parked ON dead_letters (arrived_at) WHERE state = 'parked';

-- There is a row while the worker stopped over a run of its own failures and none of its handlers
-- has taken anything since: whoever starts next stops at the first failure, and buries nothing.
CREATE TABLE stopped (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    told       text NOT NULL,
    stopped_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
