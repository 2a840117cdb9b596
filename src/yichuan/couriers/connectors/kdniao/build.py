"""Ours → KDNiao's: the JSON texts of its calls, and the answer to a push.

Each function gives the exact RequestData to sign and send; `form` makes the signed form of it.
Field names, lengths and required fields: apifox.com docs-site 2538027, api-72875903 (1007),
-72888751 (1147), -72895688 (1127), -72951534 (1008), -72933643 (1002), -72925086 (1001); 1004:
blog.csdn.net/KDniao2024/article/details/135756327; the forbidden characters:
blog.csdn.net/KuaiDNiao/article/details/122827277; 2002: the official demos (wannvmi/Kdniao.Core);
6004: KDNiao's MCP server of 2025 (its models name every field and its form); 1801, 1802 and 1815: a
public client of the paid pickups (a PHP class `KDNBusiness`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from yichuan.couriers.catalogue import entries
from yichuan.couriers.connectors.base import (
    AddedService,
    BranchAccount,
    Contact,
    CourierError,
    Goods,
    Lane,
    Pay,
    PickupRequest,
    WaybillRequest,
)
from yichuan.couriers.connectors.kdniao.sign import data_sign
from yichuan.couriers.connectors.writing import china_time, reachable, scaled, street, uncut

WAYBILL: Final = "1007"
CANCEL: Final = "1147"
BALANCE: Final = "1127"
SUBSCRIBE: Final = "1008"
SUBSCRIBE_PLUS: Final = "8008"
"""Subscription whose pushes (102) carry StateEx, Location and a code per event."""
QUERY: Final = "1002"
QUERY_PLUS: Final = "8001"
PICKUP: Final = "1001"
PICKUP_CANCEL: Final = "1004"
PAID_PICKUP: Final = "1801"
"""上门取件, paid through KDNiao, without a contract with the courier."""
PAID_PICKUP_CANCEL: Final = "1802"
PRICES: Final = "1815"
FORECAST: Final = "6004"
RECOGNISE: Final = "2002"

PAY_TYPES: dict[Pay, int] = {"sender": 1, "recipient": 2, "monthly": 3, "third_party": 4}
MAX_PIECES: Final = 300

_FORBIDDEN = str.maketrans(
    {
        **dict(zip("'\"#&+<>%\\", "＇＂＃＆＋＜＞％＼", strict=True)),
        **dict.fromkeys((*range(32), 0x7F, 0xFEFF, 0x200B)),
    }
)
"""Characters KDNiao refuses become their full-width twins: 3#楼 stays readable as 3＃楼."""

Fields = dict[str, object]


def spelt(courier: str) -> str:
    """KDNiao's own spelling of a courier's code: a few are not upper case (EasyGet)."""
    known = entries().get(courier)
    return known.kdniao or courier if known else courier


def waybill(request: WaybillRequest, *, with_template: bool = False, size: str = "") -> bytes:
    """RequestData of 1007 电子面单.

    `with_template` asks for the courier's label as HTML, `size` names its layout (130, 180, …).

    Raises:
        CourierError: `bad_request`, when a field that must not be cut is missing or too long.
    """
    if not 1 <= request.pieces <= MAX_PIECES:
        raise CourierError("bad_request", f"pieces must be 1 to {MAX_PIECES}")
    fields: Fields = {
        "OrderCode": _whole(request.order_code, 30, "order code"),
        "ShipperCode": spelt(request.courier),
        "PayType": PAY_TYPES[request.pay],
        "ExpType": request.exp_type,
        "Sender": _contact(request.sender),
        "Receiver": _contact(request.receiver),
        "Quantity": request.pieces,
        "Commodity": [_goods(item) for item in request.goods],
        "IsReturnPrintTemplate": int(with_template),
        "IsSubscribe": int(request.subscribe),
        "TemplateSize": size,
        "Remark": clean(request.remark, 60),
        "MemberID": clean(request.member_id, 50),
        "CallBack": clean(request.callback, 50),
        **_account(request.account),
        "SendSite": clean(request.account.branch_code, 50),
    }
    if request.weight_g is not None:
        fields["Weight"] = scaled(request.weight_g, 3)
    if request.volume_cm3 is not None:
        fields["Volume"] = scaled(request.volume_cm3, 6)
    if request.services:
        fields["AddService"] = [_service(service) for service in request.services]
    return _text(fields)


def cancel(order_code: str, courier: str, number: str, account: BranchAccount) -> bytes:
    """RequestData of 1147: take a number back that was issued here and is not yet picked up."""
    fields = {"ShipperCode": spelt(courier), "OrderCode": order_code, "ExpNo": number}
    return _text({**fields, **_account(account)})


def balance(courier: str, account: BranchAccount, branch_name: str = "") -> bytes:
    """RequestData of 1127: how many numbers are left on a waybill account."""
    branch = {"StationCode": account.branch_code, "StationName": clean(branch_name, 50)}
    return _text({"ShipperCode": spelt(courier), **_account(account), **branch})


def subscribe(
    courier: str, number: str, *, order_code: str = "", phone_last4: str = "", callback: str = ""
) -> bytes:
    """RequestData of 1008 and 8008. `phone_last4` is needed by SF, ZTO and KYSY."""
    fields = {
        "ShipperCode": spelt(courier),
        "LogisticCode": number,
        "OrderCode": order_code,
        "CustomerName": phone_last4,
        "Callback": clean(callback, 50),
    }
    return _text({**fields})


def query(courier: str, number: str, *, order_code: str = "", phone_last4: str = "") -> bytes:
    """RequestData of 1002 and 8001: the history now, oldest first."""
    return _text(
        {
            "OrderCode": order_code,
            "ShipperCode": spelt(courier),
            "LogisticCode": number,
            "CustomerName": phone_last4,
            "Sort": "0",
        }
    )


def under_contract(account: BranchAccount) -> bool:
    """Whether a pickup is the merchant's courier's (1001), not one paid through KDNiao (1801)."""
    return bool(account.customer_name or account.month_code)


def pickup(request: PickupRequest) -> bytes:
    """RequestData of 1001 or 1801.

    Raises:
        CourierError: `bad_request`, when a field that must not be cut is missing or too long;
            `unsupported` for a number that was taken before, which 1001 would not know, unless
            only a visit is wanted; and for a visit that would be paid for like a parcel (1801).
    """
    if request.number and not request.visit:
        raise CourierError("unsupported", "该接口不能为已取的单号预约取件")
    if request.visit and not under_contract(request.account):
        raise CourierError("unsupported", "该账号的上门取件按新订单收费，已有单号的包裹不能预约")
    fields: Fields = {
        "OrderCode": _whole(request.order_code, 30, "order code"),
        "ShipperCode": request.courier,
        "PayType": PAY_TYPES["monthly"],
        "ExpType": "1",
        "Sender": _contact(request.sender),
        "Receiver": _contact(request.receiver),
        "Quantity": request.pieces,
        "Commodity": [_goods(item) for item in request.goods],
        "StartDate": china_time(request.start) if request.start else "",
        "EndDate": china_time(request.end) if request.end else "",
        "Remark": clean(request.remark, 60),
    }
    if request.weight_g is not None:
        fields["Weight"] = scaled(request.weight_g, 3)
    if under_contract(request.account):
        fields |= _account(request.account)
        fields["SendSite"] = clean(request.account.branch_code, 50)
    else:
        fields |= {"TransportType": 1, "ShipperType": 5}
    return _text(fields)


def cancel_pickup(order_code: str, courier: str, reason: str, *, contract: bool) -> bytes:
    """RequestData of 1004 (`contract`) or 1802."""
    fields: Fields = {"OrderCode": order_code, "ShipperCode": courier}
    return _text(fields if contract else fields | {"CancelMsg": clean(reason or "取消取件", 99)})


def prices(lane: Lane) -> bytes:
    """RequestData of 1815; without a courier every one that serves the lane is priced."""
    return _text(
        {
            "ShipperCode": lane.courier,
            "ShipperType": 5,
            "TransportType": 1,
            "Sender": _area(lane.sender),
            "Receiver": _area(lane.receiver),
            "Weight": scaled(max(lane.weight_g, 1), 3),
        }
    )


def forecast(lane: Lane, at: datetime) -> bytes:
    """RequestData of 6004: a parcel that is picked up at `at`."""
    fields: Fields = {"ShipperCode": lane.courier, "CatchTime": china_time(at)}
    for side, contact in (("Send", lane.sender), ("Receive", lane.receiver)):
        fields |= {
            f"{side}Province": clean(contact.province, 20),
            f"{side}City": clean(contact.city, 20),
            f"{side}Area": clean(contact.district, 20),
            f"{side}Address": clean(street(contact), 100),
        }
    return _text(fields)


def recognise(number: str) -> bytes:
    """RequestData of 2002."""
    return _text({"LogisticCode": number})


def form(request_type: str, request_data: bytes, ebusiness_id: str, app_key: str) -> dict[str, str]:
    """The signed form fields of a call; the form encodes each value once."""
    return {
        "RequestData": request_data.decode(),
        "EBusinessID": ebusiness_id,
        "RequestType": request_type,
        "DataSign": data_sign(request_data, app_key),
        "DataType": "2",
    }


def push_answer(ebusiness_id: str, at: datetime, *, ok: bool = True, reason: str = "") -> bytes:
    """What we answer to a push, once it is durable (`ok`) or with why not."""
    return msgspec.json.encode(
        {
            "EBusinessID": ebusiness_id,
            "UpdateTime": china_time(at),
            "Success": ok,
            "Reason": reason,
        }
    )


def clean(text: str, limit: int) -> str:
    """Without characters KDNiao refuses, cut to `limit` characters."""
    return text.translate(_FORBIDDEN).strip()[:limit]


def _text(fields: Fields) -> bytes:
    """JSON without the fields that are empty."""
    return msgspec.json.encode({key: value for key, value in fields.items() if value != ""})


def _whole(text: str, limit: int, what: str) -> str:
    """Clean, and never cut."""
    return uncut(text.translate(_FORBIDDEN), limit, what)


def _contact(contact: Contact) -> Fields:
    reachable(contact)
    fields: Fields = {
        "Company": clean(contact.company, 30),
        "Name": _whole(contact.name, 30, "name"),
        "Tel": clean(contact.tel, 20),
        "Mobile": clean(contact.mobile, 20),
        "PostCode": clean(contact.postcode, 10),
        "ProvinceName": _whole(contact.province, 20, "province"),
        "CityName": _whole(contact.city, 20, "city"),
        "ExpAreaName": clean(contact.district, 20),
        "Address": _whole(street(contact), 100, "address"),
    }
    return {key: value for key, value in fields.items() if value != ""}


def _area(contact: Contact) -> Fields:
    fields = {
        "ProvinceName": clean(contact.province, 20),
        "CityName": clean(contact.city, 20),
        "ExpAreaName": clean(contact.district, 20),
        "Address": clean(street(contact), 100),
    }
    return {key: value for key, value in fields.items() if value != ""}


def _account(account: BranchAccount) -> Fields:
    return {
        "CustomerName": account.customer_name,
        "CustomerPwd": account.customer_password,
        "MonthCode": account.month_code,
    }


def _goods(goods: Goods) -> Fields:
    fields: Fields = {
        "GoodsName": clean(goods.name, 100) or "商品",
        "GoodsCode": clean(goods.code, 50),
        "Goodsquantity": goods.quantity,
    }
    if goods.price_fen is not None:
        fields["GoodsPrice"] = scaled(goods.price_fen, 2)
    if goods.weight_g is not None:
        fields["GoodsWeight"] = scaled(goods.weight_g, 3)
    return {key: value for key, value in fields.items() if value != ""}


def _service(service: AddedService) -> Fields:
    fields = {
        "Name": clean(service.name, 20),
        "Value": clean(service.value, 30),
        "CustomerID": clean(service.customer_id, 30),
    }
    return {key: value for key, value in fields.items() if value != ""}
