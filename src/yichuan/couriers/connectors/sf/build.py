"""Ours → SF's: the business messages (msgData) and the signed form around them.

Fields: SF's manual of EXP_RECE_CREATE_ORDER (open.sf-express.com/Api/ApiDetails?level3=393) and
the sample messages of its SDK (1101124154/sf-express-sdk, docs/examples 01 to 24).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import (
    AddedService,
    Contact,
    CourierError,
    Goods,
    Lane,
    Pay,
    PickupRequest,
    WaybillRequest,
)
from yichuan.couriers.connectors.sf.sign import msg_digest
from yichuan.couriers.connectors.writing import (
    china_time,
    filled,
    reachable,
    scaled,
    street,
    uncut,
)

CREATE: Final = "EXP_RECE_CREATE_ORDER"
SEARCH: Final = "EXP_RECE_SEARCH_ORDER_RESP"
UPDATE: Final = "EXP_RECE_UPDATE_ORDER"
ROUTES: Final = "EXP_RECE_SEARCH_ROUTES"
REGISTER: Final = "EXP_RECE_REGISTER_ROUTE"
DELIVER: Final = "EXP_RECE_QUERY_DELIVERTM"

PAY_METHODS: dict[Pay, int] = {"sender": 1, "recipient": 2, "third_party": 3, "monthly": 1}
MAX_PIECES: Final = 307
CANCEL: Final = 2

Message = dict[str, object]


@cache
def products() -> Mapping[str, str]:
    """Our service → SF's product 快件产品类别 (expressTypeId)."""
    table = resources.files(__package__).joinpath("products.csv").read_text("utf-8")
    return {row["service"]: row["product"] for row in csv.DictReader(table.splitlines())}


def form(service: str, message: Message, partner: str, checkword: str, at: datetime, request: str
         ) -> dict[str, str]:  # fmt: skip
    """The signed form of a call; `at` is aware, `request` unique."""
    data = msgspec.json.encode(message).decode()
    timestamp = str(int(at.timestamp() * 1000))
    return {
        "partnerID": partner,
        "requestID": request,
        "serviceCode": service,
        "timestamp": timestamp,
        "msgDigest": msg_digest(data, timestamp, checkword),
        "msgData": data,
    }


def order(request: WaybillRequest) -> Message:
    """msgData of 下订单 EXP_RECE_CREATE_ORDER.

    Raises:
        CourierError: `bad_request`, when a field that must not be cut is missing or too long.
    """
    if not 1 <= request.pieces <= MAX_PIECES:
        raise CourierError("bad_request", f"pieces must be 1 to {MAX_PIECES}")
    message = _order(request.order_code, request.sender, request.receiver, request.goods)
    message |= {
        "expressTypeId": _product(request.exp_type),
        "payMethod": PAY_METHODS[request.pay],
        "parcelQty": request.pieces,
        "isDocall": 0,
        "serviceList": [_service(one) for one in request.services],
        "remark": request.remark[:100],
    }
    if request.pay in ("monthly", "third_party"):
        message["monthlyCard"] = request.account.month_code
    if request.weight_g is not None:
        message["totalWeight"] = scaled(request.weight_g, 3)
    if request.volume_cm3 is not None:
        message["totalVolume"] = request.volume_cm3
    return filled(message)


def pickup(request: PickupRequest) -> Message:
    """msgData of the same call with 上门取件 (isDocall): the courier comes and brings the number,
    or takes the parcel of one that we have."""
    message = _order(request.order_code, request.sender, request.receiver, request.goods)
    message |= {
        "expressTypeId": _product("1"),
        "payMethod": 1,
        "monthlyCard": request.account.month_code,
        "parcelQty": request.pieces,
        "isDocall": 1,
        "sendStartTm": china_time(request.start) if request.start else "",
        "remark": request.remark[:100],
    }
    if request.end is not None:
        ends = {"attrName": "pickupAppointEndtime", "attrVal": china_time(request.end)}
        message["extraInfoList"] = [ends]
    if request.number:
        message["isGenWaybillNo"] = 0
        message["waybillNoInfoList"] = [{"waybillType": 1, "waybillNo": request.number}]
    if request.weight_g is not None:
        message["totalWeight"] = scaled(request.weight_g, 3)
    return filled(message)


def search(order_code: str) -> Message:
    """msgData of 订单结果查询: what an order code brought."""
    return {"searchType": "1", "orderId": order_code, "language": "zh-CN"}


def cancel(order_code: str, number: str = "") -> Message:
    """msgData of 订单取消. A confirmed order is cancelled with its number."""
    numbers = [{"waybillType": 1, "waybillNo": number}] if number else []
    return {"dealType": CANCEL, "orderId": order_code, "waybillNoInfoList": numbers}


def routes(numbers: Sequence[str], phone_last4: str) -> Message:
    """msgData of 路由查询. `phone_last4` opens numbers that are not of this customer's account."""
    message: Message = {
        "language": "0",
        "trackingType": "1",
        "trackingNumber": list(numbers),
        "methodType": "1",
        "checkPhoneNo": phone_last4,
    }
    return filled(message)


def register(number: str, order_code: str, phone_last4: str) -> Message:
    """msgData of 路由注册: have a number pushed that this customer did not order."""
    message: Message = {
        "type": "2",
        "attributeNo": number,
        "checkPhoneNo": phone_last4,
        "orderId": order_code,
        "language": "zh-CN",
        "country": "CN",
    }
    return filled(message)


def deliver(lane: Lane) -> Message:
    """msgData of 时效标准及价格查询, with the price."""
    message: Message = {
        "businessType": str(_product(lane.service)) if lane.service else "",
        "searchPrice": "1",
        "weight": scaled(lane.weight_g, 3),
        "srcAddress": _place(lane.sender),
        "destAddress": _place(lane.receiver),
        "monthlyCard": lane.account.month_code,
    }
    if lane.volume_cm3 is not None:
        message["volume"] = lane.volume_cm3
    return filled(message)


def _order(code: str, sender: Contact, receiver: Contact, goods: tuple[Goods, ...]) -> Message:
    return {
        "language": "zh-CN",
        "orderId": uncut(code, 64, "order code"),
        "cargoDetails": [_cargo(one) for one in goods],
        "contactInfoList": [_contact(1, sender), _contact(2, receiver)],
        "isReturnRoutelabel": 1,
    }


def _product(service: str) -> int:
    product = products().get(service, service)
    if not product.isdigit():
        raise CourierError("bad_request", f"SF has no product for service {service}")
    return int(product)


def _cargo(goods: Goods) -> Message:
    cargo: Message = {"name": goods.name[:128] or "商品", "count": goods.quantity, "unit": "件"}
    if goods.weight_g is not None:
        cargo["weight"] = scaled(goods.weight_g, 3)
    if goods.price_fen is not None:
        cargo |= {"amount": scaled(goods.price_fen, 2), "currency": "CNY"}
    return cargo


def _contact(kind: int, contact: Contact) -> Message:
    reachable(contact)
    found: Message = {
        "contactType": kind,
        "company": contact.company[:100],
        "contact": uncut(contact.name, 100, "name"),
        "tel": contact.tel[:20],
        "mobile": contact.mobile[:20],
        "country": "CN",
        "province": contact.province,
        "city": contact.city,
        "county": contact.district,
        "address": uncut(street(contact), 200, "address"),
        "postCode": contact.postcode,
    }
    return filled(found)


def _place(contact: Contact) -> Message:
    return {
        "province": contact.province,
        "city": contact.city,
        "district": contact.district,
        "address": street(contact),
    }


def _service(service: AddedService) -> Message:
    fields: Message = {"name": service.name, "value": service.value, "value1": service.customer_id}
    return filled(fields)
