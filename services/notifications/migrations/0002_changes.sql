-- Minds and cards change: units that are cancelled, given back and refunded, payment that needs the
-- customer, contacts that are erased. Everything new has a default, so that workers of the release
-- before go on meanwhile.

-- A customer who was to be forgotten is known no more, and still their order goes on: what is due
-- of it then says so.
ALTER TABLE orders
    ADD COLUMN erased              boolean NOT NULL DEFAULT false,
    -- The last payment trouble. It is over when payment works again, or when its deadline passed.
    ADD COLUMN trouble_episode     int NOT NULL DEFAULT 0,
    ADD COLUMN trouble_cause       text,
    ADD COLUMN trouble_deadline    timestamptz,
    ADD COLUMN trouble_shipment_id text,
    ADD COLUMN trouble_told_in     int,
    ADD COLUMN mended_episode      int NOT NULL DEFAULT 0,
    ADD COLUMN overdue_episode     int NOT NULL DEFAULT 0,
    ADD COLUMN held_back           boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT orders_trouble CHECK (
        (trouble_episode = 0) = (trouble_cause IS NULL)
        AND (trouble_episode = 0) = (trouble_deadline IS NULL)),
    DROP CONSTRAINT orders_check,
    DROP CONSTRAINT orders_check1,
    -- Nothing is told before there is something to tell, and somebody, or nobody any more.
    ADD CONSTRAINT orders_opened CHECK (NOT opened OR (state <> 'heard_of' AND messages > 0)),
    ADD CONSTRAINT orders_contact CHECK (NOT opened OR has_contact OR erased);
DROP INDEX orders_waiting;
-- For status and audit: orders whose first message waits. One that was refused before it was taken
-- leaves nothing but the erasing of its contact.
CREATE INDEX orders_waiting ON orders (first_heard_at) WHERE NOT opened AND NOT erased;

ALTER TABLE lines
    ADD COLUMN requeued_total int NOT NULL DEFAULT 0 CHECK (requeued_total >= 0),
    -- Cancelled units: those that waited, those taken out of parcels, those that settled cancels
    -- name, and those that the confirmation names. Three topics tell of them, each in its time.
    ADD COLUMN cancelled      int NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    ADD COLUMN withdrawn      int NOT NULL DEFAULT 0 CHECK (withdrawn >= 0),
    ADD COLUMN settled        int NOT NULL DEFAULT 0 CHECK (settled >= 0),
    ADD COLUMN called_off     int NOT NULL DEFAULT 0 CHECK (called_off >= 0),
    -- Granted units that cancels named, and those that shipping has answered for.
    ADD COLUMN passed_on      int NOT NULL DEFAULT 0 CHECK (passed_on >= 0),
    ADD COLUMN answered       int NOT NULL DEFAULT 0 CHECK (answered >= 0),
    -- Units that left a parcel without being cancelled: damaged, missing, not paid in time.
    ADD COLUMN left_total     int NOT NULL DEFAULT 0 CHECK (left_total >= 0),
    ADD COLUMN left_cause     text NOT NULL DEFAULT '',
    ADD COLUMN promise_cause  text NOT NULL DEFAULT '',
    ADD COLUMN told_cancelled int NOT NULL DEFAULT 0 CHECK (told_cancelled >= 0),
    DROP CONSTRAINT lines_check1,
    ADD CONSTRAINT lines_told CHECK (
        told_waiting + told_allocated + told_announced + told_shipped + told_cancelled <= quantity);

-- amount_minor is what a parcel costs as it is now; what was taken stands beside it. amount_stage is
-- written by the release before alone, and goes with the next one.
ALTER TABLE parcels
    ADD COLUMN version             int NOT NULL DEFAULT 0,
    ADD COLUMN withdrawn           boolean NOT NULL DEFAULT false,
    ADD COLUMN captured_minor      bigint CHECK (captured_minor >= 0),
    ADD COLUMN refunded_minor      bigint NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    ADD COLUMN told_refunded_minor bigint NOT NULL DEFAULT 0 CHECK (told_refunded_minor >= 0),
    DROP CONSTRAINT parcels_check,
    ADD CONSTRAINT parcels_told_refunded CHECK (told_refunded_minor <= refunded_minor);
UPDATE parcels SET captured_minor = amount_minor WHERE amount_stage = 'captured';

-- Cancels that are answered for all of their units; each has one message.
CREATE TABLE cancels (
    order_id  text NOT NULL,
    cancel_id text NOT NULL,
    cause     text NOT NULL CHECK (cause IN ('shop', 'suspended')),
    whole     boolean NOT NULL,
    lines     jsonb NOT NULL,
    told_in   int,
    PRIMARY KEY (order_id, cancel_id)
);

ALTER TABLE messages
    ADD COLUMN cancel_id text,
    ADD COLUMN episode   int CHECK (episode > 0),
    DROP CONSTRAINT messages_kind_check,
    ADD CONSTRAINT messages_kind_check CHECK (kind IN
        ('confirmed', 'refused', 'backordered', 'date_changed', 'about_to_ship', 'payment_needed',
         'shipped', 'cancelled', 'refunded')),
    -- What a message is about, by its kind. Payment may be needed without a parcel.
    DROP CONSTRAINT messages_check,
    ADD CONSTRAINT messages_about CHECK (
        CASE WHEN kind IN ('about_to_ship', 'shipped') THEN shipment_id IS NOT NULL
             ELSE kind = 'payment_needed' OR shipment_id IS NULL END
        AND (kind = 'cancelled') = (cancel_id IS NOT NULL)
        AND (kind = 'payment_needed') = (episode IS NOT NULL));
DROP INDEX messages_gathering;
CREATE UNIQUE INDEX messages_gathering ON messages (order_id, kind)
    WHERE state = 'due' AND kind IN ('backordered', 'date_changed', 'refunded');
