"""What couriers say in passing: who delivers, when it will come, and where a picture of it is."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE tracks
    ADD COLUMN deliverer BYTEA,
    ADD COLUMN expected_from TIMESTAMP WITH TIME ZONE,
    ADD COLUMN expected_to TIMESTAMP WITH TIME ZONE;
CREATE TABLE courier_pictures (
    courier TEXT NOT NULL,
    number TEXT NOT NULL,
    origin BYTEA NOT NULL,
    kind TEXT NOT NULL,
    url_enc BYTEA NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    state TEXT DEFAULT 'wanted' NOT NULL,
    attempts BIGINT DEFAULT '0' NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    error TEXT,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_courier_pictures PRIMARY KEY (courier, number, origin)
);
CREATE INDEX ix_courier_pictures_due ON courier_pictures (next_at) WHERE state = 'wanted'
"""


def upgrade() -> None:
    """New columns without a rewrite, and a table."""
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    for statement in security.later(revision):
        op.execute(statement)
