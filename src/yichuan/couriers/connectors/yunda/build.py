"""Ours → Yunda's: the JSON of each interface and the signature over it.

Fields: public clients of accountOrder/createBmOrder, updateBmOrder, cancelBmOrder and searchCount
and of outer/logictis/query and subscribe (the name is Yunda's).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import BranchAccount, Contact, CourierError, WaybillRequest
from yichuan.couriers.connectors.digests import md5_hex
from yichuan.couriers.connectors.writing import filled, one_piece, reachable, street, uncut

CREATE: Final = "openapi-api/v1/accountOrder/createBmOrder"
UPDATE: Final = "openapi-api/v1/accountOrder/updateBmOrder"
CANCEL: Final = "openapi-api/v1/accountOrder/cancelBmOrder"
COUNT: Final = "openapi-api/v1/accountOrder/searchCount"
TRACK: Final = "openapi/outer/logictis/query"
SUBSCRIBE: Final = "openapi/outer/logictis/subscribe"
ORDINARY: Final = "common"
TEMPLATE: Final = "350"
"""`node_id`, the label template that every public client asks for."""

Message = dict[str, object]


def sign(body: bytes, secret: str) -> str:
    """`sign` of a call: over the body, an underscore and the secret."""
    return md5_hex(body + b"_" + secret.encode())


def headers(body: bytes, app: str, secret: str, at: datetime) -> dict[str, str]:
    """The headers of a call; `at` is aware."""
    return {
        "app-key": app,
        "sign": sign(body, secret),
        "req-time": str(int(at.timestamp() * 1000)),
        "Content-Type": "application/json; charset=UTF-8",
    }


def encoded(message: Message) -> bytes:
    """The body as it is signed and sent."""
    return msgspec.json.encode(message)


def account(branch: BranchAccount, app: str) -> Message:
    """Who pays.

    Raises:
        CourierError: `bad_request`, without customer name or password.
    """
    if not branch.customer_name or not branch.customer_password:
        raise CourierError("bad_request", "Yunda needs the customer's name and password")
    return {
        "appid": app,
        "partner_id": branch.customer_name,
        "secret": branch.customer_password,
    }


def order(request: WaybillRequest, app: str) -> Message:
    """Body of createBmOrder and, the same, of updateBmOrder.

    Raises:
        CourierError: `bad_request` for a field that must not be cut, `unsupported` for what we
            cannot pass on without guessing.
    """
    one_piece(request)
    code = uncut(request.order_code, 50, "order code")
    fields: Message = {
        "order_serial_no": code,
        "khddh": code,
        "order_type": ORDINARY,
        "node_id": TEMPLATE,
        "sender": _contact(request.sender),
        "receiver": _contact(request.receiver),
        "items": [{"name": one.name[:50] or "商品", "number": one.quantity}
                  for one in request.goods],
        "remark": request.remark[:100],
    }  # fmt: skip
    return account(request.account, app) | {"orders": [filled(fields)]}


def cancel(order_code: str, number: str, branch: BranchAccount, app: str) -> Message:
    """Body of cancelBmOrder."""
    return account(branch, app) | {"orders": [{"order_serial_no": order_code, "mailno": number}]}


def count(branch: BranchAccount, app: str) -> Message:
    """Body of searchCount 余量查询."""
    return account(branch, app) | {"type": ORDINARY}


def track(number: str) -> Message:
    """Body of 轨迹查询: one number at a time."""
    return {"mailno": number}


def subscribe(number: str, order_code: str) -> Message:
    """Body of 轨迹订阅. Where no order code is known the number stands for it."""
    return {"orders": [{"orderid": order_code or number, "mailno": number}]}


def _contact(contact: Contact) -> Message:
    reachable(contact)
    return filled(
        {
            "name": uncut(contact.name, 50, "name"),
            "company": contact.company,
            "province": contact.province,
            "city": contact.city,
            "county": contact.district,
            "address": uncut(street(contact), 200, "address"),
            "mobile": contact.mobile or contact.tel,
        }
    )
