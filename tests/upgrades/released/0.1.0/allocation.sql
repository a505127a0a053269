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

CREATE SCHEMA allocation;

ALTER SCHEMA allocation OWNER TO crossdock;

CREATE FUNCTION allocation.drop_inbox_before(day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'allocation'
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

ALTER FUNCTION allocation.drop_inbox_before(day date) OWNER TO crossdock;

CREATE FUNCTION allocation.make_partitions(from_day date, to_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'allocation'
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

ALTER FUNCTION allocation.make_partitions(from_day date, to_day date) OWNER TO crossdock;

CREATE FUNCTION allocation.uuid7_floor(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '70008000000000000000')::uuid
$$;

ALTER FUNCTION allocation.uuid7_floor(moment timestamp with time zone) OWNER TO crossdock;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE allocation.counts (
    warehouse text NOT NULL COLLATE pg_catalog."C",
    count_id text NOT NULL COLLATE pg_catalog."C",
    sku text NOT NULL COLLATE pg_catalog."C",
    opening boolean NOT NULL,
    counted integer NOT NULL,
    on_shelf bigint NOT NULL,
    difference bigint NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT counts_check CHECK ((difference =
CASE
    WHEN opening THEN (counted)::bigint
    ELSE (counted - on_shelf)
END)),
    CONSTRAINT counts_counted_check CHECK ((counted >= 0)),
    CONSTRAINT counts_on_shelf_check CHECK ((on_shelf >= 0))
);

ALTER TABLE allocation.counts OWNER TO crossdock;

CREATE TABLE allocation.dead_letters (
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

ALTER TABLE allocation.dead_letters OWNER TO crossdock;

ALTER TABLE allocation.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME allocation.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE allocation.decisions (
    sku text NOT NULL COLLATE pg_catalog."C",
    decision_no bigint NOT NULL,
    kind text NOT NULL,
    line_id text COLLATE pg_catalog."C",
    quantity integer NOT NULL,
    warehouse text COLLATE pg_catalog."C",
    source text,
    scan_id text,
    delivery text,
    reason_code text NOT NULL,
    reason_text text NOT NULL,
    reason_parameters jsonb NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT decisions_check CHECK (((line_id IS NULL) = (kind = 'put_away'::text))),
    CONSTRAINT decisions_check1 CHECK (((kind = ANY (ARRAY['grant'::text, 'put_away'::text])) = ((warehouse IS NOT NULL) AND (source IS NOT NULL)))),
    CONSTRAINT decisions_kind_check CHECK ((kind = ANY (ARRAY['grant'::text, 'wait'::text, 'refuse'::text, 'put_away'::text]))),
    CONSTRAINT decisions_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT decisions_source_check CHECK ((source = ANY (ARRAY['dock'::text, 'shelf'::text])))
);

ALTER TABLE allocation.decisions OWNER TO crossdock;

CREATE TABLE allocation.effects (
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

ALTER TABLE allocation.effects OWNER TO crossdock;

CREATE TABLE allocation.effects_history (
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

ALTER TABLE allocation.effects_history OWNER TO crossdock;

ALTER TABLE allocation.effects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME allocation.effects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE allocation.expected (
    sku text NOT NULL COLLATE pg_catalog."C",
    warehouse text NOT NULL COLLATE pg_catalog."C",
    supplier text NOT NULL COLLATE pg_catalog."C",
    delivery text NOT NULL COLLATE pg_catalog."C",
    quantity integer NOT NULL,
    remaining integer NOT NULL,
    expected_on date NOT NULL,
    stage text NOT NULL,
    announced_at timestamp with time zone NOT NULL,
    CONSTRAINT expected_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT expected_remaining_check CHECK ((remaining >= 0))
)
WITH (fillfactor='80');

ALTER TABLE allocation.expected OWNER TO crossdock;

CREATE TABLE allocation.inbound (
    identity text NOT NULL,
    content_hash bytea NOT NULL,
    content jsonb NOT NULL,
    event_id uuid NOT NULL,
    source text NOT NULL,
    heard_at timestamp with time zone NOT NULL
);

ALTER TABLE allocation.inbound OWNER TO crossdock;

CREATE TABLE allocation.inbox (
    event_id uuid NOT NULL,
    content_hash bytea NOT NULL
)
PARTITION BY RANGE (event_id);

ALTER TABLE allocation.inbox OWNER TO crossdock;

CREATE TABLE allocation.items (
    sku text NOT NULL COLLATE pg_catalog."C",
    decision_no bigint DEFAULT 0 NOT NULL,
    waiting_lines integer DEFAULT 0 NOT NULL,
    waiting_units bigint DEFAULT 0 NOT NULL,
    revision bigint,
    backorder text,
    backorder_limit integer,
    lead_time_days integer,
    CONSTRAINT items_backorder_check CHECK ((backorder = ANY (ARRAY['unlimited'::text, 'limited'::text, 'none'::text]))),
    CONSTRAINT items_check CHECK (((revision IS NULL) = (backorder IS NULL))),
    CONSTRAINT items_check1 CHECK (((waiting_lines = 0) = (waiting_units = 0))),
    CONSTRAINT items_decision_no_check CHECK ((decision_no >= 0)),
    CONSTRAINT items_waiting_lines_check CHECK ((waiting_lines >= 0)),
    CONSTRAINT items_waiting_units_check CHECK ((waiting_units >= 0))
)
WITH (fillfactor='70');

ALTER TABLE allocation.items OWNER TO crossdock;

CREATE TABLE allocation.lines (
    line_id text NOT NULL COLLATE pg_catalog."C",
    order_id text NOT NULL COLLATE pg_catalog."C",
    sku text NOT NULL COLLATE pg_catalog."C",
    quantity integer NOT NULL,
    priority_class smallint NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    warehouses text[] NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    granted_total integer NOT NULL,
    waiting integer NOT NULL,
    refused integer NOT NULL,
    state text NOT NULL,
    promise_version integer NOT NULL,
    promised_on date,
    promise_code text,
    eligible_since_decision bigint,
    CONSTRAINT decided_units_add_up CHECK (
CASE state
    WHEN 'undecided'::text THEN (((granted_total + waiting) + refused) = 0)
    ELSE (((granted_total + waiting) + refused) = quantity)
END),
    CONSTRAINT lines_granted_total_check CHECK ((granted_total >= 0)),
    CONSTRAINT lines_promise_version_check CHECK ((promise_version >= 0)),
    CONSTRAINT lines_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT lines_refused_check CHECK ((refused >= 0)),
    CONSTRAINT lines_state_check CHECK ((state = ANY (ARRAY['undecided'::text, 'waiting'::text, 'suspended'::text, 'closed'::text]))),
    CONSTRAINT lines_waiting_check CHECK ((waiting >= 0)),
    CONSTRAINT lines_warehouses_check CHECK ((cardinality(warehouses) > 0)),
    CONSTRAINT waits_while_units_wait CHECK (((waiting > 0) = (state = ANY (ARRAY['waiting'::text, 'suspended'::text]))))
)
WITH (fillfactor='90');

ALTER TABLE allocation.lines OWNER TO crossdock;

CREATE TABLE allocation.outbox (
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

ALTER TABLE allocation.outbox OWNER TO crossdock;

ALTER TABLE allocation.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME allocation.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE allocation.positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE allocation.positions OWNER TO crossdock;

CREATE SEQUENCE allocation.relay_members
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE allocation.relay_members OWNER TO crossdock;

CREATE TABLE allocation.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE allocation.schema_version OWNER TO crossdock;

CREATE TABLE allocation.supply (
    sku text NOT NULL COLLATE pg_catalog."C",
    warehouse text NOT NULL COLLATE pg_catalog."C",
    on_shelf bigint DEFAULT 0 NOT NULL,
    at_dock bigint DEFAULT 0 NOT NULL,
    in_lane bigint DEFAULT 0 NOT NULL,
    shortfall bigint DEFAULT 0 NOT NULL,
    lost bigint DEFAULT 0 NOT NULL,
    missing bigint DEFAULT 0 NOT NULL,
    waiting_units bigint DEFAULT 0 NOT NULL,
    CONSTRAINT supply_at_dock_check CHECK ((at_dock >= 0)),
    CONSTRAINT supply_check CHECK (((on_shelf = 0) OR (waiting_units = 0))),
    CONSTRAINT supply_in_lane_check CHECK ((in_lane >= 0)),
    CONSTRAINT supply_lost_check CHECK ((lost >= 0)),
    CONSTRAINT supply_missing_check CHECK ((missing >= 0)),
    CONSTRAINT supply_on_shelf_check CHECK ((on_shelf >= 0)),
    CONSTRAINT supply_shortfall_check CHECK ((shortfall >= 0)),
    CONSTRAINT supply_waiting_units_check CHECK ((waiting_units >= 0))
)
WITH (fillfactor='70');

ALTER TABLE allocation.supply OWNER TO crossdock;

INSERT INTO allocation.counts VALUES ('MAIN', 'OPEN-2026-03-01-LAMP-BRASS-07', 'LAMP-BRASS-07', true, 1, 36, 1, '2026-03-02 09:00:00+00');

INSERT INTO allocation.decisions VALUES ('LAMP-BRASS-07', 1, 'wait', 'lampshop:1001:1', 2, NULL, NULL, NULL, NULL, 'lead_time', '2 units wait behind 0; usually there within 21 days', '{"ahead": 0, "lead_time_days": 21}', '2026-03-02 09:00:00+00');
INSERT INTO allocation.decisions VALUES ('LAMP-BRASS-07', 2, 'grant', 'lampshop:1001:1', 2, 'MAIN', 'dock', 'SC-88120', 'PO-7731', 'received', 'position 1; 38 units came in delivery PO-7731', '{"units": 38, "scan_id": "SC-88120", "delivery": "PO-7731", "position": 1}', '2026-03-02 09:00:00+00');
INSERT INTO allocation.decisions VALUES ('LAMP-BRASS-07', 3, 'put_away', NULL, 36, 'MAIN', 'dock', 'SC-88120', 'PO-7731', 'nobody_waits', '36 units of 38 that came in delivery PO-7731: nobody waits for them', '{"units": 38, "scan_id": "SC-88120", "delivery": "PO-7731"}', '2026-03-02 09:00:00+00');

INSERT INTO allocation.expected VALUES ('LAMP-BRASS-07', 'MAIN', 'BRASSWORKS', 'PO-7731', 40, 40, '2026-03-09', 'sent', '2026-02-27 15:00:00+00');

INSERT INTO allocation.items VALUES ('BULB-E14-WARM', 0, 0, 0, NULL, NULL, NULL, NULL);
INSERT INTO allocation.items VALUES ('LAMP-BRASS-07', 3, 0, 0, 3, 'limited', 120, 21);

INSERT INTO allocation.lines VALUES ('lampshop:1001:1', 'lampshop:1001', 'LAMP-BRASS-07', 2, 5, '2026-03-02 09:12:44+00', '{MAIN}', '2026-03-02 09:00:00+00', 2, 0, 0, 'closed', 1, '2026-03-23', 'lead_time', 1);

INSERT INTO allocation.outbox OVERRIDING SYSTEM VALUE VALUES (0, 1, 'crossdock.allocations', 1, 'lampshop:1001', '01a20ed8-7f65-73e7-8ac8-aefc03bd9b09', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376636352d373365372d386163382d616566633033626439623039225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f616c6c6f636174696f6e225d2c5b2263655f74797065222c2263726f7373646f636b2e6c696e652e6261636b6f7264657265642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2230316132306564382d376537312d373362312d383238372d323765643638346434633461225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2230316132306564382d376537312d373362312d383238372d323765643638346434633461225d5d', '\x7b226f726465725f6964223a226c616d7073686f703a31303031222c226c696e655f6964223a226c616d7073686f703a313030313a31222c22736b75223a224c414d502d42524153532d3037222c227175616e74697479223a322c226772616e7465645f746f74616c223a302c2270726f6d697365645f6f6e223a22323032362d30332d3233222c2270726f6d6973655f76657273696f6e223a312c22706f736974696f6e223a312c226465636973696f6e5f6e6f223a312c22726561736f6e223a7b22636f6465223a226c6561645f74696d65222c2274657874223a223220756e697473207761697420626568696e6420303b20757375616c6c792074686572652077697468696e2032312064617973222c22706172616d6574657273223a7b226168656164223a302c226c6561645f74696d655f64617973223a32317d7d7d', '2026-11-24 18:36:39.142042+00');
INSERT INTO allocation.outbox OVERRIDING SYSTEM VALUE VALUES (0, 2, 'crossdock.allocations', 1, 'lampshop:1001', '01a20ed8-7f65-77c7-90ec-8f97df2cf2cd', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376636352d373763372d393065632d386639376466326366326364225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f616c6c6f636174696f6e225d2c5b2263655f74797065222c2263726f7373646f636b2e6c696e652e616c6c6f63617465642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2230316132306564382d376537312d373639392d386532632d633338343336343038383930225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2230316132306564382d376537312d373639392d386532632d633338343336343038383930225d5d', '\x7b226f726465725f6964223a226c616d7073686f703a31303031222c226c696e655f6964223a226c616d7073686f703a313030313a31222c22736b75223a224c414d502d42524153532d3037222c2277617265686f757365223a224d41494e222c227175616e74697479223a322c226772616e7465645f746f74616c223a322c22756e66696c6c6564223a302c22736f75726365223a22646f636b222c226465636973696f6e5f6e6f223a322c22726561736f6e223a7b22636f6465223a227265636569766564222c2274657874223a22706f736974696f6e20313b20333820756e6974732063616d6520696e2064656c697665727920504f2d37373331222c22706172616d6574657273223a7b22706f736974696f6e223a312c22756e697473223a33382c2264656c6976657279223a22504f2d37373331222c227363616e5f6964223a2253432d3838313230227d7d7d', '2026-11-24 18:36:39.142144+00');
INSERT INTO allocation.outbox OVERRIDING SYSTEM VALUE VALUES (1, 3, 'crossdock.dock.moves', 9, 'LAMP-BRASS-07', '01a20ed8-7f65-7ac6-8952-f3822d3ac9bf', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376636352d376163362d383935322d663338323264336163396266225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f616c6c6f636174696f6e225d2c5b2263655f74797065222c2263726f7373646f636b2e756e6974732e726f757465642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2230316132306564382d376537312d373639392d386532632d633338343336343038383930225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2230316132306564382d376537312d373639392d386532632d633338343336343038383930225d5d', '\x7b22736b75223a224c414d502d42524153532d3037222c2277617265686f757365223a224d41494e222c226d6f7665223a2263726f73735f646f636b222c227175616e74697479223a322c226f726465725f6964223a226c616d7073686f703a31303031222c226c696e655f6964223a226c616d7073686f703a313030313a31222c22646f636b223a22444f434b2d32222c227363616e5f6964223a2253432d3838313230222c2264656c6976657279223a22504f2d37373331222c226465636973696f6e5f6e6f223a327d', '2026-11-24 18:36:39.14215+00');
INSERT INTO allocation.outbox OVERRIDING SYSTEM VALUE VALUES (1, 4, 'crossdock.dock.moves', 9, 'LAMP-BRASS-07', '01a20ed8-7f65-730c-8707-29ed3c0f5ce1', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376636352d373330632d383730372d323965643363306635636531225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f616c6c6f636174696f6e225d2c5b2263655f74797065222c2263726f7373646f636b2e756e6974732e726f757465642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2230316132306564382d376537312d373639392d386532632d633338343336343038383930225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2230316132306564382d376537312d373639392d386532632d633338343336343038383930225d5d', '\x7b22736b75223a224c414d502d42524153532d3037222c2277617265686f757365223a224d41494e222c226d6f7665223a227075745f61776179222c227175616e74697479223a33362c226f726465725f6964223a6e756c6c2c226c696e655f6964223a6e756c6c2c22646f636b223a22444f434b2d32222c227363616e5f6964223a2253432d3838313230222c2264656c6976657279223a22504f2d37373331222c226465636973696f6e5f6e6f223a337d', '2026-11-24 18:36:39.142152+00');

INSERT INTO allocation.positions VALUES ('crossdock.demand', 9, 2);
INSERT INTO allocation.positions VALUES ('crossdock.products', 9, 1);
INSERT INTO allocation.positions VALUES ('crossdock.stock', 5, 5);
INSERT INTO allocation.positions VALUES ('crossdock.stock', 9, 6);

INSERT INTO allocation.schema_version VALUES (1, 'chassis/0001_chassis.sql', '0a6d04fc7733504ac34c6780ad0023975e60f1f271dd5b0d8ff1c041ecd7e2dd', '2026-11-24 18:36:36.170136+00');
INSERT INTO allocation.schema_version VALUES (2, 'service/0001_allocation.sql', '629d25f0b0a344183c33ed7298dab2c5198aaab1e7b68ebf6e8dbad305d1a2ca', '2026-11-24 18:36:36.170136+00');

INSERT INTO allocation.supply VALUES ('BULB-E14-WARM', 'MAIN', 0, 0, 0, 3, 0, 0, 0);
INSERT INTO allocation.supply VALUES ('LAMP-BRASS-07', 'MAIN', 37, 0, 2, 0, 0, 0, 0);

SELECT pg_catalog.setval('allocation.dead_letters_id_seq', 1, false);

SELECT pg_catalog.setval('allocation.effects_id_seq', 1, false);

SELECT pg_catalog.setval('allocation.outbox_seq_seq', 4, true);

SELECT pg_catalog.setval('allocation.relay_members', 1, false);

ALTER TABLE ONLY allocation.counts
    ADD CONSTRAINT counts_pkey PRIMARY KEY (warehouse, count_id);

ALTER TABLE ONLY allocation.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY allocation.dead_letters
    ADD CONSTRAINT dead_letters_topic_partition_offset_key UNIQUE (topic, partition, "offset");

ALTER TABLE ONLY allocation.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (sku, decision_no);

ALTER TABLE ONLY allocation.effects
    ADD CONSTRAINT effects_kind_key_key UNIQUE (kind, key);

ALTER TABLE ONLY allocation.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY allocation.expected
    ADD CONSTRAINT expected_pkey PRIMARY KEY (sku, warehouse, supplier, delivery);

ALTER TABLE ONLY allocation.inbound
    ADD CONSTRAINT inbound_pkey PRIMARY KEY (identity);

ALTER TABLE ONLY allocation.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY allocation.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (sku);

ALTER TABLE ONLY allocation.lines
    ADD CONSTRAINT lines_pkey PRIMARY KEY (line_id);

ALTER TABLE ONLY allocation.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (shard, seq);

ALTER TABLE ONLY allocation.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (topic, partition);

ALTER TABLE ONLY allocation.schema_version
    ADD CONSTRAINT schema_version_name_key UNIQUE (name);

ALTER TABLE ONLY allocation.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);

ALTER TABLE ONLY allocation.supply
    ADD CONSTRAINT supply_pkey PRIMARY KEY (sku, warehouse);

CREATE INDEX effects_due ON allocation.effects USING btree (kind, due_at, id) WHERE (state = 'scheduled'::text);

CREATE INDEX effects_in_hand ON allocation.effects USING btree (state, leased_until) WHERE (state = ANY (ARRAY['started'::text, 'unknown'::text]));

CREATE UNIQUE INDEX effects_one_started ON allocation.effects USING btree (subject) WHERE ((state = 'started'::text) AND outside);

CREATE INDEX effects_subject ON allocation.effects USING btree (subject);

CREATE INDEX lines_in_turn ON allocation.lines USING btree (sku, priority_class, placed_at, line_id) WHERE (state = 'waiting'::text);

CREATE INDEX lines_undecided ON allocation.lines USING btree (sku) WHERE (state = 'undecided'::text);

GRANT USAGE ON SCHEMA allocation TO allocation;
GRANT USAGE ON SCHEMA allocation TO auditor;

REVOKE ALL ON FUNCTION allocation.drop_inbox_before(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION allocation.drop_inbox_before(day date) TO allocation;

REVOKE ALL ON FUNCTION allocation.make_partitions(from_day date, to_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION allocation.make_partitions(from_day date, to_day date) TO allocation;

REVOKE ALL ON FUNCTION allocation.uuid7_floor(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION allocation.uuid7_floor(moment timestamp with time zone) TO allocation;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.counts TO allocation;
GRANT SELECT ON TABLE allocation.counts TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.dead_letters TO allocation;
GRANT SELECT ON TABLE allocation.dead_letters TO auditor;

GRANT USAGE ON SEQUENCE allocation.dead_letters_id_seq TO allocation;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.decisions TO allocation;
GRANT SELECT ON TABLE allocation.decisions TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.effects TO allocation;
GRANT SELECT ON TABLE allocation.effects TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.effects_history TO allocation;
GRANT SELECT ON TABLE allocation.effects_history TO auditor;

GRANT USAGE ON SEQUENCE allocation.effects_id_seq TO allocation;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.expected TO allocation;
GRANT SELECT ON TABLE allocation.expected TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.inbound TO allocation;
GRANT SELECT ON TABLE allocation.inbound TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.inbox TO allocation;
GRANT SELECT ON TABLE allocation.inbox TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.items TO allocation;
GRANT SELECT ON TABLE allocation.items TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.lines TO allocation;
GRANT SELECT ON TABLE allocation.lines TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.outbox TO allocation;
GRANT SELECT ON TABLE allocation.outbox TO auditor;

GRANT USAGE ON SEQUENCE allocation.outbox_seq_seq TO allocation;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.positions TO allocation;
GRANT SELECT ON TABLE allocation.positions TO auditor;

GRANT USAGE ON SEQUENCE allocation.relay_members TO allocation;

GRANT SELECT ON TABLE allocation.schema_version TO allocation;
GRANT SELECT ON TABLE allocation.schema_version TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE allocation.supply TO allocation;
GRANT SELECT ON TABLE allocation.supply TO auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE crossdock IN SCHEMA allocation GRANT SELECT ON TABLES TO auditor;
