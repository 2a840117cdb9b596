"""Boxes made before version 0018 know where they leave from, as far as that can be said.

An order's box says its city itself since then. Of older ones it is the merchant's address that
parcels leave from by default, as it would have been set: maps and flows have no hole where the
past is. Boxes of merchants without such an address stay as they are.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("shipments", "sender_addresses")
FILL = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT DISTINCT ON (merchant_id) merchant_id, city FROM sender_addresses
        WHERE kind = 'ship_from' AND city <> '' ORDER BY merchant_id, is_default DESC, id
    LOOP
        UPDATE shipments SET origin_city = one.city
        WHERE merchant_id = one.merchant_id AND origin_city IS NULL;
    END LOOP;
END $$
"""
"""Merchant by merchant. A box that has its city is left alone, so it can be run again."""


def upgrade() -> None:
    """Fill the column; the live map follows by itself (`shipments.live_table.heal`)."""
    # forced row-level security hides every row from the owner; this lock is the migration's alone
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(FILL)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
