"""Leave room for updates in place on the rows that change most, and vacuum queues eagerly.

A shipment or a track is updated about a dozen times in its life; with room on the page those
updates touch no index (heap-only tuples). Queue tables turn over completely within hours.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROOMY = {"shipments": 85, "tracks": 80, "stage_stock": 50, "daily_rollups": 80}
"""Fill factor in percent."""
QUEUES = ("outbox", "push_inbox", "procrastinate_jobs", "consumer_cursors")


def upgrade() -> None:
    """Storage settings only: no row is rewritten, so it is quick on a filled database."""
    for table, percent in ROOMY.items():
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")
    for table in QUEUES:
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.02,"
            " autovacuum_vacuum_threshold = 1000)"
        )
