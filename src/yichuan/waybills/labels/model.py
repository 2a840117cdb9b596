"""What is printed on a waybill label."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from yichuan.waybills.labels.masking import Privacy, mask_address, mask_name, mask_phone


class Payment(StrEnum):
    """Who pays the courier (KDNiao PayType 1 to 4)."""

    SENDER = "sender"
    RECEIVER = "receiver"
    MONTHLY = "monthly"
    THIRD_PARTY = "third_party"


PAYMENT_TEXT = {
    Payment.SENDER: "寄付现结",
    Payment.RECEIVER: "到付",
    Payment.MONTHLY: "寄付月结",
    Payment.THIRD_PARTY: "第三方付",
}


class Size(StrEnum):
    """Paper, width x height in millimetres."""

    ONE_PART = "76x130"
    """一联单."""
    TWO_PART = "100x150"
    """二联单, perforated at 90 mm."""
    TWO_PART_LONG = "100x180"
    """二联单, perforated at 110 mm."""

    @property
    def mm(self) -> tuple[int, int]:
        """(width, height) in millimetres."""
        width, height = self.value.split("x")
        return int(width), int(height)


@dataclass(frozen=True, slots=True)
class Contact:
    """A sender or receiver."""

    name: str
    phone: str
    address: str
    """Street and below; province, city and district are not repeated here."""
    province: str = ""
    city: str = ""
    district: str = ""
    company: str = ""

    @property
    def full_address(self) -> str:
        """One line; a level that repeats the one above (北京市北京市) or that the address already
        begins with is printed once."""
        parts: list[str] = []
        rest = self.address.strip()
        for level in (self.province, self.city, self.district):
            if level and level not in parts:
                parts.append(level)
                rest = rest.removeprefix(level)
        return "".join(parts) + rest

    def shown(self, privacy: Privacy) -> Contact:
        """The contact as it may be printed."""
        if privacy is Privacy.NONE:
            return self
        strict = privacy is Privacy.STRICT
        return replace(
            self,
            name=mask_name(self.name),
            phone=mask_phone(self.phone, 6 if strict else 4),
            address=mask_address(self.address) if strict else self.address,
        )


@dataclass(frozen=True, slots=True)
class LabelData:
    """One label. Empty text and None are simply not printed.

    Raises:
        ValueError: no waybill number, a naive print time, a child index outside 1…total, or a
            negative amount, weight or count.
    """

    courier_code: str
    """Our courier code, e.g. SF, ZTO."""
    waybill_number: str
    """The number in the barcode; of a child piece (子单号) where there is one."""
    receiver: Contact
    sender: Contact
    print_time: datetime
    """Aware; printed in courier time (Asia/Shanghai)."""
    courier_name: str = ""
    """Printed as the brand band; the code is printed where it is empty."""
    hotline: str = ""
    """The courier's customer service number."""
    service_name: str = ""
    """产品类型: 标快, 特快, 冷链, 大件…"""
    parent_number: str = ""
    """母单号 of a child piece."""
    child_index: int = 1
    child_total: int = 1
    """子母件: this is piece `child_index` of `child_total`."""
    mark_destination: str = ""
    """大头笔 or 三段码, the biggest line of the label."""
    sort_code: str = ""
    """分拣码; takes the big line where there is no mark."""
    origin_code: str = ""
    origin_name: str = ""
    destination_code: str = ""
    destination_name: str = ""
    package_code: str = ""
    package_name: str = ""
    """集包地 (code and name)."""
    privacy: Privacy = Privacy.NONE
    order_number: str = ""
    shop_name: str = ""
    platform_name: str = ""
    remark: str = ""
    goods: tuple[str, ...] = ()
    """One text per line, e.g. 海盐苏打饼干 400g ×2."""
    weight_g: int | None = None
    pieces: int = 1
    """件数."""
    payment: Payment | None = None
    insured_fen: int | None = None
    """保价 declared value, CNY fen."""
    cod_fen: int | None = None
    """代收货款 to collect, CNY fen."""
    buyer_link: str = ""
    """Content of the QR code; the waybill number where it is empty."""
    sequence: int | None = None
    """Number within the print batch 打单序号."""

    def __post_init__(self) -> None:
        if not self.waybill_number.strip():
            raise ValueError("waybill_number is empty")
        if self.print_time.tzinfo is None:
            raise ValueError("print_time has no time zone")
        if not 1 <= self.child_index <= self.child_total:
            raise ValueError("child_index must lie in 1…child_total")
        for name in ("weight_g", "pieces", "insured_fen", "cod_fen", "sequence"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} is negative")


@dataclass(frozen=True, slots=True)
class LabelWarning:
    """Something that could not be printed as given; the label was printed all the same."""

    index: int
    """Position of the label in the batch, from 0."""
    waybill_number: str
    kind: str
    """missing_glyph, text_cut, barcode_dense, barcode_left_out or qr_left_out."""
    detail: str

    def __str__(self) -> str:
        return f"{self.waybill_number}: {self.kind}: {self.detail}"


@dataclass(frozen=True, slots=True)
class RenderedLabels:
    """A PDF of one page per label, and what could not be printed as given."""

    pdf: bytes
    warnings: tuple[LabelWarning, ...]
