"""What buyers say: ratings of deliveries, reports of problems."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE ratings (
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    courier TEXT,
    stars BIGINT NOT NULL,
    tags TEXT[] NOT NULL,
    words TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_ratings PRIMARY KEY (merchant_id, id),
    CONSTRAINT uq_ratings_merchant_id_shipment_id UNIQUE (merchant_id, shipment_id),
    CONSTRAINT ck_ratings_stars CHECK (stars BETWEEN 1 AND 5),
    CONSTRAINT fk_ratings_merchant_id_shipment_id_shipments
        FOREIGN KEY(merchant_id, shipment_id) REFERENCES shipments (merchant_id, id)
);
CREATE INDEX ix_ratings_at ON ratings (merchant_id, created_at);
CREATE TABLE buyer_reports (
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    ticket_id UUID NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_buyer_reports PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_buyer_reports_merchant_id_shipment_id_shipments
        FOREIGN KEY(merchant_id, shipment_id) REFERENCES shipments (merchant_id, id),
    CONSTRAINT fk_buyer_reports_merchant_id_ticket_id_tickets
        FOREIGN KEY(merchant_id, ticket_id) REFERENCES tickets (merchant_id, id)
);
CREATE INDEX ix_buyer_reports_shipment ON buyer_reports (merchant_id, shipment_id, created_at)
"""


def upgrade() -> None:
    """Two new tables."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for statement in security.later(revision):
        op.execute(statement)
