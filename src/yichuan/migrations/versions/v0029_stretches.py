"""Steps in the middle of a parcel's way touch no index: those that knew the milestone know its
stretch (`shipments.models.STRETCHES`), which changes three times in a parcel's life.

A stored column is worked out for every row, so the table is written anew: about a minute per
million shipments, during which nothing else reads or writes them.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATEMENTS = """
DROP INDEX ix_shipments_milestone;
DROP INDEX ix_shipments_merchant_milestone;
DROP INDEX ix_shipments_unshipped;
DROP INDEX ix_shipments_recipient;
ALTER TABLE shipments ADD COLUMN stretch TEXT GENERATED ALWAYS AS (CASE
    WHEN milestone IN ('picked_up', 'in_transit') THEN 'under_way'
    WHEN milestone IN ('arriving', 'out_for_delivery', 'ready_for_collection') THEN 'near'
    ELSE milestone END) STORED NOT NULL;
CREATE INDEX ix_shipments_stretch ON shipments (stretch, created_at, id);
CREATE INDEX ix_shipments_merchant_stretch ON shipments (merchant_id, stretch, created_at, id);
CREATE INDEX ix_shipments_unshipped ON shipments (merchant_id, created_at, id)
    WHERE shipped_at IS NULL AND stretch = 'created';
CREATE INDEX ix_shipments_recipient ON shipments (merchant_id, recipient_key)
    WHERE shipped_at IS NULL AND stretch = 'created';
CREATE STATISTICS st_shipments_stretch (dependencies, mcv) ON stretch, milestone FROM shipments
"""
"""The statistics tell the planner that a milestone lies in one stretch: it would expect a fraction
of the rows there are."""


def upgrade() -> None:
    """The column, and indexes in place of others. An empty table keeps the planner's guess of its
    size, by which statements are planned that stay."""
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
    if op.get_bind().scalar(text("SELECT pg_relation_size('shipments') > 0")):
        op.execute("ANALYZE shipments")
