"""Open the boxes of a day: who was paid, shipped, picked up, delivered or first in trouble then.

Every figure counted by day opens its boxes; at a million rows that takes an index per moment. The
first problem and the kinds of all of them are kept on the row, for the same lists.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENTS = ("paid_at", "shipped_at", "picked_up_at", "delivered_at", "troubled_at")


def upgrade() -> None:
    """Columns without a rewrite, then what is known of the past, then the indexes."""
    op.execute(
        "ALTER TABLE shipments ADD COLUMN troubled_at timestamptz,"
        " ADD COLUMN troubles text[] NOT NULL DEFAULT '{}'"
    )
    # forced row-level security hides every row from the owner; this lock is the migration's alone
    for table in ("shipments", "problems"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("""
        UPDATE shipments s SET troubled_at = p.since, troubles = p.kinds
        FROM (
            SELECT merchant_id, shipment_id, min(since) AS since,
                   array_agg(DISTINCT kind ORDER BY kind) AS kinds
            FROM problems GROUP BY merchant_id, shipment_id
        ) p
        WHERE s.merchant_id = p.merchant_id AND s.id = p.shipment_id
    """)
    for table in ("shipments", "problems"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for name in MOMENTS:
        op.execute(
            f"CREATE INDEX ix_shipments_{name} ON shipments ({name}) WHERE {name} IS NOT NULL"
        )
