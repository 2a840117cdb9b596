CREATE TABLE print_jobs (
    state TEXT DEFAULT 'queued' NOT NULL,
    size TEXT NOT NULL,
    total BIGINT NOT NULL,
    succeeded BIGINT DEFAULT '0' NOT NULL,
    failed BIGINT DEFAULT '0' NOT NULL,
    label_key TEXT,
    actor TEXT NOT NULL,
    courier TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_print_jobs PRIMARY KEY (merchant_id, id)
);
CREATE INDEX ix_print_jobs_created ON print_jobs (merchant_id, created_at);

CREATE TABLE print_job_items (
    job_id UUID NOT NULL,
    position BIGINT NOT NULL,
    shipment_id UUID NOT NULL,
    waybill_id UUID,
    state TEXT DEFAULT 'queued' NOT NULL,
    error_code TEXT,
    error_text TEXT,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_print_job_items PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_print_job_items_merchant_id_job_id FOREIGN KEY(merchant_id, job_id) REFERENCES print_jobs (merchant_id, id)
);
CREATE INDEX ix_print_job_items_job ON print_job_items (merchant_id, job_id, position);

CREATE TABLE waybills (
    shipment_id UUID NOT NULL,
    kind TEXT NOT NULL,
    leg TEXT DEFAULT 'out' NOT NULL,
    state TEXT NOT NULL,
    courier TEXT NOT NULL,
    service TEXT,
    number TEXT,
    account_id UUID,
    order_code TEXT NOT NULL,
    courier_order_no TEXT,
    label_fields JSONB DEFAULT '{}' NOT NULL,
    child_numbers TEXT[],
    label_key TEXT,
    failure_code TEXT,
    failure_text TEXT,
    actor TEXT NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE,
    printed_at TIMESTAMP WITH TIME ZONE,
    print_count BIGINT DEFAULT '0' NOT NULL,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_waybills PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_waybills_merchant_id_shipment_id FOREIGN KEY(merchant_id, shipment_id) REFERENCES shipments (merchant_id, id),
    CONSTRAINT uq_waybills_merchant_id_order_code UNIQUE (merchant_id, order_code),
    CONSTRAINT ck_waybills_state CHECK (state IN ('requested','issued','failed','cancelled')),
    CONSTRAINT ck_waybills_kind CHECK (kind IN ('hub','own_number'))
);
CREATE INDEX ix_waybills_id ON waybills (id);
CREATE INDEX ix_waybills_number ON waybills (courier, number);
CREATE INDEX ix_waybills_requested ON waybills (requested_at) WHERE state='requested';
CREATE INDEX ix_waybills_shipment ON waybills (merchant_id, shipment_id);
CREATE UNIQUE INDEX ux_waybills_live ON waybills (merchant_id, shipment_id) WHERE state IN ('requested','issued') AND leg = 'out';
