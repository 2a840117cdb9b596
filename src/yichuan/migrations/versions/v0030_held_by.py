"""Who holds a sub-order: what the platform holds costs nobody else time."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column without a rewrite. Who held what is held now is not known: no clock stood still."""
    op.execute("ALTER TABLE sub_orders ADD COLUMN held_by TEXT")
