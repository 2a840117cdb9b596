"""1107 客户号申请: kept for the platform's people; their decision is pushed as 1117."""

from __future__ import annotations

from yichuan.couriers import applications
from yichuan.couriers import queries as couriers
from yichuan.couriers.applications import Applied
from yichuan.gateway.kdniao.callers import Call
from yichuan.gateway.kdniao.wire import OK, OTHER, Answer, refuse

DETAILS = ("Name", "Tel", "Mobile", "ProvinceName", "ProivnceCode", "ProvinceCode", "CityName",
           "CityCode", "ExpAreaName", "ExpAreaCode", "Address")  # fmt: skip


async def apply(call: Call) -> Answer:
    """1107. The same ApplyID again is the same application.

    Raises:
        CallError: 101, 103, 105.
    """
    data = call.data
    courier = data.need("ShipperCode", 20).upper()
    details = {name: value for name in DETAILS if (value := data.text(name, 200))}
    for name in ("Name", "ProvinceName", "CityName", "Address"):
        data.need(name, 200)
    if not details.get("Tel"):
        data.need("Mobile", 40)
    applied = Applied(
        courier=courier,
        apply_no=data.need("ApplyID", 60),
        company=data.text("Company", 100),
        details=details,
        branch_code=data.text("StationCode", 60),
        branch_name=data.text("StationName", 60),
    )
    async with call.context.database.system() as session:
        if not await couriers.known(session, {courier}):
            refuse(OTHER, f"不支持的快递公司编码：{courier}")
        await applications.apply(
            session,
            call.context.vault,
            merchant_id=call.caller.merchant_id,
            key_id=call.key.id,
            applied=applied,
        )
    return {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ResultCode": OK,
        "Reason": "申请已提交，结果将推送",
        "Message": "申请已提交，结果将推送",
        "RequestType": "1117",
        "ApplyID": applied.apply_no,
    }
