"""The thin side: signs a body, sends it, says what became of it."""

from __future__ import annotations

from dataclasses import replace

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
from yichuan.couriers.connectors.errors import heard
from yichuan.couriers.connectors.yunda import build, parse

NOBODYS_NUMBER = "310000000000000"


class YundaClient(Client):
    """One application at Yunda's open platform."""

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number. Yunda refuses a used order code and has it updated instead, which
        answers with the number that it has."""
        message = build.order(request, self._access.public_id)
        try:
            return parse.waybill(await self._call(build.CREATE, message), request.order_code)
        except CourierError as error:
            if error.code != "order_exists":
                raise
        found = await self._call(build.UPDATE, message)
        return replace(parse.waybill(found, request.order_code), repeated=True)

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """The same order again: it brings the number it brought, or a first one."""
        return await self.issue(request)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back."""
        message = build.cancel(order_code, number, account, self._access.public_id)
        parse.cancelled(await self._call(build.CANCEL, message))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Ask how many numbers the account has left; without an account, for a number that
        nobody has, where only a refusal of who asks counts."""
        if account.customer_name:
            await self._call(build.COUNT, build.count(account, self._access.public_id), safe=True)
            return
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
        """轨迹订阅: afterwards the number can be asked for."""
        await self._call(build.SUBSCRIBE, build.subscribe(number, order_code), safe=True)
        return Subscribed(courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now 轨迹查询."""
        found = await self._call(build.TRACK, build.track(number), safe=True)
        return parse.track(found, number)

    async def _call(self, path: str, message: build.Message, *, safe: bool = False) -> object:
        access, body = self._access, build.encoded(message)
        raw = await access.wire.send(
            f"{access.endpoint}/{path}",
            safe=safe,
            content=body,
            headers=build.headers(body, access.public_id, access.secret, now()),
        )
        return parse.data(raw, doubt=not safe)
