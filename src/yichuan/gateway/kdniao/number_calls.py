"""2002 单号识别, 2001 and 2006 智选物流, 6001 address parsing."""

from __future__ import annotations

import msgspec

from yichuan.core.clock import now
from yichuan.couriers import learning
from yichuan.couriers import queries as couriers
from yichuan.gateway.kdniao.callers import Call
from yichuan.gateway.kdniao.wire import MISSING, OK, Answer, Fields, grams, refuse
from yichuan.identity.callers import visible_merchants
from yichuan.rating import service as rating
from yichuan.rating.cards import ShipmentToRate, china_day
from yichuan.regions import lookup
from yichuan.regions.parse import parse_address
from yichuan.tracking import queries as tracking

MOST_GUESSES = 5
MOST_DETAILS = 100
ASSUMED_G = 1000


async def recognise(call: Call) -> Answer:
    """2002: couriers a number may belong to, the best guess first; none: `Shippers` is empty.

    Raises:
        CallError: 101, 103.
    """
    number = call.data.need("LogisticCode", 60)
    found = await shippers(call, number)
    return {
        "EBusinessID": call.ebusiness_id,
        "LogisticCode": number,
        "Success": True,
        "Shippers": found,
    }


async def recommend(call: Call) -> Answer:
    """2001, 2006: for each order the courier services that carry it, the cheapest first.

    The request is that of KDNiao's demo (wannvmi/Kdniao.Core `KdApiExpRecommend.cs`); no public
    document shows its answer, ours gives `Data[]{OrderCode, Shippers[]{…}}`.

    Raises:
        CallError: 101, 103.
    """
    details = call.data.each("Detail", "Details")
    if not details:
        if not isinstance(call.data.data.get("receiver"), dict):
            refuse(MISSING, "缺少必要参数：Detail")
        details = [call.data]
    rows = [
        {"OrderCode": one.text("OrderCode", 64), "Shippers": await _offers(call, one)}
        for one in details[:MOST_DETAILS]
    ]
    return {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ResultCode": OK,
        "Reason": "成功",
        "Data": rows,
    }


async def _offers(call: Call, one: Fields) -> list[dict[str, object]]:
    receiver, sender = one.inside("Receiver"), one.inside("Sender")
    shipment = ShipmentToRate(
        courier="",
        weight_g=_weight_g(one),
        province=_province(receiver),
        city=_city(receiver),
        origin_province=_province(sender),
        service="",
        merchant="",
        shipped_on=china_day(now()),
    )
    merchant_id = call.merchant()
    async with call.context.database.system() as session:
        prices, _ = await rating.quotes(session, "price", shipment, merchant_id)
        costs, _ = await rating.quotes(session, "cost", shipment, merchant_id)
        names = await couriers.names(session)
        accounts = {a.courier for a in await couriers.accounts_for(session, merchant_id)}
        days = {s.courier: s.typical_days for s in await couriers.services(session) if s.is_default}
    fees: dict[str, int] = {}
    for offer in (*prices, *(cost for cost in costs if cost.own_card)):
        if offer.courier in accounts or not accounts:
            fee = offer.quote.total_fen
            fees[offer.courier] = min(fee, fees.get(offer.courier, fee))
    unpriced = sorted(accounts - fees.keys(), key=lambda code: (days.get(code, 9), code))
    ranked = [*sorted(fees, key=lambda code: (fees[code], code)), *unpriced]
    return [
        {"ShipperCode": code, "ShipperName": names.get(code, code), "Rank": rank}
        | ({"Cost": _yuan(fees[code])} if code in fees else {})
        for rank, code in enumerate(ranked, 1)
    ]


def _yuan(fen: int) -> msgspec.Raw:
    return msgspec.Raw(f"{fen // 100}.{fen % 100:02d}".encode())


def _weight_g(one: Fields) -> int:
    stated = grams(one.decimal("Weight"))
    if stated is not None:
        return stated
    goods = one.each("Goods", "Commodity")
    weights = [grams(item.decimal("Weight") or item.decimal("GoodsWeight")) for item in goods]
    return sum(weight for weight in weights if weight) or ASSUMED_G


def _province(who: Fields) -> str:
    found = lookup.resolve(who.text("ProvinceName", 40), who.text("CityName", 40))
    return found.region.province if found else who.text("ProvinceName", 40)


def _city(who: Fields) -> str:
    found = lookup.resolve(who.text("ProvinceName", 40), who.text("CityName", 40))
    return found.region.city if found else who.text("CityName", 40)


async def parse(call: Call) -> Answer:
    """6001: an address, or a whole pasted text, in its parts.

    Raises:
        CallError: 101, 103.
    """
    found = parse_address(call.data.need("Address", 1000)).known()
    return {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ResultCode": OK,
        "Reason": "成功",
        "Data": {
            "Name": found.name,
            "Mobile": found.phone,
            "Province": found.province,
            "City": found.city,
            "County": found.district,
            "Town": found.street,
            "Detail": found.street + found.detail,
            "Code": found.adcode,
            "Confidence": found.confidence,
        },
    }


async def shippers(call: Call, number: str) -> list[dict[str, str]]:
    """Couriers a number may belong to, the best guess first: whose track of it the caller may
    see, then what its form and this platform's shipments tell."""
    async with call.context.database.read(visible_merchants(call.caller)) as session:
        (known,) = await learning.recognise_all(session, [number], call.caller.merchant_id)
        own = await tracking.couriers_of(session, known.number)
        names = await couriers.names(session)
    found = dict.fromkeys([*own, *(one.courier for one in known.candidates)])
    return [{"ShipperCode": code, "ShipperName": names[code]} for code in found if code in names][
        :MOST_GUESSES
    ]
