"""Further numbers of shipments that scans name or people enter, and what became of them."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE named_numbers (
    merchant_id UUID NOT NULL,
    shipment_id UUID NOT NULL,
    number TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    courier TEXT,
    leg TEXT,
    from_courier TEXT,
    from_number TEXT,
    said TEXT,
    actor TEXT,
    named_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_named_numbers PRIMARY KEY (merchant_id, shipment_id, number),
    CONSTRAINT ck_named_numbers_state CHECK (state IN ('open','bound','dismissed','removed')),
    CONSTRAINT ck_named_numbers_origin CHECK (origin IN ('scan','hand'))
)
"""


def upgrade() -> None:
    """A new table."""
    op.execute(TABLE)
    for statement in security.later(revision):
        op.execute(statement)
