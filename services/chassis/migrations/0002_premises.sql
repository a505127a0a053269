-- Outsiders' facts whose premise has not come (a cancel before its order), whole, as they were taken.
-- A fact leaves when its premise comes, or as a dead letter when its effect of this kind fires.
CREATE TABLE awaiting (
    identity     text PRIMARY KEY,
    premise      text NOT NULL,
    kind         text NOT NULL,
    until        timestamptz NOT NULL,
    topic        text NOT NULL,
    partition    int NOT NULL,
    "offset"     bigint NOT NULL,
    key          bytea,
    headers      jsonb NOT NULL,
    value        bytea,
    timestamp_ms bigint NOT NULL,
    type_name    text NOT NULL,
    aggregate    text NOT NULL,
    event_id     uuid NOT NULL,
    kept_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX awaiting_premise ON awaiting (premise);

-- What it takes to judge a dead letter again: the moment that an outsider's fact without a time is
-- dated by, and the identity that it holds in inbound although it was refused.
ALTER TABLE dead_letters
    ADD COLUMN timestamp_ms bigint NOT NULL DEFAULT 0,
    ADD COLUMN identity text;
