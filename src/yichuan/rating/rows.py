"""Documented columns of rate cards (价卡) and courier bills (账单), and their typed rows."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from yichuan.core.cells import Column, Kind
from yichuan.core.mapplan import RowRule, RowTable
from yichuan.rating.rules import is_rounding

ROLES = ("cost", "price")
"""cost: what a courier charges us; price: what a merchant is charged."""
ANY_COURIER = "*"


class RateCardRow(Struct, frozen=True):
    """One row of a rate card as imported. Weights in grams, money in fen of the currency."""

    card: str
    role: str
    merchant: str | None
    courier: str
    service: str | None
    origin_province: str | None
    dest_province: str | None
    dest_city: str | None
    zone: str | None
    weight_from_g: int | None
    weight_to_g: int | None
    first_weight_g: int | None
    first_price_fen: int | None
    step_g: int | None
    step_price_fen: int | None
    base_price_fen: int | None
    per_kg_centifen: int | None
    rounding: str | None
    volume_divisor: int | None
    min_charge_fen: int | None
    lead_days_min: int | None
    lead_days_max: int | None
    currency: str | None
    valid_from: date | None
    valid_to: date | None


class BillRow(Struct, frozen=True):
    """One line of a courier's bill. `adjustment_fen`: surcharges plus, discounts minus."""

    bill_no: str | None
    bill_month: str | None
    courier: str
    shipment_no: str | None
    waybill_number: str | None
    shipped_at: datetime | None
    province: str | None
    city: str | None
    area: str | None
    raw_weight_g: int | None
    billed_weight_g: int | None
    pieces: int | None
    volume_cm3: int | None
    product: str | None
    fee_fen: int | None
    adjustment_fen: int | None
    payable_fen: int | None
    signed_at: datetime | None

    @property
    def due_fen(self) -> int:
        """What the line asks for: its payable, else fee plus adjustment."""
        if self.payable_fen is not None:
            return self.payable_fen
        return (self.fee_fen or 0) + (self.adjustment_fen or 0)


class KnownShipmentRow(Struct, frozen=True):
    """What reconciliation reads of a file of shipments."""

    shipment_no: str
    courier: str | None
    service: str | None
    waybill_number: str | None
    weight_g: int | None
    province: str | None
    city: str | None


def _priced_once(row: RateCardRow) -> bool:
    return (row.first_price_fen is None) or (row.base_price_fen is None)


def _priced(row: RateCardRow) -> bool:
    prices = (row.first_price_fen, row.base_price_fen, row.per_kg_centifen)
    return any(price is not None for price in prices)


def _stepped_whole(row: RateCardRow) -> bool:
    if (row.step_g is None) != (row.step_price_fen is None):
        return False
    return row.step_g is None or (row.first_weight_g is not None and row.per_kg_centifen is None)


def _bracket(row: RateCardRow) -> bool:
    return row.weight_to_g is None or row.weight_to_g > (row.weight_from_g or 0)


def _dates(row: RateCardRow) -> bool:
    return row.valid_from is None or row.valid_to is None or row.valid_from <= row.valid_to


def _lead(row: RateCardRow) -> bool:
    return (
        row.lead_days_min is None
        or row.lead_days_max is None
        or row.lead_days_min <= row.lead_days_max
    )


RATES: RowTable[RateCardRow] = RowTable(
    name="rates",
    zh="快递价卡",
    en="Rate cards: one row per courier, destination and weight bracket",
    columns=(
        Column("card", Kind.TEXT, "价卡名称", "name of the rate card", required=True),
        Column(
            "role",
            Kind.CHOICE,
            "价卡类型",
            "cost (a courier charges us) or price (a merchant is charged)",
            required=True,
            choices=ROLES,
        ),
        Column("merchant", Kind.REFERENCE, "商家", "merchant the price is for; blank: everyone"),
        Column("courier", Kind.TEXT, "快递公司", "KDNiao code; * for any courier", required=True),
        Column("service", Kind.TEXT, "产品", "courier's service; blank: any"),
        Column("origin_province", Kind.TEXT, "始发省", "origin province; blank: any"),
        Column("dest_province", Kind.TEXT, "目的省", "destination province; blank: everywhere"),
        Column("dest_city", Kind.TEXT, "目的市", "destination city; blank: the whole province"),
        Column("zone", Kind.TEXT, "分区", "zone, for rows without a destination"),
        Column(
            "weight_from_kg",
            Kind.WEIGHT,
            "重量起(不含)",
            "bracket begins above this weight",
            field="weight_from_g",
            minimum=0,
        ),
        Column(
            "weight_to_kg",
            Kind.WEIGHT,
            "重量止(含)",
            "bracket ends with this weight; blank: open",
            field="weight_to_g",
            minimum=1,
        ),
        Column(
            "first_weight_kg",
            Kind.WEIGHT,
            "首重",
            "weight the first or base price covers",
            field="first_weight_g",
            minimum=0,
        ),
        Column(
            "first_price",
            Kind.MONEY,
            "首重价格",
            "price of the first weight",
            field="first_price_fen",
            minimum=0,
        ),
        Column(
            "step_kg",
            Kind.WEIGHT,
            "续重单位",
            "further weight is charged in steps of this",
            field="step_g",
            minimum=1,
        ),
        Column(
            "step_price",
            Kind.MONEY,
            "续重价格",
            "price of each begun step",
            field="step_price_fen",
            minimum=0,
        ),
        Column(
            "base_price",
            Kind.MONEY,
            "基础价",
            "price before the per-kg price (面单费, 操作费)",
            field="base_price_fen",
            minimum=0,
        ),
        Column(
            "per_kg",
            Kind.RATE,
            "每公斤价",
            "price per kg beyond the first weight, not in steps",
            field="per_kg_centifen",
            minimum=0,
        ),
        Column(
            "rounding",
            Kind.TEXT,
            "计重进位",
            "how weight is rounded: exact, ceil_1kg, ceil_500g, half_up_100g, …, jd_standard",
        ),
        Column(
            "volume_divisor",
            Kind.INTEGER,
            "抛比",
            "cm³ per kg of volumetric weight; blank: none",
            minimum=1,
        ),
        Column(
            "min_charge",
            Kind.MONEY,
            "最低收费",
            "never less than this",
            field="min_charge_fen",
            minimum=0,
        ),
        Column(
            "lead_time_days_min",
            Kind.INTEGER,
            "时效下限(天)",
            "promised days, least",
            field="lead_days_min",
            minimum=0,
            maximum=365,
        ),
        Column(
            "lead_time_days_max",
            Kind.INTEGER,
            "时效上限(天)",
            "promised days, most",
            field="lead_days_max",
            minimum=0,
            maximum=365,
        ),
        Column("currency", Kind.TEXT, "币种", "ISO 4217; blank: CNY", max_length=3),
        Column("valid_from", Kind.DATE, "生效日", "first day the row holds"),
        Column("valid_to", Kind.DATE, "失效日", "last day the row holds"),
    ),
    row=RateCardRow,
    rules=(
        RowRule("no_price", "first_price", "没有任何价格", "the row has no price", _priced),
        RowRule(
            "price_twice",
            "base_price",
            "首重价格与基础价只能填一个",
            "first_price and base_price exclude each other",
            _priced_once,
        ),
        RowRule(
            "step_incomplete",
            "step_kg",
            "续重单位与续重价格须与首重同时填写，且不与每公斤价并用",
            "step_kg and step_price go together, with first_weight_kg and without per_kg",
            _stepped_whole,
        ),
        RowRule("empty_bracket", "weight_to_kg", "重量段为空", "the bracket is empty", _bracket),
        RowRule(
            "bad_period", "valid_to", "失效日早于生效日", "valid_to is before valid_from", _dates
        ),
        RowRule(
            "bad_lead_time",
            "lead_time_days_max",
            "时效上限小于下限",
            "lead_time_days_max is below lead_time_days_min",
            _lead,
        ),
        RowRule(
            "bad_rounding",
            "rounding",
            "未知的计重进位规则",
            "unknown rounding rule",
            lambda row: row.rounding is None or is_rounding(row.rounding),
        ),
    ),
)

BILLS: RowTable[BillRow] = RowTable(
    name="bills",
    zh="快递账单",
    en="Couriers' bills: one row per bill line",
    columns=(
        Column("bill_no", Kind.REFERENCE, "账单号", "the courier's bill number"),
        Column("bill_month", Kind.MONTH, "账单月", "month billed, yyyymm"),
        Column("courier", Kind.TEXT, "快递公司", "KDNiao code", required=True),
        Column("shipment_no", Kind.REFERENCE, "包裹号", "our shipment number"),
        Column("waybill_number", Kind.REFERENCE, "运单号", "the courier's number"),
        Column("shipped_at", Kind.TIME, "发货时间", "when it was handed over"),
        Column("province", Kind.TEXT, "目的省", "destination province as billed"),
        Column("city", Kind.TEXT, "目的市", "destination city as billed"),
        Column("area", Kind.TEXT, "目的地区", "the courier's own name of the destination area"),
        Column(
            "raw_weight_kg",
            Kind.WEIGHT,
            "称重",
            "weight on the courier's scale",
            field="raw_weight_g",
            minimum=0,
            zero_is_blank=True,
        ),
        Column(
            "billed_weight_kg",
            Kind.WEIGHT,
            "计费重量",
            "weight the courier charged for",
            field="billed_weight_g",
            minimum=0,
            zero_is_blank=True,
        ),
        Column("pieces", Kind.INTEGER, "件数", "number of pieces", minimum=0, zero_is_blank=True),
        Column(
            "volume_m3",
            Kind.VOLUME,
            "体积",
            "volume in m³",
            field="volume_cm3",
            minimum=0,
            zero_is_blank=True,
        ),
        Column("product", Kind.TEXT, "产品", "courier's service or kind of charge"),
        Column("fee", Kind.MONEY, "运费", "freight", field="fee_fen"),
        Column(
            "adjustment",
            Kind.MONEY,
            "附加费/折扣",
            "surcharge (+) or discount (-)",
            field="adjustment_fen",
        ),
        Column("payable", Kind.MONEY, "应付", "what is to be paid", field="payable_fen"),
        Column("signed_at", Kind.TIME, "签收时间", "when it was signed for"),
    ),
    row=BillRow,
    rules=(
        RowRule(
            "no_bill",
            "bill_no",
            "账单号与账单月至少填一个",
            "neither bill_no nor bill_month",
            lambda row: row.bill_no is not None or row.bill_month is not None,
        ),
        RowRule(
            "no_amount",
            "payable",
            "没有金额",
            "neither payable nor fee",
            lambda row: row.payable_fen is not None or row.fee_fen is not None,
        ),
    ),
)

KNOWN_SHIPMENTS: RowTable[KnownShipmentRow] = RowTable(
    name="shipments",
    zh="包裹（对账用）",
    en="The columns of shipments that reconciliation needs",
    columns=(
        Column("shipment_no", Kind.REFERENCE, "包裹号", "shipment number", required=True),
        Column("courier", Kind.TEXT, "快递公司", "KDNiao code"),
        Column("service", Kind.TEXT, "产品", "courier's service"),
        Column("waybill_number", Kind.REFERENCE, "运单号", "the courier's number"),
        Column(
            "weight_kg",
            Kind.WEIGHT,
            "重量",
            "weight in kg; 0 or blank: not weighed",
            field="weight_g",
            minimum=0,
            zero_is_blank=True,
        ),
        Column("province", Kind.TEXT, "省", "destination province"),
        Column("city", Kind.TEXT, "市", "destination city"),
    ),
    row=KnownShipmentRow,
    partial=True,
)
"""A part of the documented table of shipments: the same file and mapping serve both."""
