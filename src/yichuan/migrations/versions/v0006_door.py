"""The KDNiao door: its users' subscriptions, order codes, pickups, applications and pushes."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from yichuan.migrations import security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "0006_door.sql"


def upgrade() -> None:
    """New tables and one new column: no row is rewritten, so it is quick on a filled database."""
    run = op.get_bind().exec_driver_sql
    run(SQL.read_text("utf-8"))
    for statement in security.later(revision):
        run(statement)
    for statement in security.watched_tracks():
        run(statement)
