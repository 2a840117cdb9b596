"""The thin side: signs a call, sends it, says what became of it."""

from __future__ import annotations

from typing import Final

from yichuan.core.clock import now
from yichuan.couriers.connectors.base import (
    BranchAccount,
    CourierError,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.jdl import build, parse

HEADERS: Final = {"content-type": "application/json;charset=utf-8", "lop-tz": "8"}


class JdlClient(Client):
    """One application of JD Logistics' open platform, with a merchant's grant."""

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number (orders/create)."""
        return parse.issued(
            await self._call(build.CREATE, build.order(request), safe=False), request
        )

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """Order once more: an order number that JD has is answered with its first waybill number
        (商家订单号已被使用). Refused instead, that number stands in JD's console alone."""
        try:
            return await self.issue(request)
        except CourierError as error:
            if error.code != "order_exists":
                raise
            raise CourierError("cannot_recover", error.courier_text, outcome="unknown") from error

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back (orders/cancel)."""
        body = build.cancellation(number, order_code, account)
        parse.done(await self._call(build.CANCEL, body, safe=False))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for the track of a number that does not exist: proves address, key and grant."""
        try:
            await self.track(courier, "JD0000000000000")
        except CourierError as error:
            if error.code not in ("not_found", "bad_number"):
                raise

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """Ask for pushes (trace/subscribe). Our address is entered in JD's console."""
        customer = self._access.extra.get("customer", "")
        body = build.subscription(number, customer, phone_last4)
        parse.done(await self._call(build.SUBSCRIBE, body, safe=True), doubt=False)
        return Subscribed(courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history now (orders/trace/query)."""
        body = build.trace(number, self._access.extra.get("customer", ""))
        return parse.track(await self._call(build.TRACE, body, safe=True), number)

    async def _call(self, path: str, body: bytes, *, safe: bool) -> bytes:
        access = self._access
        token = access.extra.get("access_token", "")
        query = build.query(path, body, now(), access.public_id, access.secret, token)
        url = access.endpoint + path
        return await access.wire.send(url, safe=safe, content=body, query=query, headers=HEADERS)
