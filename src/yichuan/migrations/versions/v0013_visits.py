"""Pickups know the numbers of all boxes that wait for them; lengths of confirmed numbers count."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column with a constant default and a small partial index: no row is rewritten. What was
    learned of beginnings is added up by length."""
    op.execute("ALTER TABLE pickups ADD COLUMN numbers TEXT[] DEFAULT '{}' NOT NULL")
    op.execute(
        "CREATE INDEX ix_pickups_open ON pickups (courier)"
        " WHERE state IN ('requested','booked','assigned')"
    )
    for table, owner in (("number_shapes", ""), ("merchant_number_shapes", "merchant_id, ")):
        op.execute(
            f"INSERT INTO {table} ({owner}shape, courier, count)"
            f" SELECT {owner}split_part(shape, ':', 1) || ':', courier, sum(count) FROM {table}"
            f" WHERE shape ~ '^[0-9]+:..$' GROUP BY {owner}split_part(shape, ':', 1), courier"
            " ON CONFLICT DO NOTHING"
        )
