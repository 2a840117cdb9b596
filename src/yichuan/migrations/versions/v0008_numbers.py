"""Number recognition learns from confirmed shipments; connections know when they last pushed."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE number_shapes (
    shape TEXT NOT NULL,
    courier TEXT NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT pk_number_shapes PRIMARY KEY (shape, courier)
);
CREATE TABLE merchant_number_shapes (
    merchant_id UUID NOT NULL,
    shape TEXT NOT NULL,
    courier TEXT NOT NULL,
    count BIGINT NOT NULL,
    CONSTRAINT pk_merchant_number_shapes PRIMARY KEY (merchant_id, shape, courier)
);
ALTER TABLE courier_connections ADD COLUMN last_push_at TIMESTAMP WITH TIME ZONE
"""


def upgrade() -> None:
    """Two new tables, one column without a default: no row is rewritten."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for statement in security.later(revision):
        op.execute(statement)
