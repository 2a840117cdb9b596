"""Ours → YTO's: the param of its interfaces and the signed JSON around it.

Fields: public clients of privacy_create_adapter (with the manual's remarks on each field),
korder_cancel_adapter, track_query_adapter and subscribe_adapter. The signature's recipe and its
worked examples are the manual's (open.yto.net.cn), kept in public copies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import (
    AddedService,
    Contact,
    CourierError,
    Goods,
    PickupRequest,
    WaybillRequest,
)
from yichuan.couriers.connectors.digests import md5_base64
from yichuan.couriers.connectors.writing import (
    china_time,
    filled,
    one_piece,
    reachable,
    scaled,
    street,
    uncut,
)

CREATE: Final = "privacy_create_adapter"
CANCEL: Final = "korder_cancel_adapter"
TRACK: Final = "track_query_adapter"
SUBSCRIBE: Final = "subscribe_adapter"
VERSION: Final = "v1"
SHORTEST_CODE: Final = 7
MAX_GOODS: Final = 20
SERVICES: Final = {"COD": 1, "INSURE": 4}
"""Added services 增值类型 whose amount is in yuan."""

Message = dict[str, object]


def sign(param: str, method: str, secret: str) -> str:
    """`sign` of a call: over param, method, version and secret."""
    return md5_base64(param + method + VERSION + secret)


def push_digest(content: str | bytes, secret: str) -> str:
    """data_digest of a push: over its XML and the secret."""
    raw = content.encode() if isinstance(content, str) else content
    return md5_base64(raw + secret.encode())


def body(message: Message, method: str, secret: str, at: datetime) -> bytes:
    """The signed JSON of a call; `at` is aware."""
    param = msgspec.json.encode(message).decode()
    envelope = {
        "timestamp": str(int(at.timestamp() * 1000)),
        "param": param,
        "format": "JSON",
        "sign": sign(param, method, secret),
    }
    return msgspec.json.encode(envelope)


def order(request: WaybillRequest) -> Message:
    """param of 订单创建.

    Raises:
        CourierError: `bad_request` for a field that must not be cut, `unsupported` for what we
            cannot pass on without guessing.
    """
    one_piece(request, *SERVICES)
    message = _order(request.order_code, request.sender, request.receiver, request.goods)
    message |= {
        "remark": request.remark[:100],
        "increments": [_increment(service) for service in request.services],
    }
    if request.weight_g is not None:
        message["weight"] = scaled(request.weight_g, 3)
    return filled(message)


def pickup(request: PickupRequest) -> Message:
    """param of 订单创建 with the time when the courier is to come.

    Raises:
        CourierError: as `order`; `unsupported` for a number that was taken before, unless only
            a visit is wanted: the courier counts that as an order of its own.
    """
    if request.number and not request.visit:
        raise CourierError("unsupported", "该接口不能为已取的单号预约取件")
    message = _order(request.order_code, request.sender, request.receiver, request.goods)
    message |= {
        "remark": request.remark[:100],
        "startTime": china_time(request.start) if request.start else "",
        "endTime": china_time(request.end) if request.end else "",
    }
    if request.weight_g is not None:
        message["weight"] = scaled(request.weight_g, 3)
    return filled(message)


def cancel(order_code: str, reason: str = "") -> Message:
    """param of 订单取消, by our order code."""
    return {"logisticsNo": order_code, "cancelDesc": reason or "订单取消"}


def track(number: str) -> Message:
    """param of 轨迹查询: one number at a time."""
    return {"NUMBER": number}


def subscribe(number: str, customer: str) -> Message:
    """param of 轨迹订阅: JSON inside JSON."""
    inner = msgspec.json.encode({"clientId": customer, "waybillNo": number}).decode()
    return {"client_id": customer, "msg_type": "online", "logistics_interface": inner}


def _order(code: str, sender: Contact, receiver: Contact, goods: tuple[Goods, ...]) -> Message:
    cleaned = uncut(code, 32, "order code")
    if len(cleaned) < SHORTEST_CODE:
        raise CourierError("bad_request", f"order code must have {SHORTEST_CODE} characters")
    return {
        "logisticsNo": cleaned,
        **_contact("sender", sender),
        **_contact("recipient", receiver),
        "goods": [_goods(one) for one in goods[:MAX_GOODS]],
        "productCode": "PK",
    }


def _contact(who: str, contact: Contact) -> Message:
    reachable(contact)
    return {
        f"{who}Name": uncut(contact.name, 64, "name"),
        f"{who}ProvinceName": contact.province,
        f"{who}CityName": contact.city,
        f"{who}CountyName": contact.district,
        f"{who}Address": uncut(street(contact), 200, "address"),
        f"{who}Mobile": contact.mobile or contact.tel,
    }


def _goods(goods: Goods) -> Message:
    fields: Message = {"name": goods.name[:100] or "商品", "quantity": goods.quantity}
    if goods.weight_g is not None:
        fields["weight"] = scaled(goods.weight_g, 3)
    if goods.price_fen is not None:
        fields["price"] = scaled(goods.price_fen, 2)
    return fields


def _increment(service: AddedService) -> Message:
    return {"type": SERVICES[service.name], "amount": service.value}
