"""The thin HTTP side: posts a signed form, says what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import httpx

from yichuan.couriers.connectors.base import (
    Balance,
    BranchAccount,
    CourierError,
    Outcome,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.kdniao import build, parse, traces

PATHS: Final = {
    build.WAYBILL: "/api/EOrderService",
    build.CANCEL: "/api/EOrderService",
    build.BALANCE: "/api/EOrderService",
    build.SUBSCRIBE: "/api/dist",
    build.SUBSCRIBE_PLUS: "/api/dist",
    build.QUERY: "/Ebusiness/EbusinessOrderHandle.aspx",
    build.QUERY_PLUS: "/Ebusiness/EbusinessOrderHandle.aspx",
}
PRODUCTION: Final = "https://api.kdniao.com"
MAX_ANSWER: Final = 4 * 1024 * 1024

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""The request never left us: nothing can have happened."""


@dataclass(frozen=True, slots=True)
class KdniaoClient:
    """One API user at one address.

    `base_url` is a host, or a sandbox address ending in `.json` that takes every request type.
    `timeout` is in seconds and applies to connecting, sending and reading each.
    """

    http: httpx.AsyncClient
    ebusiness_id: str
    app_key: str = field(repr=False)
    base_url: str = PRODUCTION
    timeout: float = 10.0
    plus: bool = True
    """Use the paid queries and subscriptions (8001, 8008), which carry a code per event."""

    async def issue(self, request: WaybillRequest, *, with_template: bool = False) -> WaybillIssued:
        """Take a waybill number (1007).

        Raises:
            CourierError: refused; with outcome "unknown" the number may have been issued.
        """
        data = build.waybill(request, with_template=with_template)
        return parse.waybill(await self._call(build.WAYBILL, data))

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back (1147).

        Raises:
            CourierError: not cancelled; with outcome "unknown" it may have been.
        """
        data = build.cancel(order_code, courier, number, account)
        parse.cancelled(await self._call(build.CANCEL, data))

    async def balance(self, courier: str, account: BranchAccount) -> Balance:
        """Numbers left on an account (1127).

        Raises:
            CourierError: refused or not reached.
        """
        data = build.balance(courier, account)
        return parse.balance(await self._call(build.BALANCE, data, safe=True))

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """Ask for pushes of a number (1008 or 8008). Repeating it is harmless.

        Raises:
            CourierError: refused or not reached.
        """
        data = build.subscribe(
            courier, number, order_code=order_code, phone_last4=phone_last4, callback=callback
        )
        kind = build.SUBSCRIBE_PLUS if self.plus else build.SUBSCRIBE
        return parse.subscribed(await self._call(kind, data, safe=True), courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now (1002 or 8001).

        Raises:
            CourierError: refused or not reached.
        """
        data = build.query(courier, number, order_code=order_code, phone_last4=phone_last4)
        kind = build.QUERY_PLUS if self.plus else build.QUERY
        return traces.track(await self._call(kind, data, safe=True))

    async def _call(self, request_type: str, request_data: bytes, *, safe: bool = False) -> bytes:
        """Post and give the answer's body. `safe` calls change nothing and may be repeated."""
        fields = build.form(request_type, request_data, self.ebusiness_id, self.app_key)
        try:
            answer = await self.http.post(
                self._url(request_type), data=fields, timeout=self.timeout
            )
        except NOT_SENT as error:
            raise CourierError("unreachable", str(error), retryable=True) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _lost("no_answer", str(error) or type(error).__name__, safe) from error
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise _lost("courier_down", f"HTTP {answer.status_code}", safe)
        if answer.status_code != httpx.codes.OK:
            busy = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
            code = "quota_exceeded" if busy else "http_error"
            raise CourierError(code, f"HTTP {answer.status_code}", retryable=busy)
        if len(answer.content) > MAX_ANSWER:
            raise _lost("bad_answer", "answer too long", safe)
        return answer.content

    def _url(self, request_type: str) -> str:
        base = self.base_url.rstrip("/")
        return base if base.endswith(".json") else base + PATHS[request_type]


def _lost(code: str, why: str, safe: bool) -> CourierError:
    """The request went out and no usable answer came back."""
    outcome: Outcome = "refused" if safe else "unknown"
    return CourierError(code, why, retryable=safe, outcome=outcome)
