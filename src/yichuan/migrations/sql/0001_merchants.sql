CREATE TABLE merchants (
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    tier TEXT DEFAULT 'standard' NOT NULL,
    status TEXT DEFAULT 'active' NOT NULL,
    logistics_mode TEXT DEFAULT 'own' NOT NULL,
    category TEXT,
    ship_within_hours BIGINT DEFAULT '48' NOT NULL,
    contact JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_merchants PRIMARY KEY (id),
    CONSTRAINT uq_merchants_code UNIQUE (code)
);

CREATE TABLE sender_addresses (
    kind TEXT DEFAULT 'ship_from' NOT NULL,
    name TEXT NOT NULL,
    phone_enc BYTEA NOT NULL,
    province TEXT NOT NULL,
    city TEXT NOT NULL,
    district TEXT NOT NULL,
    address TEXT NOT NULL,
    adcode TEXT,
    is_default BOOLEAN DEFAULT 'true' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_sender_addresses PRIMARY KEY (merchant_id, id)
);

CREATE TABLE shops (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_shops PRIMARY KEY (merchant_id, id),
    CONSTRAINT uq_shops_merchant_id_code UNIQUE (merchant_id, code)
);
