CREATE TABLE problems (
    shipment_id UUID NOT NULL,
    kind TEXT NOT NULL,
    party TEXT NOT NULL,
    severity BIGINT NOT NULL,
    courier TEXT,
    dest_province TEXT,
    dest_city TEXT,
    opened_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    act_by TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    close_reason TEXT,
    evidence JSONB DEFAULT '{}' NOT NULL,
    ticket_id UUID,
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_problems PRIMARY KEY (merchant_id, id)
);
CREATE INDEX ix_problems_id ON problems (id);
CREATE INDEX ix_problems_kind ON problems (kind, opened_at, id);
CREATE INDEX ix_problems_open ON problems (opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX ix_problems_open_kind ON problems (merchant_id, kind, party) WHERE closed_at IS NULL;
CREATE INDEX ix_problems_open_merchant ON problems (merchant_id, opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX ix_problems_opened ON problems (opened_at, id);
CREATE INDEX ix_problems_shipment ON problems (merchant_id, shipment_id);
CREATE UNIQUE INDEX ux_problems_open ON problems (merchant_id, shipment_id, kind) WHERE closed_at IS NULL;
