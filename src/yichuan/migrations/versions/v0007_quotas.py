"""Quotas of lent waybill accounts, and when a branch was last asked for its balance."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE courier_account_quotas (
    merchant_id UUID NOT NULL,
    account_id UUID NOT NULL,
    per_day BIGINT,
    per_month BIGINT,
    day DATE NOT NULL,
    used_day BIGINT DEFAULT '0' NOT NULL,
    used_month BIGINT DEFAULT '0' NOT NULL,
    counted_since TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_courier_account_quotas PRIMARY KEY (merchant_id, account_id),
    CONSTRAINT fk_courier_account_quotas_merchant_id_merchants
        FOREIGN KEY(merchant_id) REFERENCES merchants (id),
    CONSTRAINT fk_courier_account_quotas_account_id_courier_accounts
        FOREIGN KEY(account_id) REFERENCES courier_accounts (id)
)
"""


def upgrade() -> None:
    """A new table and an empty column: no row is rewritten."""
    op.execute(TABLE)
    op.execute("ALTER TABLE courier_accounts ADD COLUMN balance_asked_at timestamptz")
    for statement in security.lent():
        op.execute(statement)
