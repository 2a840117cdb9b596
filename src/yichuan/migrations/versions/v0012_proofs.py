"""Proofs of delivery, and who signed, on the shipment."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE shipments ADD COLUMN sign_kind TEXT;
CREATE TABLE proofs (
    merchant_id UUID NOT NULL,
    id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    courier TEXT,
    origin BYTEA,
    digest BYTEA NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    blob_key TEXT NOT NULL,
    wrapped_key BYTEA,
    taken_at TIMESTAMP WITH TIME ZONE,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_proofs PRIMARY KEY (merchant_id, id),
    CONSTRAINT fk_proofs_merchant_id_shipment_id_shipments
        FOREIGN KEY(merchant_id, shipment_id) REFERENCES shipments (merchant_id, id),
    CONSTRAINT uq_proofs_merchant_id_shipment_id_digest UNIQUE (merchant_id, shipment_id, digest)
)
"""


def upgrade() -> None:
    """A new table and an empty column: no row is rewritten."""
    for statement in TABLES.split(";"):
        op.execute(statement)
    for statement in security.later(revision):
        op.execute(statement)
