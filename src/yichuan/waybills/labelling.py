"""What is printed: from waybill, box and people to the label's data."""

from __future__ import annotations

from collections.abc import Sequence

from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.direct import Direct
from yichuan.core.errors import YichuanError
from yichuan.couriers import queries as couriers
from yichuan.couriers.connectors import base
from yichuan.shipments.boxes import Box
from yichuan.waybills.labels.model import Contact, LabelData, Payment
from yichuan.waybills.parties import Parties, gather
from yichuan.waybills.queries import Printable


async def of_boxes(
    direct: Direct, context: Context, pairs: Sequence[tuple[Printable, Box]]
) -> list[LabelData | YichuanError]:
    """Label data per pair, in order; a box whose people cannot be read gets the reason."""
    reference = await couriers.reference(context.database)
    parties = await gather(direct, context.vault, [box for _, box in pairs])
    result: list[LabelData | YichuanError] = []
    for number, (waybill, box) in enumerate(pairs, 1):
        found = parties[box.id]
        if isinstance(found, YichuanError):
            result.append(found)
            continue
        service = reference.service_name(waybill.courier, waybill.service)
        courier = reference.names.get(waybill.courier, waybill.courier)
        result.append(_label(context, waybill, box, found, courier, service, number))
    return result


def _contact(who: base.Contact) -> Contact:
    return Contact(
        name=who.name,
        phone=who.mobile or who.tel,
        address=who.address,
        province=who.province,
        city=who.city,
        district=who.district,
        company=who.company,
    )


def _label(
    context: Context,
    waybill: Printable,
    box: Box,
    parties: Parties,
    courier: str,
    service: str,
    number: int,
) -> LabelData:
    fields = waybill.label_fields
    base_url = context.settings.base_url
    return LabelData(
        courier_code=waybill.courier,
        courier_name=courier,
        service_name=service,
        waybill_number=waybill.number or "",
        receiver=_contact(parties.receiver),
        sender=_contact(parties.sender),
        print_time=now(),
        mark_destination=fields.get("mark_destination") or "",
        sort_code=fields.get("sorting_code") or "",
        origin_code=fields.get("origin_code") or "",
        origin_name=fields.get("origin_name") or "",
        destination_code=fields.get("destination_code") or "",
        destination_name=fields.get("destination_name") or "",
        package_code=fields.get("package_code") or "",
        package_name=fields.get("package_name") or "",
        order_number=box.order_no or box.shipment_no,
        shop_name=box.shop_name or "",
        platform_name=context.settings.platform_name,
        remark=box.remark or "",
        goods=tuple(f"{g.name} ×{g.quantity}" for g in parties.goods),
        weight_g=box.weight_g,
        pieces=box.pieces,
        payment=Payment.MONTHLY,
        buyer_link=f"{base_url}/track/{box.buyer_token}" if box.buyer_token else "",
        sequence=number,
    )
