-- One row per order: its lock orders everything that is decided about the order's money.
CREATE TABLE accounts (
    order_id text COLLATE "C" PRIMARY KEY,
    -- Payment troubles so far; the deadline of the one that is open.
    episode integer NOT NULL DEFAULT 0 CHECK (episode >= 0),
    deadline timestamptz,
    CHECK (deadline IS NULL OR episode > 0)
) WITH (fillfactor = 80);

-- Tokens of the provider, never a card.
CREATE TABLE methods (
    order_id text COLLATE "C" NOT NULL REFERENCES accounts,
    method_id text COLLATE "C" NOT NULL,
    token text NOT NULL,
    given_at timestamptz NOT NULL,
    -- withdrawn: the order was refused before the provider had answered.
    state text NOT NULL CHECK (state IN ('verifying', 'verified', 'refused', 'withdrawn')),
    reason_code text,
    reason_text text,
    PRIMARY KEY (order_id, method_id),
    CHECK ((state = 'refused') = (reason_code IS NOT NULL)),
    CHECK ((reason_code IS NULL) = (reason_text IS NULL))
) WITH (fillfactor = 80);

-- One authorization per shipment.
CREATE TABLE authorizations (
    shipment_id text COLLATE "C" PRIMARY KEY,
    order_id text COLLATE "C" NOT NULL REFERENCES accounts,
    version integer NOT NULL CHECK (version > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    currency text NOT NULL,
    planned_at timestamptz NOT NULL,
    -- waiting: for a verified method. started: the provider may have been asked.
    state text NOT NULL CHECK (state IN ('waiting', 'due', 'started', 'authorized', 'declined')),
    -- Moves on only after a definite failure: it is part of the provider's idempotency key.
    epoch integer NOT NULL CHECK (epoch > 0),
    method_id text COLLATE "C",
    provider text,
    provider_ref text UNIQUE,
    authorized_at timestamptz,
    valid_until timestamptz,
    reason_code text,
    reason_text text,
    FOREIGN KEY (order_id, method_id) REFERENCES methods,
    CHECK ((state = 'authorized') = (provider IS NOT NULL)),
    CHECK ((provider IS NULL) = (authorized_at IS NULL)),
    CHECK ((provider IS NULL) = (valid_until IS NULL)),
    CHECK ((state = 'declined') = (reason_code IS NOT NULL)),
    CHECK ((reason_code IS NULL) = (reason_text IS NULL)),
    CHECK (state = 'waiting' OR amount_minor = 0 OR method_id IS NOT NULL),
    CHECK (provider IS NULL OR (provider = 'none') = (provider_ref IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX authorizations_of_order ON authorizations (order_id);

-- At most one capture per shipment: the key says so.
CREATE TABLE captures (
    shipment_id text COLLATE "C" PRIMARY KEY,
    order_id text COLLATE "C" NOT NULL REFERENCES accounts,
    version integer NOT NULL CHECK (version > 0),
    amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
    packed_at timestamptz NOT NULL,
    -- waiting: for its authorization. started: the provider may have been asked.
    state text NOT NULL CHECK (state IN ('waiting', 'due', 'started', 'captured', 'refused')),
    provider text,
    provider_ref text,
    captured_at timestamptz,
    reason_code text,
    reason_text text,
    CHECK ((state = 'captured') = (provider IS NOT NULL)),
    CHECK ((state = 'captured') = (captured_at IS NOT NULL)),
    CHECK ((state = 'refused') = (reason_code IS NOT NULL)),
    CHECK ((reason_code IS NULL) = (reason_text IS NULL)),
    CHECK (provider IS NULL OR (provider = 'none') = (provider_ref IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX captures_of_order ON captures (order_id);

-- Double entry. A positive amount is a debit. The key makes each entry exist once.
CREATE TABLE ledger (
    entry text COLLATE "C" NOT NULL,
    posting smallint NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    shipment_id text COLLATE "C" NOT NULL,
    account text NOT NULL
            CHECK (account IN ('reserved', 'reservations', 'provider', 'customers')),
    currency text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    booked_at timestamptz NOT NULL,
    PRIMARY KEY (entry, posting)
);

-- Entries are written whole, by one statement, and are in balance in each currency.
CREATE FUNCTION ledger_in_balance() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER in_balance AFTER INSERT ON ledger
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_in_balance();

-- What was booked stays: a mistake is corrected by an entry of its own.
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: book a correcting entry'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
