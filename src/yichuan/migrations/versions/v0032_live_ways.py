"""Live parcels by way and day, and those of a merchant by courier as well.

So that days, cities of origin, and the merchants of a courier are read from counts: the narrow rows
behind them are a million.
"""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

WAY = "since_day, stage, origin, province, city"
MERCHANT = "merchant_id, courier, stage, since_day"
READ = ("live_shipments", "live_merchant_counts")
CHANGES = (
    "CREATE TABLE live_ways (since_day DATE NOT NULL, stage SMALLINT NOT NULL,"
    " origin INTEGER NOT NULL, province INTEGER NOT NULL, city INTEGER NOT NULL,"
    " count BIGINT DEFAULT '0' NOT NULL,"
    f" CONSTRAINT pk_live_ways PRIMARY KEY ({WAY})) WITH (fillfactor = 70)",
    f"INSERT INTO live_ways ({WAY}, count)"
    f" SELECT {WAY}, count(*) FROM live_shipments GROUP BY {WAY} ORDER BY {WAY}",
    "TRUNCATE live_merchant_counts",
    "ALTER TABLE live_merchant_counts ADD COLUMN courier INTEGER NOT NULL,"
    " DROP CONSTRAINT pk_live_merchant_counts,"
    f" ADD CONSTRAINT pk_live_merchant_counts PRIMARY KEY ({MERCHANT})",
    f"INSERT INTO live_merchant_counts ({MERCHANT}, count)"
    f" SELECT {MERCHANT}, count(*) FROM live_shipments GROUP BY {MERCHANT} ORDER BY {MERCHANT}",
)


def upgrade() -> None:
    """Change the tables and fill what is new."""
    # forced row-level security hides every row from the owner; this lock is the migration's alone
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in CHANGES:
        op.execute(statement)
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for statement in security.later(revision):
        op.execute(statement)
