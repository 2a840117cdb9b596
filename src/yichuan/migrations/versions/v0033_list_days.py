"""Lists of shipments by the day of a moment, by courier and stretch, and by what few parcels have.

An index of moments finds a day's parcels, not the newest of them: a list of a busy day read and
sorted all of them. Now the index knows the day (in China) and, within it, when a parcel was made.
The days are stored columns: behind a policy no index answers for an expression. They are worked
out for every row, so the table is written anew: about a minute per million shipments, during which
nothing else reads or writes them.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

DAYS = {
    "paid": "coalesce(paid_at, created_at)",
    **{name: f"{name}_at" for name in ("shipped", "picked_up", "delivered", "ended", "troubled")},
}
UNSHIPPED = "shipped_at IS NULL AND stretch = 'created'"
STATEMENTS = (
    *(
        f"DROP INDEX ix_shipments_{name}"
        for name in ("paid_at", "shipped_at", "picked_up_at", "delivered_at", "troubled_at")
    ),
    "DROP INDEX ix_shipments_courier",
    "ALTER TABLE shipments "
    + ", ".join(
        f"ADD COLUMN {name}_day DATE GENERATED ALWAYS AS"
        f" (({at} AT TIME ZONE 'Asia/Shanghai')::date) STORED"
        for name, at in DAYS.items()
    ),
    *(
        f"CREATE INDEX ix_shipments_{name}_day ON shipments ({name}_day, created_at)"
        f" WHERE {name}_day IS NOT NULL"
        for name in DAYS
    ),
    "CREATE INDEX ix_shipments_courier ON shipments (courier, stretch, created_at, id)",
    f"CREATE INDEX ix_shipments_clock ON shipments (ship_by, id) WHERE {UNSHIPPED}",
    "CREATE INDEX ix_shipments_merchant_clock ON shipments (merchant_id, ship_by, id)"
    f" WHERE {UNSHIPPED}",
    "CREATE INDEX ix_shipments_awaited ON shipments (created_at, id)"
    " WHERE shipped_at IS NOT NULL AND stretch = 'created'",
    "CREATE INDEX ix_shipments_merchant_awaited ON shipments (merchant_id, created_at, id)"
    " WHERE shipped_at IS NOT NULL AND stretch = 'created'",
    "CREATE INDEX ix_shipments_signed_undated ON shipments (created_at, id)"
    " WHERE delivered_day IS NULL AND stretch = 'delivered'",
    "CREATE INDEX ix_shipments_hold ON shipments (created_at, id) WHERE hold",
    "CREATE INDEX ix_shipments_strewn ON shipments USING brin ("
    "dest_city text_bloom_ops(n_distinct_per_range=350),"
    " dest_province text_bloom_ops(n_distinct_per_range=40),"
    " origin_city text_bloom_ops(n_distinct_per_range=150),"
    " ship_method text_bloom_ops(n_distinct_per_range=8))"
    " WITH (pages_per_range = 32, autosummarize = on)",
)


def upgrade() -> None:
    """The columns, and indexes in place of others. An empty table keeps the planner's guess of its
    size, by which statements are planned that stay."""
    for statement in STATEMENTS:
        op.execute(statement)
    if op.get_bind().scalar(text("SELECT pg_relation_size('shipments') > 0")):
        op.execute("ANALYZE shipments")
