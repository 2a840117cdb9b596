CREATE TABLE bills (
    id UUID NOT NULL,
    courier TEXT NOT NULL,
    bill_no TEXT NOT NULL,
    period TEXT NOT NULL,
    lines BIGINT DEFAULT '0' NOT NULL,
    payable_minor BIGINT DEFAULT '0' NOT NULL,
    expected_minor BIGINT DEFAULT '0' NOT NULL,
    difference_minor BIGINT DEFAULT '0' NOT NULL,
    claim_minor BIGINT DEFAULT '0' NOT NULL,
    explained BIGINT DEFAULT '0' NOT NULL,
    reconciled_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_bills PRIMARY KEY (id)
);
CREATE INDEX ix_bills_open ON bills (id) WHERE reconciled_at IS NULL;
CREATE INDEX ix_bills_period ON bills (period, id);
CREATE UNIQUE INDEX ux_bills_no ON bills (courier, bill_no);

CREATE TABLE bill_findings (
    bill_id UUID NOT NULL,
    reason TEXT NOT NULL,
    lines BIGINT NOT NULL,
    payable_minor BIGINT NOT NULL,
    expected_minor BIGINT NOT NULL,
    difference_minor BIGINT NOT NULL,
    CONSTRAINT pk_bill_findings PRIMARY KEY (bill_id, reason),
    CONSTRAINT fk_bill_findings_bill_id FOREIGN KEY(bill_id) REFERENCES bills (id)
);

CREATE TABLE bill_lines (
    bill_id UUID NOT NULL,
    line_no BIGINT NOT NULL,
    import_id UUID,
    merchant_id UUID,
    shipment_id UUID,
    shipment_no TEXT,
    waybill_number TEXT,
    shipped_at TIMESTAMP WITH TIME ZONE,
    dest_province TEXT,
    dest_city TEXT,
    dest_area TEXT,
    raw_weight_g BIGINT,
    billed_weight_g BIGINT,
    chargeable_weight_g BIGINT,
    volume_cm3 BIGINT,
    pieces BIGINT,
    product TEXT,
    fee_minor BIGINT,
    adjustment_minor BIGINT,
    payable_minor BIGINT NOT NULL,
    expected_minor BIGINT,
    difference_minor BIGINT,
    reason TEXT,
    note_zh TEXT,
    note_en TEXT,
    signed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_bill_lines PRIMARY KEY (bill_id, line_no),
    CONSTRAINT fk_bill_lines_bill_id FOREIGN KEY(bill_id) REFERENCES bills (id)
);
CREATE INDEX ix_bill_lines_import ON bill_lines (import_id);
CREATE INDEX ix_bill_lines_reason ON bill_lines (bill_id, reason, line_no);
CREATE INDEX ix_bill_lines_shipment ON bill_lines (merchant_id, shipment_id);
