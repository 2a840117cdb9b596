CREATE TABLE search_tokens (
    merchant_id UUID NOT NULL,
    token TEXT NOT NULL,
    target_id UUID NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_search_tokens PRIMARY KEY (merchant_id, token, target_id)
);
CREATE INDEX ix_search_tokens_target ON search_tokens (merchant_id, target_id);
CREATE INDEX ix_search_tokens_token ON search_tokens (token, at);

CREATE TABLE shipment_events (
    shipment_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    detail JSONB DEFAULT '{}' NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_shipment_events PRIMARY KEY (merchant_id, id)
);
CREATE INDEX ix_shipment_events_shipment ON shipment_events (merchant_id, shipment_id, at);

CREATE TABLE shipments (
    shipment_no TEXT NOT NULL,
    order_no TEXT,
    shop_id UUID,
    shop_name TEXT,
    recipient_id UUID NOT NULL,
    recipient_key BYTEA,
    recipient_name TEXT,
    recipient_phone TEXT,
    buyer_ref TEXT,
    ship_method TEXT,
    courier TEXT,
    service TEXT,
    waybill_number TEXT,
    milestone TEXT DEFAULT 'created' NOT NULL,
    detail TEXT DEFAULT 'none' NOT NULL,
    problem TEXT,
    hold BOOLEAN DEFAULT 'false' NOT NULL,
    pieces BIGINT DEFAULT '1' NOT NULL,
    quantity BIGINT DEFAULT '1' NOT NULL,
    goods TEXT,
    weight_g BIGINT,
    volume_cm3 BIGINT,
    origin_city TEXT,
    origin_adcode TEXT,
    dest_province TEXT,
    dest_city TEXT,
    dest_district TEXT,
    dest_adcode TEXT,
    remark TEXT,
    paid_at TIMESTAMP WITH TIME ZONE,
    ship_by TIMESTAMP WITH TIME ZONE,
    promised_at TIMESTAMP WITH TIME ZONE,
    printed_at TIMESTAMP WITH TIME ZONE,
    shipped_at TIMESTAMP WITH TIME ZONE,
    picked_up_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    last_event_at TIMESTAMP WITH TIME ZONE,
    last_event_text TEXT,
    next_deadline_at TIMESTAMP WITH TIME ZONE,
    next_deadline TEXT,
    cost_expected_minor BIGINT,
    cost_billed_minor BIGINT,
    dispatch_reason JSONB,
    signed_by TEXT,
    source TEXT DEFAULT 'api' NOT NULL,
    buyer_token TEXT,
    sequence BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_shipments PRIMARY KEY (merchant_id, id),
    CONSTRAINT uq_shipments_merchant_id_shipment_no UNIQUE (merchant_id, shipment_no),
    CONSTRAINT fk_shipments_merchant_id_recipient_id FOREIGN KEY(merchant_id, recipient_id) REFERENCES recipients (merchant_id, id),
    CONSTRAINT ck_shipments_method CHECK (ship_method IS NULL OR ship_method IN ('hub_waybill', 'own_number', 'own_fleet', 'self_pickup', 'no_logistics')),
    CONSTRAINT ck_shipments_milestone CHECK (milestone IN ('created', 'picked_up', 'in_transit', 'arriving', 'out_for_delivery', 'ready_for_collection', 'delivered', 'returning', 'returned', 'cancelled', 'lost'))
);
CREATE INDEX ix_shipments_buyer_token ON shipments (buyer_token) WHERE buyer_token IS NOT NULL;
CREATE INDEX ix_shipments_courier ON shipments (courier, created_at, id);
CREATE INDEX ix_shipments_created ON shipments (created_at, id);
CREATE INDEX ix_shipments_due ON shipments (next_deadline_at) WHERE next_deadline_at IS NOT NULL;
CREATE INDEX ix_shipments_id ON shipments (id);
CREATE INDEX ix_shipments_merchant_created ON shipments (merchant_id, created_at, id);
CREATE INDEX ix_shipments_merchant_milestone ON shipments (merchant_id, milestone, created_at, id);
CREATE INDEX ix_shipments_milestone ON shipments (milestone, created_at, id);
CREATE INDEX ix_shipments_problem ON shipments (problem, created_at, id) WHERE problem IS NOT NULL;
CREATE INDEX ix_shipments_recipient ON shipments (merchant_id, recipient_key) WHERE shipped_at IS NULL AND milestone = 'created';
CREATE INDEX ix_shipments_unshipped ON shipments (merchant_id, created_at, id) WHERE shipped_at IS NULL AND milestone = 'created';
CREATE INDEX ix_shipments_waybill ON shipments (waybill_number) WHERE waybill_number IS NOT NULL;

CREATE TABLE shipment_lines (
    shipment_id UUID NOT NULL,
    sub_order_id UUID NOT NULL,
    order_line_id UUID NOT NULL,
    quantity BIGINT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT,
    category TEXT,
    weight_g BIGINT,
    unit_price_minor BIGINT,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_shipment_lines PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_shipment_lines_merchant_id_shipment_id FOREIGN KEY(merchant_id, shipment_id) REFERENCES shipments (merchant_id, id),
    CONSTRAINT fk_shipment_lines_merchant_id_order_line_id FOREIGN KEY(merchant_id, order_line_id) REFERENCES order_lines (merchant_id, id),
    CONSTRAINT ck_shipment_lines_quantity CHECK (quantity > 0)
);
CREATE INDEX ix_shipment_lines_order_line ON shipment_lines (merchant_id, order_line_id);
CREATE INDEX ix_shipment_lines_shipment ON shipment_lines (merchant_id, shipment_id);
