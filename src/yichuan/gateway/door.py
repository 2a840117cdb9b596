"""The door's one entrance: who calls, what is asked, and the answer in KDNiao's own form."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import httpx
import structlog

from yichuan.core.context import Context
from yichuan.core.errors import YichuanError
from yichuan.gateway.kdniao import (
    account_calls,
    number_calls,
    pickup_calls,
    track_calls,
    waybill_calls,
)
from yichuan.gateway.kdniao.callers import Call, Keys, caller_of
from yichuan.gateway.kdniao.wire import (
    BAD_FORMAT,
    OTHER,
    Answer,
    CallError,
    named,
    read_data,
    refusal,
    refuse,
    system_of,
)

log = structlog.get_logger(__name__)
Handler = Callable[[Call], Awaitable[Answer]]

HANDLERS: Mapping[str, Handler] = {
    "1001": pickup_calls.book,
    "1002": track_calls.query,
    "1004": pickup_calls.cancel,
    "1007": waybill_calls.create,
    "1008": track_calls.subscribe,
    "1107": account_calls.apply,
    "1127": waybill_calls.balance,
    "1147": waybill_calls.cancel,
    "1801": pickup_calls.book,
    "1802": pickup_calls.cancel,
    "2001": number_calls.recommend,
    "2002": number_calls.recognise,
    "2006": number_calls.recommend,
    "6001": number_calls.parse,
    "8001": track_calls.query,
    "8002": track_calls.query,
    "8008": track_calls.subscribe,
}
"""RequestType → what it does. The path a call comes by does not matter."""


class Door:
    """One per web process."""

    def __init__(self, context: Context, http: httpx.AsyncClient) -> None:
        self._context = context
        self._http = http
        self._keys = Keys(context)

    async def answer(self, fields: Mapping[str, bytes]) -> Answer:
        """The answer to a form's fields. Never raises: whatever goes wrong is said in the form."""
        (result,) = await asyncio.gather(self._handled(fields), return_exceptions=True)
        if not isinstance(result, BaseException):
            return result
        ebusiness_id, kind = named(fields, "EBusinessID"), named(fields, "RequestType").upper()
        if isinstance(result, CallError):
            return refusal(ebusiness_id, kind, result)
        if isinstance(result, YichuanError):
            said = (result.detail or result.title_zh)[:200]
            return refusal(ebusiness_id, kind, CallError(OTHER, said))
        log.error("a call of the KDNiao door failed", request_type=kind, exc_info=result)
        return refusal(ebusiness_id, kind, CallError(OTHER, "系统繁忙，请稍后再试"))

    async def _handled(self, fields: Mapping[str, bytes]) -> Answer:
        system = system_of(fields)
        key = await self._keys.key(system.ebusiness_id)
        data = read_data(system, key.secret)
        handler = HANDLERS.get(system.request_type)
        if handler is None:
            refuse(BAD_FORMAT, f"不支持的接口指令：{system.request_type}")
        caller = await caller_of(self._context, key, data)
        call = Call(self._context, self._http, key, caller, system.request_type, data)
        return await handler(call)
