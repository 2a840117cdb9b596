"""Ours → STO's: the content of each interface and the signed form around it.

Fields: public clients of OMS_EXPRESS_ORDER_CREATE, EDI_MODIFY_ORDER_CANCEL, STO_TRACE_QUERY_COMMON
and STO_TRACE_PLATFORM_SUBSCRIBE, some with the manual's remarks on each field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import BranchAccount, Contact, CourierError, WaybillRequest
from yichuan.couriers.connectors.digests import md5_base64
from yichuan.couriers.connectors.writing import (
    decimal,
    filled,
    one_piece,
    reachable,
    scaled,
    street,
    uncut,
)

Message = dict[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """An interface and the application of STO's that serves it."""

    name: str
    to: str


CREATE: Final = Call("OMS_EXPRESS_ORDER_CREATE", "sto_oms")
CANCEL: Final = Call("EDI_MODIFY_ORDER_CANCEL", "edi_modify_order")
TRACK: Final = Call("STO_TRACE_QUERY_COMMON", "sto_trace_query")
SUBSCRIBE: Final = Call("STO_TRACE_PLATFORM_SUBSCRIBE", "sto_trace_platform")
SERVICES: Final = ("COD", "INSURE")
ORDINARY: Final = "01"
BILLS: Final = {"": "00", "COD": "01"}
PAYERS: Final = {"sender": "1", "monthly": "3"}
BATTERY_UNKNOWN: Final = "10"
"""`battery` 带电标识: 20 with, 30 without, 10 not known, which is what we know of goods."""


def digest(content: str | bytes, secret: str) -> str:
    """data_digest of a call or a push: over the content and the secret."""
    raw = content.encode() if isinstance(content, str) else content
    return md5_base64(raw + secret.encode())


def form(call: Call, message: Message, app: str, code: str, secret: str) -> dict[str, str]:
    """The fields of a call."""
    content = msgspec.json.encode(message).decode()
    return {
        "content": content,
        "data_digest": digest(content, secret),
        "api_name": call.name,
        "from_appkey": app,
        "from_code": code,
        "to_appkey": call.to,
        "to_code": call.to,
    }


def order(request: WaybillRequest, source: str) -> Message:
    """content of 订单创建.

    Raises:
        CourierError: `bad_request` for a field that must not be cut, `unsupported` for what we
            cannot pass on without guessing.
    """
    one_piece(request, *SERVICES)
    amounts = {service.name: service.value for service in request.services}
    message: Message = {
        "orderNo": uncut(request.order_code, 64, "order code"),
        "orderSource": source,
        "billType": BILLS["COD" if "COD" in amounts else ""],
        "orderType": ORDINARY,
        "sender": _contact(request.sender),
        "receiver": _contact(request.receiver),
        "cargo": _cargo(request),
        "customer": _customer(request.account),
        "codValue": amounts.get("COD", ""),
        "payModel": PAYERS[request.pay],
        "remark": request.remark[:200],
    }
    if "INSURE" in amounts:
        goods = _worth(request) or amounts["INSURE"]
        message["insuredAnnex"] = {"insuredValue": amounts["INSURE"], "goodsValue": goods}
    return filled(message)


def cancel(number: str, source: str) -> Message:
    """content of 订单取消, by number."""
    return {"billCode": number, "orderType": ORDINARY, "orderSource": source}


def track(numbers: Sequence[str]) -> Message:
    """content of 轨迹查询, oldest first."""
    return {"order": "asc", "waybillNoList": list(numbers)}


def subscribe(number: str) -> Message:
    """content of 轨迹订阅."""
    return {"subscribeInfoList": [{"waybillNo": number}]}


def _contact(contact: Contact) -> Message:
    reachable(contact)
    return filled(
        {
            "name": uncut(contact.name, 50, "name"),
            "tel": contact.tel,
            "mobile": contact.mobile,
            "province": contact.province,
            "city": contact.city,
            "area": contact.district,
            "address": uncut(street(contact), 200, "address"),
        }
    )


def _cargo(request: WaybillRequest) -> Message:
    fields: Message = {
        "battery": BATTERY_UNKNOWN,
        "goodsType": "小件",
        "goodsName": "、".join(one.name for one in request.goods)[:100] or "商品",
        "goodsCount": sum(one.quantity for one in request.goods) or 1,
    }
    if request.weight_g is not None:
        fields["weight"] = scaled(request.weight_g, 3)
    return fields


def _worth(request: WaybillRequest) -> str:
    """The goods' price in yuan, when every one has a price."""
    total = 0
    for one in request.goods:
        if one.price_fen is None:
            return ""
        total += one.price_fen * one.quantity
    return decimal(total, 2) if total else ""


def _customer(account: BranchAccount) -> Message:
    if not account.branch_code or not account.customer_name or not account.customer_password:
        raise CourierError("bad_request", "STO needs branch code, customer name and password")
    return filled(
        {
            "siteCode": account.branch_code,
            "customerName": account.customer_name,
            "sitePwd": account.customer_password,
            "monthCustomerCode": account.month_code,
        }
    )
