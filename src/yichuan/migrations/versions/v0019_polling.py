"""When couriers are asked for numbers that are not pushed, and how much a connection may ask."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

STATEMENTS = """
ALTER TABLE track_subscriptions
    ADD COLUMN poll_connection_id UUID,
    ADD COLUMN poll_merchant_id UUID,
    ADD COLUMN poll_at TIMESTAMP WITH TIME ZONE DEFAULT (now() + '00:00:30'::interval),
    ADD COLUMN poll_asked_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN poll_calls BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN poll_failures BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN poll_refusals BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN poll_error TEXT,
    ADD COLUMN poll_events BIGINT,
    ADD COLUMN poll_unpushed BOOLEAN DEFAULT 'false' NOT NULL;
CREATE INDEX ix_track_subscriptions_poll
    ON track_subscriptions (poll_connection_id, poll_merchant_id, poll_at)
    WHERE poll_connection_id IS NOT NULL AND poll_at IS NOT NULL;
CREATE INDEX ix_track_subscriptions_unrouted ON track_subscriptions (poll_at)
    WHERE poll_connection_id IS NULL AND poll_at IS NOT NULL;
ALTER TABLE courier_connections
    ADD COLUMN polls_per_day BIGINT,
    ADD COLUMN polls_day DATE,
    ADD COLUMN polls_used BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN polls_stretch DOUBLE PRECISION DEFAULT '1' NOT NULL,
    ADD COLUMN polls_paused_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN polls_paused_why TEXT,
    ADD COLUMN polls_doubted_at TIMESTAMP WITH TIME ZONE
"""


def upgrade() -> None:
    """New columns: nothing is asked at once, each number is looked at first."""
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
