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

CREATE SCHEMA shipping;

ALTER SCHEMA shipping OWNER TO crossdock;

CREATE FUNCTION shipping.drop_inbox_before(day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'shipping'
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

ALTER FUNCTION shipping.drop_inbox_before(day date) OWNER TO crossdock;

CREATE FUNCTION shipping.make_partitions(from_day date, to_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'shipping'
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

ALTER FUNCTION shipping.make_partitions(from_day date, to_day date) OWNER TO crossdock;

CREATE FUNCTION shipping.uuid7_floor(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '70008000000000000000')::uuid
$$;

ALTER FUNCTION shipping.uuid7_floor(moment timestamp with time zone) OWNER TO crossdock;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE shipping.dead_letters (
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

ALTER TABLE shipping.dead_letters OWNER TO crossdock;

ALTER TABLE shipping.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME shipping.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE shipping.effects (
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

ALTER TABLE shipping.effects OWNER TO crossdock;

CREATE TABLE shipping.effects_history (
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

ALTER TABLE shipping.effects_history OWNER TO crossdock;

ALTER TABLE shipping.effects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME shipping.effects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE shipping.inbound (
    identity text NOT NULL,
    content_hash bytea NOT NULL,
    content jsonb NOT NULL,
    event_id uuid NOT NULL,
    source text NOT NULL,
    heard_at timestamp with time zone NOT NULL
);

ALTER TABLE shipping.inbound OWNER TO crossdock;

CREATE TABLE shipping.inbox (
    event_id uuid NOT NULL,
    content_hash bytea NOT NULL
)
PARTITION BY RANGE (event_id);

ALTER TABLE shipping.inbox OWNER TO crossdock;

CREATE TABLE shipping.lines (
    line_id text NOT NULL,
    order_id text NOT NULL,
    sku text NOT NULL,
    title text,
    ordered integer,
    total_minor bigint,
    allocated integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    CONSTRAINT lines_allocated_check CHECK ((allocated >= 0)),
    CONSTRAINT lines_check CHECK (((ordered IS NULL) = (total_minor IS NULL))),
    CONSTRAINT lines_check1 CHECK (((ordered IS NULL) OR ((allocated + refused) <= ordered))),
    CONSTRAINT lines_ordered_check CHECK ((ordered > 0)),
    CONSTRAINT lines_refused_check CHECK ((refused >= 0)),
    CONSTRAINT lines_total_minor_check CHECK ((total_minor >= 0))
)
WITH (fillfactor='80');

ALTER TABLE shipping.lines OWNER TO crossdock;

CREATE TABLE shipping.orders (
    order_id text NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    currency text,
    freight_minor bigint,
    ships_complete boolean,
    confirmed_at timestamp with time zone,
    refused_at timestamp with time zone,
    verified_method text,
    refused_method text,
    freight_with text,
    CONSTRAINT orders_check CHECK (((currency IS NULL) = (freight_minor IS NULL))),
    CONSTRAINT orders_check1 CHECK (((currency IS NULL) = (ships_complete IS NULL))),
    CONSTRAINT orders_freight_minor_check CHECK ((freight_minor >= 0))
)
WITH (fillfactor='70');

ALTER TABLE shipping.orders OWNER TO crossdock;

CREATE TABLE shipping.outbox (
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

ALTER TABLE shipping.outbox OWNER TO crossdock;

ALTER TABLE shipping.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME shipping.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE shipping.positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE shipping.positions OWNER TO crossdock;

CREATE SEQUENCE shipping.relay_members
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE shipping.relay_members OWNER TO crossdock;

CREATE TABLE shipping.scans (
    kind text NOT NULL,
    warehouse text NOT NULL,
    scan_id text NOT NULL,
    shipment_id text NOT NULL,
    outcome text NOT NULL,
    scanned_at timestamp with time zone NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    CONSTRAINT scans_kind_check CHECK ((kind = ANY (ARRAY['packed'::text, 'dispatched'::text])))
);

ALTER TABLE shipping.scans OWNER TO crossdock;

CREATE TABLE shipping.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE shipping.schema_version OWNER TO crossdock;

CREATE TABLE shipping.shipment_lines (
    shipment_id text NOT NULL,
    line_id text NOT NULL,
    quantity integer NOT NULL,
    numbers int4multirange,
    amount_minor bigint,
    CONSTRAINT shipment_lines_amount_minor_check CHECK ((amount_minor >= 0)),
    CONSTRAINT shipment_lines_check CHECK (((numbers IS NULL) = (amount_minor IS NULL))),
    CONSTRAINT shipment_lines_quantity_check CHECK ((quantity > 0))
)
WITH (fillfactor='80');

ALTER TABLE shipping.shipment_lines OWNER TO crossdock;

CREATE TABLE shipping.shipments (
    shipment_id text NOT NULL,
    order_id text NOT NULL,
    n integer NOT NULL,
    warehouse text NOT NULL,
    state text DEFAULT 'collecting'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    cut_off_at timestamp with time zone,
    planned_at timestamp with time zone,
    amount_minor bigint,
    freight_minor bigint,
    authorized_at timestamp with time zone,
    authorized_until timestamp with time zone,
    packed_version integer,
    packed_at timestamp with time zone,
    captured_version integer,
    captured_minor bigint,
    captured_at timestamp with time zone,
    released_at timestamp with time zone,
    dispatched_at timestamp with time zone,
    dispatched_unreleased boolean DEFAULT false NOT NULL,
    carrier text,
    tracking text,
    CONSTRAINT shipments_check CHECK ((amount_minor >= freight_minor)),
    CONSTRAINT shipments_check1 CHECK (((state = 'withdrawn'::text) OR ((state = 'collecting'::text) = (planned_at IS NULL)))),
    CONSTRAINT shipments_check10 CHECK (((dispatched_at IS NULL) OR (dispatched_unreleased = (released_at IS NULL)))),
    CONSTRAINT shipments_check2 CHECK (((planned_at IS NULL) OR ((cut_off_at IS NOT NULL) AND (amount_minor IS NOT NULL) AND (freight_minor IS NOT NULL)))),
    CONSTRAINT shipments_check3 CHECK (((state <> ALL (ARRAY['authorized'::text, 'packed'::text, 'released'::text])) OR (authorized_at IS NOT NULL))),
    CONSTRAINT shipments_check4 CHECK (((state <> ALL (ARRAY['packed'::text, 'released'::text])) OR (packed_version = version))),
    CONSTRAINT shipments_check5 CHECK (((state <> 'released'::text) OR (released_at IS NOT NULL))),
    CONSTRAINT shipments_check6 CHECK (((released_at IS NULL) OR (captured_at IS NOT NULL))),
    CONSTRAINT shipments_check7 CHECK (((captured_at IS NULL) = (captured_version IS NULL))),
    CONSTRAINT shipments_check8 CHECK (((captured_at IS NULL) = (captured_minor IS NULL))),
    CONSTRAINT shipments_check9 CHECK (((state = 'dispatched'::text) = (dispatched_at IS NOT NULL))),
    CONSTRAINT shipments_freight_minor_check CHECK ((freight_minor >= 0)),
    CONSTRAINT shipments_n_check CHECK ((n > 0)),
    CONSTRAINT shipments_state_check CHECK ((state = ANY (ARRAY['collecting'::text, 'planned'::text, 'authorized'::text, 'packed'::text, 'released'::text, 'dispatched'::text, 'withdrawn'::text]))),
    CONSTRAINT shipments_version_check CHECK ((version > 0))
)
WITH (fillfactor='70');

ALTER TABLE shipping.shipments OWNER TO crossdock;

INSERT INTO shipping.dead_letters OVERRIDING SYSTEM VALUE VALUES (1, 'crossdock.warehouse.parcels', 3, 0, '\x6c616d7073686f703a313030312f31', '[["ce_specversion", "1.0"], ["ce_id", "01a20ed8-7ff2-77b2-a977-10171a5b6050"], ["ce_source", "/tests"], ["ce_type", "crossdock.parcel.packed.v1"], ["ce_time", "2026-03-02T09:00:00+00:00"], ["content-type", "application/json"]]', '\x7b2277617265686f757365223a224d41494e222c227363616e5f6964223a22504b2d35353032222c22736869706d656e745f6964223a226c616d7073686f703a313030312f31222c2276657273696f6e223a312c226c696e6573223a5b7b226c696e655f6964223a226c616d7073686f703a313030313a31222c227175616e74697479223a317d2c7b226c696e655f6964223a226c616d7073686f703a313030313a32222c227175616e74697479223a347d5d2c2270617263656c5f6964223a22424f582d39303134222c227061636b65645f6174223a22323032362d30332d30325431343a32303a33315a222c22646576696365223a227061636b2d73746174696f6e2d31222c226e6f7465223a22227d', 'crossdock.parcel.packed.v1', 'lampshop:1001/1', '70b57990-7b3f-519e-a930-eaaf260b3808', 'not_asked', 'nothing was asked to be packed for lampshop:1001/1 yet: unpack it and wait for its parcel.pack_requested', '{}', false, '2026-11-24 18:36:39.625129+00');
INSERT INTO shipping.dead_letters OVERRIDING SYSTEM VALUE VALUES (2, 'crossdock.warehouse.parcels', 3, 1, '\x6c616d7073686f703a313030312f31', '[["ce_specversion", "1.0"], ["ce_id", "01a20ed8-7ff2-7d3e-b85b-de142c570221"], ["ce_source", "/tests"], ["ce_type", "crossdock.parcel.dispatched.v1"], ["ce_time", "2026-03-02T09:00:00+00:00"], ["content-type", "application/json"]]', '\x7b2277617265686f757365223a224d41494e222c227363616e5f6964223a2244502d33333931222c22736869706d656e745f6964223a226c616d7073686f703a313030312f31222c2270617263656c5f6964223a22424f582d39303134222c2263617272696572223a224e6f726469632050617263656c222c22747261636b696e67223a224e502d343437312d303039332d5345222c22646973706174636865645f6174223a22323032362d30332d30325431363a30323a31355a222c22646576696365223a22676174652d31227d', 'crossdock.parcel.dispatched.v1', 'lampshop:1001/1', '29f7bef5-e4fd-5c6f-8493-eae7d2f95005', 'no_such_shipment', 'there is no shipment lampshop:1001/1: scan the id that parcel.pack_requested gave, and set the parcel aside', '{}', false, '2026-11-24 18:36:39.625364+00');

INSERT INTO shipping.inbound VALUES ('parcel.dispatched|MAIN|DP-3391', '\xeeaba97d70b1452faec5b66088c807ec', '{"carrier": "Nordic Parcel", "tracking": "NP-4471-0093-SE", "parcel_id": "BOX-9014", "shipment_id": "lampshop:1001/1"}', '29f7bef5-e4fd-5c6f-8493-eae7d2f95005', '/tests', '2026-11-24 18:36:39.363518+00');
INSERT INTO shipping.inbound VALUES ('parcel.packed|MAIN|PK-5502', '\x27c1320f0d4eb2ac5b8d169e168600a8', '{"lines": [{"line_id": "lampshop:1001:1", "quantity": 1}, {"line_id": "lampshop:1001:2", "quantity": 4}], "version": 1, "parcel_id": "BOX-9014", "shipment_id": "lampshop:1001/1"}', '70b57990-7b3f-519e-a930-eaaf260b3808', '/tests', '2026-11-24 18:36:39.363715+00');

INSERT INTO shipping.lines VALUES ('lampshop:1001:2', 'lampshop:1001', 'BULB-E14-WARM', 'Bulb E14, warm white, 4 W', 4, 2340, 0, 0);
INSERT INTO shipping.lines VALUES ('lampshop:1001:1', 'lampshop:1001', 'LAMP-BRASS-07', 'Desk lamp, brushed brass', 2, 8100, 1, 0);
INSERT INTO shipping.lines VALUES ('lampshop:1040:1', 'lampshop:1040', 'LAMP-BRASS-07', NULL, NULL, NULL, 0, 5);

INSERT INTO shipping.orders VALUES ('lampshop:1040', '2026-03-02 09:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO shipping.orders VALUES ('lampshop:1003', '2026-03-02 09:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, 'pm-1', NULL);
INSERT INTO shipping.orders VALUES ('lampshop:1001', '2026-03-02 09:00:00+00', 'EUR', 490, false, '2026-03-02 09:00:00+00', NULL, 'pm-1', NULL, 'lampshop:1001/1');

INSERT INTO shipping.outbox OVERRIDING SYSTEM VALUE VALUES (1, 1, 'crossdock.shipments', 1, 'lampshop:1001', '01a20ed8-8187-7764-bfb4-908e1bc54459', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d383138372d373736342d626662342d393038653162633534343539225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f7368697070696e67225d2c5b2263655f74797065222c2263726f7373646f636b2e736869706d656e742e706c616e6e65642e7631225d2c5b2263655f74696d65222c22323032362d30332d30335430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2230316132306564382d383138372d373736342d626662342d393038653162633534343539225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d5d', '\x7b226f726465725f6964223a226c616d7073686f703a31303031222c22736869706d656e745f6964223a226c616d7073686f703a313030312f31222c2277617265686f757365223a224d41494e222c2263757272656e6379223a22455552222c22616d6f756e745f6d696e6f72223a343534302c22667265696768745f6d696e6f72223a3439302c2276657273696f6e223a312c22706c616e6e65645f6174223a22323032362d30332d30335430393a30303a30305a222c226c696e6573223a5b7b226c696e655f6964223a226c616d7073686f703a313030313a31222c22736b75223a224c414d502d42524153532d3037222c227469746c65223a224465736b206c616d702c2062727573686564206272617373222c227175616e74697479223a312c22616d6f756e745f6d696e6f72223a343035307d5d7d', '2026-11-24 18:36:39.755388+00');

INSERT INTO shipping.positions VALUES ('crossdock.allocations', 1, 6);
INSERT INTO shipping.positions VALUES ('crossdock.allocations', 8, 7);
INSERT INTO shipping.positions VALUES ('crossdock.orders', 1, 5);
INSERT INTO shipping.positions VALUES ('crossdock.payments', 1, 11);
INSERT INTO shipping.positions VALUES ('crossdock.payments', 3, 9);
INSERT INTO shipping.positions VALUES ('crossdock.warehouse.parcels', 3, 2);

INSERT INTO shipping.scans VALUES ('packed', 'MAIN', 'PK-5502', 'lampshop:1001/1', 'not_asked', '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00');
INSERT INTO shipping.scans VALUES ('dispatched', 'MAIN', 'DP-3391', 'lampshop:1001/1', 'no_such_shipment', '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00');

INSERT INTO shipping.schema_version VALUES (1, 'chassis/0001_chassis.sql', '0a6d04fc7733504ac34c6780ad0023975e60f1f271dd5b0d8ff1c041ecd7e2dd', '2026-11-24 18:36:37.445032+00');
INSERT INTO shipping.schema_version VALUES (2, 'service/0001_shipping.sql', 'f25df671f668e0e7ecea3ce9b397e4ea3197694299caf47182a28bbaaaab4936', '2026-11-24 18:36:37.445032+00');

INSERT INTO shipping.shipment_lines VALUES ('lampshop:1001/1', 'lampshop:1001:1', 1, '{[1,2)}', 4050);

INSERT INTO shipping.shipments VALUES ('lampshop:1001/1', 'lampshop:1001', 1, 'MAIN', 'planned', 1, '2026-03-02 09:00:00+00', '2026-03-02 14:00:00+00', '2026-03-03 09:00:00+00', 4540, 490, NULL, NULL, NULL, NULL, 1, 6880, '2026-03-02 14:20:33+00', NULL, NULL, false, NULL, NULL);

SELECT pg_catalog.setval('shipping.dead_letters_id_seq', 2, true);

SELECT pg_catalog.setval('shipping.effects_id_seq', 1, true);

SELECT pg_catalog.setval('shipping.outbox_seq_seq', 1, true);

SELECT pg_catalog.setval('shipping.relay_members', 1, false);

ALTER TABLE ONLY shipping.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY shipping.dead_letters
    ADD CONSTRAINT dead_letters_topic_partition_offset_key UNIQUE (topic, partition, "offset");

ALTER TABLE ONLY shipping.effects
    ADD CONSTRAINT effects_kind_key_key UNIQUE (kind, key);

ALTER TABLE ONLY shipping.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY shipping.inbound
    ADD CONSTRAINT inbound_pkey PRIMARY KEY (identity);

ALTER TABLE ONLY shipping.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY shipping.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (line_id);

ALTER TABLE ONLY shipping.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY shipping.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (shard, seq);

ALTER TABLE ONLY shipping.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (topic, partition);

ALTER TABLE ONLY shipping.scans
    ADD CONSTRAINT scans_pkey PRIMARY KEY (kind, warehouse, scan_id);

ALTER TABLE ONLY shipping.schema_version
    ADD CONSTRAINT schema_version_name_key UNIQUE (name);

ALTER TABLE ONLY shipping.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);

ALTER TABLE ONLY shipping.shipment_lines
    ADD CONSTRAINT shipment_lines_pkey PRIMARY KEY (shipment_id, line_id);

ALTER TABLE ONLY shipping.shipments
    ADD CONSTRAINT shipments_order_id_n_key UNIQUE (order_id, n);

ALTER TABLE ONLY shipping.shipments
    ADD CONSTRAINT shipments_pkey PRIMARY KEY (shipment_id);

CREATE INDEX effects_due ON shipping.effects USING btree (kind, due_at, id) WHERE (state = 'scheduled'::text);

CREATE INDEX effects_in_hand ON shipping.effects USING btree (state, leased_until) WHERE (state = ANY (ARRAY['started'::text, 'unknown'::text]));

CREATE UNIQUE INDEX effects_one_started ON shipping.effects USING btree (subject) WHERE ((state = 'started'::text) AND outside);

CREATE INDEX effects_subject ON shipping.effects USING btree (subject);

CREATE INDEX lines_of_order ON shipping.lines USING btree (order_id);

CREATE INDEX shipment_lines_of_line ON shipping.shipment_lines USING btree (line_id);

CREATE UNIQUE INDEX shipments_collecting ON shipping.shipments USING btree (order_id, warehouse) WHERE (state = 'collecting'::text);

GRANT USAGE ON SCHEMA shipping TO shipping;
GRANT USAGE ON SCHEMA shipping TO auditor;

REVOKE ALL ON FUNCTION shipping.drop_inbox_before(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION shipping.drop_inbox_before(day date) TO shipping;

REVOKE ALL ON FUNCTION shipping.make_partitions(from_day date, to_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION shipping.make_partitions(from_day date, to_day date) TO shipping;

REVOKE ALL ON FUNCTION shipping.uuid7_floor(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION shipping.uuid7_floor(moment timestamp with time zone) TO shipping;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.dead_letters TO shipping;
GRANT SELECT ON TABLE shipping.dead_letters TO auditor;

GRANT USAGE ON SEQUENCE shipping.dead_letters_id_seq TO shipping;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.effects TO shipping;
GRANT SELECT ON TABLE shipping.effects TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.effects_history TO shipping;
GRANT SELECT ON TABLE shipping.effects_history TO auditor;

GRANT USAGE ON SEQUENCE shipping.effects_id_seq TO shipping;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.inbound TO shipping;
GRANT SELECT ON TABLE shipping.inbound TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.inbox TO shipping;
GRANT SELECT ON TABLE shipping.inbox TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.lines TO shipping;
GRANT SELECT ON TABLE shipping.lines TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.orders TO shipping;
GRANT SELECT ON TABLE shipping.orders TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.outbox TO shipping;
GRANT SELECT ON TABLE shipping.outbox TO auditor;

GRANT USAGE ON SEQUENCE shipping.outbox_seq_seq TO shipping;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.positions TO shipping;
GRANT SELECT ON TABLE shipping.positions TO auditor;

GRANT USAGE ON SEQUENCE shipping.relay_members TO shipping;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.scans TO shipping;
GRANT SELECT ON TABLE shipping.scans TO auditor;

GRANT SELECT ON TABLE shipping.schema_version TO shipping;
GRANT SELECT ON TABLE shipping.schema_version TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.shipment_lines TO shipping;
GRANT SELECT ON TABLE shipping.shipment_lines TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shipping.shipments TO shipping;
GRANT SELECT ON TABLE shipping.shipments TO auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE crossdock IN SCHEMA shipping GRANT SELECT ON TABLES TO auditor;
