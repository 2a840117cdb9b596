CREATE TABLE connector_calls (
    connection_id UUID NOT NULL,
    minute TIMESTAMP WITH TIME ZONE NOT NULL,
    operation TEXT NOT NULL,
    calls BIGINT DEFAULT '0' NOT NULL,
    failures BIGINT DEFAULT '0' NOT NULL,
    total_ms BIGINT DEFAULT '0' NOT NULL,
    last_error TEXT,
    CONSTRAINT pk_connector_calls PRIMARY KEY (connection_id, minute, operation)
);

CREATE TABLE couriers (
    code TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT,
    kind TEXT NOT NULL,
    phone TEXT,
    CONSTRAINT pk_couriers PRIMARY KEY (code)
);

CREATE TABLE unknown_codes (
    connector TEXT NOT NULL,
    courier TEXT NOT NULL,
    code TEXT NOT NULL,
    sample TEXT NOT NULL,
    count BIGINT DEFAULT '1' NOT NULL,
    detail TEXT,
    first_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    extra JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_unknown_codes PRIMARY KEY (connector, courier, code)
);

CREATE TABLE courier_connections (
    id UUID NOT NULL,
    merchant_id UUID,
    connector TEXT NOT NULL,
    name TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    public_id TEXT NOT NULL,
    secret_enc BYTEA NOT NULL,
    push_token_digest BYTEA NOT NULL,
    push_token_enc BYTEA NOT NULL,
    enabled BOOLEAN DEFAULT 'true' NOT NULL,
    last_ok_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_courier_connections PRIMARY KEY (id),
    CONSTRAINT fk_courier_connections_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id),
    CONSTRAINT uq_courier_connections_push_token_digest UNIQUE (push_token_digest)
);
CREATE INDEX ix_courier_connections_merchant_id ON courier_connections (merchant_id);

CREATE TABLE courier_services (
    courier TEXT NOT NULL,
    code TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    kind TEXT DEFAULT 'standard' NOT NULL,
    min_weight_g BIGINT DEFAULT '0' NOT NULL,
    max_weight_g BIGINT,
    typical_days BIGINT DEFAULT '3' NOT NULL,
    is_default BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_courier_services PRIMARY KEY (courier, code),
    CONSTRAINT fk_courier_services_courier FOREIGN KEY(courier) REFERENCES couriers (code)
);

CREATE TABLE courier_accounts (
    id UUID NOT NULL,
    merchant_id UUID,
    connection_id UUID NOT NULL,
    courier TEXT NOT NULL,
    branch_code TEXT,
    branch_name TEXT,
    customer_name TEXT,
    customer_password_enc BYTEA,
    month_code TEXT,
    balance BIGINT,
    balance_at TIMESTAMP WITH TIME ZONE,
    balance_alert BIGINT DEFAULT '100' NOT NULL,
    enabled BOOLEAN DEFAULT 'true' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_courier_accounts PRIMARY KEY (id),
    CONSTRAINT uq_courier_accounts_connection_id_courier_customer_name UNIQUE (connection_id, courier, customer_name),
    CONSTRAINT fk_courier_accounts_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id),
    CONSTRAINT fk_courier_accounts_connection_id FOREIGN KEY(connection_id) REFERENCES courier_connections (id),
    CONSTRAINT fk_courier_accounts_courier FOREIGN KEY(courier) REFERENCES couriers (code)
);
CREATE INDEX ix_courier_accounts_merchant_id ON courier_accounts (merchant_id);
CREATE INDEX ix_courier_accounts_pick ON courier_accounts (courier, merchant_id);
