"""How fast each courier's parcels move, counted from those that ended here."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table, a row per courier; a consumer fills it from the log."""
    op.execute("""
        CREATE TABLE courier_paces (
            courier TEXT NOT NULL,
            parcels DOUBLE PRECISION NOT NULL,
            counts JSONB NOT NULL,
            last_at TIMESTAMP WITH TIME ZONE,
            updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
            CONSTRAINT pk_courier_paces PRIMARY KEY (courier)
        )
    """)
    for statement in security.later(revision):
        op.execute(statement)
