"""Ours → Deppon's: the JSON of each call and its digest.

Fields: the platform's own, as kept in the comments of a public client (Masonx ExpressDelivery:
createOrderNotify, queryOrder, cancelOrder, newTraceQuery). Digest: base64 of the hexadecimal MD5 of
params, key and timestamp.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import BranchAccount, Contact, CourierError, WaybillRequest
from yichuan.couriers.connectors.writing import china_time, reachable, scaled, street, uncut

CREATE: Final = "createOrderNotify"
CANCEL: Final = "cancelOrder"
ORDER: Final = "queryOrder"
TRACE: Final = "newTraceQuery"

PATHS: Final = {
    CREATE: "/dop-interface-async/standard-order/createOrderNotify.action",
    CANCEL: "/dop-interface-async/standard-order/cancelOrder.action",
    ORDER: "/dop-interface-sync/standard-query/queryOrder.action",
    TRACE: "/dop-interface-sync/standard-query/newTraceQuery.action",
}
SANDBOX_PATHS: Final = {
    CREATE: "/dop-standard-ewborder/createOrderNotify.action",
    CANCEL: "/standard-order/cancelOrder.action",
    ORDER: "/standard-order/queryOrder.action",
    TRACE: "/standard-order/newTraceQuery.action",
}

PRODUCTS: Final = {"1": "RCP", "special": "JZQY_LONG", "parcel": "PACKAGE"}
"""Our service → Deppon's product: 大件快递360, 精准汽运, 标准快递."""
DOWNSTAIRS, UPSTAIRS = "3", "4"
PAY_TYPES: Final = {"sender": "0", "recipient": "1", "monthly": "2", "third_party": "2"}
ORDER_LIMIT: Final = 30


def digest(params: str, key: str, timestamp: str) -> str:
    """The digest, before the form encodes it."""
    raw = hashlib.md5((params + key + timestamp).encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(raw.encode("ascii")).decode("ascii")


def form(params: bytes, company: str, key: str, at: datetime) -> dict[str, str]:
    """The signed form of a call."""
    text, moment = params.decode(), str(int(at.timestamp() * 1000))
    return {
        "companyCode": company,
        "params": text,
        "timestamp": moment,
        "digest": digest(text, key, moment),
    }


def order(request: WaybillRequest, company: str, sign: str, at: datetime) -> bytes:
    """What createOrderNotify is asked, in the mode for senders who print themselves.

    Raises:
        CourierError: `bad_request`, when something is missing or too long.
    """
    account = request.account
    if not account.customer_name:
        raise CourierError("account_refused", "Deppon needs the customer code (客户编码)")
    upstairs = any(service.name == "UPSTAIRS" for service in request.services)
    goods = request.goods[0].name if request.goods else "货物"
    fields: dict[str, object] = {
        "logisticID": sign + uncut(request.order_code, ORDER_LIMIT, "order code"),
        "custOrderNo": request.order_code,
        "companyCode": company,
        "customerCode": account.customer_name,
        "orderType": "2",
        "transportType": PRODUCTS.get(request.exp_type, "PACKAGE"),
        "sender": _contact(request.sender),
        "receiver": _contact(request.receiver),
        "packageInfo": {
            "cargoName": goods[:50],
            "totalNumber": request.pieces,
            "totalWeight": scaled(max(request.weight_g or 0, 10), 3),
            "totalVolume": scaled(max(request.volume_cm3 or 0, 1), 6),
            "packageService": "纸",
            "deliveryType": UPSTAIRS if upstairs else DOWNSTAIRS,
        },
        "gmtCommit": china_time(at),
        "payType": PAY_TYPES[request.pay],
        "needTraceInfo": 1 if request.subscribe else 2,
        "isOut": "N",
        "remark": request.remark[:200],
    }
    return msgspec.json.encode(fields)


def search(order_code: str, sign: str) -> bytes:
    """What queryOrder is asked: one order, by our order code."""
    return msgspec.json.encode({"logisticCompanyID": "DEPPON", "logisticID": sign + order_code})


def cancellation(
    order_code: str, number: str, account: BranchAccount, sign: str, at: datetime
) -> bytes:
    """What cancelOrder is asked."""
    return msgspec.json.encode(
        {
            "logisticCompanyID": "DEPPON",
            "customerCode": account.customer_name,
            "custOrderNo": order_code,
            "logisticID": sign + order_code,
            "mailNo": number,
            "cancelTime": china_time(at),
            "remark": "取消发货",
        }
    )


def trace(number: str, customer: str) -> bytes:
    """What newTraceQuery is asked."""
    fields = {"mailNo": number}
    return msgspec.json.encode(fields | {"customerCode": customer} if customer else fields)


def _contact(contact: Contact) -> dict[str, str]:
    reachable(contact)
    return {
        "companyName": contact.company,
        "name": contact.name,
        "mobile": contact.mobile,
        "phone": contact.tel,
        "province": contact.province,
        "city": contact.city,
        "county": contact.district,
        "town": contact.street,
        "address": street(contact),
    }
