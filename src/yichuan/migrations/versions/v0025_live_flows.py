"""Flows of live parcels by courier and goods as well, and when each parcel was made.

So that the map narrowed to a courier or to goods reads counts, and a list of live parcels, newest
first, reads the narrow rows alone.
"""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = ("shipments", "live_shipments", "live_flows")
KEY = "courier, category, province, city, origin, stage"
CHANGES = (
    """
    CREATE TEMPORARY TABLE live_before ON COMMIT DROP AS
    SELECT o.*, s.created_at FROM live_shipments o
    JOIN shipments s ON s.merchant_id = o.merchant_id AND s.id = o.shipment_id
    """,
    "TRUNCATE live_shipments",
    "ALTER TABLE live_shipments ADD COLUMN created_at TIMESTAMP WITH TIME ZONE NOT NULL",
    "INSERT INTO live_shipments SELECT * FROM live_before",
    "TRUNCATE live_flows",
    f"""
    ALTER TABLE live_flows DROP CONSTRAINT pk_live_flows,
        ADD COLUMN courier TEXT NOT NULL, ADD COLUMN category TEXT NOT NULL,
        ADD CONSTRAINT pk_live_flows PRIMARY KEY ({KEY})
    """,
    f"""
    INSERT INTO live_flows ({KEY}, count)
    SELECT {KEY}, count(*) FROM live_shipments GROUP BY {KEY}
    """,
)


def upgrade() -> None:
    """Change both tables and fill what is new."""
    # forced row-level security hides every row from the owner; this lock is the migration's alone
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in CHANGES:
        op.execute(statement)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
