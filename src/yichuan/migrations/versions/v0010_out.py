"""Webhooks: lanes that can be held, rotation of secrets, whole attempts."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CHANGES = """
ALTER TABLE outbox ADD COLUMN lane TEXT;
UPDATE outbox SET lane = 'webhook:' || (payload->>'endpoint_id')
    WHERE channel = 'webhook' AND done_at IS NULL;
CREATE INDEX ix_outbox_lane ON outbox (lane, id) WHERE done_at IS NULL;
ALTER TABLE webhook_endpoints
    ADD COLUMN old_secret_enc BYTEA,
    ADD COLUMN old_secret_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN failing_since TIMESTAMP WITH TIME ZONE,
    ADD COLUMN paused_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN pause_reason TEXT;
ALTER TABLE webhook_attempts
    ADD COLUMN number BIGINT DEFAULT '1' NOT NULL,
    ADD COLUMN url TEXT,
    ADD COLUMN answer TEXT;
CREATE INDEX ix_print_jobs_recent ON print_jobs (created_at);
CREATE INDEX ix_webhook_attempts_event ON webhook_attempts (endpoint_id, webhook_id)
"""


def upgrade() -> None:
    """New columns, all of them empty or with a constant default: no row is rewritten but the
    webhooks still to be sent."""
    for statement in CHANGES.split(";"):
        op.execute(statement)
