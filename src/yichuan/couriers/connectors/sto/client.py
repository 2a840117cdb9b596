"""The thin side: signs a content, sends it, says what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from yichuan.couriers.connectors.base import (
    BranchAccount,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.errors import heard
from yichuan.couriers.connectors.fields import Fields
from yichuan.couriers.connectors.sto import build, parse

NOBODYS_NUMBER = "770000000000000"


class StoClient(Client):
    """One application at STO's open platform."""

    lost_for_good = "no public interface of STO tells the number of an order code"

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number 订单创建."""
        message = build.order(request, self._source)
        return parse.waybill(await self._call(build.CREATE, message), request.order_code)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back 订单取消."""
        await self._call(build.CANCEL, build.cancel(number, self._source))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask for a number that nobody has; only a refusal of who asks counts."""
        await heard(self._call(build.TRACK, build.track([NOBODYS_NUMBER]), safe=True))

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """轨迹订阅. The push address is set in STO's console, not by the call."""
        await self._call(build.SUBSCRIBE, build.subscribe(number), safe=True)
        return Subscribed(courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now 轨迹查询."""
        return (await self.track_many(courier, [number]))[0]

    async def track_many(
        self, courier: str, numbers: Sequence[str], *, phone_last4: str = ""
    ) -> Sequence[TrackUpdate]:
        """轨迹查询 takes a list of numbers."""
        found = await self._call(build.TRACK, build.track(numbers), safe=True)
        return [parse.track(found, number) for number in numbers]

    @property
    def _source(self) -> str:
        return self._access.extra.get("order_source", "")

    async def _call(
        self, call: build.Call, message: build.Message, *, safe: bool = False
    ) -> Fields:
        access = self._access
        code = access.extra.get("from_code") or access.public_id
        raw = await access.wire.send(
            f"{access.endpoint}/gateway/link.do",
            safe=safe,
            form=build.form(call, message, access.public_id, code, access.secret),
        )
        return parse.data(raw, doubt=not safe)
