"""Documented columns of the tables `yichuan import` takes, and their typed rows.

Orders and shipments are here; rate cards and bills are defined by the rating room.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import Struct

from yichuan.core.cells import Column, Kind
from yichuan.core.mapplan import RowRule, RowTable
from yichuan.rating.rows import BILLS, RATES
from yichuan.terms.rows import TABLES as TERMS

SHIP_METHODS = ("hub_waybill", "own_number", "own_fleet", "self_pickup", "no_logistics")
BY_COURIER = frozenset({None, "hub_waybill", "own_number"})
"""Ship methods that need a courier."""
_MAX_G = 100_000_000


class OrderRow(Struct, frozen=True):
    """One order line. Times UTC, price in fen, weight in grams (None: not known)."""

    order_no: str | None
    sub_order_no: str | None
    shipment_no: str | None
    merchant: str | None
    shop: str | None
    placed_at: datetime | None
    paid_at: datetime | None
    buyer_ref: str | None
    recipient_name: str | None
    recipient_phone: str | None
    province: str | None
    city: str | None
    district: str | None
    street: str | None
    address: str | None
    sku: str
    product_name: str | None
    quantity: int
    unit_price_fen: int | None
    weight_g: int | None
    category: str | None
    remark: str | None
    ship_by: datetime | None
    promised_at: datetime | None


class ShipmentRow(Struct, frozen=True):
    """One shipment. Times UTC, weight in grams (None: not weighed)."""

    shipment_no: str
    merchant: str
    shop: str | None
    order_no: str | None
    sub_order_no: str | None
    ship_method: str | None
    courier: str | None
    service: str | None
    waybill_number: str | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    promised_at: datetime | None
    weight_g: int | None
    quantity: int | None
    pieces: int | None
    province: str | None
    city: str | None
    district: str | None
    address: str | None
    recipient_name: str | None
    recipient_phone: str | None
    sender_city: str | None


def _belongs(row: OrderRow) -> bool:
    return row.shipment_no is not None or (row.merchant is not None and row.order_no is not None)


def _courier_known(row: ShipmentRow) -> bool:
    if row.courier is not None or row.ship_method not in BY_COURIER:
        return True
    return row.ship_method is None and row.shipped_at is None and row.waybill_number is None


def _in_order(row: ShipmentRow) -> bool:
    return row.delivered_at is None or row.shipped_at is None or row.shipped_at <= row.delivered_at


_RECIPIENT = (
    Column("recipient_name", Kind.TEXT, "收件人", "recipient's name"),
    Column("recipient_phone", Kind.REFERENCE, "收件电话", "recipient's phone", max_length=40),
)
_PLACE = (
    Column("province", Kind.TEXT, "省", "destination province"),
    Column("city", Kind.TEXT, "市", "destination city"),
    Column("district", Kind.TEXT, "区县", "destination district"),
)
_ADDRESS = Column("address", Kind.TEXT, "详细地址", "rest of the address", max_length=500)
_WEIGHT = Column(
    "weight_kg",
    Kind.WEIGHT,
    "重量",
    "weight in kg; 0 or blank: not weighed",
    field="weight_g",
    minimum=0,
    maximum=_MAX_G,
    zero_is_blank=True,
)
_PROMISED = Column("promised_at", Kind.TIME, "承诺送达时间", "delivery promised by")

ORDERS: RowTable[OrderRow] = RowTable(
    name="orders",
    zh="订单明细",
    en="Orders: one row per order line",
    columns=(
        Column("order_no", Kind.REFERENCE, "订单号", "main order number"),
        Column("sub_order_no", Kind.REFERENCE, "子单号", "the merchant's share of the order"),
        Column(
            "shipment_no",
            Kind.REFERENCE,
            "包裹号",
            "an already imported shipment, instead of merchant and order_no",
        ),
        Column("merchant", Kind.REFERENCE, "商家", "merchant's code"),
        Column("shop", Kind.REFERENCE, "店铺", "merchant's shop"),
        Column("placed_at", Kind.TIME, "下单时间", "when the buyer ordered"),
        Column("paid_at", Kind.TIME, "付款时间", "when the buyer paid"),
        Column("buyer_ref", Kind.REFERENCE, "买家", "pseudonym of the buyer"),
        *_RECIPIENT,
        *_PLACE,
        Column("street", Kind.TEXT, "街道", "destination street or township"),
        _ADDRESS,
        Column("sku", Kind.REFERENCE, "商品编码", "what was ordered", required=True),
        Column("product_name", Kind.TEXT, "商品名称", "name of the product", max_length=500),
        Column("quantity", Kind.INTEGER, "数量", "number of units", required=True, minimum=1),
        Column(
            "unit_price",
            Kind.MONEY,
            "单价",
            "price of one unit in yuan",
            field="unit_price_fen",
            minimum=0,
        ),
        replace(_WEIGHT, zh="单件重量", en="weight of one unit in kg; 0 or blank: not known"),
        Column("category", Kind.TEXT, "类目", "category of goods"),
        Column("remark", Kind.TEXT, "备注", "remark", max_length=1000),
        Column("ship_by", Kind.TIME, "最晚发货时间", "to be shipped by"),
        _PROMISED,
    ),
    row=OrderRow,
    rules=(
        RowRule(
            "no_order",
            "order_no",
            "须填包裹号，或商家与订单号",
            "either shipment_no, or merchant and order_no",
            _belongs,
        ),
    ),
)

SHIPMENTS: RowTable[ShipmentRow] = RowTable(
    name="shipments",
    zh="包裹",
    en="Shipments: one row per box",
    columns=(
        Column("shipment_no", Kind.REFERENCE, "包裹号", "shipment number", required=True),
        Column("merchant", Kind.REFERENCE, "商家", "merchant's code", required=True),
        Column("shop", Kind.REFERENCE, "店铺", "merchant's shop"),
        Column("order_no", Kind.REFERENCE, "订单号", "main order number"),
        Column("sub_order_no", Kind.REFERENCE, "子单号", "the merchant's share of the order"),
        Column(
            "ship_method",
            Kind.CHOICE,
            "发货方式",
            "how it is shipped; blank: by courier",
            choices=SHIP_METHODS,
        ),
        Column("courier", Kind.TEXT, "快递公司", "KDNiao code"),
        Column("service", Kind.TEXT, "产品", "courier's service"),
        Column("waybill_number", Kind.REFERENCE, "运单号", "the courier's number"),
        Column("shipped_at", Kind.TIME, "发货时间", "when it left"),
        Column("delivered_at", Kind.TIME, "签收时间", "when it was signed for"),
        _PROMISED,
        _WEIGHT,
        Column("quantity", Kind.INTEGER, "商品件数", "units inside", minimum=0),
        Column("pieces", Kind.INTEGER, "包裹件数", "boxes under the number", minimum=1),
        *_PLACE,
        _ADDRESS,
        *_RECIPIENT,
        Column("sender_city", Kind.TEXT, "发货城市", "city it leaves from"),
    ),
    row=ShipmentRow,
    rules=(
        RowRule(
            "no_courier",
            "courier",
            "快递发货须填快递公司",
            "what was shipped by courier needs a courier",
            _courier_known,
        ),
        RowRule(
            "delivered_before_shipped",
            "delivered_at",
            "签收时间早于发货时间",
            "delivered_at is before shipped_at",
            _in_order,
        ),
    ),
    key=("merchant", "shipment_no"),
)

_ALL: tuple[RowTable[Any], ...] = (ORDERS, SHIPMENTS, RATES, BILLS, *TERMS.values())
TABLES: dict[str, RowTable[Any]] = {table.name: table for table in _ALL}
"""Every documented table by the name used on the command line."""


def describe(table: RowTable[Any]) -> list[dict[str, object]]:
    """The columns of a table as plain data, for `--columns` and the documents."""
    return [
        {
            "name": column.name,
            "type": column.kind.value,
            "required": column.required,
            "zh": column.zh,
            "en": column.en,
            "choices": list(column.choices),
        }
        for column in table.columns
    ]


def for_merchant(table: RowTable[Any]) -> RowTable[Any]:
    """The table as a merchant's own file may have it: without saying which merchant."""
    columns = tuple(
        replace(column, required=False) if column.name == "merchant" else column
        for column in table.columns
    )
    rules = tuple(rule for rule in table.rules if rule.code != "no_order")
    if table.name == "orders":
        rules += (_NO_ORDER_OF_MINE,)
    return replace(table, columns=columns, rules=rules)


_NO_ORDER_OF_MINE: RowRule[OrderRow] = RowRule(
    "no_order",
    "order_no",
    "须填包裹号或订单号",
    "either shipment_no or order_no",
    lambda row: row.shipment_no is not None or row.order_no is not None,
)
