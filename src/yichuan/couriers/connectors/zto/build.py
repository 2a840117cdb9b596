"""Ours → ZTO's: bodies of its methods and their signature.

Fields: a public record of ZTO's sandbox (complete order, cancellation and subscription with
answers) and the clients around it; ZTO-Express/zopsdk-node lib/index.js for the signature.
"""

from __future__ import annotations

from typing import Final

import msgspec

from yichuan.couriers.connectors.base import BranchAccount, Contact, Goods, WaybillRequest
from yichuan.couriers.connectors.digests import md5_base64
from yichuan.couriers.connectors.writing import filled, one_piece, reachable, street, uncut

CREATE: Final = "zto.open.createOrder"
CANCEL: Final = "zto.open.cancelPreOrder"
ORDER_INFO: Final = "zto.open.getOrderInfo"
TRACK: Final = "zto.merchant.waybill.track.query"
SUBSCRIBE: Final = "zto.merchant.waybill.track.subsrcibe"
"""Spelt so."""
COLLECTED: Final = "1"
"""全网件: a courier comes every day; 2 预约件: one is sent for each order."""
NOT_WANTED: Final = "1"
CORPORATE, BRANCH = "1", "2"

Message = dict[str, object]


def digest(body: str | bytes, secret: str) -> str:
    """x-dataDigest of a call and data_digest of a push: over the body and the AppSecret."""
    text = body.encode() if isinstance(body, str) else body
    return md5_base64(text + secret.encode())


def headers(body: bytes, app_key: str, secret: str) -> dict[str, str]:
    """Headers of a call."""
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "x-appKey": app_key,
        "x-dataDigest": digest(body, secret),
    }


def order(request: WaybillRequest, order_type: str = COLLECTED) -> Message:
    """Body of 创建订单.

    Raises:
        CourierError: `bad_request` for a field that must not be cut, `unsupported` for what ZTO
            has no documented field for (several pieces, payment by the recipient, services).
    """
    one_piece(request)
    message: Message = {
        "partnerType": CORPORATE if request.account.month_code else BRANCH,
        "orderType": order_type,
        "partnerOrderCode": uncut(request.order_code, 40, "order code"),
        "accountInfo": _account(request.account),
        "senderInfo": _contact("sender", request.sender),
        "receiveInfo": _contact("receiver", request.receiver),
        "summaryInfo": {"quantity": 1},
        "orderItems": [_item(goods) for goods in request.goods],
        "remark": request.remark[:100],
    }
    return filled(message)


def cancel(number: str) -> Message:
    """Body of 取消订单, by the waybill number."""
    return {"cancelType": NOT_WANTED, "billCode": number}


def order_info(number: str) -> Message:
    """Body of 查询订单 of a 全网件, by its number."""
    return {"type": 1, "billCode": number}


def track(number: str, phone_last4: str) -> Message:
    """Body of 轨迹查询 and of 轨迹订阅."""
    return filled({"billCode": number, "mobilePhone": phone_last4})


def encoded(message: Message) -> bytes:
    """The JSON that is signed and sent."""
    return msgspec.json.encode(message)


def _account(account: BranchAccount) -> Message:
    if account.month_code:
        return {"customerId": account.month_code}
    return {
        "accountId": account.customer_name,
        "accountPassword": account.customer_password,
        "type": 1,
    }


def _contact(who: str, contact: Contact) -> Message:
    reachable(contact)
    fields: Message = {
        f"{who}Name": uncut(contact.name, 50, "name"),
        f"{who}Phone": contact.tel,
        f"{who}Mobile": contact.mobile,
        f"{who}Province": contact.province,
        f"{who}City": contact.city,
        f"{who}District": contact.district,
        f"{who}Address": uncut(street(contact), 200, "address"),
    }
    return filled(fields)


def _item(goods: Goods) -> Message:
    item: Message = {"name": goods.name[:100] or "商品", "quantity": goods.quantity}
    if goods.weight_g is not None:
        item["weight"] = goods.weight_g
    return item
