"""The answer of 1007, read from what is stored: the same however often it is asked for."""

from __future__ import annotations

from dataclasses import replace

from yichuan.core.clock import CHINA
from yichuan.core.direct import reading
from yichuan.core.errors import YichuanError
from yichuan.gateway.kdniao import template
from yichuan.gateway.kdniao.callers import Call
from yichuan.gateway.kdniao.parcels import Parcel
from yichuan.gateway.kdniao.wire import OK, OTHER, REPEATED, Answer, refuse
from yichuan.gateway.models import DoorOrder
from yichuan.shipments.boxes import boxes as shipments_of
from yichuan.waybills import labelling, printing
from yichuan.waybills import queries as waybills
from yichuan.waybills.labels.model import LabelData, Payment
from yichuan.waybills.queries import Waybill

ORDER_FIELDS = {
    "MarkDestination": "mark_destination",
    "OriginCode": "origin_code",
    "OriginName": "origin_name",
    "DestinatioCode": "destination_code",
    "DestinatioName": "destination_name",
    "SortingCode": "sorting_code",
    "PackageCode": "package_code",
    "PackageName": "package_name",
}
"""Names of the answer, spelt as KDNiao spells them, and ours."""
PAYMENTS = {
    "sender": Payment.SENDER,
    "recipient": Payment.RECEIVER,
    "monthly": Payment.MONTHLY,
    "third_party": Payment.THIRD_PARTY,
}


async def answer(call: Call, row: DoorOrder, parcel: Parcel, *, repeated: bool) -> Answer:
    """What became of an order code whose number was issued; with the label where it was asked for.

    Raises:
        CallError: 105, the number was cancelled in between, or the people on it were erased.
    """
    async with call.context.database.read((row.merchant_id,)) as session:
        waybill = (await waybills.issued_of(session, [row.shipment_id])).get(row.shipment_id)
    if waybill is None:
        refuse(OTHER, "面单已取消")
    pages: list[str] = []
    if parcel.with_template:
        pages = _pages(await _label(call, waybill, parcel), waybill, parcel)
    if pages and not waybill.print_count:
        async with call.context.database.write((row.merchant_id,)) as session:
            await printing.mark_printed(session, call.caller, [waybill])
    found: Answer = {
        "EBusinessID": call.ebusiness_id,
        "Success": True,
        "ResultCode": REPEATED if repeated else OK,
        "Reason": "该订单号已下单成功" if repeated else "成功",
        "UniquerRequestNumber": str(waybill.id),
        "Order": order_block(waybill, row.order_code),
        "Callback": row.echo.get("callback", ""),
    }
    if pages:
        found["PrintTemplate"] = pages[0]
    children = list(waybill.child_numbers or ())
    if children:
        found |= {"SubCount": len(children), "SubOrders": children}
        if pages:
            found["SubPrintTemplates"] = pages[1:]
    return found


async def _label(call: Call, waybill: Waybill, parcel: Parcel) -> LabelData:
    """The label's data; its time is that of the number, so that a repeat is the same."""
    async with reading(call.context.database, (waybill.merchant_id,)) as asking:
        rows, boxes = await asking.ask(
            waybills.printable(asking, [waybill.id]),
            shipments_of(asking, [waybill.shipment_id]),
        )
        pair = (rows[waybill.id], boxes[waybill.shipment_id])
        (made,) = await labelling.of_boxes(asking, call.context, [pair])
    if isinstance(made, YichuanError):
        refuse(OTHER, made.detail or made.title_zh)
    return replace(
        made,
        print_time=waybill.issued_at or waybill.requested_at,
        order_number=parcel.order_code,
        payment=PAYMENTS[parcel.wish.pay],
    )


def _pages(label: LabelData, waybill: Waybill, parcel: Parcel) -> list[str]:
    """One document for the parcel, or for the mother and each child 子母件."""
    numbers = [waybill.number or "", *(waybill.child_numbers or ())]
    size = template.size_of(parcel.template_size)
    if len(numbers) == 1:
        return [template.html_of(label, size)]
    total = len(numbers)
    return [
        template.html_of(
            replace(
                label,
                waybill_number=number,
                parent_number=numbers[0] if index > 1 else "",
                child_index=index,
                child_total=total,
            ),
            size,
        )
        for index, number in enumerate(numbers, 1)
    ]


def order_block(waybill: Waybill, order_code: str) -> dict[str, str]:
    """`Order` of the answer; sorting fields only where the courier gave them."""
    block = {
        "OrderCode": order_code,
        "ShipperCode": waybill.courier,
        "LogisticCode": waybill.number or "",
        "KDNOrderCode": waybill.courier_order_no or _own_code(waybill),
    }
    fields = waybill.label_fields
    return block | {name: str(fields[our]) for name, our in ORDER_FIELDS.items() if fields.get(our)}


def _own_code(waybill: Waybill) -> str:
    """A KDNOrderCode for numbers that did not come through KDNiao: its form, from our id."""
    at = (waybill.issued_at or waybill.requested_at).astimezone(CHINA)
    return f"KDN{at:%y%m%d%H%M%S}{waybill.id.int % 10**7:07d}"
