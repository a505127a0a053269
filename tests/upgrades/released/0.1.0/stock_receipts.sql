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

CREATE SCHEMA stock_receipts;

ALTER SCHEMA stock_receipts OWNER TO crossdock;

CREATE FUNCTION stock_receipts.drop_inbox_before(day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'stock_receipts'
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

ALTER FUNCTION stock_receipts.drop_inbox_before(day date) OWNER TO crossdock;

CREATE FUNCTION stock_receipts.make_partitions(from_day date, to_day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'stock_receipts'
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

ALTER FUNCTION stock_receipts.make_partitions(from_day date, to_day date) OWNER TO crossdock;

CREATE FUNCTION stock_receipts.uuid7_floor(moment timestamp with time zone) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
            || '70008000000000000000')::uuid
$$;

ALTER FUNCTION stock_receipts.uuid7_floor(moment timestamp with time zone) OWNER TO crossdock;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE stock_receipts.adjustments (
    warehouse text NOT NULL COLLATE pg_catalog."C",
    adjustment_id text NOT NULL COLLATE pg_catalog."C",
    sku text NOT NULL COLLATE pg_catalog."C",
    quantity integer NOT NULL,
    reason text NOT NULL,
    adjusted_at timestamp with time zone NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT adjustments_quantity_check CHECK ((quantity <> 0))
);

ALTER TABLE stock_receipts.adjustments OWNER TO crossdock;

CREATE TABLE stock_receipts.counts (
    warehouse text NOT NULL COLLATE pg_catalog."C",
    count_id text NOT NULL COLLATE pg_catalog."C",
    sku text NOT NULL COLLATE pg_catalog."C",
    quantity integer NOT NULL,
    opening boolean NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT counts_quantity_check CHECK ((quantity >= 0))
);

ALTER TABLE stock_receipts.counts OWNER TO crossdock;

CREATE TABLE stock_receipts.dead_letters (
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

ALTER TABLE stock_receipts.dead_letters OWNER TO crossdock;

ALTER TABLE stock_receipts.dead_letters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stock_receipts.dead_letters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stock_receipts.delivery_lines (
    sku text NOT NULL COLLATE pg_catalog."C",
    warehouse text NOT NULL COLLATE pg_catalog."C",
    delivery text NOT NULL COLLATE pg_catalog."C",
    supplier text NOT NULL COLLATE pg_catalog."C",
    quantity integer,
    expected_on date,
    stage text,
    announced_at timestamp with time zone,
    good bigint NOT NULL,
    damaged bigint NOT NULL,
    CONSTRAINT announced_as_a_whole CHECK ((num_nulls(quantity, expected_on, stage, announced_at) = ANY (ARRAY[0, 4]))),
    CONSTRAINT delivery_lines_damaged_check CHECK ((damaged >= 0)),
    CONSTRAINT delivery_lines_good_check CHECK ((good >= 0)),
    CONSTRAINT delivery_lines_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT delivery_lines_stage_check CHECK ((stage = ANY (ARRAY['ordered'::text, 'made'::text, 'sent'::text, 'arrived'::text]))),
    CONSTRAINT only_the_named_are_announced CHECK (((quantity IS NULL) OR ((delivery <> ''::text) AND (supplier <> ''::text))))
)
WITH (fillfactor='80');

ALTER TABLE stock_receipts.delivery_lines OWNER TO crossdock;

CREATE TABLE stock_receipts.discrepancies (
    sku text NOT NULL COLLATE pg_catalog."C",
    warehouse text NOT NULL COLLATE pg_catalog."C",
    delivery text NOT NULL COLLATE pg_catalog."C",
    supplier text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    units bigint NOT NULL,
    found_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT discrepancies_kind_check CHECK ((kind = ANY (ARRAY['damaged'::text, 'delivery_ambiguous'::text, 'over'::text, 'unannounced'::text]))),
    CONSTRAINT discrepancies_units_check CHECK ((units >= 0))
)
WITH (fillfactor='80');

ALTER TABLE stock_receipts.discrepancies OWNER TO crossdock;

CREATE TABLE stock_receipts.effects (
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

ALTER TABLE stock_receipts.effects OWNER TO crossdock;

CREATE TABLE stock_receipts.effects_history (
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

ALTER TABLE stock_receipts.effects_history OWNER TO crossdock;

ALTER TABLE stock_receipts.effects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stock_receipts.effects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stock_receipts.inbound (
    identity text NOT NULL,
    content_hash bytea NOT NULL,
    content jsonb NOT NULL,
    event_id uuid NOT NULL,
    source text NOT NULL,
    heard_at timestamp with time zone NOT NULL
);

ALTER TABLE stock_receipts.inbound OWNER TO crossdock;

CREATE TABLE stock_receipts.inbox (
    event_id uuid NOT NULL,
    content_hash bytea NOT NULL
)
PARTITION BY RANGE (event_id);

ALTER TABLE stock_receipts.inbox OWNER TO crossdock;

CREATE TABLE stock_receipts.items (
    sku text NOT NULL COLLATE pg_catalog."C",
    warehouse text NOT NULL COLLATE pg_catalog."C",
    opening_count_id text COLLATE pg_catalog."C"
)
WITH (fillfactor='80');

ALTER TABLE stock_receipts.items OWNER TO crossdock;

CREATE TABLE stock_receipts.notices (
    sku text NOT NULL COLLATE pg_catalog."C",
    warehouse text NOT NULL COLLATE pg_catalog."C",
    delivery text NOT NULL COLLATE pg_catalog."C",
    supplier text NOT NULL COLLATE pg_catalog."C",
    announced_at timestamp with time zone NOT NULL,
    quantity integer NOT NULL,
    expected_on date NOT NULL,
    stage text NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT notices_quantity_check CHECK ((quantity > 0))
);

ALTER TABLE stock_receipts.notices OWNER TO crossdock;

CREATE TABLE stock_receipts.outbox (
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

ALTER TABLE stock_receipts.outbox OWNER TO crossdock;

ALTER TABLE stock_receipts.outbox ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME stock_receipts.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE stock_receipts.positions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL
)
WITH (fillfactor='50');

ALTER TABLE stock_receipts.positions OWNER TO crossdock;

CREATE TABLE stock_receipts.receipts (
    warehouse text NOT NULL COLLATE pg_catalog."C",
    scan_id text NOT NULL COLLATE pg_catalog."C",
    sku text NOT NULL COLLATE pg_catalog."C",
    dock text NOT NULL,
    delivery text COLLATE pg_catalog."C",
    supplier text COLLATE pg_catalog."C",
    good integer NOT NULL,
    damaged integer NOT NULL,
    scanned_at timestamp with time zone NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT receipts_damaged_check CHECK ((damaged >= 0)),
    CONSTRAINT receipts_good_check CHECK ((good >= 0))
);

ALTER TABLE stock_receipts.receipts OWNER TO crossdock;

CREATE SEQUENCE stock_receipts.relay_members
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE stock_receipts.relay_members OWNER TO crossdock;

CREATE TABLE stock_receipts.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE stock_receipts.schema_version OWNER TO crossdock;

INSERT INTO stock_receipts.adjustments VALUES ('MAIN', 'ADJ-311', 'BULB-E14-WARM', -3, 'Three bulbs burst when a pallet was moved.', '2026-03-02 08:05:10+00', '2026-03-02 09:00:00+00');

INSERT INTO stock_receipts.counts VALUES ('MAIN', 'OPEN-2026-03-01-LAMP-BRASS-07', 'LAMP-BRASS-07', 1, true, '2026-03-01 18:30:00+00', '2026-03-02 09:00:00+00');

INSERT INTO stock_receipts.delivery_lines VALUES ('LAMP-BRASS-07', 'MAIN', 'PO-7731', 'BRASSWORKS', 40, '2026-03-09', 'sent', '2026-02-27 15:00:00+00', 38, 2);

INSERT INTO stock_receipts.discrepancies VALUES ('LAMP-BRASS-07', 'MAIN', 'PO-7731', 'BRASSWORKS', 'damaged', 2, '2026-03-02 09:00:00+00', '2026-03-02 09:00:00+00');

INSERT INTO stock_receipts.inbound VALUES ('delivery.announced|MAIN|BRASSWORKS|PO-7731|LAMP-BRASS-07|2026-02-27 15:00:00+00:00', '\x33b1e460f5d2ec3177c587bdaea70696', '{"stage": "sent", "quantity": 40, "expected_on": "2026-03-09"}', '87d85bb0-8732-5426-9d77-5b796afd8575', '/tests', '2026-11-24 18:36:38.678162+00');
INSERT INTO stock_receipts.inbound VALUES ('receipt.scanned|MAIN|SC-88120', '\x77efcd60f127c9a7e4e5ab49e0daf148', '{"sku": "LAMP-BRASS-07", "good": 38, "damaged": 2, "delivery": "PO-7731", "supplier": "BRASSWORKS"}', '9f91ee87-4f99-5ac9-8df2-fd20303eebf1', '/tests', '2026-11-24 18:36:38.678413+00');
INSERT INTO stock_receipts.inbound VALUES ('stock.adjusted|MAIN|ADJ-311', '\xb11fc9539d18c3a58aaf48616965e16f', '{"sku": "BULB-E14-WARM", "reason": "Three bulbs burst when a pallet was moved.", "quantity": -3}', 'f4b8b690-d28a-5ad7-bbc8-201b7d9fdba3', '/tests', '2026-11-24 18:36:38.678423+00');
INSERT INTO stock_receipts.inbound VALUES ('stock.counted|MAIN|OPEN-2026-03-01-LAMP-BRASS-07', '\x83fc33d1edbe911ea0e905892e1a39b2', '{"sku": "LAMP-BRASS-07", "opening": true, "quantity": 1}', '87163507-cd28-53e1-b646-a75fde2c821b', '/tests', '2026-11-24 18:36:38.678429+00');

INSERT INTO stock_receipts.items VALUES ('BULB-E14-WARM', 'MAIN', NULL);
INSERT INTO stock_receipts.items VALUES ('LAMP-BRASS-07', 'MAIN', 'OPEN-2026-03-01-LAMP-BRASS-07');

INSERT INTO stock_receipts.notices VALUES ('LAMP-BRASS-07', 'MAIN', 'PO-7731', 'BRASSWORKS', '2026-02-27 15:00:00+00', 40, '2026-03-09', 'sent', '2026-03-02 09:00:00+00');

INSERT INTO stock_receipts.outbox OVERRIDING SYSTEM VALUE VALUES (4, 1, 'crossdock.stock', 9, 'LAMP-BRASS-07', '01a20ed8-7dd2-77ea-a436-61af414b4c7d', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376464322d373765612d613433362d363161663431346234633764225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f73746f636b5f7265636569707473225d2c5b2263655f74797065222c2263726f7373646f636b2e64656c69766572792e65787065637465642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2238376438356262302d383733322d353432362d396437372d356237393661666438353735225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2238376438356262302d383733322d353432362d396437372d356237393661666438353735225d5d', '\x7b22736b75223a224c414d502d42524153532d3037222c2277617265686f757365223a224d41494e222c22737570706c696572223a224252415353574f524b53222c2264656c6976657279223a22504f2d37373331222c227175616e74697479223a34302c2272656d61696e696e67223a34302c2265787065637465645f6f6e223a22323032362d30332d3039222c227374616765223a2273656e74222c22616e6e6f756e6365645f6174223a22323032362d30322d32375431353a30303a30305a227d', '2026-11-24 18:36:38.749898+00');
INSERT INTO stock_receipts.outbox OVERRIDING SYSTEM VALUE VALUES (0, 2, 'crossdock.stock', 5, 'BULB-E14-WARM', '01a20ed8-7dd2-7100-881a-bb30cbe93a9e', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376464322d373130302d383831612d626233306362653933613965225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f73746f636b5f7265636569707473225d2c5b2263655f74797065222c2263726f7373646f636b2e73746f636b2e61646a75737465642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2266346238623639302d643238612d356164372d626263382d323031623764396664626133225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2266346238623639302d643238612d356164372d626263382d323031623764396664626133225d5d', '\x7b22736b75223a2242554c422d4531342d5741524d222c2277617265686f757365223a224d41494e222c2261646a7573746d656e745f6964223a2241444a2d333131222c227175616e74697479223a2d332c22726561736f6e223a2254687265652062756c6273206275727374207768656e20612070616c6c657420776173206d6f7665642e222c2261646a75737465645f6174223a22323032362d30332d30325430383a30353a31305a227d', '2026-11-24 18:36:38.750052+00');
INSERT INTO stock_receipts.outbox OVERRIDING SYSTEM VALUE VALUES (4, 3, 'crossdock.stock', 9, 'LAMP-BRASS-07', '01a20ed8-7dd2-7726-ab9c-95ee0bd7ca85', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376464322d373732362d616239632d393565653062643763613835225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f73746f636b5f7265636569707473225d2c5b2263655f74797065222c2263726f7373646f636b2e73746f636b2e72656365697665642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2239663931656538372d346639392d356163392d386466322d666432303330336565626631225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2239663931656538372d346639392d356163392d386466322d666432303330336565626631225d5d', '\x7b22736b75223a224c414d502d42524153532d3037222c2277617265686f757365223a224d41494e222c227363616e5f6964223a2253432d3838313230222c22646f636b223a22444f434b2d32222c22676f6f64223a33382c2264616d61676564223a322c2264656c6976657279223a22504f2d37373331222c226578706563746564223a7b22737570706c696572223a224252415353574f524b53222c2264656c6976657279223a22504f2d37373331222c2272656d61696e696e67223a307d2c227363616e6e65645f6174223a22323032362d30332d30395430373a34313a30335a227d', '2026-11-24 18:36:38.750056+00');
INSERT INTO stock_receipts.outbox OVERRIDING SYSTEM VALUE VALUES (4, 4, 'crossdock.stock', 9, 'LAMP-BRASS-07', '01a20ed8-7dd2-7d41-8be1-b7c4211ce83a', '\x5b5b2263655f7370656376657273696f6e222c22312e30225d2c5b2263655f6964222c2230316132306564382d376464322d376434312d386265312d623763343231316365383361225d2c5b2263655f736f75726365222c222f63726f7373646f636b2f73746f636b5f7265636569707473225d2c5b2263655f74797065222c2263726f7373646f636b2e73746f636b2e636f756e7465642e7631225d2c5b2263655f74696d65222c22323032362d30332d30325430393a30303a30302b30303a3030225d2c5b2263655f636f7272656c6174696f6e6964222c2238373136333530372d636432382d353365312d623634362d613735666465326338323162225d2c5b22636f6e74656e742d74797065222c226170706c69636174696f6e2f6a736f6e225d2c5b2263655f636175736174696f6e6964222c2238373136333530372d636432382d353365312d623634362d613735666465326338323162225d5d', '\x7b22736b75223a224c414d502d42524153532d3037222c2277617265686f757365223a224d41494e222c22636f756e745f6964223a224f50454e2d323032362d30332d30312d4c414d502d42524153532d3037222c227175616e74697479223a312c226f70656e696e67223a747275652c22636f756e7465645f6174223a22323032362d30332d30315431383a33303a30305a227d', '2026-11-24 18:36:38.750058+00');

INSERT INTO stock_receipts.positions VALUES ('crossdock.suppliers.notices', 9, 4);
INSERT INTO stock_receipts.positions VALUES ('crossdock.warehouse.receipts', 5, 3);
INSERT INTO stock_receipts.positions VALUES ('crossdock.warehouse.receipts', 9, 2);

INSERT INTO stock_receipts.receipts VALUES ('MAIN', 'SC-88120', 'LAMP-BRASS-07', 'DOCK-2', 'PO-7731', 'BRASSWORKS', 38, 2, '2026-03-09 07:41:03+00', '2026-03-02 09:00:00+00');

INSERT INTO stock_receipts.schema_version VALUES (1, 'chassis/0001_chassis.sql', '0a6d04fc7733504ac34c6780ad0023975e60f1f271dd5b0d8ff1c041ecd7e2dd', '2026-11-24 18:36:37.690564+00');
INSERT INTO stock_receipts.schema_version VALUES (2, 'service/0001_stock_receipts.sql', '8bc96b81daa7730bd2c675b9380f654554cb99790bcbe00d45a988ca353dc962', '2026-11-24 18:36:37.690564+00');

SELECT pg_catalog.setval('stock_receipts.dead_letters_id_seq', 1, false);

SELECT pg_catalog.setval('stock_receipts.effects_id_seq', 1, false);

SELECT pg_catalog.setval('stock_receipts.outbox_seq_seq', 4, true);

SELECT pg_catalog.setval('stock_receipts.relay_members', 1, false);

ALTER TABLE ONLY stock_receipts.adjustments
    ADD CONSTRAINT adjustments_pkey PRIMARY KEY (warehouse, adjustment_id);

ALTER TABLE ONLY stock_receipts.counts
    ADD CONSTRAINT counts_pkey PRIMARY KEY (warehouse, count_id);

ALTER TABLE ONLY stock_receipts.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stock_receipts.dead_letters
    ADD CONSTRAINT dead_letters_topic_partition_offset_key UNIQUE (topic, partition, "offset");

ALTER TABLE ONLY stock_receipts.delivery_lines
    ADD CONSTRAINT delivery_lines_pkey PRIMARY KEY (sku, warehouse, delivery, supplier);

ALTER TABLE ONLY stock_receipts.discrepancies
    ADD CONSTRAINT discrepancies_pkey PRIMARY KEY (sku, warehouse, delivery, supplier, kind);

ALTER TABLE ONLY stock_receipts.effects
    ADD CONSTRAINT effects_kind_key_key UNIQUE (kind, key);

ALTER TABLE ONLY stock_receipts.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY stock_receipts.inbound
    ADD CONSTRAINT inbound_pkey PRIMARY KEY (identity);

ALTER TABLE ONLY stock_receipts.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY stock_receipts.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (sku, warehouse);

ALTER TABLE ONLY stock_receipts.notices
    ADD CONSTRAINT notices_pkey PRIMARY KEY (sku, warehouse, delivery, supplier, announced_at);

ALTER TABLE ONLY stock_receipts.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (shard, seq);

ALTER TABLE ONLY stock_receipts.positions
    ADD CONSTRAINT positions_pkey PRIMARY KEY (topic, partition);

ALTER TABLE ONLY stock_receipts.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (warehouse, scan_id);

ALTER TABLE ONLY stock_receipts.schema_version
    ADD CONSTRAINT schema_version_name_key UNIQUE (name);

ALTER TABLE ONLY stock_receipts.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);

CREATE UNIQUE INDEX counts_opening ON stock_receipts.counts USING btree (sku, warehouse) WHERE opening;

CREATE INDEX effects_due ON stock_receipts.effects USING btree (kind, due_at, id) WHERE (state = 'scheduled'::text);

CREATE INDEX effects_in_hand ON stock_receipts.effects USING btree (state, leased_until) WHERE (state = ANY (ARRAY['started'::text, 'unknown'::text]));

CREATE UNIQUE INDEX effects_one_started ON stock_receipts.effects USING btree (subject) WHERE ((state = 'started'::text) AND outside);

CREATE INDEX effects_subject ON stock_receipts.effects USING btree (subject);

GRANT USAGE ON SCHEMA stock_receipts TO stock_receipts;
GRANT USAGE ON SCHEMA stock_receipts TO auditor;

REVOKE ALL ON FUNCTION stock_receipts.drop_inbox_before(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION stock_receipts.drop_inbox_before(day date) TO stock_receipts;

REVOKE ALL ON FUNCTION stock_receipts.make_partitions(from_day date, to_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION stock_receipts.make_partitions(from_day date, to_day date) TO stock_receipts;

REVOKE ALL ON FUNCTION stock_receipts.uuid7_floor(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION stock_receipts.uuid7_floor(moment timestamp with time zone) TO stock_receipts;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.adjustments TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.adjustments TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.counts TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.counts TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.dead_letters TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.dead_letters TO auditor;

GRANT USAGE ON SEQUENCE stock_receipts.dead_letters_id_seq TO stock_receipts;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.delivery_lines TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.delivery_lines TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.discrepancies TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.discrepancies TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.effects TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.effects TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.effects_history TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.effects_history TO auditor;

GRANT USAGE ON SEQUENCE stock_receipts.effects_id_seq TO stock_receipts;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.inbound TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.inbound TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.inbox TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.inbox TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.items TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.items TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.notices TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.notices TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.outbox TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.outbox TO auditor;

GRANT USAGE ON SEQUENCE stock_receipts.outbox_seq_seq TO stock_receipts;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.positions TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.positions TO auditor;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE stock_receipts.receipts TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.receipts TO auditor;

GRANT USAGE ON SEQUENCE stock_receipts.relay_members TO stock_receipts;

GRANT SELECT ON TABLE stock_receipts.schema_version TO stock_receipts;
GRANT SELECT ON TABLE stock_receipts.schema_version TO auditor;

ALTER DEFAULT PRIVILEGES FOR ROLE crossdock IN SCHEMA stock_receipts GRANT SELECT ON TABLES TO auditor;
