"""Old months of events leave for files, and come back when somebody asks."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE archived_cohorts (
    cohort DATE NOT NULL,
    events BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    archived_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_archived_cohorts PRIMARY KEY (cohort)
);
CREATE TABLE archive_parts (
    blob_key TEXT NOT NULL,
    cohort DATE NOT NULL,
    first_courier TEXT NOT NULL,
    first_number TEXT NOT NULL,
    first_cycle BIGINT NOT NULL,
    last_courier TEXT NOT NULL,
    last_number TEXT NOT NULL,
    last_cycle BIGINT NOT NULL,
    events BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    CONSTRAINT pk_archive_parts PRIMARY KEY (blob_key),
    CONSTRAINT fk_archive_parts_cohort_archived_cohorts
        FOREIGN KEY(cohort) REFERENCES archived_cohorts (cohort)
);
CREATE INDEX ix_archive_parts_cohort ON archive_parts (cohort);
CREATE TABLE history_recalls (
    courier TEXT NOT NULL,
    number TEXT NOT NULL,
    cycle BIGINT NOT NULL,
    cohort DATE NOT NULL,
    state TEXT DEFAULT 'wanted' NOT NULL,
    events BIGINT DEFAULT 0 NOT NULL,
    error TEXT,
    wanted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_history_recalls PRIMARY KEY (courier, number, cycle)
);
CREATE INDEX ix_history_recalls_cohort ON history_recalls (cohort)
"""


def upgrade() -> None:
    """Three new tables, and the function that lets a month go."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for statement in (*security.later(revision), *security.LEAVING):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
