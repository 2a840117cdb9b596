"""Who calls: an EBusinessID of a merchant, or the platform's acting for one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import httpx

from yichuan.core.context import Context
from yichuan.core.errors import NotFound
from yichuan.gateway.kdniao.wire import BAD_USER, MISSING, OTHER, Fields, refuse
from yichuan.identity import service as identity
from yichuan.identity.callers import Caller
from yichuan.identity.service import DoorKey
from yichuan.merchants import queries as merchants
from yichuan.tracking.watching import Follower

MOST_KEYS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Call:
    """A verified call: whose, for whom, and what it says."""

    context: Context
    http: httpx.AsyncClient
    key: DoorKey
    caller: Caller
    """As the merchant it acts for; the platform itself where it names none."""
    request_type: str
    data: Fields

    @property
    def ebusiness_id(self) -> str:
        """The caller's public id, repeated in every answer."""
        return self.key.ebusiness_id

    @property
    def follower(self) -> Follower:
        """The caller as one who follows numbers."""
        return Follower(self.key.id, self.caller.merchant_id)

    def merchant(self) -> UUID:
        """The merchant it acts for.

        Raises:
            CallError: 101, the platform's user names none.
        """
        if self.caller.merchant_id is None:
            refuse(MISSING, "缺少必要参数：MemberID（平台用户须指明商家）")
        return self.caller.merchant_id


class Keys:
    """Keys looked up recently; a revoked one is good for so many seconds more."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seconds = context.settings.auth_cache_seconds
        self._known: dict[str, tuple[float, DoorKey]] = {}

    async def key(self, ebusiness_id: str) -> DoorKey:
        """The key of an EBusinessID.

        Raises:
            CallError: 104, there is none.
        """
        until, known = self._known.get(ebusiness_id, (0.0, None))
        if known is not None and until > time.monotonic():
            return known
        async with self._context.database.system() as session:
            found = await identity.door_key(session, self._context.vault, ebusiness_id=ebusiness_id)
        if found is None:
            refuse(BAD_USER, "用户ID不存在或已停用")
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._known[ebusiness_id] = (time.monotonic() + self._seconds, found)
        return found


async def caller_of(context: Context, key: DoorKey, data: Fields) -> Caller:
    """The caller under whose rights a call runs.

    A merchant's key is that merchant, whatever MemberID says. The platform's key acts for the
    merchant that MemberID names by id or code, and for the platform where it is empty.

    Raises:
        CallError: 105, no such merchant.
    """
    merchant_id = key.merchant_id
    if merchant_id is None:
        member = data.text("MemberID", 64)
        if member:
            merchant_id = await _merchant(context, member)
    role = "operator" if merchant_id is None else "merchant"
    return Caller(
        id=f"key:{key.id}",
        name=key.name,
        role=role,  # type: ignore[arg-type]
        merchant_id=merchant_id,
    )


async def _merchant(context: Context, member: str) -> UUID:
    async with context.database.read(None) as session:
        try:
            return (await merchants.get(session, UUID(member))).id
        except (ValueError, NotFound):
            pass
        try:
            return (await merchants.by_code(session, member)).id
        except NotFound:
            refuse(OTHER, "MemberID 不是本平台的商家编号")
