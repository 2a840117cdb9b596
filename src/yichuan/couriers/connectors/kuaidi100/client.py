"""The thin side: signs a form, sends it, says what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from yichuan.core.clock import now
from yichuan.couriers.connectors.base import (
    BranchAccount,
    Candidate,
    CourierError,
    Forecast,
    Lane,
    Subscribed,
    TrackUpdate,
    WaybillIssued,
    WaybillRequest,
)
from yichuan.couriers.connectors.connector import Client
from yichuan.couriers.connectors.kuaidi100 import build, parse

PRODUCTION: Final = "https://poll.kuaidi100.com"
HOSTS: Final = {
    build.LABEL: "https://api.kuaidi100.com",
    build.RECOGNISE: "https://www.kuaidi100.com",
}
"""In production some calls have hosts of their own; elsewhere all are under one address."""


class Kuaidi100Client(Client):
    """One enterprise account."""

    async def issue(self, request: WaybillRequest) -> WaybillIssued:
        """Take a number (method=order)."""
        return parse.waybill(await self._label("order", build.waybill(request)), request)

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """Ask again: with `reorder` false an order code is answered with its first number. The
        vendor keeps it for 48 hours; later than that a person must look."""
        return await self.issue(request)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back (method=cancel)."""
        parse.cancelled(await self._label("cancel", build.cancellation(courier, number, account)))

    async def check(self, courier: str, account: BranchAccount) -> None:
        """Recognise a number: proves address and key, and costs nothing."""
        await self.recognise("YT0000000000000")

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """Ask for pushes (poll). Four subscriptions a month of one number are free."""
        access = self._access
        form = build.subscription(
            courier,
            number,
            phone_last4,
            access.secret,
            access.extra.get("salt", ""),
            access.push_url,
        )
        answer = await access.wire.send(self._url(build.SUBSCRIBE), safe=True, form=form)
        return parse.subscribed(answer, courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history now (query.do)."""
        access = self._access
        form = build.query(courier, number, phone_last4, access.public_id, access.secret)
        answer = await access.wire.send(self._url(build.QUERY), safe=True, form=form)
        return parse.track(answer, courier, number)

    async def recognise(self, number: str) -> Sequence[Candidate]:
        """Whose number this may be (autonumber)."""
        query = {"num": number, "key": self._access.secret}
        url = self._url(build.RECOGNISE)
        answer = await self._access.wire.send(url, safe=True, method="GET", query=query)
        return parse.candidates(answer)

    async def forecast(self, lane: Lane) -> Forecast:
        """When a parcel handed over now will be there (method=time)."""
        param = build.forecast(lane, now())
        return parse.forecast(await self._label("time", param, safe=True), lane.courier)

    async def _label(
        self, method: str, param: Mapping[str, object], *, safe: bool = False
    ) -> bytes:
        access = self._access
        secret = access.extra.get("secret2", "")
        if not secret:
            raise CourierError("account_refused", "no secret for waybills is set")
        form = build.signed(param, access.secret, secret, now())
        query = {"method": method}
        return await access.wire.send(self._url(build.LABEL), safe=safe, form=form, query=query)

    def _url(self, path: str) -> str:
        base = self._access.endpoint
        return (HOSTS.get(path, base) if base == PRODUCTION else base) + path
