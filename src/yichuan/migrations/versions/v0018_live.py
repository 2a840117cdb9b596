"""Where every parcel stands right now: a narrow table of live parcels, and counts over it."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE shipments ADD COLUMN milestone_at TIMESTAMP WITH TIME ZONE;
CREATE TABLE live_shipments (
    merchant_id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    stage TEXT NOT NULL,
    since_day DATE NOT NULL,
    courier TEXT NOT NULL,
    origin TEXT NOT NULL,
    province TEXT NOT NULL,
    city TEXT NOT NULL,
    category TEXT NOT NULL,
    CONSTRAINT pk_live_shipments PRIMARY KEY (merchant_id, shipment_id)
) WITH (fillfactor = 85);
CREATE INDEX ix_live_shipments_place ON live_shipments (province, city);
CREATE TABLE live_counts (
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    stage TEXT NOT NULL,
    since_day DATE NOT NULL,
    count BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_live_counts PRIMARY KEY (dimension, value, stage, since_day)
) WITH (fillfactor = 70);
CREATE TABLE live_flows (
    origin TEXT NOT NULL,
    province TEXT NOT NULL,
    city TEXT NOT NULL,
    stage TEXT NOT NULL,
    count BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_live_flows PRIMARY KEY (origin, province, city, stage)
) WITH (fillfactor = 70)
"""
"""The worker fills them when it first starts (`shipments.live_table.heal`)."""


def upgrade() -> None:
    """Three new tables, and when a parcel came to its milestone."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for statement in security.later(revision):
        op.execute(statement)
