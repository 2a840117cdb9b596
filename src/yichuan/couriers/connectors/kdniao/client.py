"""The thin side: signs a form, sends it, says what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from yichuan.core.clock import now
from yichuan.couriers.connectors.base import (
    Balance,
    BranchAccount,
    Candidate,
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
from yichuan.couriers.connectors.connector import Access, Client
from yichuan.couriers.connectors.kdniao import build, parse, services, traces

PATHS: Final = {
    build.WAYBILL: "/api/EOrderService",
    build.CANCEL: "/api/EOrderService",
    build.BALANCE: "/api/EOrderService",
    build.SUBSCRIBE: "/api/dist",
    build.SUBSCRIBE_PLUS: "/api/dist",
    build.QUERY: "/Ebusiness/EbusinessOrderHandle.aspx",
    build.QUERY_PLUS: "/Ebusiness/EbusinessOrderHandle.aspx",
    build.RECOGNISE: "/Ebusiness/EbusinessOrderHandle.aspx",
    build.FORECAST: "/api/dist",
    **dict.fromkeys(
        (
            build.PICKUP,
            build.PICKUP_CANCEL,
            build.PAID_PICKUP,
            build.PAID_PICKUP_CANCEL,
            build.PRICES,
        ),
        "/api/OOrderService",
    ),
}


class KdniaoClient(Client):
    """One API user at one address.

    The endpoint is a host, or a sandbox address ending in `.json` that takes every request type.
    The paid queries and subscriptions (8001, 8008), which carry a code per event, are used unless
    the connection's plan is "free".
    """

    def __init__(self, access: Access) -> None:
        super().__init__(access)
        self._plus = access.extra.get("plan", "plus") != "free"

    async def issue(self, request: WaybillRequest, *, with_template: bool = False) -> WaybillIssued:
        """Take a waybill number (1007).

        Raises:
            CourierError: refused; with outcome "unknown" the number may have been issued.
        """
        data = build.waybill(request, with_template=with_template)
        return parse.waybill(await self._call(build.WAYBILL, data))

    async def recover(self, request: WaybillRequest) -> WaybillIssued:
        """Ask again: a repeated order code is answered with the number it was given (106)."""
        return await self.issue(request)

    async def cancel(
        self, order_code: str, courier: str, number: str, account: BranchAccount
    ) -> None:
        """Give a number back (1147).

        Raises:
            CourierError: not cancelled; with outcome "unknown" it may have been.
        """
        data = build.cancel(order_code, courier, number, account)
        parse.cancelled(await self._call(build.CANCEL, data))

    async def balance(self, courier: str, account: BranchAccount) -> Balance:
        """Numbers left on an account (1127).

        Raises:
            CourierError: refused or not reached.
        """
        data = build.balance(courier, account)
        return parse.balance(await self._call(build.BALANCE, data, safe=True))

    async def subscribe(
        self,
        courier: str,
        number: str,
        *,
        order_code: str = "",
        phone_last4: str = "",
        callback: str = "",
    ) -> Subscribed:
        """Ask for pushes of a number (1008 or 8008). Repeating it is harmless.

        Raises:
            CourierError: refused or not reached.
        """
        data = build.subscribe(
            courier, number, order_code=order_code, phone_last4=phone_last4, callback=callback
        )
        kind = build.SUBSCRIBE_PLUS if self._plus else build.SUBSCRIBE
        return parse.subscribed(await self._call(kind, data, safe=True), courier, number)

    async def track(
        self, courier: str, number: str, *, order_code: str = "", phone_last4: str = ""
    ) -> TrackUpdate:
        """The history of a number now (1002 or 8001).

        Raises:
            CourierError: refused or not reached.
        """
        data = build.query(courier, number, order_code=order_code, phone_last4=phone_last4)
        kind = build.QUERY_PLUS if self._plus else build.QUERY
        return traces.track(await self._call(kind, data, safe=True))

    async def book_pickup(self, request: PickupRequest) -> PickupBooked:
        """Have the courier come: under the merchant's contract (1001) where the account names
        one, else paid through KDNiao (1801).

        Raises:
            CourierError: refused; with outcome "unknown" it may be booked.
        """
        contract = build.under_contract(request.account)
        kind = build.PICKUP if contract else build.PAID_PICKUP
        return services.booked(await self._call(kind, build.pickup(request)), request.order_code)

    async def cancel_pickup(
        self, order_code: str, courier: str, account: BranchAccount, reason: str = ""
    ) -> None:
        """Take a booking back (1004 or 1802, as it was booked).

        Raises:
            CourierError: not cancelled; with outcome "unknown" it may have been.
        """
        contract = build.under_contract(account)
        kind = build.PICKUP_CANCEL if contract else build.PAID_PICKUP_CANCEL
        data = build.cancel_pickup(order_code, courier, reason, contract=contract)
        parse.cancelled(await self._call(kind, data))

    async def prices(self, lane: Lane) -> Sequence[Price]:
        """What a paid pickup costs (1815).

        Raises:
            CourierError: refused or not reached.
        """
        return services.prices(await self._call(build.PRICES, build.prices(lane), safe=True))

    async def forecast(self, lane: Lane) -> Forecast:
        """When a parcel picked up now will be there (6004).

        Raises:
            CourierError: refused or not reached.
        """
        data = build.forecast(lane, now())
        return services.forecast(await self._call(build.FORECAST, data, safe=True), lane.courier)

    async def recognise(self, number: str) -> Sequence[Candidate]:
        """Whose number this may be (2002).

        Raises:
            CourierError: refused or not reached.
        """
        data = build.recognise(number)
        return services.candidates(await self._call(build.RECOGNISE, data, safe=True))

    async def _call(self, request_type: str, request_data: bytes, *, safe: bool = False) -> bytes:
        """Post and give the answer's body. `safe` calls change nothing and may be repeated."""
        access = self._access
        form = build.form(request_type, request_data, access.public_id, access.secret)
        return await access.wire.send(self._url(request_type), safe=safe, form=form)

    def _url(self, request_type: str) -> str:
        base = self._access.endpoint
        return base if base.endswith(".json") else base + PATHS[request_type]
