"""Reference data kept in the process for a while: read often, changed rarely."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from yichuan.core.database import ReadSession

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
_MOST = 10_000


class Cached(Generic[T]):
    """A value per database engine, loaded again when it is older than `seconds`."""

    def __init__(self, seconds: float, load: Callable[[ReadSession], Awaitable[T]]) -> None:
        self._seconds = seconds
        self._load = load
        self._known: WeakKeyDictionary[object, tuple[float, T]] = WeakKeyDictionary()

    async def get(self, session: ReadSession) -> T:
        """The value, at most `seconds` old."""
        known = self._known.get(session.bind)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        value = await self._load(session)
        self._known[session.bind] = (time.monotonic() + self._seconds, value)
        return value

    def forget(self) -> None:
        """Load again next time (after a change made here)."""
        self._known.clear()


class Remembered(Generic[K, T]):
    """Values by key and owner (a process's database, its HTTP client), each for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._known: WeakKeyDictionary[object, dict[K, tuple[float, T]]] = WeakKeyDictionary()

    async def get(self, owner: object, key: K, load: Callable[[], Awaitable[T]]) -> T:
        """The value, at most `seconds` old, else loaded."""
        mine = self._known.setdefault(owner, {})
        known = mine.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        value = await load()
        if len(mine) >= _MOST:
            mine.clear()
        mine[key] = (time.monotonic() + self._seconds, value)
        return value

    def forget(self) -> None:
        """Load again next time (after a change made here)."""
        self._known.clear()
