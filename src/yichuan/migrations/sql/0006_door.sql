ALTER TABLE api_keys ADD COLUMN callback_url TEXT;

CREATE TABLE account_applications (
    id UUID NOT NULL,
    merchant_id UUID,
    key_id UUID NOT NULL,
    courier TEXT NOT NULL,
    apply_no TEXT NOT NULL,
    company TEXT NOT NULL,
    details_enc BYTEA NOT NULL,
    branch_code TEXT,
    branch_name TEXT,
    state TEXT DEFAULT 'open' NOT NULL,
    reason TEXT,
    customer_name TEXT,
    customer_password_enc BYTEA,
    account_id UUID,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_account_applications PRIMARY KEY (id),
    CONSTRAINT uq_account_applications_key_id_apply_no UNIQUE (key_id, apply_no),
    CONSTRAINT ck_account_applications_state CHECK (state IN ('open','granted','refused')),
    CONSTRAINT fk_account_applications_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);

CREATE INDEX ix_account_applications_created ON account_applications (created_at, id);

CREATE INDEX ix_account_applications_merchant_id ON account_applications (merchant_id);

CREATE TABLE door_orders (
    key_id UUID NOT NULL,
    order_code TEXT NOT NULL,
    sub_order_id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    made BOOLEAN NOT NULL,
    request BYTEA NOT NULL,
    echo JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_door_orders PRIMARY KEY (merchant_id, id),
    CONSTRAINT uq_door_orders_merchant_id_order_code UNIQUE (merchant_id, order_code)
);

CREATE TABLE door_pushes (
    id UUID NOT NULL,
    merchant_id UUID,
    key_id UUID NOT NULL,
    request_type TEXT NOT NULL,
    about TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    status BIGINT,
    error TEXT,
    answer TEXT,
    duration_ms BIGINT NOT NULL,
    CONSTRAINT pk_door_pushes PRIMARY KEY (id)
);

CREATE INDEX ix_door_pushes_at ON door_pushes (at, id);

CREATE INDEX ix_door_pushes_key ON door_pushes (key_id, at);

CREATE TABLE pickups (
    key_id UUID,
    call TEXT NOT NULL,
    order_code TEXT NOT NULL,
    courier TEXT NOT NULL,
    number TEXT,
    account_id UUID,
    state TEXT DEFAULT 'requested' NOT NULL,
    details_enc BYTEA NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    reference TEXT NOT NULL,
    courier_order_no TEXT,
    picker JSONB DEFAULT '{}' NOT NULL,
    failure_text TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_pickups PRIMARY KEY (merchant_id, id),
    CONSTRAINT uq_pickups_merchant_id_order_code UNIQUE (merchant_id, order_code),
    CONSTRAINT ck_pickups_state CHECK (state IN ('requested','booked','assigned','collected','cancelled','failed'))
);

CREATE INDEX ix_pickups_created ON pickups (merchant_id, created_at);

CREATE INDEX ix_pickups_number ON pickups (courier, number);

CREATE TABLE shipping_wishes (
    merchant_id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    sender_enc BYTEA,
    pay TEXT DEFAULT 'monthly' NOT NULL,
    exp_type TEXT DEFAULT '1' NOT NULL,
    services JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_shipping_wishes PRIMARY KEY (merchant_id, shipment_id)
);

CREATE TABLE track_subscribers (
    id UUID NOT NULL,
    merchant_id UUID,
    key_id UUID NOT NULL,
    courier TEXT NOT NULL,
    number TEXT NOT NULL,
    cycle BIGINT NOT NULL,
    kind TEXT NOT NULL,
    order_code TEXT DEFAULT '' NOT NULL,
    callback TEXT DEFAULT '' NOT NULL,
    told BYTEA,
    told_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_track_subscribers PRIMARY KEY (id),
    CONSTRAINT uq_track_subscribers_key_id_courier_number_cycle UNIQUE (key_id, courier, number, cycle),
    CONSTRAINT ck_track_subscribers_kind CHECK (kind IN ('query','basic','plus'))
);

CREATE INDEX ix_track_subscribers_merchant ON track_subscribers (merchant_id, created_at);

CREATE INDEX ix_track_subscribers_track ON track_subscribers (courier, number, cycle);
