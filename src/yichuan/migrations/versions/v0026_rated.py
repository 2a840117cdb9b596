"""What buyers think of deliveries counts in the score of who delivered."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New columns without a rewrite; scores are computed anew every quarter of an hour."""
    op.execute(
        "ALTER TABLE courier_scores ADD COLUMN ratings BIGINT DEFAULT '0' NOT NULL,"
        " ADD COLUMN rating_stars BIGINT DEFAULT '0' NOT NULL"
    )
    op.execute("CREATE INDEX ix_ratings_created ON ratings (created_at)")
