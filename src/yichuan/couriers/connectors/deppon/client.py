"""The thin side: signs a form, sends it, says what became of it."""

from __future__ import annotations

from typing import Final

from yichuan.core.clock import now
from yichuan.couriers.connectors.base import (
    BranchAccount,
    CourierError,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Access, Client
from yichuan.couriers.connectors.deppon import build, parse
from yichuan.couriers.connectors.errors import in_doubt

PRODUCTION: Final = "https://dpapi.deppon.com"
ORDERS_HOST: Final = "https://gwapi.deppon.com"
"""In production orders go to a gateway of their own."""


class DepponClient(Client):
    """One application of Deppon's open platform."""

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self._sign = access.extra.get("sign", "")

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number (createOrderNotify)."""
        body = build.order(request, self._access.public_id, self._sign, now())
        try:
            return parse.issued(await self._call(build.CREATE, body, safe=False), request)
        except CourierError as error:
            if error.code != "order_exists":
                raise
            known = await self._known(request)
            if known is None:
                raise
            return known

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """Look the order code up (queryOrder); buy only if Deppon knows of none. Orders take a
        minute or two to appear there; buying one again is refused as repeated, not doubled."""
        return await self._known(request) or await self.issue(request)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back (cancelOrder)."""
        body = build.cancellation(order_code, number, account, self._sign, now())
        parse.done(await self._call(build.CANCEL, body, safe=False))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for the track of a number that does not exist: proves address and key."""
        body = build.trace("DPK000000000000", account.customer_name)
        parse.track(await self._call(build.TRACE, body, safe=True), courier, "DPK000000000000")

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history now (newTraceQuery)."""
        body = build.trace(number, self._access.extra.get("customer", ""))
        return parse.track(await self._call(build.TRACE, body, safe=True), courier, number)

    async def _known(self, request: WaybillRequest) -> WaybillIssued | None:
        body = build.search(request.order_code, self._sign)
        try:
            return parse.found(await self._call(build.ORDER, body, safe=True), request)
        except CourierError as error:
            raise in_doubt(error) from error

    async def _call(self, name: str, body: bytes, *, safe: bool) -> bytes:
        access = self._access
        form = build.form(body, access.public_id, access.secret, now())
        return await access.wire.send(self._url(name), safe=safe, form=form)

    def _url(self, name: str) -> str:
        base = self._access.endpoint
        if base.endswith("/sandbox-web"):
            return base + build.SANDBOX_PATHS[name]
        if base == PRODUCTION and name in (build.CREATE, build.CANCEL):
            base = ORDERS_HOST
        return base + build.PATHS[name]
