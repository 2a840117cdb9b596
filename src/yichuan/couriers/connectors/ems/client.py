"""The thin side: seals a body, sends it, says what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from yichuan.core.clock import now
from yichuan.couriers.connectors.base import (
    BranchAccount,
    Lane,
    Price,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.ems import build, parse
from yichuan.couriers.connectors.errors import heard

NOBODYS_NUMBER = "1000000000000"


class EmsClient(Client):
    """One customer with an agreement 协议客户."""

    lost_for_good = "no public document says what China Post answers to a repeated order code"

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number 下单取号."""
        message = build.order(request, self._access.public_id, now())
        found = parse.body(await self._call(build.CREATE, message), doubt=True)
        return parse.waybill(found, request)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back 订单取消."""
        message = build.cancel(order_code, number)
        parse.body(await self._call(build.CANCEL, message), doubt=True)

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for a number that nobody has; only a refusal of who asks counts."""
        await heard(self.track(courier, NOBODYS_NUMBER))

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now 运单轨迹."""
        answer = await self._call(build.TRACK, build.track(number), safe=True)
        return parse.track(answer, courier, number)

    async def prices(self, lane: Lane) -> Sequence[Price]:
        """预估邮费 of 电商标快, the product whose number is public."""
        answer = await self._call(build.PRICE, build.price(lane), safe=True)
        return parse.price(parse.body(answer), lane.courier)

    async def _call(self, call: str, message: object, *, safe: bool = False) -> bytes:
        access = self._access
        authorization = access.extra.get("authorization", "")
        form = build.form(call, message, access.public_id, authorization, access.secret, now())
        whole = "/api/" in access.endpoint
        url = access.endpoint if whole else access.endpoint + build.PATH
        return await access.wire.send(url, safe=safe, form=form)
