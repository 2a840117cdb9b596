"""Endpoints that fail for long are paused with a notice; what waits for the others is let go."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import text

from yichuan.core import outbox
from yichuan.core.database import Database, SystemSession
from yichuan.core.outbox import HELD
from yichuan.notify import service
from yichuan.notify.addresses import setting
from yichuan.notify.events import lane_of
from yichuan.notify.service import NewAlert

LINK: Final = "/settings/webhooks"
_PAUSE: Final = text("""
    UPDATE webhook_endpoints SET paused_at = now(), pause_reason = 'failing'
    WHERE enabled AND paused_at IS NULL
      AND failing_since < now() - make_interval(hours => :hours)
    RETURNING id, merchant_id, url
""")
# An event may be addressed while its endpoint is being resumed: it would be held for ever.
_STRAY: Final = text("""
    UPDATE outbox SET due_at = now()
    WHERE lane = ANY(ARRAY(SELECT 'webhook:' || id FROM webhook_endpoints
                           WHERE paused_at IS NULL OR NOT enabled))
      AND done_at IS NULL AND failed_at IS NULL AND due_at = :held
""")


async def look_after(database: Database) -> int:
    """Pause what has only failed for the set number of hours. Returns how many."""
    async with database.system() as session:
        limits = await setting.get(session)
        rows = (await session.execute(_PAUSE, {"hours": limits.pause_after_hours})).all()
        for row in rows:
            await outbox.hold(session, lane_of(row.id))
            await service.alert(session, [_notice(row.merchant_id, row.url)])
        await _let_strays_go(session)
    return len(rows)


async def _let_strays_go(session: SystemSession) -> None:
    await session.execute(_STRAY, {"held": HELD})


def _notice(merchant_id: UUID | None, url: str) -> NewAlert:
    return NewAlert(
        merchant_id=merchant_id,
        shipment_id=None,
        kind="webhook_paused",
        severity=2,
        title_zh=f"事件推送已暂停：{url} 长时间没有成功接收",
        title_en=f"Webhook paused: {url} has failed for long",
        link=LINK,
    )
