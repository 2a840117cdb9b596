"""Subscriptions remember how often and why a courier gave a number up."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns with constant defaults: no row is rewritten."""
    op.execute(
        "ALTER TABLE track_subscriptions ADD COLUMN stops BIGINT DEFAULT '0' NOT NULL,"
        " ADD COLUMN stopped_at TIMESTAMP WITH TIME ZONE, ADD COLUMN stopped_reason TEXT"
    )
