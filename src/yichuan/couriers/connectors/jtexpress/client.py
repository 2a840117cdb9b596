"""The thin side: signs a form, sends it, says what became of it."""

from __future__ import annotations

from collections.abc import Mapping

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
from yichuan.couriers.connectors.errors import in_doubt
from yichuan.couriers.connectors.jtexpress import build, parse


class JtClient(Client):
    """One application of J&T's open platform."""

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number (addOrder)."""
        fields = build.order(request, self._access.secret)
        return parse.issued(await self._call(build.CREATE, fields, safe=False), request)

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """Look the order code up (getOrders); buy only if J&T knows of none."""
        fields = build.search(request.order_code, request.account, self._access.secret)
        try:
            known = parse.found(await self._call(build.ORDERS, fields, safe=True), request)
        except CourierError as error:
            if error.code != "not_found":
                raise in_doubt(error) from error
            known = None
        return known or await self.issue(request)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back (cancelOrder)."""
        fields = build.cancellation(order_code, account, self._access.secret)
        parse.done(await self._call(build.CANCEL, fields, safe=False))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Look up an order that does not exist: proves address, key, customer and password."""
        fields = build.search("YCTEST", account, self._access.secret)
        try:
            parse.done(await self._call(build.ORDERS, fields, safe=True))
        except CourierError as error:
            if error.code != "not_found":
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
        """Ask for pushes (trace/subscribe)."""
        fields = build.subscription(number, self._access.push_url)
        return parse.subscribed(await self._call(build.SUBSCRIBE, fields, safe=True), number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history now (logistics/trace)."""
        answer = await self._call(build.TRACE, {"billCodes": number}, safe=True)
        return parse.track(answer, number)

    async def _call(self, path: str, fields: Mapping[str, object], *, safe: bool) -> bytes:
        access = self._access
        text = build.text(fields)
        headers = {
            "apiAccount": access.public_id,
            "digest": build.digest(text, access.secret),
            "timestamp": str(int(now().timestamp() * 1000)),
        }
        form = {"bizContent": text}
        return await access.wire.send(access.endpoint + path, safe=safe, form=form, headers=headers)
