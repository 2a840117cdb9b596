"""Typed platform settings: one row of `platform_settings` per key, cached for a few seconds."""

from __future__ import annotations

import time
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from yichuan.core.clock import now
from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.models import SchemaSetting

M = TypeVar("M", bound=BaseModel)
CACHE_SECONDS = 5.0


class PlatformSetting(Generic[M]):
    """One setting of this installation. What was never set has the model's defaults."""

    def __init__(self, key: str, model: type[M]) -> None:
        self.key = key
        self._model = model
        self._known: WeakKeyDictionary[object, tuple[float, M]] = WeakKeyDictionary()

    async def get(self, session: ReadSession) -> M:
        """The value, at most `CACHE_SECONDS` old.

        Raises:
            pydantic.ValidationError: the stored value does not fit the model.
        """
        found = self._known.get(session.bind)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        row = await session.scalar(select(SchemaSetting.value).where(SchemaSetting.key == self.key))
        value = self._model.model_validate(row or {})
        self._known[session.bind] = (time.monotonic() + CACHE_SECONDS, value)
        return value

    async def put(self, session: WriteSession, value: M) -> None:
        """Store a value (platform sessions only: row-level security refuses others)."""
        stored = value.model_dump(mode="json")
        statement = insert(SchemaSetting).values(key=self.key, value=stored, updated_at=now())
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["key"], set_={"value": stored, "updated_at": now()}
            )
        )
        self._known.clear()
