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

CREATE SCHEMA order_intake;

ALTER SCHEMA order_intake OWNER TO crossdock;

CREATE FUNCTION order_intake.drop_inbox_before(day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'order_intake'
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

ALTER FUNCTION order_intake.drop_inbox_before(day date) OWNER TO crossdock;

CREATE FUNCTION order_intake.make_partitions(from_day date, to_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'order_intake'
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

ALTER FUNCTION order_intake.make_partitions(from_day date, to_day date) OWNER TO crossdock;

CREATE FUNCTION order_intake.uuid7_floor(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '70008000000000000000')::uuid
$$;

ALTER FUNCTION order_intake.uuid7_floor(moment timestamp with time zone) OWNER TO crossdock;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE order_intake.dead_letters (
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

ALTER TABLE order_intake.dead_letters OWNER TO crossdock;

ALTER TABLE order_intake.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME order_intake.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE order_intake.effects (
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

ALTER TABLE order_intake.effects OWNER TO crossdock;

CREATE TABLE order_intake.effects_history (
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

ALTER TABLE order_intake.effects_history OWNER TO crossdock;

ALTER TABLE order_intake.effects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME order_intake.effects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE order_intake.held_answers (
    id bigint NOT NULL,
    order_id text NOT NULL,
    kind text NOT NULL,
    answer jsonb NOT NULL,
    held_at timestamp with time zone NOT NULL,
    CONSTRAINT held_answers_kind_check CHECK ((kind = ANY (ARRAY['shipped'::text, 'payment_needed'::text])))
);

ALTER TABLE order_intake.held_answers OWNER TO crossdock;

ALTER TABLE order_intake.held_answers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME order_intake.held_answers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE order_intake.inbound (
    identity text NOT NULL,
    content_hash bytea NOT NULL,
    content jsonb NOT NULL,
    event_id uuid NOT NULL,
    source text NOT NULL,
    heard_at timestamp with time zone NOT NULL
);

ALTER TABLE order_intake.inbound OWNER TO crossdock;

CREATE TABLE order_intake.inbox (
    event_id uuid NOT NULL,
    content_hash bytea NOT NULL
)
PARTITION BY RANGE (event_id);

ALTER TABLE order_intake.inbox OWNER TO crossdock;

CREATE TABLE order_intake.lines (
    line_id text NOT NULL,
    order_id text NOT NULL,
    sku text NOT NULL,
    ordinal integer,
    title text,
    ordered integer,
    line_total_minor bigint,
    requested_at timestamp with time zone,
    allocated integer DEFAULT 0 NOT NULL,
    waiting integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL,
    cancelled integer DEFAULT 0 NOT NULL,
    dispatched integer DEFAULT 0 NOT NULL,
    promised_on date,
    promise_version integer DEFAULT 0 NOT NULL,
    allocated_at timestamp with time zone,
    reason jsonb,
    CONSTRAINT lines_allocated_check CHECK ((allocated >= 0)),
    CONSTRAINT lines_cancelled_check CHECK ((cancelled >= 0)),
    CONSTRAINT lines_check CHECK (((ordered IS NULL) = (ordinal IS NULL))),
    CONSTRAINT lines_check1 CHECK (((ordered IS NULL) = (title IS NULL))),
    CONSTRAINT lines_check2 CHECK (((ordered IS NULL) = (line_total_minor IS NULL))),
    CONSTRAINT lines_check3 CHECK (((ordered IS NULL) OR ((((allocated + waiting) + refused) + cancelled) <= ordered))),
    CONSTRAINT lines_check4 CHECK ((dispatched <= ordered)),
    CONSTRAINT lines_check5 CHECK (((allocated = 0) = (allocated_at IS NULL))),
    CONSTRAINT lines_dispatched_check CHECK ((dispatched >= 0)),
    CONSTRAINT lines_line_total_minor_check CHECK ((line_total_minor >= 0)),
    CONSTRAINT lines_ordered_check CHECK ((ordered > 0)),
    CONSTRAINT lines_ordinal_check CHECK ((ordinal > 0)),
    CONSTRAINT lines_promise_version_check CHECK ((promise_version >= 0)),
    CONSTRAINT lines_refused_check CHECK ((refused >= 0)),
    CONSTRAINT lines_waiting_check CHECK ((waiting >= 0))
)
WITH (fillfactor='70');

ALTER TABLE order_intake.lines OWNER TO crossdock;

CREATE TABLE order_intake.orders (
    order_id text NOT NULL,
    state text NOT NULL,
    heard_early boolean DEFAULT false NOT NULL,
    customer_ref text,
    currency text,
    freight_minor bigint,
    total_minor bigint,
    ship_preference text,
    on_refused_line text,
    method_id text,
    method_token text,
    warehouses text[],
    priority_class smallint,
    shop_placed_at timestamp with time zone,
    placed_at timestamp with time zone,
    received_at timestamp with time zone,
    accepted_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    refused_at timestamp with time zone,
    unanswered integer DEFAULT 0 NOT NULL,
    CONSTRAINT orders_check CHECK (((state = 'awaited'::text) = (received_at IS NULL))),
    CONSTRAINT orders_check1 CHECK (((state = 'awaited'::text) OR ((customer_ref IS NOT NULL) AND (currency IS NOT NULL) AND (freight_minor IS NOT NULL) AND (total_minor IS NOT NULL) AND (ship_preference IS NOT NULL) AND (on_refused_line IS NOT NULL) AND (method_id IS NOT NULL) AND (method_token IS NOT NULL) AND (warehouses IS NOT NULL) AND (priority_class IS NOT NULL) AND (shop_placed_at IS NOT NULL) AND (placed_at IS NOT NULL)))),
    CONSTRAINT orders_check2 CHECK (((placed_at >= (received_at - '24:00:00'::interval)) AND (placed_at <= received_at))),
    CONSTRAINT orders_check3 CHECK (((state = ANY (ARRAY['awaited'::text, 'pending'::text])) = (accepted_at IS NULL))),
    CONSTRAINT orders_check4 CHECK (((state = 'confirmed'::text) = (confirmed_at IS NOT NULL))),
    CONSTRAINT orders_check5 CHECK (((state = 'refused'::text) = (refused_at IS NOT NULL))),
    CONSTRAINT orders_check6 CHECK (((state = 'accepted'::text) OR (unanswered = 0))),
    CONSTRAINT orders_freight_minor_check CHECK ((freight_minor >= 0)),
    CONSTRAINT orders_state_check CHECK ((state = ANY (ARRAY['awaited'::text, 'pending'::text, 'accepted'::text, 'confirmed'::text, 'refused'::text]))),
    CONSTRAINT orders_total_minor_check CHECK ((total_minor >= 0)),
    CONSTRAINT orders_unanswered_check CHECK ((unanswered >= 0))
)
WITH (fillfactor='70');

ALTER TABLE order_intake.orders OWNER TO crossdock;

CREATE TABLE order_intake.outbox (
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

ALTER TABLE order_intake.outbox OWNER TO crossdock;

ALTER TABLE order_intake.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME order_intake.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE order_intake.positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE order_intake.positions OWNER TO crossdock;

CREATE TABLE order_intake.products (
    sku text NOT NULL,
    revision bigint,
    title text,
    sold boolean,
    CONSTRAINT products_check CHECK (((revision IS NULL) = (title IS NULL))),
    CONSTRAINT products_check1 CHECK (((revision IS NULL) = (sold IS NULL)))
)
WITH (fillfactor='80');

ALTER TABLE order_intake.products OWNER TO crossdock;

CREATE SEQUENCE order_intake.relay_members
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE order_intake.relay_members OWNER TO crossdock;

CREATE TABLE order_intake.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE order_intake.schema_version OWNER TO crossdock;

CREATE TABLE order_intake.unknown_skus (
    sku text NOT NULL,
    order_id text NOT NULL
);

ALTER TABLE order_intake.unknown_skus OWNER TO crossdock;

INSERT INTO order_intake.effects OVERRIDING SYSTEM VALUE VALUES (1, 'unknown_sku_grace', 'lampshop:1001', 'lampshop:1001', '2026-03-02 09:00:00+00', '{}', 'scheduled', false, 0, 0, '2026-11-24 18:41:38.551528+00', NULL, NULL, NULL, '');

INSERT INTO order_intake.held_answers OVERRIDING SYSTEM VALUE VALUES (1, 'lampshop:1001', 'payment_needed', '{"cause": "declined", "deadline": "2026-03-16T12:00:00Z", "order_id": "lampshop:1001", "shipment_id": "lampshop:1001/2"}', '2026-03-02 09:00:00+00');
INSERT INTO order_intake.held_answers OVERRIDING SYSTEM VALUE VALUES (2, 'lampshop:1001', 'shipped', '{"lines": [{"sku": "LAMP-BRASS-07", "line_id": "lampshop:1001:1", "quantity": 1}, {"sku": "BULB-E14-WARM", "line_id": "lampshop:1001:2", "quantity": 4}], "carrier": "Nordic Parcel", "complete": false, "order_id": "lampshop:1001", "tracking": "NP-4471-0093-SE", "shipment_id": "lampshop:1001/1", "dispatched_at": "2026-03-02T16:02:15Z"}', '2026-03-02 09:00:00+00');

INSERT INTO order_intake.inbound VALUES ('order.placed|lampshop:1001', '\x106370e303abffe7a2c1fe8daab7fbfc', '{"lines": [{"sku": "LAMP-BRASS-07", "line": "1", "quantity": 2, "tax_minor": 0, "discount_minor": 0, "unit_price_minor": 4500}, {"sku": "BULB-E14-WARM", "line": "2", "quantity": 4, "tax_minor": 0, "discount_minor": 0, "unit_price_minor": 650}], "currency": "EUR", "tax_minor": 0, "warehouses": ["MAIN"], "total_minor": 10930, "customer_ref": "C-2041", "freight_minor": 490, "discount_minor": 1160, "priority_class": 5, "on_refused_line": "drop_line", "ship_preference": "as_available", "prices_include_tax": true}', '6305d6b9-8c3b-5d25-b94d-c7d6687a9fa0', '/tests', '2026-11-24 18:36:38.139241+00');
INSERT INTO order_intake.inbound VALUES ('product.listed|LAMP-BRASS-07|3', '\x3ce6b66082c583df93fe1fdc3a307231', '{"sold": true, "title": "Desk lamp, brushed brass", "backorder": "limited", "lead_time_days": 21, "backorder_limit": 120}', 'f6dd672a-1429-5e08-95ba-2a8d4875b4d0', '/tests', '2026-11-24 18:36:38.139445+00');

INSERT INTO order_intake.lines VALUES ('lampshop:1040:1', 'lampshop:1040', 'LAMP-BRASS-07', NULL, NULL, NULL, NULL, NULL, 0, 0, 5, 0, 0, NULL, 0, NULL, '{"code": "over_limit", "text": "118 units wait already, 120 may: 5 more are too many", "parameters": {"limit": 120, "waiting": 118}}');
INSERT INTO order_intake.lines VALUES ('lampshop:1001:1', 'lampshop:1001', 'LAMP-BRASS-07', 1, 'Desk lamp, brushed brass', 2, 8100, NULL, 1, 1, 0, 0, 1, '2026-03-17', 2, '2026-03-02 09:00:00+00', '{"code": "delivery_expected", "text": "2 before it in the queue; PO-7731 of BRASSWORKS should bring 40 on 2026-03-16", "parameters": {"ahead": 2, "delivery": "PO-7731", "supplier": "BRASSWORKS"}}');
INSERT INTO order_intake.lines VALUES ('lampshop:1001:2', 'lampshop:1001', 'BULB-E14-WARM', 2, 'Bulb E14, warm white, 4 W', 4, 2340, NULL, 0, 0, 0, 0, 4, NULL, 0, NULL, NULL);

INSERT INTO order_intake.orders VALUES ('lampshop:1001', 'pending', true, 'C-2041', 'EUR', 490, 10930, 'as_available', 'drop_line', 'pm-1', 'tok_visa_lindqvist', '{MAIN}', 5, '2026-03-02 09:12:44+00', '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO order_intake.orders VALUES ('lampshop:1040', 'awaited', true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0);

INSERT INTO order_intake.outbox OVERRIDING SYSTEM VALUE VALUES (1, 1, 'crossdock.products', 9, 'LAMP-BRASS-07', '01a20ed8-7d18-7f57-98f1-99afb9aca385', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376431382d376635372d393866312d393961666239616361333835225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f6f726465725f696e74616b65225d2c5b2263655f74797065222c2263726f7373646f636b2e70726f647563742e6c69737465642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2266366464363732612d313432392d356530382d393562612d326138643438373562346430225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2266366464363732612d313432392d356530382d393562612d326138643438373562346430225d5d', '\x7b22736b75223a224c414d502d42524153532d3037222c227265766973696f6e223a332c227469746c65223a224465736b206c616d702c2062727573686564206272617373222c22736f6c64223a747275652c226261636b6f72646572223a226c696d69746564222c226261636b6f726465725f6c696d6974223a3132302c226c6561645f74696d655f64617973223a32317d', '2026-11-24 18:36:38.559256+00');
INSERT INTO order_intake.outbox OVERRIDING SYSTEM VALUE VALUES (2, 2, 'crossdock.contacts', 1, 'lampshop:1001', '01a20ed8-7d18-752c-a911-704fb3cf1ee5', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376431382d373532632d613931312d373034666233636631656535225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f6f726465725f696e74616b65225d2c5b2263655f74797065222c2263726f7373646f636b2e636f6e746163742e676976656e2e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2236333035643662392d386333622d356432352d623934642d633764363638376139666130225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2236333035643662392d386333622d356432352d623934642d633764363638376139666130225d5d', '\x7b226f726465725f6964223a226c616d7073686f703a31303031222c22637573746f6d65725f726566223a22432d32303431222c22636f6e74616374223a7b226e616d65223a224d61727461204c696e647176697374222c22656d61696c223a226d617274612e6c696e647176697374406578616d706c652e696e76616c6964222c226c616e6775616765223a22656e2d4742222c2274696d655f7a6f6e65223a224575726f70652f53746f636b686f6c6d222c2261646472657373223a7b226c696e6573223a5b224c796b7476c3a467656e203132222c2232207472225d2c2263697479223a2255707073616c61222c22706f7374616c5f636f6465223a22373533203230222c22636f756e747279223a225345227d7d7d', '2026-11-24 18:36:38.559443+00');

INSERT INTO order_intake.positions VALUES ('crossdock.allocations', 1, 6);
INSERT INTO order_intake.positions VALUES ('crossdock.allocations', 8, 5);
INSERT INTO order_intake.positions VALUES ('crossdock.payments', 1, 8);
INSERT INTO order_intake.positions VALUES ('crossdock.shipments', 1, 7);
INSERT INTO order_intake.positions VALUES ('crossdock.shop.orders', 1, 1);
INSERT INTO order_intake.positions VALUES ('crossdock.shop.products', 9, 2);

INSERT INTO order_intake.products VALUES ('LAMP-BRASS-07', 3, 'Desk lamp, brushed brass', true);
INSERT INTO order_intake.products VALUES ('BULB-E14-WARM', NULL, NULL, NULL);

INSERT INTO order_intake.schema_version VALUES (1, 'chassis/0001_chassis.sql', '0a6d04fc7733504ac34c6780ad0023975e60f1f271dd5b0d8ff1c041ecd7e2dd', '2026-11-24 18:36:36.84015+00');
INSERT INTO order_intake.schema_version VALUES (2, 'service/0001_orders.sql', '2240510da75664e70c6d589ab6ee086587cc65d5e3371b5dce3f0998a8ad0b17', '2026-11-24 18:36:36.84015+00');

INSERT INTO order_intake.unknown_skus VALUES ('BULB-E14-WARM', 'lampshop:1001');

SELECT pg_catalog.setval('order_intake.dead_letters_id_seq', 1, false);

SELECT pg_catalog.setval('order_intake.effects_id_seq', 1, true);

SELECT pg_catalog.setval('order_intake.held_answers_id_seq', 2, true);

SELECT pg_catalog.setval('order_intake.outbox_seq_seq', 2, true);

SELECT pg_catalog.setval('order_intake.relay_members', 1, false);

ALTER TABLE ONLY order_intake.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY order_intake.dead_letters
    ADD CONSTRAINT dead_letters_topic_partition_offset_key UNIQUE (topic, partition, "offset");

ALTER TABLE ONLY order_intake.effects
    ADD CONSTRAINT effects_kind_key_key UNIQUE (kind, key);

ALTER TABLE ONLY order_intake.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY order_intake.held_answers
    ADD CONSTRAINT held_answers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY order_intake.inbound
    ADD CONSTRAINT inbound_pkey PRIMARY KEY (identity);

ALTER TABLE ONLY order_intake.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY order_intake.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (line_id);

ALTER TABLE ONLY order_intake.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (order_id);

ALTER TABLE ONLY order_intake.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (shard, seq);

ALTER TABLE ONLY order_intake.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (topic, partition);

ALTER TABLE ONLY order_intake.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (sku);

ALTER TABLE ONLY order_intake.schema_version
    ADD CONSTRAINT schema_version_name_key UNIQUE (name);

ALTER TABLE ONLY order_intake.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);

ALTER TABLE ONLY order_intake.unknown_skus
    ADD CONSTRAINT unknown_skus_pkey PRIMARY KEY (sku, order_id);

CREATE INDEX effects_due ON order_intake.effects USING btree (kind, due_at, id) WHERE (state = 'scheduled'::text);

CREATE INDEX effects_in_hand ON order_intake.effects USING btree (state, leased_until) WHERE (state = ANY (ARRAY['started'::text, 'unknown'::text]));

CREATE UNIQUE INDEX effects_one_started ON order_intake.effects USING btree (subject) WHERE ((state = 'started'::text) AND outside);

CREATE INDEX effects_subject ON order_intake.effects USING btree (subject);

CREATE INDEX held_answers_of_order ON order_intake.held_answers USING btree (order_id);

CREATE INDEX lines_of_order ON order_intake.lines USING btree (order_id);

CREATE INDEX unknown_skus_of_order ON order_intake.unknown_skus USING btree (order_id);

GRANT USAGE ON SCHEMA order_intake TO order_intake;
GRANT USAGE ON SCHEMA order_intake TO auditor;

REVOKE ALL ON FUNCTION order_intake.drop_inbox_before(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION order_intake.drop_inbox_before(day date) TO order_intake;

REVOKE ALL ON FUNCTION order_intake.make_partitions(from_day date, to_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION order_intake.make_partitions(from_day date, to_day date) TO order_intake;

REVOKE ALL ON FUNCTION order_intake.uuid7_floor(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION order_intake.uuid7_floor(moment timestamp with time zone) TO order_intake;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.dead_letters TO order_intake;
GRANT SELECT ON TABLE order_intake.dead_letters TO auditor;

GRANT USAGE ON SEQUENCE order_intake.dead_letters_id_seq TO order_intake;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.effects TO order_intake;
GRANT SELECT ON TABLE order_intake.effects TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.effects_history TO order_intake;
GRANT SELECT ON TABLE order_intake.effects_history TO auditor;

GRANT USAGE ON SEQUENCE order_intake.effects_id_seq TO order_intake;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.held_answers TO order_intake;
GRANT SELECT ON TABLE order_intake.held_answers TO auditor;

GRANT USAGE ON SEQUENCE order_intake.held_answers_id_seq TO order_intake;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.inbound TO order_intake;
GRANT SELECT ON TABLE order_intake.inbound TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.inbox TO order_intake;
GRANT SELECT ON TABLE order_intake.inbox TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.lines TO order_intake;
GRANT SELECT ON TABLE order_intake.lines TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.orders TO order_intake;
GRANT SELECT ON TABLE order_intake.orders TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.outbox TO order_intake;
GRANT SELECT ON TABLE order_intake.outbox TO auditor;

GRANT USAGE ON SEQUENCE order_intake.outbox_seq_seq TO order_intake;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.positions TO order_intake;
GRANT SELECT ON TABLE order_intake.positions TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.products TO order_intake;
GRANT SELECT ON TABLE order_intake.products TO auditor;

GRANT USAGE ON SEQUENCE order_intake.relay_members TO order_intake;

GRANT SELECT ON TABLE order_intake.schema_version TO order_intake;
GRANT SELECT ON TABLE order_intake.schema_version TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE order_intake.unknown_skus TO order_intake;
GRANT SELECT ON TABLE order_intake.unknown_skus TO auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE crossdock IN SCHEMA order_intake GRANT SELECT ON TABLES TO auditor;
