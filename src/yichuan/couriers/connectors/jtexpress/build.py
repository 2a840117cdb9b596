"""Ours → J&T's: the JSON of each call and its two digests.

Digests: MD5 bytes in base64, over the JSON and the private key (in the header), and over customer
code, hidden password and private key (in the JSON of calls on orders). Fields: public DTOs of the
platform's documents (Com.Scm.Express JT `JtOrderCreateB2CRequest`, `JtOrderSearchRequest`);
tracks and subscriptions: github.com/maxbetas/jtexpress @dc8a1fcf.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import BranchAccount, Contact, CourierError, WaybillRequest
from yichuan.couriers.connectors.writing import decimal, reachable, street

CREATE: Final = "/order/addOrder"
CANCEL: Final = "/order/cancelOrder"
ORDERS: Final = "/order/getOrders"
TRACE: Final = "/logistics/trace"
SUBSCRIBE: Final = "/trace/subscribe"

SALT: Final = "jadada236t2"
"""The platform's own, the same for everyone."""
NODES: Final = "1&3&4&5&6&7&8&9&10&11&12&13&14"
"""Every scan there is to subscribe to (2 is out of use)."""
MAX_GRAMS: Final = 30_000
GOODS_OTHER: Final = "bm000006"


def digest(*parts: str) -> str:
    """MD5 bytes of the parts put together, in base64."""
    raw = hashlib.md5("".join(parts).encode(), usedforsecurity=False).digest()
    return base64.b64encode(raw).decode("ascii")


def hidden(password: str) -> str:
    """The password as the platform wants it."""
    raw = hashlib.md5((password + SALT).encode(), usedforsecurity=False)
    return raw.hexdigest().upper()


def customer(account: BranchAccount, private_key: str) -> dict[str, str]:
    """The customer code and its digest."""
    code = account.customer_name
    return {
        "customerCode": code,
        "digest": digest(code, hidden(account.customer_password), private_key),
    }


def order(request: WaybillRequest, private_key: str) -> dict[str, object]:
    """What addOrder is asked.

    Raises:
        CourierError: `bad_request`, more than one piece or over 30 kg: J&T takes one box an order.
    """
    if request.pieces != 1:
        raise CourierError("bad_request", "J&T takes one piece an order")
    grams = max(request.weight_g or 0, 10)
    if grams > MAX_GRAMS:
        raise CourierError("bad_request", "J&T takes up to 30 kg")
    return {
        **customer(request.account, private_key),
        "network": request.account.branch_code or None,
        "txlogisticId": request.order_code,
        "expressType": "EZ",
        "orderType": "2",
        "serviceType": "02",
        "deliveryType": "03",
        "payType": "CC_CASH" if request.pay == "recipient" else "PP_PM",
        "sender": _contact(request.sender),
        "receiver": _contact(request.receiver),
        "goodsType": GOODS_OTHER,
        "weight": decimal(grams // 10, 2),
        "totalQuantity": 1,
        "remark": request.remark[:200],
        "items": [
            {"itemName": goods.name, "number": goods.quantity, "priceCurrency": "RMB"}
            for goods in request.goods
        ],
    }


def search(order_code: str, account: BranchAccount, private_key: str) -> dict[str, object]:
    """What getOrders is asked: one order, by our order code (command 1)."""
    return {**customer(account, private_key), "command": 1, "serialNumber": [order_code]}


def cancellation(order_code: str, account: BranchAccount, private_key: str) -> dict[str, object]:
    """What cancelOrder is asked."""
    fields: dict[str, object] = {**customer(account, private_key)}
    return fields | {"orderType": "2", "txlogisticId": order_code, "reason": "取消发货"}


def subscription(number: str, push_url: str) -> dict[str, object]:
    """What trace/subscribe is asked."""
    wish = {"waybillCode": number, "traceNode": NODES, "backUrl": push_url}
    return {"id": number, "list": [wish]}


def text(fields: Mapping[str, object]) -> str:
    """The JSON that is signed and sent."""
    return msgspec.json.encode(fields).decode()


def _contact(contact: Contact) -> dict[str, str]:
    reachable(contact)
    return {
        "name": contact.name,
        "company": contact.company,
        "mobile": contact.mobile,
        "phone": contact.tel,
        "countryCode": "CHN",
        "prov": contact.province,
        "city": contact.city,
        "area": contact.district,
        "town": contact.street,
        "address": street(contact),
    }
