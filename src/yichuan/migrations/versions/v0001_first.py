"""The first schema: every room's tables, row-level security and grants."""

from __future__ import annotations

from pathlib import Path

import procrastinate.schema
from alembic import op

from yichuan.migrations import security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROOMS = (
    "core",
    "merchants",
    "identity",
    "couriers",
    "rating",
    "costs",
    "orders",
    "shipments",
    "waybills",
    "tracking",
    "exceptions",
    "tickets",
    "scorecards",
    "rollups",
    "notify",
    "imports",
)
SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    run = op.get_bind().exec_driver_sql
    for room in ROOMS:
        run((SQL / f"0001_{room}.sql").read_text("utf-8"))
    for statement in security.GRANTS:
        run(statement)
    for statement in security.statements():
        run(statement)
    run(security.ENSURE_PARTITION.replace("%", "%%"))
    run("SELECT yichuan_ensure_cohort(current_date)")
    jobs = Path(procrastinate.schema.__file__).parent / "sql" / "schema.sql"
    run(jobs.read_text("utf-8").replace("%", "%%"))
    run(security.DEFER.replace("%", "%%"))
    for table in (*security.JOB_TABLES, "alembic_version"):
        run(f"REVOKE ALL ON {table} FROM yichuan_app")
    run("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO yichuan_app, yichuan_system")
