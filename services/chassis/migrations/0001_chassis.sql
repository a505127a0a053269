-- What every service's schema holds beside its own tables.

-- Our own events, each once. Partitioned by the event id itself: a UUIDv7 carries its machine time,
-- so a duplicate always meets its twin. Partitioned by arrival it would not.
CREATE TABLE inbox (
    event_id     uuid PRIMARY KEY,
    content_hash bytea NOT NULL
) PARTITION BY RANGE (event_id);

-- Outsiders' facts, by business identity, living as long as the business row. The content is kept
-- so that a conflict can show both; it holds nothing personal.
CREATE TABLE inbound (
    identity     text PRIMARY KEY,
    content_hash bytea NOT NULL,
    content      jsonb NOT NULL,
    event_id     uuid NOT NULL,
    source       text NOT NULL,
    heard_at     timestamptz NOT NULL
);

-- Where reading goes on. Never moves back.
CREATE TABLE positions (
    topic       text NOT NULL,
    partition   int NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- What is said and not yet acknowledged by Kafka. seq is drawn under the entity's row lock, so for
-- one entity its order is the order of commits. One index, and a vacuum that keeps up.
CREATE TABLE outbox (
    shard     smallint NOT NULL,
    seq       bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
    topic     text NOT NULL,
    partition int NOT NULL,
    key       text NOT NULL,
    event_id  uuid NOT NULL,
    headers   bytea NOT NULL,
    value     bytea NOT NULL,
    said_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (shard, seq)
) WITH (
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = -1,
    autovacuum_vacuum_cost_delay = 0
);
CREATE SEQUENCE relay_members;

-- What could not be taken, with its bytes, for people to look at.
CREATE TABLE dead_letters (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic       text NOT NULL,
    partition   int NOT NULL,
    "offset"    bigint NOT NULL,
    key         bytea,
    headers     jsonb NOT NULL,
    value       bytea,
    type_name   text,
    aggregate   text,
    event_id    uuid,
    code        text NOT NULL,
    reason      text NOT NULL,
    detail      jsonb NOT NULL DEFAULT '{}',
    at_the_door boolean NOT NULL,
    arrived_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (topic, partition, "offset")
);

-- Timers, and whatever touches the outside. Open rows only; closed ones move to the history.
CREATE TABLE effects (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    key          text NOT NULL,
    subject      text NOT NULL,
    due_at       timestamptz NOT NULL,
    request      jsonb NOT NULL,
    state        text NOT NULL DEFAULT 'scheduled'
                 CHECK (state IN ('scheduled', 'started', 'unknown', 'given_up')),
    outside      boolean NOT NULL DEFAULT false,
    attempt      int NOT NULL DEFAULT 0,
    asked        int NOT NULL DEFAULT 0,
    retry_at     timestamptz,
    lease_token  uuid,
    leased_until timestamptz,
    holder       text,
    told         text NOT NULL DEFAULT '',
    UNIQUE (kind, key),
    CHECK (state <> 'started' OR (lease_token IS NOT NULL AND leased_until IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX effects_due ON effects (kind, due_at, id) WHERE state = 'scheduled';
CREATE INDEX effects_subject ON effects (subject);
CREATE INDEX effects_in_hand ON effects (state, leased_until) WHERE state IN ('started', 'unknown');
-- One outside call a subject at a time, whoever runs it.
CREATE UNIQUE INDEX effects_one_started ON effects (subject) WHERE state = 'started' AND outside;

CREATE TABLE effects_history (
    id        bigint NOT NULL,
    kind      text NOT NULL,
    key       text NOT NULL,
    subject   text NOT NULL,
    due_at    timestamptz NOT NULL,
    request   jsonb NOT NULL,
    outcome   text NOT NULL CHECK (outcome IN ('done', 'refused', 'superseded', 'unknown')),
    result    jsonb NOT NULL DEFAULT '{}',
    attempt   int NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY RANGE (closed_at);

-- Partitions are made ahead and dropped whole, by functions of the owner, since a worker's role
-- may not make tables.
CREATE FUNCTION uuid7_floor(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '70008000000000000000')::uuid
$$;

CREATE FUNCTION make_partitions(from_day date, to_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    day date;
    month date;
BEGIN
    FOR day IN SELECT generate_series(from_day, to_day, interval '1 day')::date LOOP
        IF to_regclass(format('%I.%I', current_schema(), 'inbox_' || to_char(day, 'YYYYMMDD'))) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF inbox FOR VALUES FROM (%L) TO (%L)',
                'inbox_' || to_char(day, 'YYYYMMDD'),
                uuid7_floor(day::timestamp AT TIME ZONE 'UTC'),
                uuid7_floor((day + 1)::timestamp AT TIME ZONE 'UTC'));
        END IF;
        month := date_trunc('month', day)::date;
        IF to_regclass(format('%I.%I', current_schema(), 'effects_history_' || to_char(month, 'YYYYMM'))) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF effects_history FOR VALUES FROM (%L) TO (%L)',
                'effects_history_' || to_char(month, 'YYYYMM'),
                month::timestamp AT TIME ZONE 'UTC',
                (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION drop_inbox_before(day date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    found text;
    dropped int := 0;
BEGIN
    -- It waits behind open batches, and a batch must never wait long behind it.
    SET LOCAL lock_timeout = '300ms';
    FOR found IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'inbox'::regclass AND c.relname < 'inbox_' || to_char(day, 'YYYYMMDD')
    LOOP
        EXECUTE format('DROP TABLE %I', found);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
