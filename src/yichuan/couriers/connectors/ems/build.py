"""Ours → China Post's: the sealed body of each call, the form around it.

The body is JSON, the signing key in base64 added to its end, sealed with SM4 in ECB mode (PKCS#7)
and written as base64 after `|$4|`: CryptoThirdSM4Tools, the platform's own tool. Fields and units
(grams, cubic centimetres): the platform's notes in public clients (YJT LogisticsCore `NewEMS`,
RadishesFlight ExpressAge, iboxs deliver).
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from yichuan.couriers.connectors.base import Contact, CourierError, Goods, Lane, WaybillRequest
from yichuan.couriers.connectors.writing import (
    china_time,
    decimal,
    filled,
    one_piece,
    reachable,
    street,
    uncut,
)

CREATE: Final = "020003"
CANCEL: Final = "020006"
TRACK: Final = "040001"
PRICE: Final = "050005"
PATH: Final = "/amp-prod-api/f/amp/api/open"
"""Added to an address that names a server only."""
SEALED: Final = "|$4|"
KEY_BYTES: Final = 16

GOODS: Final = "3"
BY_SENDER: Final = "1"
TO_THE_DOOR: Final = "2"
COLLECTED: Final = "1"
PLAIN: Final = {"insuranceFlag": "1", "codFlag": "9", "receiptFlag": "1", "valuableFlag": "0"}
"""基本: neither insured, cash on delivery, returned receipt nor valuables."""
ECOMMERCE: Final = "10"
"""电商标快."""
ECOMMERCE_GOODS: Final = "115104300000691"
"""The fifteen digits of its goods, which prices are asked by; the only ones public."""
PRODUCTS: Final = {"EMS": "1", "YZPY": "2", "YZBK": "11"}
"""Our courier → 特快专递, 快递包裹, 国内标快: what its standard service is."""
STANDARD: Final = "1"

Message = dict[str, object]


def seal(text: str, key: str) -> str:
    """A text as the platform takes it.

    Raises:
        CourierError: `bad_signature`, when the signing key is none.
    """
    padder = PKCS7(algorithms.SM4.block_size).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    locked = _cipher(key).encryptor()
    sealed = locked.update(padded) + locked.finalize()
    return SEALED + base64.b64encode(sealed).decode("ascii")


def opened(sealed: str, key: str) -> str:
    """The text of a sealed one.

    Raises:
        ValueError: it was not sealed with this key.
    """
    try:
        raw = base64.b64decode(sealed.removeprefix(SEALED), validate=True)
        unlocked = _cipher(key).decryptor()
        padded = unlocked.update(raw) + unlocked.finalize()
        unpadder = PKCS7(algorithms.SM4.block_size).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except CourierError as error:
        raise ValueError(error.courier_text) from error


def _cipher(key: str) -> Cipher[modes.ECB]:
    try:
        raw = base64.b64decode(key, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise CourierError("bad_signature", "the signing key is not 16 bytes in base64")
    return Cipher(algorithms.SM4(raw), modes.ECB())


def form(
    call: str, message: object, sender: str, authorization: str, key: str, at: datetime
) -> dict[str, str]:
    """The form of a call."""
    body = msgspec.json.encode(message).decode()
    return {
        "apiCode": call,
        "senderNo": sender,
        "authorization": authorization,
        "msgType": "0",
        "timeStamp": china_time(at),
        "version": "V1.0.0",
        "logitcsInterface": seal(body + key, key),
    }


def order(request: WaybillRequest, sender: str, at: datetime) -> list[Message]:
    """What 下单取号 is asked: always an array.

    Raises:
        CourierError: `bad_request` for a field that must not be cut, `unsupported` for what the
            clients show no certain fields for (several pieces, other payers, services).
    """
    one_piece(request)
    code = uncut(request.order_code, 50, "order code")
    fields: Message = {
        "ecommerceUserId": code,
        "senderNo": sender,
        "logisticsOrderNo": code,
        "createdTime": china_time(at),
        "contentsAttribute": GOODS,
        "bizProductNo": _product(request.courier, request.exp_type),
        "weight": str(request.weight_g) if request.weight_g else "",
        "volume": str(request.volume_cm3) if request.volume_cm3 else "",
        "deliverType": TO_THE_DOOR,
        "pickupType": COLLECTED,
        "paymentMode": BY_SENDER,
        "pickupNotes": request.remark[:200],
        **PLAIN,
        "sender": _contact(request.sender),
        "receiver": _contact(request.receiver),
        "cargos": [_cargo(goods) for goods in request.goods] or [{"cargoName": "商品"}],
    }
    return [filled(fields)]


def _product(courier: str, service: str) -> str:
    """Our service "1" is the courier's standard; another one is a product of the post's own."""
    return PRODUCTS[courier] if service == STANDARD else service


def cancel(order_code: str, number: str) -> Message:
    """What 订单取消 is asked."""
    return {"logisticsOrderNo": order_code, "waybillNo": number, "cancelReason": "取消发货"}


def track(number: str) -> Message:
    """What 运单轨迹 is asked: oldest scan first."""
    return {"waybillNo": number, "direction": "0"}


def price(lane: Lane) -> Message:
    """What 预估邮费 is asked."""
    return {
        "productCode": ECOMMERCE_GOODS,
        "weight": str(lane.weight_g),
        "senderInfo": _line(lane.sender),
        "receiveInfo": _line(lane.receiver),
    }


def _contact(contact: Contact) -> Message:
    reachable(contact)
    fields: Message = {
        "name": uncut(contact.name, 50, "name"),
        "mobile": contact.mobile,
        "phone": contact.tel,
        "postCode": contact.postcode,
        "prov": contact.province,
        "city": contact.city,
        "county": contact.district,
        "address": uncut(street(contact), 200, "address"),
    }
    return filled(fields)


def _cargo(goods: Goods) -> Message:
    fields: Message = {
        "cargoName": goods.name[:100] or "商品",
        "cargoQuantity": str(goods.quantity),
    }
    if goods.weight_g:
        fields["cargoWeight"] = str(goods.weight_g)
    if goods.price_fen is not None:
        fields["cargoValue"] = decimal(goods.price_fen, 2)
    return fields


def _line(contact: Contact) -> str:
    city = "" if contact.city == contact.province else contact.city
    return contact.province + city + contact.district + street(contact)
