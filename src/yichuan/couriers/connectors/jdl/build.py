"""Ours → JD Logistics': the JSON of each call, its address and signature.

Signature: hexadecimal MD5 in lower case over secret, access_token, app_key, method, param_json,
timestamp and v, each name before its value, and secret (two independent public clients: JDApi and
EasySeries.Post). Fields: the notes of the platform in Com.Scm.Express `JdlEcapOrderCreateRequest`.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import BranchAccount, Contact, CourierError, WaybillRequest
from yichuan.couriers.connectors.writing import china_time, reachable, scaled, street, uncut

CREATE: Final = "/ecap/v1/orders/create"
CANCEL: Final = "/ecap/v1/orders/cancel"
TRACE: Final = "/ecap/v1/orders/trace/query"
SUBSCRIBE: Final = "/ecap/v1/orders/trace/subscribe"
DOMAIN: Final = "ECAP"
VERSION: Final = "2.0"
ALGORITHM: Final = "md5-salt"

BUSINESS: Final = 1
"""orderOrigin: a business to its customers."""
OTHER_PLATFORM: Final = "0030001"
PRODUCTS: Final = {"1": "ed-m-0001", "2": "ed-m-0002", "8": "LL-HD-M"}
"""Our service → JD's product: 特惠送, 特快送, 生鲜特惠."""
SETTLEMENTS: Final = {"sender": 1, "recipient": 2, "monthly": 3, "third_party": 3}
ORDER_LIMIT: Final = 50


def sign(
    path: str, body: str, moment: str, app_key: str, app_secret: str, access_token: str
) -> str:
    """The signature of a call."""
    named = {
        "access_token": access_token,
        "app_key": app_key,
        "method": path,
        "param_json": body,
        "timestamp": moment,
        "v": VERSION,
    }
    text = app_secret + "".join(name + value for name, value in named.items()) + app_secret
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def query(
    path: str, body: bytes, at: datetime, app_key: str, app_secret: str, access_token: str
) -> dict[str, str]:
    """What stands in the address of a call."""
    moment = china_time(at)
    return {
        "LOP-DN": DOMAIN,
        "app_key": app_key,
        "access_token": access_token,
        "timestamp": moment,
        "v": VERSION,
        "sign": sign(path, body.decode(), moment, app_key, app_secret, access_token),
        "algorithm": ALGORITHM,
    }


def order(request: WaybillRequest) -> bytes:
    """What orders/create is asked.

    Raises:
        CourierError: `account_refused` without a customer code, `bad_request`.
    """
    if not request.account.customer_name:
        raise CourierError("account_refused", "JD needs the customer code (客户编码)")
    cargo: dict[str, object] = {
        "name": (request.goods[0].name if request.goods else "货物")[:200],
        "quantity": request.pieces,
        "weight": scaled(max(request.weight_g or 0, 10) // 10, 2),
        "volume": scaled(max(request.volume_cm3 or 0, 1) * 100, 2),
    }
    fields = {
        "orderId": uncut(request.order_code, ORDER_LIMIT, "order code"),
        "orderOrigin": BUSINESS,
        "customerCode": request.account.customer_name,
        "senderContact": _contact(request.sender),
        "receiverContact": _contact(request.receiver),
        "productsReq": {"productCode": PRODUCTS.get(request.exp_type, PRODUCTS["1"])},
        "settleType": SETTLEMENTS[request.pay],
        "cargoes": [cargo],
        "pickupType": 1,
        "remark": request.remark[:500],
        "commonChannelInfo": {"channelCode": OTHER_PLATFORM},
    }
    return msgspec.json.encode([fields])


def cancellation(number: str, order_code: str, account: BranchAccount) -> bytes:
    """What orders/cancel is asked."""
    fields = {
        "waybillCode": number,
        "orderCode": order_code,
        "orderOrigin": BUSINESS,
        "customerCode": account.customer_name,
        "cancelReason": "取消发货",
        "cancelReasonCode": "1",
    }
    return msgspec.json.encode([fields])


def trace(number: str, customer: str) -> bytes:
    """What orders/trace/query is asked."""
    fields = {"waybillCode": number, "orderOrigin": BUSINESS, "customerCode": customer}
    return msgspec.json.encode([fields])


def subscription(number: str, customer: str, phone_last4: str) -> bytes:
    """What orders/trace/subscribe is asked: the last digits are the recipient's, as ordered."""
    fields = {
        "waybillCode": number,
        "mobile": phone_last4,
        "orderOrigin": BUSINESS,
        "customerCode": customer,
    }
    return msgspec.json.encode([fields])


def _contact(contact: Contact) -> dict[str, str]:
    reachable(contact)
    city = "" if contact.city == contact.province else contact.city
    whole = contact.province + city + contact.district + street(contact)
    return {
        "name": contact.name,
        "mobile": contact.mobile,
        "phone": contact.tel,
        "company": contact.company,
        "fullAddress": uncut(whole, 200, "address"),
    }
