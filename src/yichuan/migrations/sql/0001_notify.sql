CREATE TABLE alerts (
    id UUID NOT NULL,
    merchant_id UUID,
    kind TEXT NOT NULL,
    severity BIGINT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    link TEXT NOT NULL,
    shipment_id UUID,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_alerts PRIMARY KEY (id)
);
CREATE INDEX ix_alerts_created ON alerts (created_at, id);
CREATE INDEX ix_alerts_merchant ON alerts (merchant_id, created_at, id);
CREATE INDEX ix_alerts_unread ON alerts (merchant_id, created_at, id) WHERE read_at IS NULL;

CREATE TABLE webhook_attempts (
    id UUID NOT NULL,
    endpoint_id UUID NOT NULL,
    webhook_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    status BIGINT,
    error TEXT,
    duration_ms BIGINT NOT NULL,
    body JSONB NOT NULL,
    CONSTRAINT pk_webhook_attempts PRIMARY KEY (id)
);
CREATE INDEX ix_webhook_attempts_endpoint ON webhook_attempts (endpoint_id, at);

CREATE TABLE webhook_endpoints (
    id UUID NOT NULL,
    merchant_id UUID,
    url TEXT NOT NULL,
    secret_enc BYTEA NOT NULL,
    event_types TEXT[] DEFAULT '{}' NOT NULL,
    enabled BOOLEAN DEFAULT 'true' NOT NULL,
    disabled_reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id),
    CONSTRAINT fk_webhook_endpoints_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_webhook_endpoints_merchant_id ON webhook_endpoints (merchant_id);
