"""The thin side: signs a param, sends it, says what became of it."""

from __future__ import annotations

from yichuan.core.clock import now
from yichuan.couriers.connectors.base import (
    BranchAccount,
    PickupBooked,
    PickupRequest,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.errors import heard
from yichuan.couriers.connectors.yto import build, parse

NOBODYS_NUMBER = "YT0000000000000"
TRACKING = (build.TRACK, build.SUBSCRIBE)


class YtoClient(Client):
    """One customer code 客户编码 at YTO."""

    lost_for_good = "no public interface of YTO tells the number of an order code"

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number 订单创建."""
        raw = await self._call(build.CREATE, build.order(request))
        return parse.waybill(raw, request.order_code)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back 订单取消."""
        parse.cancelled(await self._call(build.CANCEL, build.cancel(order_code)), order_code)

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for a number that nobody has; only a refusal of who asks counts."""
        await heard(self.track(courier, NOBODYS_NUMBER))

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """轨迹订阅. The push address is set in YTO's console, not by the call."""
        customer, _ = self._pair(build.SUBSCRIBE)
        message = build.subscribe(number, customer)
        parse.subscribed(await self._call(build.SUBSCRIBE, message, safe=True))
        return Subscribed(courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now 轨迹查询."""
        return parse.track(await self._call(build.TRACK, build.track(number), safe=True), number)

    async def book_pickup(self, request: PickupRequest) -> PickupBooked:
        """Have the courier come: an order with a time."""
        raw = await self._call(build.CREATE, build.pickup(request))
        return parse.booked(raw, request.order_code)

    async def cancel_pickup(
        self, order_code: str, courier: str, account: BranchAccount, reason: str = ""
    ) -> None:
        """Take the booking back."""
        message = build.cancel(order_code, reason)
        parse.cancelled(await self._call(build.CANCEL, message), order_code)

    def _pair(self, method: str) -> tuple[str, str]:
        """Customer code and secret of an interface."""
        access = self._access
        if method not in TRACKING:
            return access.public_id, access.secret
        return (
            access.extra.get("track_customer") or access.public_id,
            access.extra.get("track_secret") or access.secret,
        )

    async def _call(self, method: str, message: build.Message, *, safe: bool = False) -> bytes:
        access, (customer, secret) = self._access, self._pair(method)
        app = access.extra.get("app_id", "")
        return await access.wire.send(
            f"{access.endpoint}/open/{method}/{build.VERSION}/{app}/{customer}",
            safe=safe,
            content=build.body(message, method, secret, now()),
            headers={"Content-Type": "application/json; charset=UTF-8"},
        )
