CREATE TABLE orders (
    id UUID NOT NULL,
    order_no TEXT NOT NULL,
    source TEXT DEFAULT 'api' NOT NULL,
    buyer_ref TEXT,
    placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_orders PRIMARY KEY (id)
);
CREATE INDEX ix_orders_order_no ON orders (order_no);

CREATE TABLE recipients (
    wrapped_key BYTEA,
    ciphertext BYTEA,
    key_version BIGINT DEFAULT '1' NOT NULL,
    name_masked TEXT,
    phone_masked TEXT,
    phone_index BYTEA,
    phone_last4_index BYTEA,
    recipient_token TEXT,
    province TEXT,
    city TEXT,
    district TEXT,
    adcode TEXT,
    erased_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_recipients PRIMARY KEY (merchant_id, id)
);
CREATE INDEX ix_recipients_phone ON recipients (merchant_id, phone_index);

CREATE TABLE sub_orders (
    order_id UUID NOT NULL,
    order_no TEXT NOT NULL,
    sub_order_no TEXT NOT NULL,
    shop_id UUID,
    shop_name TEXT,
    recipient_id UUID NOT NULL,
    buyer_ref TEXT,
    state TEXT DEFAULT 'open' NOT NULL,
    hold_reason TEXT,
    held_at TIMESTAMP WITH TIME ZONE,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    cancel_reason TEXT,
    remark TEXT,
    amount_minor BIGINT DEFAULT '0' NOT NULL,
    currency TEXT DEFAULT 'CNY' NOT NULL,
    placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paid_at TIMESTAMP WITH TIME ZONE,
    ship_by TIMESTAMP WITH TIME ZONE,
    promised_at TIMESTAMP WITH TIME ZONE,
    locker_consent BOOLEAN DEFAULT 'true' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_sub_orders PRIMARY KEY (merchant_id, id),
    CONSTRAINT uq_sub_orders_merchant_id_sub_order_no UNIQUE (merchant_id, sub_order_no),
    CONSTRAINT ck_sub_orders_state CHECK (state IN ('open', 'held', 'cancelled', 'packed', 'shipped', 'completed'))
);
CREATE INDEX ix_sub_orders_id ON sub_orders (id);
CREATE INDEX ix_sub_orders_order ON sub_orders (order_id);
CREATE INDEX ix_sub_orders_placed ON sub_orders (placed_at, id);
CREATE INDEX ix_sub_orders_state ON sub_orders (merchant_id, state, placed_at);

CREATE TABLE order_lines (
    sub_order_id UUID NOT NULL,
    line_no BIGINT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT,
    category TEXT,
    quantity BIGINT NOT NULL,
    unit_price_minor BIGINT,
    weight_g BIGINT,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_order_lines PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_order_lines_merchant_id_sub_order_id FOREIGN KEY(merchant_id, sub_order_id) REFERENCES sub_orders (merchant_id, id),
    CONSTRAINT ck_order_lines_quantity CHECK (quantity > 0)
);
CREATE INDEX ix_order_lines_sub_order ON order_lines (merchant_id, sub_order_id);
