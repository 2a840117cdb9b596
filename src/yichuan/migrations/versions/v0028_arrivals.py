"""How long parcels took to arrive, counted from those that did."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table; a consumer fills it from the log, from its beginning."""
    op.execute("""
        CREATE TABLE arrival_counts (
            courier TEXT NOT NULL,
            origin TEXT NOT NULL,
            destination TEXT NOT NULL,
            parcels DOUBLE PRECISION NOT NULL,
            counts JSONB NOT NULL,
            updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
            CONSTRAINT pk_arrival_counts PRIMARY KEY (courier, origin, destination)
        )
    """)
    for statement in security.later(revision):
        op.execute(statement)
