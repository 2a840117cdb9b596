"""Ours → Kuaidi100's: the `param` of each call, signed.

Fields and signatures: github.com/kuaidi100-api/php-demo @01c5e86f (`synquery.php`,
`subscribe.php`, `deliverytime.php`, `ele_cancel.php`), java-demo @68a6ab42 (`SignUtils`,
`labelV2/OrderReq`). All digests are MD5 in upper-case hexadecimal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from yichuan.couriers.connectors.base import (
    BranchAccount,
    Contact,
    CourierError,
    Lane,
    Pay,
    WaybillRequest,
)
from yichuan.couriers.connectors.kuaidi100.companies import OURS_TO_THEIRS
from yichuan.couriers.connectors.writing import china_time, scaled, street

QUERY: Final = "/poll/query.do"
SUBSCRIBE: Final = "/poll"
LABEL: Final = "/label/order"
RECOGNISE: Final = "/autonumber/auto"

PAY_TYPES: Final[dict[Pay, str]] = {
    "sender": "SHIPPER",
    "recipient": "CONSIGNEE",
    "monthly": "MONTHLY",
    "third_party": "THIRDPARTY",
}
PRODUCTS: Final[dict[tuple[str, str], str]] = {
    ("SF", "2"): "顺丰特快",
    ("SF", "1"): "顺丰标快",
    ("JD", "1"): "特惠送",
    ("JD", "2"): "特快送",
    ("JD", "8"): "生鲜专送",
}
STANDARD: Final = "标准快递"
Form = dict[str, str]


def digest(*parts: str) -> str:
    """MD5 of the parts put together, in upper-case hexadecimal."""
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest().upper()


def company(courier: str) -> str:
    """Kuaidi100's code of a courier.

    Raises:
        CourierError: `unknown_courier`.
    """
    code = OURS_TO_THEIRS.get(courier)
    if code is None:
        raise CourierError("unknown_courier", courier)
    return code


def query(courier: str, number: str, phone_last4: str, customer: str, key: str) -> Form:
    """The form of an instant query 实时查询."""
    param = _text(
        {
            "com": company(courier),
            "num": number,
            "phone": phone_last4,
            "from": "",
            "to": "",
            "resultv2": "4",
            "show": "0",
            "order": "asc",
        }
    )
    return {"customer": customer, "param": param, "sign": digest(param, key, customer)}


def subscription(
    courier: str, number: str, phone_last4: str, key: str, salt: str, push_url: str
) -> Form:
    """The form of a subscription 订阅; pushes come to `push_url`, signed with `salt`."""
    parameters = {
        "callbackurl": push_url,
        "salt": salt,
        "resultv2": "4",
        "autoCom": "0",
        "interCom": "0",
        "phone": phone_last4,
    }
    fields = {
        "company": company(courier),
        "number": number,
        "from": "",
        "to": "",
        "key": key,
        "parameters": parameters,
    }
    return {"schema": "json", "param": _text(fields)}


def signed(param: Mapping[str, object], key: str, secret: str, at: datetime) -> Form:
    """The form of the calls on labels and forecasts: `param` with time, key and signature."""
    text, moment = _text(param), str(int(at.timestamp() * 1000))
    return {"param": text, "t": moment, "key": key, "sign": digest(text, moment, key, secret)}


def waybill(request: WaybillRequest) -> dict[str, object]:
    """`param` of method=order.

    `reorder` false makes a repeated order code answer with the first number for 48 hours
    (java-demo, `labelV2/OrderReq`).

    Raises:
        CourierError: `unknown_courier`.
    """
    fields: dict[str, object] = {
        "printType": "NON",
        "kuaidicom": company(request.courier),
        **_account(request.account),
        "orderId": request.order_code,
        "reorder": False,
        "recMan": _man(request.receiver),
        "sendMan": _man(request.sender),
        "cargo": request.goods[0].name if request.goods else "",
        "count": request.pieces,
        "needChild": "1" if request.pieces > 1 else "0",
        "payType": PAY_TYPES[request.pay],
        "expType": PRODUCTS.get((request.courier, request.exp_type), STANDARD),
        "remark": request.remark,
        "needSubscribe": False,
    }
    if request.weight_g is not None:
        fields["weight"] = scaled(request.weight_g, 3)
    if request.volume_cm3 is not None:
        fields["volume"] = str(request.volume_cm3)
    return fields


def cancellation(courier: str, number: str, account: BranchAccount) -> dict[str, object]:
    """`param` of method=cancel."""
    return {
        **_account(account),
        "kuaidicom": company(courier),
        "kuaidinum": number,
        "orderId": "",
        "reason": "取消发货",
    }


def forecast(lane: Lane, at: datetime) -> dict[str, object]:
    """`param` of method=time 时效预估: parcels handed over at `at`."""
    return {
        "kuaidicom": company(lane.courier),
        "from": _place(lane.sender),
        "to": _place(lane.receiver),
        "orderTime": china_time(at),
        "expType": PRODUCTS.get((lane.courier, lane.service), STANDARD),
    }


def _account(account: BranchAccount) -> dict[str, object]:
    return {
        "partnerId": account.customer_name or account.month_code,
        "partnerKey": account.customer_password,
        "net": account.branch_code,
    }


def _man(contact: Contact) -> dict[str, str]:
    return {
        "name": contact.name,
        "mobile": contact.mobile,
        "tel": contact.tel,
        "printAddr": _place(contact) + street(contact),
        "company": contact.company,
    }


def _place(contact: Contact) -> str:
    city = "" if contact.city == contact.province else contact.city
    return contact.province + city + contact.district


def _text(fields: Mapping[str, object]) -> str:
    return msgspec.json.encode(fields).decode()
