CREATE TABLE import_runs (
    id UUID NOT NULL,
    merchant_id UUID,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    file_name TEXT NOT NULL,
    status TEXT DEFAULT 'waiting' NOT NULL,
    stored BOOLEAN DEFAULT 'false' NOT NULL,
    options JSONB DEFAULT '{}' NOT NULL,
    rows_done BIGINT DEFAULT '0' NOT NULL,
    percent BIGINT DEFAULT '0' NOT NULL,
    accepted BIGINT DEFAULT '0' NOT NULL,
    known BIGINT DEFAULT '0' NOT NULL,
    rejected BIGINT DEFAULT '0' NOT NULL,
    result JSONB DEFAULT '{}' NOT NULL,
    error TEXT,
    actor TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    touched_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_import_runs PRIMARY KEY (id),
    CONSTRAINT uq_import_runs_kind_digest UNIQUE (kind, digest),
    CONSTRAINT ck_import_runs_status CHECK (status IN ('waiting', 'running', 'finished', 'failed')),
    CONSTRAINT fk_import_runs_merchant_id FOREIGN KEY(merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_import_runs_merchant ON import_runs (merchant_id, started_at, id);
CREATE INDEX ix_import_runs_open ON import_runs (touched_at) WHERE status IN ('waiting', 'running');

CREATE TABLE import_rejects (
    run_id UUID NOT NULL,
    rows_done BIGINT NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT pk_import_rejects PRIMARY KEY (run_id, rows_done),
    CONSTRAINT fk_import_rejects_run_id FOREIGN KEY(run_id) REFERENCES import_runs (id) ON DELETE CASCADE
);
