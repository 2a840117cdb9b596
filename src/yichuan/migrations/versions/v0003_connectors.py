"""Connections to protocols that need more than a name and a key, each with its contract's rate."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns without a default: no row is rewritten."""
    op.execute("ALTER TABLE courier_connections ADD COLUMN extra_enc bytea")
    op.execute("ALTER TABLE courier_connections ADD COLUMN rate_per_second bigint")
