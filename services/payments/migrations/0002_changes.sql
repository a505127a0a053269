-- Parcels change and are withdrawn, cards fail and are replaced: voids, refunds, renewals, deadlines.

ALTER TABLE accounts
    -- The last trouble was not mended by its deadline, and is not since.
    ADD COLUMN passed boolean NOT NULL DEFAULT false,
    -- Nothing of the order is to come: nobody is asked for a method any more.
    ADD COLUMN closed boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT open_or_passed CHECK (NOT passed OR (deadline IS NULL AND episode > 0));

-- Moves on when a method that was refused for the moment is asked about again.
ALTER TABLE methods ADD COLUMN epoch integer NOT NULL DEFAULT 1 CHECK (epoch > 0);

-- What a shipment costs at its highest version heard, whatever was captured before.
CREATE TABLE targets (
    shipment_id text COLLATE "C" PRIMARY KEY,
    order_id text COLLATE "C" NOT NULL REFERENCES accounts,
    version integer NOT NULL CHECK (version > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    -- Null: packed, but nobody has said yet that it was planned.
    currency text,
    told_at timestamptz NOT NULL,
    -- The amount is what stays paid, if the shipment was captured.
    withdrawn boolean NOT NULL,
    -- It was packed at just this version.
    packed_at timestamptz,
    CHECK (currency IS NOT NULL OR (packed_at IS NOT NULL AND NOT withdrawn)),
    CHECK (packed_at IS NULL OR NOT withdrawn)
) WITH (fillfactor = 70);
CREATE INDEX targets_of_order ON targets (order_id);

ALTER TABLE authorizations
    DROP CONSTRAINT authorizations_state_check,
    ADD CONSTRAINT authorizations_state_check CHECK (
        state IN ('waiting', 'due', 'started', 'authorized', 'declined', 'withdrawn')
    ),
    -- A shipment may be withdrawn before there was a method.
    DROP CONSTRAINT authorizations_check5,
    ADD CONSTRAINT asked_for_by_a_method CHECK (
        state IN ('waiting', 'withdrawn') OR amount_minor = 0 OR method_id IS NOT NULL
    );

-- What a shipment was authorized by before, to be voided.
CREATE TABLE former_authorizations (
    shipment_id text COLLATE "C" NOT NULL,
    -- Of the shipment's authorization when this one was set aside.
    epoch integer NOT NULL CHECK (epoch > 0),
    order_id text COLLATE "C" NOT NULL REFERENCES accounts,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    provider text NOT NULL,
    provider_ref text NOT NULL,
    authorized_at timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    -- kept: until what renews it is there. restored: that was declined, the shipment has it again.
    state text NOT NULL CHECK (state IN ('kept', 'restored', 'due', 'started', 'voided')),
    -- The shipment goes on with another one.
    replaced boolean NOT NULL,
    PRIMARY KEY (shipment_id, epoch)
) WITH (fillfactor = 70);
CREATE INDEX former_authorizations_of_order ON former_authorizations (order_id);
-- One renewal at a time.
CREATE UNIQUE INDEX one_is_kept ON former_authorizations (shipment_id) WHERE state = 'kept';

ALTER TABLE captures
    -- Moves on after a definite failure, as the authorization's does.
    ADD COLUMN epoch integer NOT NULL DEFAULT 1 CHECK (epoch > 0),
    DROP CONSTRAINT captures_state_check,
    -- refused: written by the first release alone.
    ADD CONSTRAINT captures_state_check CHECK (
        state IN ('waiting', 'due', 'started', 'captured', 'refused', 'withdrawn')
    );

-- What goes back of a capture, part by part.
CREATE TABLE refunds (
    shipment_id text COLLATE "C" NOT NULL REFERENCES captures,
    number integer NOT NULL CHECK (number > 0),
    order_id text COLLATE "C" NOT NULL REFERENCES accounts,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    state text NOT NULL CHECK (state IN ('due', 'started', 'refunded')),
    provider text,
    provider_ref text,
    refunded_at timestamptz,
    PRIMARY KEY (shipment_id, number),
    CHECK ((state = 'refunded') = (provider IS NOT NULL)),
    CHECK ((provider IS NULL) = (provider_ref IS NULL)),
    CHECK ((provider IS NULL) = (refunded_at IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX refunds_of_order ON refunds (order_id);

-- What the first release left: what its parcels cost ...
INSERT INTO targets
    (shipment_id, order_id, version, amount_minor, currency, told_at, withdrawn, packed_at)
SELECT shipment_id, coalesce(a.order_id, c.order_id), coalesce(c.version, a.version),
       coalesce(c.amount_minor, a.amount_minor), a.currency, coalesce(a.planned_at, c.packed_at),
       false, c.packed_at
FROM authorizations a FULL JOIN captures c USING (shipment_id);

-- ... authorizations that had lapsed when they were to be captured, now to be asked for anew ...
INSERT INTO ledger
    (entry, posting, order_id, shipment_id, account, currency, amount_minor, booked_at)
SELECT 'lapse:' || shipment_id || ':' || a.epoch, p.posting, a.order_id, shipment_id, p.account,
       a.currency, p.sign * a.amount_minor, a.valid_until
FROM authorizations a JOIN captures c USING (shipment_id)
CROSS JOIN (VALUES (1::smallint, 'reservations', 1), (2::smallint, 'reserved', -1))
    AS p (posting, account, sign)
WHERE c.state = 'refused' AND a.amount_minor > 0;

UPDATE authorizations a
SET state = 'declined', reason_code = c.reason_code, reason_text = c.reason_text,
    provider = NULL, provider_ref = NULL, authorized_at = NULL, valid_until = NULL
FROM captures c WHERE c.shipment_id = a.shipment_id AND c.state = 'refused';

UPDATE captures SET state = 'waiting', epoch = 2, reason_code = NULL, reason_text = NULL
WHERE state = 'refused';

-- ... and the timers that it did not have: deadlines, the wait for a verification, renewals.
INSERT INTO effects (kind, key, subject, due_at, request)
SELECT 'payment_deadline', order_id || ':' || episode, order_id, deadline,
       jsonb_build_object('order_id', order_id, 'about', order_id, 'number', episode)
FROM accounts WHERE deadline IS NOT NULL
UNION ALL
SELECT 'verify_within', order_id || ':' || method_id, order_id, given_at + interval '24 hours',
       jsonb_build_object('order_id', order_id, 'about', method_id, 'number', epoch)
FROM methods WHERE state = 'verifying'
UNION ALL
SELECT 'renew_authorization', a.shipment_id || ':' || a.epoch, a.shipment_id,
       a.valid_until - interval '24 hours',
       jsonb_build_object('order_id', a.order_id, 'about', a.shipment_id, 'number', a.epoch)
FROM authorizations a LEFT JOIN captures c USING (shipment_id)
WHERE a.state = 'authorized' AND a.provider <> 'none' AND c.state IS DISTINCT FROM 'captured'
ON CONFLICT (kind, key) DO NOTHING;
