"""Parcels that are late for force majeure are counted apart; scans' numbers find their parcels."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column without a rewrite; what was counted before is counted anew by the log's consumer,
    parcels with force majeure only. Numbers that scans named get the search token they lacked."""
    op.execute(
        "ALTER TABLE daily_rollups ADD COLUMN delivered_excused INTEGER DEFAULT '0' NOT NULL"
    )
    op.execute("""
        INSERT INTO milestone_log (topic, kind, merchant_id, shipment_id)
        SELECT DISTINCT 'figures', 'problem', merchant_id, shipment_id
        FROM problems WHERE kind = 'force_majeure'
    """)
    op.execute("""
        INSERT INTO search_tokens (merchant_id, token, target_id, kind)
        SELECT merchant_id, number, shipment_id, 'waybill' FROM track_bindings
        WHERE waybill_id IS NULL
        ON CONFLICT DO NOTHING
    """)
