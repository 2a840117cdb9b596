"""The thin side: signs a body, sends it, says what became of it."""

from __future__ import annotations

from yichuan.couriers.connectors.base import (
    BranchAccount,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.errors import heard
from yichuan.couriers.connectors.zto import build, parse

NOBODYS_NUMBER = "73000000000000"


class ZtoClient(Client):
    """One application at ZTO's open platform."""

    lost_for_good = "ZTO is asked by its own order code or by the number only"

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number 创建订单."""
        kind = self._access.extra.get("order_type") or build.COLLECTED
        found = await self._call(build.CREATE, build.order(request, kind))
        return parse.waybill(found, request.order_code)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back 取消订单: of orders by appointment (预约件)."""
        await self._call(build.CANCEL, build.cancel(number))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for a number that nobody has; only a refusal of who asks counts."""
        await heard(self._call(build.ORDER_INFO, build.order_info(NOBODYS_NUMBER), safe=True))

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """轨迹订阅. The push address is set in ZTO's console, not by the call."""
        await self._call(build.SUBSCRIBE, build.track(number, phone_last4), safe=True)
        return Subscribed(courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now 轨迹查询."""
        found = await self._call(build.TRACK, build.track(number, phone_last4), safe=True)
        return parse.track(found, number)

    async def _call(self, method: str, message: build.Message, *, safe: bool = False) -> object:
        access, body = self._access, build.encoded(message)
        raw = await access.wire.send(
            f"{access.endpoint}/{method}",
            safe=safe,
            content=body,
            headers=build.headers(body, access.public_id, access.secret),
        )
        return parse.result(raw, doubt=not safe)
