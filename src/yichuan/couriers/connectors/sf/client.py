"""The thin side: signs a form, sends it, says what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from yichuan.core.clock import now
from yichuan.couriers.connectors.base import (
    BranchAccount,
    CourierError,
    Forecast,
    Lane,
    PickupBooked,
    PickupRequest,
    Price,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.fields import Fields
from yichuan.couriers.connectors.sf import build, parse, routes

PATH = "/std/service"
NOBODYS_ORDER = "YICHUAN-CONNECTION-TEST"


class SfClient(Client):
    """One customer code 顾客编码 at SF."""

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number 下订单. A used order code brings its first number, or 8016, which is
        looked up."""
        message = build.order(request)
        try:
            return parse.waybill(await self._call(build.CREATE, message))
        except CourierError as error:
            if error.code != "order_exists":
                raise
            return await self._find(request.order_code)

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """Look the order code up; order only when SF knows of none."""
        try:
            return await self._find(request.order_code)
        except CourierError as error:
            if error.code != "unknown_order":
                raise
            return await self.issue(request)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back 订单取消; before pickup only."""
        message = build.cancel(order_code, number)
        parse.cancelled(await self._call(build.UPDATE, message))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for an order that nobody made: "unknown" is the answer of a working connection."""
        try:
            await self._call(build.SEARCH, build.search(NOBODYS_ORDER), safe=True)
        except CourierError as error:
            if error.code != "unknown_order":
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
        """路由注册. The push address is set in SF's console, not by the call."""
        message = build.register(number, order_code, phone_last4)
        await self._call(build.REGISTER, message, safe=True)
        return Subscribed(courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now 路由查询."""
        return (await self.track_many(courier, [number], phone_last4=phone_last4))[0]

    async def track_many(
        self, courier: str, numbers: Sequence[str], *, phone_last4: str = ""
    ) -> Sequence[TrackUpdate]:
        """路由查询 takes a list of numbers."""
        found = await self._call(build.ROUTES, build.routes(numbers, phone_last4), safe=True)
        return [routes.track(found, number) for number in numbers]

    async def book_pickup(self, request: PickupRequest) -> PickupBooked:
        """Have the courier come 上门取件."""
        found = await self._call(build.CREATE, build.pickup(request))
        return parse.booked(found, request.order_code)

    async def cancel_pickup(
        self, order_code: str, courier: str, account: BranchAccount, reason: str = ""
    ) -> None:
        """Take the booking back."""
        parse.cancelled(await self._call(build.UPDATE, build.cancel(order_code)))

    async def prices(self, lane: Lane) -> Sequence[Price]:
        """时效标准及价格查询: the contract's prices, where the account is given."""
        found = await self._call(build.DELIVER, build.deliver(lane), safe=True)
        return parse.prices(found, lane.courier)

    async def forecast(self, lane: Lane) -> Forecast:
        """The same call's promise."""
        found = await self._call(build.DELIVER, build.deliver(lane), safe=True)
        return parse.forecast(found, lane.courier)

    async def _find(self, order_code: str) -> WaybillIssued:
        found = await self._call(build.SEARCH, build.search(order_code), safe=True)
        return replace(parse.waybill(found), repeated=True)

    async def _call(self, service: str, message: build.Message, *, safe: bool = False) -> Fields:
        access = self._access
        form = build.form(service, message, access.public_id, access.secret, now(), str(uuid4()))
        raw = await access.wire.send(access.endpoint + PATH, safe=safe, form=form)
        return parse.message(raw, doubt=not safe)
