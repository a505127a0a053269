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

CREATE SCHEMA notifications;

ALTER SCHEMA notifications OWNER TO crossdock;

CREATE FUNCTION notifications.drop_inbox_before(day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'notifications'
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

ALTER FUNCTION notifications.drop_inbox_before(day date) OWNER TO crossdock;

CREATE FUNCTION notifications.make_partitions(from_day date, to_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'notifications'
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

ALTER FUNCTION notifications.make_partitions(from_day date, to_day date) OWNER TO crossdock;

CREATE FUNCTION notifications.uuid7_floor(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '70008000000000000000')::uuid
$$;

ALTER FUNCTION notifications.uuid7_floor(moment timestamp with time zone) OWNER TO crossdock;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE notifications.contacts (
    order_id text NOT NULL,
    customer_ref text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    language text NOT NULL,
    time_zone text NOT NULL,
    address_lines text[] NOT NULL
);

ALTER TABLE notifications.contacts OWNER TO crossdock;

CREATE TABLE notifications.dead_letters (
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

ALTER TABLE notifications.dead_letters OWNER TO crossdock;

ALTER TABLE notifications.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME notifications.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE notifications.effects (
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

ALTER TABLE notifications.effects OWNER TO crossdock;

CREATE TABLE notifications.effects_history (
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

ALTER TABLE notifications.effects_history OWNER TO crossdock;

ALTER TABLE notifications.effects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME notifications.effects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE notifications.inbound (
    identity text NOT NULL,
    content_hash bytea NOT NULL,
    content jsonb NOT NULL,
    event_id uuid NOT NULL,
    source text NOT NULL,
    heard_at timestamp with time zone NOT NULL
);

ALTER TABLE notifications.inbound OWNER TO crossdock;

CREATE TABLE notifications.inbox (
    event_id uuid NOT NULL,
    content_hash bytea NOT NULL
)
PARTITION BY RANGE (event_id);

ALTER TABLE notifications.inbox OWNER TO crossdock;

CREATE TABLE notifications.lines (
    line_id text NOT NULL,
    order_id text NOT NULL,
    sku text NOT NULL,
    ordinal integer,
    title text DEFAULT ''::text NOT NULL,
    quantity integer,
    line_total_minor bigint DEFAULT 0 NOT NULL,
    granted_total integer DEFAULT 0 NOT NULL,
    decision_no bigint DEFAULT 0 NOT NULL,
    waiting integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    promised_on date,
    promise_version integer DEFAULT 0 NOT NULL,
    told_waiting integer,
    told_allocated integer,
    told_announced integer,
    told_shipped integer,
    told_promised_on date,
    told_version integer,
    CONSTRAINT lines_check CHECK (((told_waiting IS NULL) = (quantity IS NULL))),
    CONSTRAINT lines_check1 CHECK (((((told_waiting + told_allocated) + told_announced) + told_shipped) <= quantity)),
    CONSTRAINT lines_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT lines_refused_check CHECK ((refused >= 0)),
    CONSTRAINT lines_told_allocated_check CHECK ((told_allocated >= 0)),
    CONSTRAINT lines_told_announced_check CHECK ((told_announced >= 0)),
    CONSTRAINT lines_told_shipped_check CHECK ((told_shipped >= 0)),
    CONSTRAINT lines_told_waiting_check CHECK ((told_waiting >= 0)),
    CONSTRAINT lines_waiting_check CHECK ((waiting >= 0))
)
WITH (fillfactor='70');

ALTER TABLE notifications.lines OWNER TO crossdock;

CREATE TABLE notifications.messages (
    message_id text NOT NULL,
    order_id text NOT NULL,
    kind text NOT NULL,
    n integer NOT NULL,
    shipment_id text,
    state text DEFAULT 'due'::text NOT NULL,
    reason text,
    facts jsonb,
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT messages_check CHECK (((kind = ANY (ARRAY['about_to_ship'::text, 'shipped'::text])) = (shipment_id IS NOT NULL))),
    CONSTRAINT messages_check1 CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT messages_check2 CHECK (((state = ANY (ARRAY['due'::text, 'suppressed'::text])) OR (facts IS NOT NULL))),
    CONSTRAINT messages_check3 CHECK (((state <> ALL (ARRAY['suppressed'::text, 'failed'::text, 'unknown'::text])) OR (reason IS NOT NULL))),
    CONSTRAINT messages_kind_check CHECK ((kind = ANY (ARRAY['confirmed'::text, 'refused'::text, 'backordered'::text, 'date_changed'::text, 'about_to_ship'::text, 'shipped'::text]))),
    CONSTRAINT messages_n_check CHECK ((n > 0)),
    CONSTRAINT messages_state_check CHECK ((state = ANY (ARRAY['due'::text, 'started'::text, 'sent'::text, 'suppressed'::text, 'failed'::text, 'unknown'::text])))
)
WITH (fillfactor='70');

ALTER TABLE notifications.messages OWNER TO crossdock;

CREATE TABLE notifications.orders (
    order_id text NOT NULL,
    state text DEFAULT 'heard_of'::text NOT NULL,
    has_contact boolean DEFAULT false NOT NULL,
    opened boolean DEFAULT false NOT NULL,
    messages integer DEFAULT 0 NOT NULL,
    placed_at timestamp with time zone,
    currency text DEFAULT ''::text NOT NULL,
    freight_minor bigint DEFAULT 0 NOT NULL,
    ship_complete boolean DEFAULT false NOT NULL,
    reasons jsonb DEFAULT '[]'::jsonb NOT NULL,
    first_heard_at timestamp with time zone NOT NULL,
    CONSTRAINT orders_check CHECK (((NOT opened) OR ((state <> 'heard_of'::text) AND has_contact))),
    CONSTRAINT orders_check1 CHECK (((NOT opened) OR (messages > 0))),
    CONSTRAINT orders_freight_minor_check CHECK ((freight_minor >= 0)),
    CONSTRAINT orders_messages_check CHECK ((messages >= 0)),
    CONSTRAINT orders_state_check CHECK ((state = ANY (ARRAY['heard_of'::text, 'confirmed'::text, 'refused'::text])))
)
WITH (fillfactor='70');

ALTER TABLE notifications.orders OWNER TO crossdock;

CREATE TABLE notifications.outbox (
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

ALTER TABLE notifications.outbox OWNER TO crossdock;

ALTER TABLE notifications.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME notifications.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE notifications.parcels (
    shipment_id text NOT NULL,
    order_id text NOT NULL,
    lines jsonb,
    currency text DEFAULT ''::text NOT NULL,
    amount_minor bigint,
    amount_stage text,
    freight_minor bigint DEFAULT 0 NOT NULL,
    authorized_at timestamp with time zone,
    dispatched_at timestamp with time zone,
    carrier text DEFAULT ''::text NOT NULL,
    tracking text DEFAULT ''::text NOT NULL,
    complete boolean DEFAULT false NOT NULL,
    announced_in integer,
    shipped_in integer,
    told text DEFAULT 'nothing'::text NOT NULL,
    CONSTRAINT parcels_amount_minor_check CHECK ((amount_minor >= 0)),
    CONSTRAINT parcels_amount_stage_check CHECK ((amount_stage = ANY (ARRAY['planned'::text, 'authorized'::text, 'captured'::text]))),
    CONSTRAINT parcels_check CHECK (((amount_minor IS NULL) = (amount_stage IS NULL))),
    CONSTRAINT parcels_check1 CHECK (((told <> 'announced'::text) OR (announced_in IS NOT NULL))),
    CONSTRAINT parcels_check2 CHECK (((told <> 'shipped'::text) OR (shipped_in IS NOT NULL))),
    CONSTRAINT parcels_told_check CHECK ((told = ANY (ARRAY['nothing'::text, 'announced'::text, 'shipped'::text])))
)
WITH (fillfactor='70');

ALTER TABLE notifications.parcels OWNER TO crossdock;

CREATE TABLE notifications.positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE notifications.positions OWNER TO crossdock;

CREATE SEQUENCE notifications.relay_members
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE notifications.relay_members OWNER TO crossdock;

CREATE TABLE notifications.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE notifications.schema_version OWNER TO crossdock;

INSERT INTO notifications.contacts VALUES ('lampshop:1001', 'C-2041', 'Marta Lindqvist', 'marta.lindqvist@example.invalid', 'en-GB', 'Europe/Stockholm', '{"Lyktvägen 12","2 tr","753 20 Uppsala",SE}');

INSERT INTO notifications.effects OVERRIDING SYSTEM VALUE VALUES (1, 'mail', 'lampshop:1001/confirmed/1', 'lampshop:1001', '2026-03-02 09:00:00+00', '{}', 'scheduled', false, 0, 0, NULL, NULL, NULL, NULL, '');
INSERT INTO notifications.effects OVERRIDING SYSTEM VALUE VALUES (2, 'mail', 'lampshop:1001/date_changed/2', 'lampshop:1001', '2026-03-02 10:00:00+00', '{}', 'scheduled', false, 0, 0, NULL, NULL, NULL, NULL, '');
INSERT INTO notifications.effects OVERRIDING SYSTEM VALUE VALUES (3, 'mail', 'lampshop:1001/about_to_ship/3', 'lampshop:1001', '2026-03-02 09:00:00+00', '{"shipment_id": "lampshop:1001/1"}', 'scheduled', false, 0, 0, NULL, NULL, NULL, NULL, '');
INSERT INTO notifications.effects OVERRIDING SYSTEM VALUE VALUES (4, 'mail', 'lampshop:1001/shipped/4', 'lampshop:1001', '2026-03-02 09:00:00+00', '{"shipment_id": "lampshop:1001/1"}', 'scheduled', false, 0, 0, NULL, NULL, NULL, NULL, '');

INSERT INTO notifications.lines VALUES ('lampshop:1001:2', 'lampshop:1001', 'BULB-E14-WARM', 2, 'Bulb E14, warm white, 4 W', 4, 2340, 4, 0, 0, 0, NULL, 0, 0, 4, 0, 0, NULL, 0);
INSERT INTO notifications.lines VALUES ('lampshop:1040:1', 'lampshop:1040', 'LAMP-BRASS-07', NULL, '', NULL, 0, 0, 0, 0, 5, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO notifications.lines VALUES ('lampshop:1001:1', 'lampshop:1001', 'LAMP-BRASS-07', 1, 'Desk lamp, brushed brass', 2, 8100, 1, 17, 1, 0, '2026-03-17', 2, 1, 1, 0, 0, '2026-03-10', 1);

INSERT INTO notifications.messages VALUES ('lampshop:1001/confirmed/1', 'lampshop:1001', 'confirmed', 1, NULL, 'due', NULL, NULL, '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00', NULL);
INSERT INTO notifications.messages VALUES ('lampshop:1001/date_changed/2', 'lampshop:1001', 'date_changed', 2, NULL, 'due', NULL, NULL, '2026-03-02 09:00:00+00', '2026-03-02 10:00:00+00', NULL);
INSERT INTO notifications.messages VALUES ('lampshop:1001/about_to_ship/3', 'lampshop:1001', 'about_to_ship', 3, 'lampshop:1001/1', 'due', NULL, NULL, '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00', NULL);
INSERT INTO notifications.messages VALUES ('lampshop:1001/shipped/4', 'lampshop:1001', 'shipped', 4, 'lampshop:1001/1', 'due', NULL, NULL, '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00', NULL);

INSERT INTO notifications.orders VALUES ('lampshop:1002', 'refused', false, false, 0, NULL, '', 0, false, '["LAMP-BRAS-07 is not known: list the product first, or mend the SKU", "the order says a total of 10900, its lines, discounts, freight and taxes add up to 10930: send amounts that agree"]', '2026-03-02 09:00:00+00');
INSERT INTO notifications.orders VALUES ('lampshop:1040', 'heard_of', false, false, 0, NULL, '', 0, false, '[]', '2026-03-02 09:00:00+00');
INSERT INTO notifications.orders VALUES ('lampshop:1001', 'confirmed', true, true, 4, '2026-03-02 09:12:44+00', 'EUR', 490, false, '[]', '2026-03-02 09:00:00+00');

INSERT INTO notifications.parcels VALUES ('lampshop:1001/1', 'lampshop:1001', '[["lampshop:1001:1", "Desk lamp, brushed brass", 1, 4050], ["lampshop:1001:2", "Bulb E14, warm white, 4 W", 4, 2340]]', 'EUR', 6880, 'captured', 490, '2026-03-02 14:00:02+00', '2026-03-02 16:02:15+00', 'Nordic Parcel', 'NP-4471-0093-SE', false, 3, 4, 'nothing');

INSERT INTO notifications.positions VALUES ('crossdock.allocations', 1, 8);
INSERT INTO notifications.positions VALUES ('crossdock.allocations', 8, 7);
INSERT INTO notifications.positions VALUES ('crossdock.contacts', 1, 4);
INSERT INTO notifications.positions VALUES ('crossdock.orders', 1, 3);
INSERT INTO notifications.positions VALUES ('crossdock.payments', 1, 12);
INSERT INTO notifications.positions VALUES ('crossdock.shipments', 1, 10);

INSERT INTO notifications.schema_version VALUES (1, 'chassis/0001_chassis.sql', '0a6d04fc7733504ac34c6780ad0023975e60f1f271dd5b0d8ff1c041ecd7e2dd', '2026-11-24 18:36:36.530895+00');
INSERT INTO notifications.schema_version VALUES (2, 'service/0001_notifications.sql', '515d1dbb0624119a28baa142bbcb2d9cf0815737177ef1768836daf14c81f331', '2026-11-24 18:36:36.530895+00');

SELECT pg_catalog.setval('notifications.dead_letters_id_seq', 1, false);

SELECT pg_catalog.setval('notifications.effects_id_seq', 4, true);

SELECT pg_catalog.setval('notifications.outbox_seq_seq', 1, false);

SELECT pg_catalog.setval('notifications.relay_members', 1, false);

ALTER TABLE ONLY notifications.contacts
    ADD CONSTRAINT contacts_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY notifications.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY notifications.dead_letters
    ADD CONSTRAINT dead_letters_topic_partition_offset_key UNIQUE (topic, partition, "offset");

ALTER TABLE ONLY notifications.effects
    ADD CONSTRAINT effects_kind_key_key UNIQUE (kind, key);

ALTER TABLE ONLY notifications.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY notifications.inbound
    ADD CONSTRAINT inbound_pkey PRIMARY KEY (identity);

ALTER TABLE ONLY notifications.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY notifications.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (line_id);

ALTER TABLE ONLY notifications.messages
    ADD CONSTRAINT messages_order_id_n_key UNIQUE (order_id, n);

ALTER TABLE ONLY notifications.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY notifications.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY notifications.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (shard, seq);

ALTER TABLE ONLY notifications.parcels
    ADD CONSTRAINT parcels_pkey PRIMARY KEY (shipment_id);

ALTER TABLE ONLY notifications.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (topic, partition);

ALTER TABLE ONLY notifications.schema_version
    ADD CONSTRAINT schema_version_name_key UNIQUE (name);

ALTER TABLE ONLY notifications.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);

CREATE INDEX effects_due ON notifications.effects USING btree (kind, due_at, id) WHERE (state = 'scheduled'::text);

CREATE INDEX effects_in_hand ON notifications.effects USING btree (state, leased_until) WHERE (state = ANY (ARRAY['started'::text, 'unknown'::text]));

CREATE UNIQUE INDEX effects_one_started ON notifications.effects USING btree (subject) WHERE ((state = 'started'::text) AND outside);

CREATE INDEX effects_subject ON notifications.effects USING btree (subject);

CREATE INDEX lines_of_order ON notifications.lines USING btree (order_id);

CREATE UNIQUE INDEX messages_gathering ON notifications.messages USING btree (order_id, kind) WHERE ((state = 'due'::text) AND (kind = ANY (ARRAY['backordered'::text, 'date_changed'::text])));

CREATE INDEX orders_waiting ON notifications.orders USING btree (first_heard_at) WHERE (NOT opened);

CREATE INDEX parcels_of_order ON notifications.parcels USING btree (order_id);

GRANT USAGE ON SCHEMA notifications TO notifications;
GRANT USAGE ON SCHEMA notifications TO auditor;

REVOKE ALL ON FUNCTION notifications.drop_inbox_before(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION notifications.drop_inbox_before(day date) TO notifications;

REVOKE ALL ON FUNCTION notifications.make_partitions(from_day date, to_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION notifications.make_partitions(from_day date, to_day date) TO notifications;

REVOKE ALL ON FUNCTION notifications.uuid7_floor(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION notifications.uuid7_floor(moment timestamp with time zone) TO notifications;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.contacts TO notifications;
GRANT SELECT ON TABLE notifications.contacts TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.dead_letters TO notifications;
GRANT SELECT ON TABLE notifications.dead_letters TO auditor;

GRANT USAGE ON SEQUENCE notifications.dead_letters_id_seq TO notifications;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.effects TO notifications;
GRANT SELECT ON TABLE notifications.effects TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.effects_history TO notifications;
GRANT SELECT ON TABLE notifications.effects_history TO auditor;

GRANT USAGE ON SEQUENCE notifications.effects_id_seq TO notifications;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.inbound TO notifications;
GRANT SELECT ON TABLE notifications.inbound TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.inbox TO notifications;
GRANT SELECT ON TABLE notifications.inbox TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.lines TO notifications;
GRANT SELECT ON TABLE notifications.lines TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.messages TO notifications;
GRANT SELECT ON TABLE notifications.messages TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.orders TO notifications;
GRANT SELECT ON TABLE notifications.orders TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.outbox TO notifications;
GRANT SELECT ON TABLE notifications.outbox TO auditor;

GRANT USAGE ON SEQUENCE notifications.outbox_seq_seq TO notifications;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.parcels TO notifications;
GRANT SELECT ON TABLE notifications.parcels TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.positions TO notifications;
GRANT SELECT ON TABLE notifications.positions TO auditor;

GRANT USAGE ON SEQUENCE notifications.relay_members TO notifications;

GRANT SELECT ON TABLE notifications.schema_version TO notifications;
GRANT SELECT ON TABLE notifications.schema_version TO auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE crossdock IN SCHEMA notifications GRANT SELECT ON TABLES TO auditor;
