"""Records of pushes 103 (a pickup) and 1117 (an application for an account). Pure."""

from __future__ import annotations

from typing import Any, Final

from yichuan.core.vault import Vault
from yichuan.couriers.applications import AccountApplication
from yichuan.gateway.kdniao.wire import stamp
from yichuan.waybills.pickups import Pickup

STATES: Final = {
    "failed": "99",
    "booked": "102",
    "assigned": "103",
    "collected": "104",
    "cancelled": "203",
}
"""Our state → State of push 103: 下单失败, 网点信息, 快递员信息, 已取件, 已取消."""


def told(row: Pickup) -> dict[str, Any]:
    """The record of push 103."""
    picker = row.picker or {}
    return {
        "OrderCode": row.order_code,
        "KDNOrderCode": row.courier_order_no or row.reference,
        "ShipperCode": row.courier,
        "LogisticCode": row.number or "",
        "State": STATES.get(row.state, ""),
        "CreateTime": stamp(row.changed_at),
        "Reason": row.failure_text or "",
        "CallRequestType": row.call,
        "PickerInfo": [
            {
                "PersonName": picker.get("name", ""),
                "PersonTel": picker.get("phone", ""),
                "PickupCode": picker.get("code", ""),
            }
        ],
    }


def decision(vault: Vault, row: AccountApplication) -> dict[str, Any]:
    """The record of push 1117 (its fields: mr-xiaoyu/kdniao-java-tools @db760fac)."""
    password = row.customer_password_enc
    return {
        "ApplyCode": row.apply_no,
        "ApplyID": row.apply_no,
        "ShipperCode": row.courier,
        "Success": row.state == "granted",
        "Reason": row.reason or "",
        "CustomerName": row.customer_name or "",
        "CustomerPwd": vault.open_secret(password) if password else "",
        "StationCode": row.branch_code or "",
        "StationName": row.branch_name or "",
    }
