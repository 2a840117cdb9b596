"""How the balance of a waybill account went."""

from __future__ import annotations

from alembic import op

from yichuan.migrations import security

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE account_balances (
    account_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    merchant_id UUID,
    balance BIGINT NOT NULL,
    CONSTRAINT pk_account_balances PRIMARY KEY (account_id, at),
    CONSTRAINT fk_account_balances_account_id_courier_accounts
        FOREIGN KEY(account_id) REFERENCES courier_accounts (id)
)
"""


def upgrade() -> None:
    """A new table, which begins with the balances known now."""
    op.execute(TABLE)
    op.execute(
        "INSERT INTO account_balances (account_id, at, merchant_id, balance)"
        " SELECT id, balance_at, merchant_id, balance FROM courier_accounts"
        " WHERE balance IS NOT NULL AND balance_at IS NOT NULL"
    )
    for statement in security.later(revision):
        op.execute(statement)
