CREATE TABLE bills (
    id UUID NOT NULL,
    courier TEXT NOT NULL,
    bill_no TEXT NOT NULL,
    period TEXT NOT NULL,
    lines BIGINT DEFAULT '0' NOT NULL,
    payable_minor BIGINT DEFAULT '0' NOT NULL,
    expected_minor BIGINT DEFAULT '0' NOT NULL,
    difference_minor BIGINT DEFAULT '0' NOT NULL,
    reconciled_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_bills PRIMARY KEY (id)
);
CREATE UNIQUE INDEX ux_bills_no ON bills (courier, bill_no);

CREATE TABLE bill_lines (
    bill_id UUID NOT NULL,
    line_no BIGINT NOT NULL,
    merchant_id UUID,
    shipment_id UUID,
    shipment_no TEXT,
    waybill_number TEXT,
    shipped_at TIMESTAMP WITH TIME ZONE,
    dest_province TEXT,
    dest_city TEXT,
    raw_weight_g BIGINT,
    billed_weight_g BIGINT,
    pieces BIGINT,
    product TEXT,
    fee_minor BIGINT,
    adjustment_minor BIGINT,
    payable_minor BIGINT NOT NULL,
    expected_minor BIGINT,
    difference_minor BIGINT,
    reason TEXT,
    signed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_bill_lines PRIMARY KEY (bill_id, line_no),
    CONSTRAINT fk_bill_lines_bill_id FOREIGN KEY(bill_id) REFERENCES bills (id)
);
CREATE INDEX ix_bill_lines_reason ON bill_lines (bill_id, reason);
CREATE INDEX ix_bill_lines_shipment ON bill_lines (merchant_id, shipment_id);

CREATE TABLE rate_cards (
    id UUID NOT NULL,
    merchant_id UUID,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    courier TEXT NOT NULL,
    service TEXT,
    origin_province TEXT,
    currency TEXT DEFAULT 'CNY' NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_rate_cards PRIMARY KEY (id),
    CONSTRAINT fk_rate_cards_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_rate_cards_merchant_id ON rate_cards (merchant_id);
CREATE UNIQUE INDEX ux_rate_cards_name ON rate_cards (name, role, valid_from);

CREATE TABLE rate_rows (
    card_id UUID NOT NULL,
    position BIGINT NOT NULL,
    dest_province TEXT,
    dest_city TEXT,
    zone TEXT,
    body TEXT NOT NULL,
    CONSTRAINT pk_rate_rows PRIMARY KEY (card_id, position),
    CONSTRAINT fk_rate_rows_card_id FOREIGN KEY(card_id) REFERENCES rate_cards (id)
);
