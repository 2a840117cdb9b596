CREATE TABLE import_runs (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    file_name TEXT NOT NULL,
    rows_done BIGINT DEFAULT '0' NOT NULL,
    accepted BIGINT DEFAULT '0' NOT NULL,
    rejected BIGINT DEFAULT '0' NOT NULL,
    actor TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_import_runs PRIMARY KEY (id),
    CONSTRAINT uq_import_runs_kind_digest UNIQUE (kind, digest)
);
