SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE SCHEMA payments;

ALTER SCHEMA payments OWNER TO crossdock;

CREATE FUNCTION payments.drop_inbox_before(day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'payments'
    AS $$
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

ALTER FUNCTION payments.drop_inbox_before(day date) OWNER TO crossdock;

CREATE FUNCTION payments.ledger_in_balance() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    wrong text;
BEGIN
    SELECT entry INTO wrong FROM written
    GROUP BY entry, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry % does not sum to zero', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

ALTER FUNCTION payments.ledger_in_balance() OWNER TO crossdock;

CREATE FUNCTION payments.ledger_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: book a correcting entry'
        USING ERRCODE = 'restrict_violation';
END $$;

ALTER FUNCTION payments.ledger_is_append_only() OWNER TO crossdock;

CREATE FUNCTION payments.make_partitions(from_day date, to_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'payments'
    AS $$
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

ALTER FUNCTION payments.make_partitions(from_day date, to_day date) OWNER TO crossdock;

CREATE FUNCTION payments.uuid7_floor(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '70008000000000000000')::uuid
$$;

ALTER FUNCTION payments.uuid7_floor(moment timestamp with time zone) OWNER TO crossdock;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE payments.accounts (
    order_id text NOT NULL COLLATE pg_catalog."C",
    episode integer DEFAULT 0 NOT NULL,
    deadline timestamp with time zone,
    CONSTRAINT accounts_check CHECK (((deadline IS NULL) OR (episode > 0))),
    CONSTRAINT accounts_episode_check CHECK ((episode >= 0))
)
WITH (fillfactor='80');

ALTER TABLE payments.accounts OWNER TO crossdock;

CREATE TABLE payments.authorizations (
    shipment_id text NOT NULL COLLATE pg_catalog."C",
    order_id text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    planned_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    epoch integer NOT NULL,
    method_id text COLLATE pg_catalog."C",
    provider text,
    provider_ref text,
    authorized_at timestamp with time zone,
    valid_until timestamp with time zone,
    reason_code text,
    reason_text text,
    CONSTRAINT authorizations_amount_minor_check CHECK ((amount_minor >= 0)),
    CONSTRAINT authorizations_check CHECK (((state = 'authorized'::text) = (provider IS NOT NULL))),
    CONSTRAINT authorizations_check1 CHECK (((provider IS NULL) = (authorized_at IS NULL))),
    CONSTRAINT authorizations_check2 CHECK (((provider IS NULL) = (valid_until IS NULL))),
    CONSTRAINT authorizations_check3 CHECK (((state = 'declined'::text) = (reason_code IS NOT NULL))),
    CONSTRAINT authorizations_check4 CHECK (((reason_code IS NULL) = (reason_text IS NULL))),
    CONSTRAINT authorizations_check5 CHECK (((state = 'waiting'::text) OR (amount_minor = 0) OR (method_id IS NOT NULL))),
    CONSTRAINT authorizations_check6 CHECK (((provider IS NULL) OR ((provider = 'none'::text) = (provider_ref IS NULL)))),
    CONSTRAINT authorizations_epoch_check CHECK ((epoch > 0)),
    CONSTRAINT authorizations_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'due'::text, 'started'::text, 'authorized'::text, 'declined'::text]))),
    CONSTRAINT authorizations_version_check CHECK ((version > 0))
)
WITH (fillfactor='70');

ALTER TABLE payments.authorizations OWNER TO crossdock;

CREATE TABLE payments.captures (
    shipment_id text NOT NULL COLLATE pg_catalog."C",
    order_id text NOT NULL COLLATE pg_catalog."C",
    version integer NOT NULL,
    amount_minor bigint NOT NULL,
    packed_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    provider text,
    provider_ref text,
    captured_at timestamp with time zone,
    reason_code text,
    reason_text text,
    CONSTRAINT captures_amount_minor_check CHECK ((amount_minor >= 0)),
    CONSTRAINT captures_check CHECK (((state = 'captured'::text) = (provider IS NOT NULL))),
    CONSTRAINT captures_check1 CHECK (((state = 'captured'::text) = (captured_at IS NOT NULL))),
    CONSTRAINT captures_check2 CHECK (((state = 'refused'::text) = (reason_code IS NOT NULL))),
    CONSTRAINT captures_check3 CHECK (((reason_code IS NULL) = (reason_text IS NULL))),
    CONSTRAINT captures_check4 CHECK (((provider IS NULL) OR ((provider = 'none'::text) = (provider_ref IS NULL)))),
    CONSTRAINT captures_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'due'::text, 'started'::text, 'captured'::text, 'refused'::text]))),
    CONSTRAINT captures_version_check CHECK ((version > 0))
)
WITH (fillfactor='70');

ALTER TABLE payments.captures OWNER TO crossdock;

CREATE TABLE payments.dead_letters (
    id bigint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    key bytea,
    headers jsonb NOT NULL,
    value bytea,
    type_name text,
    aggregate text,
    event_id uuid,
    code text NOT NULL,
    reason text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    at_the_door boolean NOT NULL,
    arrived_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

ALTER TABLE payments.dead_letters OWNER TO crossdock;

ALTER TABLE payments.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payments.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payments.effects (
    id bigint NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    request jsonb NOT NULL,
    state text DEFAULT 'scheduled'::text NOT NULL,
    outside boolean DEFAULT false NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    asked integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    lease_token uuid,
    leased_until timestamp with time zone,
    holder text,
    told text DEFAULT ''::text NOT NULL,
    CONSTRAINT effects_check CHECK (((state <> 'started'::text) OR ((lease_token IS NOT NULL) AND (leased_until IS NOT NULL)))),
    CONSTRAINT effects_state_check CHECK ((state = ANY (ARRAY['scheduled'::text, 'started'::text, 'unknown'::text, 'given_up'::text])))
)
WITH (fillfactor='70');

ALTER TABLE payments.effects OWNER TO crossdock;

CREATE TABLE payments.effects_history (
    id bigint NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    request jsonb NOT NULL,
    outcome text NOT NULL,
    result jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempt integer NOT NULL,
    closed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT effects_history_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'superseded'::text, 'unknown'::text])))
)
PARTITION BY RANGE (closed_at);

ALTER TABLE payments.effects_history OWNER TO crossdock;

ALTER TABLE payments.effects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payments.effects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payments.inbound (
    identity text NOT NULL,
    content_hash bytea NOT NULL,
    content jsonb NOT NULL,
    event_id uuid NOT NULL,
    source text NOT NULL,
    heard_at timestamp with time zone NOT NULL
);

ALTER TABLE payments.inbound OWNER TO crossdock;

CREATE TABLE payments.inbox (
    event_id uuid NOT NULL,
    content_hash bytea NOT NULL
)
PARTITION BY RANGE (event_id);

ALTER TABLE payments.inbox OWNER TO crossdock;

CREATE TABLE payments.ledger (
    entry text NOT NULL COLLATE pg_catalog."C",
    posting smallint NOT NULL,
    order_id text NOT NULL COLLATE pg_catalog."C",
    shipment_id text NOT NULL COLLATE pg_catalog."C",
    account text NOT NULL,
    currency text NOT NULL,
    amount_minor bigint NOT NULL,
    booked_at timestamp with time zone NOT NULL,
    CONSTRAINT ledger_account_check CHECK ((account = ANY (ARRAY['reserved'::text, 'reservations'::text, 'provider'::text, 'customers'::text]))),
    CONSTRAINT ledger_amount_minor_check CHECK ((amount_minor <> 0))
);

ALTER TABLE payments.ledger OWNER TO crossdock;

CREATE TABLE payments.methods (
    order_id text NOT NULL COLLATE pg_catalog."C",
    method_id text NOT NULL COLLATE pg_catalog."C",
    token text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    reason_code text,
    reason_text text,
    CONSTRAINT methods_check CHECK (((state = 'refused'::text) = (reason_code IS NOT NULL))),
    CONSTRAINT methods_check1 CHECK (((reason_code IS NULL) = (reason_text IS NULL))),
    CONSTRAINT methods_state_check CHECK ((state = ANY (ARRAY['verifying'::text, 'verified'::text, 'refused'::text, 'withdrawn'::text])))
)
WITH (fillfactor='80');

ALTER TABLE payments.methods OWNER TO crossdock;

CREATE TABLE payments.outbox (
    shard smallint NOT NULL,
    seq bigint NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    key text NOT NULL,
    event_id uuid NOT NULL,
    headers bytea NOT NULL,
    value bytea NOT NULL,
    said_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (autovacuum_vacuum_threshold='20000', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_insert_threshold='-1', autovacuum_vacuum_cost_delay='0');

ALTER TABLE payments.outbox OWNER TO crossdock;

ALTER TABLE payments.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME payments.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE payments.positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE payments.positions OWNER TO crossdock;

CREATE SEQUENCE payments.relay_members
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE payments.relay_members OWNER TO crossdock;

CREATE TABLE payments.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE payments.schema_version OWNER TO crossdock;

INSERT INTO payments.accounts VALUES ('lampshop:1001', 0, NULL);
INSERT INTO payments.accounts VALUES ('lampshop:1002', 0, NULL);

INSERT INTO payments.authorizations VALUES ('lampshop:1001/1', 'lampshop:1001', 1, 6880, 'EUR', '2026-03-02 14:00:00+00', 'waiting', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO payments.captures VALUES ('lampshop:1001/1', 'lampshop:1001', 1, 6880, '2026-03-02 14:20:31+00', 'waiting', NULL, NULL, NULL, NULL, NULL);

INSERT INTO payments.effects OVERRIDING SYSTEM VALUE VALUES (1, 'verify', 'lampshop:1001:pm-1', 'lampshop:1001', '2026-03-02 09:00:00+00', '{"about": "pm-1", "order_id": "lampshop:1001"}', 'scheduled', false, 0, 0, NULL, NULL, NULL, NULL, '');

INSERT INTO payments.methods VALUES ('lampshop:1001', 'pm-1', 'tok_visa_lindqvist', '2026-03-02 09:00:00+00', 'verifying', NULL, NULL);

INSERT INTO payments.positions VALUES ('crossdock.orders', 1, 2);
INSERT INTO payments.positions VALUES ('crossdock.shipments', 1, 4);

INSERT INTO payments.schema_version VALUES (1, 'chassis/0001_chassis.sql', '0a6d04fc7733504ac34c6780ad0023975e60f1f271dd5b0d8ff1c041ecd7e2dd', '2026-11-24 18:36:37.10278+00');
INSERT INTO payments.schema_version VALUES (2, 'service/0001_payments.sql', 'd1151ebcd6af86a6c12f83551519a76919f20cb99401e41135c145b5f7247b11', '2026-11-24 18:36:37.10278+00');

SELECT pg_catalog.setval('payments.dead_letters_id_seq', 1, false);

SELECT pg_catalog.setval('payments.effects_id_seq', 1, true);

SELECT pg_catalog.setval('payments.outbox_seq_seq', 1, false);

SELECT pg_catalog.setval('payments.relay_members', 1, false);

ALTER TABLE ONLY payments.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY payments.authorizations
    ADD CONSTRAINT authorizations_pkey PRIMARY KEY (shipment_id);

ALTER TABLE ONLY payments.authorizations
    ADD CONSTRAINT authorizations_provider_ref_key UNIQUE (provider_ref);

ALTER TABLE ONLY payments.captures
    ADD CONSTRAINT captures_pkey PRIMARY KEY (shipment_id);

ALTER TABLE ONLY payments.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.dead_letters
    ADD CONSTRAINT dead_letters_topic_partition_offset_key UNIQUE (topic, partition, "offset");

ALTER TABLE ONLY payments.effects
    ADD CONSTRAINT effects_kind_key_key UNIQUE (kind, key);

ALTER TABLE ONLY payments.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY payments.inbound
    ADD CONSTRAINT inbound_pkey PRIMARY KEY (identity);

ALTER TABLE ONLY payments.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY payments.ledger
    ADD CONSTRAINT ledger_pkey PRIMARY KEY (entry, posting);

ALTER TABLE ONLY payments.methods
    ADD CONSTRAINT methods_pkey PRIMARY KEY (order_id, method_id);

ALTER TABLE ONLY payments.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (shard, seq);

ALTER TABLE ONLY payments.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (topic, partition);

ALTER TABLE ONLY payments.schema_version
    ADD CONSTRAINT schema_version_name_key UNIQUE (name);

ALTER TABLE ONLY payments.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);

CREATE INDEX authorizations_of_order ON payments.authorizations USING btree (order_id);

CREATE INDEX captures_of_order ON payments.captures USING btree (order_id);

CREATE INDEX effects_due ON payments.effects USING btree (kind, due_at, id) WHERE (state = 'scheduled'::text);

CREATE INDEX effects_in_hand ON payments.effects USING btree (state, leased_until) WHERE (state = ANY (ARRAY['started'::text, 'unknown'::text]));

CREATE UNIQUE INDEX effects_one_started ON payments.effects USING btree (subject) WHERE ((state = 'started'::text) AND outside);

CREATE INDEX effects_subject ON payments.effects USING btree (subject);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON payments.ledger FOR EACH STATEMENT EXECUTE FUNCTION payments.ledger_is_append_only();

CREATE TRIGGER in_balance AFTER INSERT ON payments.ledger REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION payments.ledger_in_balance();

ALTER TABLE ONLY payments.authorizations
    ADD CONSTRAINT authorizations_order_id_fkey FOREIGN KEY (order_id) REFERENCES payments.accounts(order_id);

ALTER TABLE ONLY payments.authorizations
    ADD CONSTRAINT authorizations_order_id_method_id_fkey FOREIGN KEY (order_id, method_id) REFERENCES payments.methods(order_id, method_id);

ALTER TABLE ONLY payments.captures
    ADD CONSTRAINT captures_order_id_fkey FOREIGN KEY (order_id) REFERENCES payments.accounts(order_id);

ALTER TABLE ONLY payments.methods
    ADD CONSTRAINT methods_order_id_fkey FOREIGN KEY (order_id) REFERENCES payments.accounts(order_id);

GRANT USAGE ON SCHEMA payments TO payments;
GRANT USAGE ON SCHEMA payments TO auditor;

REVOKE ALL ON FUNCTION payments.drop_inbox_before(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION payments.drop_inbox_before(day date) TO payments;

REVOKE ALL ON FUNCTION payments.ledger_in_balance() FROM PUBLIC;
GRANT ALL ON FUNCTION payments.ledger_in_balance() TO payments;

REVOKE ALL ON FUNCTION payments.ledger_is_append_only() FROM PUBLIC;
GRANT ALL ON FUNCTION payments.ledger_is_append_only() TO payments;

REVOKE ALL ON FUNCTION payments.make_partitions(from_day date, to_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION payments.make_partitions(from_day date, to_day date) TO payments;

REVOKE ALL ON FUNCTION payments.uuid7_floor(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION payments.uuid7_floor(moment timestamp with time zone) TO payments;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.accounts TO payments;
GRANT SELECT ON TABLE payments.accounts TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.authorizations TO payments;
GRANT SELECT ON TABLE payments.authorizations TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.captures TO payments;
GRANT SELECT ON TABLE payments.captures TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.dead_letters TO payments;
GRANT SELECT ON TABLE payments.dead_letters TO auditor;

GRANT USAGE ON SEQUENCE payments.dead_letters_id_seq TO payments;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.effects TO payments;
GRANT SELECT ON TABLE payments.effects TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.effects_history TO payments;
GRANT SELECT ON TABLE payments.effects_history TO auditor;

GRANT USAGE ON SEQUENCE payments.effects_id_seq TO payments;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.inbound TO payments;
GRANT SELECT ON TABLE payments.inbound TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.inbox TO payments;
GRANT SELECT ON TABLE payments.inbox TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.ledger TO payments;
GRANT SELECT ON TABLE payments.ledger TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.methods TO payments;
GRANT SELECT ON TABLE payments.methods TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.outbox TO payments;
GRANT SELECT ON TABLE payments.outbox TO auditor;

GRANT USAGE ON SEQUENCE payments.outbox_seq_seq TO payments;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.positions TO payments;
GRANT SELECT ON TABLE payments.positions TO auditor;

GRANT USAGE ON SEQUENCE payments.relay_members TO payments;

GRANT SELECT ON TABLE payments.schema_version TO payments;
GRANT SELECT ON TABLE payments.schema_version TO auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE crossdock IN SCHEMA payments GRANT SELECT ON TABLES TO auditor;
