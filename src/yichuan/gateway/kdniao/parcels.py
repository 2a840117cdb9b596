"""The request of 1007 read: who sends what to whom, how, and what the answer shall hold. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import msgspec

from yichuan.core.clock import iso, now
from yichuan.couriers.connectors.base import AddedService, Contact, Pay
from yichuan.gateway.kdniao.wire import BAD_FORMAT, MISSING, Fields, grams, refuse
from yichuan.regions import lookup
from yichuan.shipments.values import Measured
from yichuan.waybills.wishes import Wish

MAX_PIECES: Final = 300
PAYS: Final[dict[int, Pay]] = {1: "sender", 2: "recipient", 3: "monthly", 4: "third_party"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A wish for a waybill."""

    order_code: str
    courier: str
    receiver: Contact
    wish: Wish
    lines: tuple[dict[str, Any], ...]
    """Order lines as `POST /orders` takes them."""
    measured: Measured
    remark: str
    customer_name: str
    month_code: str
    callback: str
    with_template: bool
    template_size: str
    subscribe: bool

    def digest(self) -> bytes:
        """The same for the same wish: tells a repeat from a correction."""
        told = (self.courier, self.receiver, self.wish, self.lines, self.measured, self.remark)
        return hashlib.sha256(msgspec.msgpack.encode(told)).digest()

    def order(self, merchant_id: str, number: str) -> dict[str, Any]:
        """The order as `POST /orders` takes it; it counts as paid now."""
        at = iso(now())
        who = self.receiver
        return {
            "order_no": self.order_code,
            "placed_at": at,
            "paid_at": at,
            "recipient": {
                "name": who.name,
                "phone": who.mobile or who.tel,
                "province": who.province,
                "city": who.city,
                "district": who.district,
                "address": who.address,
            },
            "sub_orders": [
                {
                    "sub_order_no": number,
                    "merchant_id": merchant_id,
                    "lines": list(self.lines),
                    "remark": self.remark or None,
                }
            ],
        }


def parcel_of(data: Fields) -> Parcel:
    """Read and check a request of 1007.

    Raises:
        CallError: 101 something is missing, 103 something has no sense.
    """
    order_code = data.need("OrderCode", 60)
    if any(c.isspace() for c in order_code):
        refuse(BAD_FORMAT, "格式问题：OrderCode")
    pieces = data.whole("Quantity", 1) or 1
    if not 1 <= pieces <= MAX_PIECES:
        refuse(BAD_FORMAT, f"格式问题：Quantity（1 至 {MAX_PIECES}）")
    volume = data.decimal("Volume")
    return Parcel(
        order_code=order_code,
        courier=data.need("ShipperCode", 20).upper(),
        receiver=contact_of(data.inside("Receiver")),
        wish=Wish(
            sender=contact_of(data.inside("Sender")),
            pay=PAYS.get(data.whole("PayType", 3)) or refuse(BAD_FORMAT, "格式问题：PayType"),
            exp_type=data.text("ExpType", 20) or "1",
            services=_services(data),
        ),
        lines=_lines(data),
        measured=Measured(
            pieces, grams(data.decimal("Weight")), int(volume * 10**6) if volume else None
        ),
        remark=data.text("Remark", 200),
        customer_name=data.text("CustomerName", 60),
        month_code=data.text("MonthCode", 60),
        callback=data.text("Callback", 200) or data.text("CallBack", 200),
        with_template=data.yes("IsReturnPrintTemplate"),
        template_size=data.text("TemplateSize", 20),
        subscribe=data.yes("IsSubscribe", default=True),
    )


def contact_of(who: Fields) -> Contact:
    """A sender or receiver, its region in today's official names.

    Raises:
        CallError: 101, 103.
    """
    mobile, tel = who.text("Mobile", 40), who.text("Tel", 40)
    if not mobile and not tel:
        refuse(MISSING, f"缺少必要参数：{who.path}Mobile")
    name = who.need("Name", 60)
    province, city = who.need("ProvinceName", 40), who.need("CityName", 40)
    district = who.text("ExpAreaName", 40)
    known = lookup.resolve(province, city, district)
    if known is not None and not known.unknown and not known.conflict:
        place = known.region
        province, city = place.province or province, place.city or city
        district = place.district or district
    return Contact(
        name=name,
        province=province,
        city=city,
        district=district,
        address=who.need("Address", 200),
        mobile=mobile,
        tel=tel,
        company=who.text("Company", 60),
        postcode=who.text("PostCode", 10),
    )


def _services(data: Fields) -> tuple[AddedService, ...]:
    found = data.each("AddService", "AddServices")
    return tuple(
        AddedService(name, one.text("Value", 60), one.text("CustomerID", 60))
        for one in found
        if (name := one.text("Name", 40))
    )


def _lines(data: Fields) -> tuple[dict[str, Any], ...]:
    goods = data.each("Commodity", "Commoditys", "Commodities")
    if not goods:
        refuse(MISSING, "缺少必要参数：Commodity")
    return tuple(_line(one) for one in goods[:200])


def _line(one: Fields) -> dict[str, Any]:
    name = one.need("GoodsName", 200)
    code = "".join(one.text("GoodsCode", 64).split()) or "".join(name.split())[:64]
    price = one.decimal("GoodsPrice")
    return {
        "sku": code,
        "name": name,
        "quantity": max(1, min(one.whole("Goodsquantity", 1), 100_000)),
        "weight_g": min(grams(one.decimal("GoodsWeight")) or 0, 50_000_000) or None,
        "unit_price": {"amount_minor": _fen(price)} if price else None,
    }


def _fen(yuan: Decimal) -> int:
    return int((yuan * 100).to_integral_value(ROUND_HALF_UP))
