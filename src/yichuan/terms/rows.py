"""Documented columns of files of terms, and their typed rows. An exported file is one of these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from msgspec import Struct

from yichuan.core.cells import Column, Kind
from yichuan.core.mapplan import RowRule, RowTable
from yichuan.terms import places
from yichuan.terms.closing import weekday_digits
from yichuan.terms.values import TermKind

YES = frozenset({"yes", "y", "1", "true", "是", "到", "到件", "保价"})
NO = frozenset({"no", "n", "0", "false", "否", "不到", "不到件", "未保价"})
NONE = frozenset({"-", "无", "不收", "none"})
"""Written for "no collection that day"."""
SEPARATORS = "、，,;；|"


class AreaRow(Struct, frozen=True):
    """A row of service areas."""

    merchant: str | None
    courier: str
    service: str | None
    adcode: str | None
    province: str | None
    city: str | None
    district: str | None
    keyword: str | None
    serves: str
    note: str | None


class SuspensionRow(Struct, frozen=True):
    """A row of suspensions."""

    merchant: str | None
    courier: str | None
    service: str | None
    adcode: str | None
    province: str | None
    city: str | None
    district: str | None
    direction: str | None
    cause: str | None
    reason: str
    from_at: datetime
    until_at: datetime | None


class GoodsRow(Struct, frozen=True):
    """A row of goods rules."""

    merchant: str | None
    name_zh: str
    name_en: str | None
    keywords: str
    unless: str | None
    level: str
    courier: str | None
    service: str | None
    source: str | None
    enabled: str | None


class TraitRow(Struct, frozen=True):
    """A row of what is special about services."""

    courier: str
    service: str | None
    by_air: str | None
    real_name: str | None


class RealNameRow(Struct, frozen=True):
    """A row of registrations of merchants."""

    merchant: str | None
    courier: str
    reference: str | None
    valid_until: date | None


class CutOffRow(Struct, frozen=True):
    """A row of cut-offs."""

    merchant: str | None
    courier: str | None
    service: str | None
    branch_code: str | None
    adcode: str | None
    province: str | None
    city: str | None
    district: str | None
    weekdays: str | None
    at: str


class CompensationRow(Struct, frozen=True):
    """A row of compensation standards. Money in fen."""

    merchant: str | None
    courier: str | None
    service: str | None
    trouble: str
    insured: str
    freight_percent: int | None
    value_percent: int | None
    cap_minor: int | None
    claim_days: int
    counted_from: str | None
    source: str | None


def yes_no(text: str | None) -> bool | None:
    """True or False of a cell; None: blank or neither."""
    word = (text or "").strip().lower()
    return True if word in YES else False if word in NO else None


def clock(text: str | None) -> time | None:
    """The time of day in a cell such as 16:00; None where nobody collects.

    Raises:
        ValueError: it is none.
    """
    word = (text or "").strip().replace("：", ":").lower()
    if word in NONE or not word:
        return None
    hour, _, minute = word.partition(":")
    return time(int(hour), int(minute or 0))


def words(text: str | None) -> list[str]:
    """The words of a cell."""
    plain = text or ""
    for mark in SEPARATORS:
        plain = plain.replace(mark, "\n")
    return list(dict.fromkeys(word.strip() for word in plain.split("\n") if word.strip()))


def prefix(row: AreaRow | SuspensionRow | CutOffRow) -> str | None:
    """The place of a row by code, else by names; None: no such division."""
    if row.adcode:
        found = places.prefix_of(row.adcode)
    elif row.province or row.city or row.district:
        code = places.code_of(row.province or "", row.city or "", row.district or "")
        found = None if code is None else places.prefix_of(code)
    else:
        found = ""
    return found if found is not None and places.known(found) else None


def _is_clock(row: CutOffRow) -> bool:
    try:
        clock(row.at)
    except ValueError:
        return False
    return True


def _column(name: str, zh: str, en: str, **more: Any) -> Column:  # noqa: ANN401
    return Column(name, more.pop("kind", Kind.TEXT), zh, en, **more)


_MERCHANT = _column("merchant", "商家", "code of the merchant; blank: the platform's")
_COURIER = _column("courier", "快递公司", "our code or a full name", required=True)
_ANY_COURIER = _column("courier", "快递公司", "our code or a full name; blank: every courier")
_SERVICE = _column("service", "产品", "code of the service; blank: all of them", max_length=20)
_PLACE = (
    _column("adcode", "行政区划代码", "a division's code; blank: by names", max_length=12),
    _column("province", "省", "province; without any place: all of China"),
    _column("city", "市", "city"),
    _column("district", "区县", "district or county"),
)
_SOURCE = _column("source", "依据", "where it is written")


def _real_place(
    place: Callable[[Any], str | None],
) -> RowRule[Any]:
    return RowRule(
        "unknown_place",
        "adcode",
        "找不到该行政区划",
        "no such division of China",
        lambda row: place(row) is not None,
    )


def _said(column: str, zh: str, en: str, *, blank: bool = True) -> RowRule[Any]:
    def holds(row: Any) -> bool:  # noqa: ANN401
        value = getattr(row, column)
        return (blank and value is None) or yes_no(value) is not None

    return RowRule(f"bad_{column}", column, zh, en, holds)


_TABLES: tuple[RowTable[Any], ...] = (
    RowTable(
        name="areas",
        zh="到不到件",
        en="Service areas: whether a courier delivers to a place",
        columns=(
            _MERCHANT,
            _COURIER,
            _SERVICE,
            *_PLACE,
            _column("keyword", "乡镇/村", "a town or village in the address", max_length=40),
            _column("serves", "是否到件", "到/不到, yes/no", required=True),
            _column("note", "备注", "note"),
        ),
        row=AreaRow,
        rules=(
            _real_place(prefix),
            _said("serves", "是否到件须为 到 或 不到", "serves must be yes or no", blank=False),
        ),
    ),
    RowTable(
        name="suspensions",
        zh="停发区",
        en="Suspensions: nothing to or from a place for a while",
        columns=(
            _MERCHANT,
            _ANY_COURIER,
            _SERVICE,
            *_PLACE,
            _column(
                "direction",
                "方向",
                "to, from or both",
                kind=Kind.CHOICE,
                choices=("to", "from", "both"),
            ),
            _column(
                "cause",
                "类别",
                "epidemic, weather, conference, holiday, capacity, other",
                kind=Kind.CHOICE,
                choices=("epidemic", "weather", "conference", "holiday", "capacity", "other"),
            ),
            _column("reason", "原因", "what merchants are told", required=True, max_length=100),
            _column("from_at", "开始时间", "begin", kind=Kind.TIME, required=True),
            _column("until_at", "结束时间", "end; blank: until further notice", kind=Kind.TIME),
        ),
        row=SuspensionRow,
        rules=(
            _real_place(prefix),
            RowRule(
                "bad_period",
                "until_at",
                "结束时间须晚于开始时间",
                "until_at must be later than from_at",
                lambda row: row.until_at is None or row.until_at > row.from_at,
            ),
        ),
    ),
    RowTable(
        name="goods",
        zh="禁寄物品",
        en="Prohibited goods",
        columns=(
            _MERCHANT,
            _column("name_zh", "名称", "name in Chinese", required=True, max_length=100),
            _column("name_en", "英文名", "name in English", max_length=100),
            _column("keywords", "关键词", "words divided by 、", required=True, max_length=4000),
            _column("unless", "例外词", "phrases that mean something else", max_length=4000),
            _column(
                "level",
                "级别",
                "forbidden, air (not by air) or declare",
                kind=Kind.CHOICE,
                required=True,
                choices=("forbidden", "air", "declare"),
            ),
            _ANY_COURIER,
            _SERVICE,
            _SOURCE,
            _column("enabled", "启用", "yes or no; blank: yes"),
        ),
        row=GoodsRow,
        rules=(
            RowRule(
                "no_words",
                "keywords",
                "没有关键词，或有超过 40 字的词",
                "no words, or one over 40 characters",
                lambda row: (
                    0 < len(words(row.keywords)) <= 200
                    and all(len(word) <= 40 for word in words(row.keywords))
                ),
            ),
            _said("enabled", "启用须为 是 或 否", "enabled must be yes or no"),
        ),
    ),
    RowTable(
        name="traits",
        zh="产品特性",
        en="What is special about services",
        columns=(
            _COURIER,
            _SERVICE,
            _column("by_air", "走航空", "yes or no; blank: not known"),
            _column("real_name", "须实名", "yes or no; blank: as the courier's row"),
        ),
        row=TraitRow,
        rules=(
            _said("by_air", "走航空须为 是 或 否", "by_air must be yes or no"),
            _said("real_name", "须实名须为 是 或 否", "real_name must be yes or no"),
        ),
    ),
    RowTable(
        name="real_names",
        zh="实名登记",
        en="Merchants registered with couriers by real name",
        columns=(
            _column("merchant", "商家", "code of the merchant; must be said but in its own file"),
            _COURIER,
            _column("reference", "登记编号", "the courier's number; no identity number"),
            _column("valid_until", "有效期至", "last day", kind=Kind.DATE),
        ),
        row=RealNameRow,
    ),
    RowTable(
        name="cutoffs",
        zh="截单时间",
        en="Cut-off times",
        columns=(
            _MERCHANT,
            _ANY_COURIER,
            _SERVICE,
            _column("branch_code", "网点编码", "blank: every branch", max_length=60),
            *_PLACE,
            _column("weekdays", "星期", "1-5, 6, 每天; blank: every day", max_length=30),
            _column("at", "截单时间", "16:00; - where nobody collects", required=True),
        ),
        row=CutOffRow,
        rules=(
            _real_place(prefix),
            RowRule(
                "bad_weekdays",
                "weekdays",
                "星期须为 1 至 7",
                "days of the week are 1 to 7",
                lambda row: weekday_digits(row.weekdays or "") is not None,
            ),
            RowRule("bad_clock", "at", "时间须如 16:00", "a time such as 16:00", _is_clock),
        ),
    ),
    RowTable(
        name="compensation",
        zh="理赔标准",
        en="Compensation standards",
        columns=(
            _MERCHANT,
            _ANY_COURIER,
            _SERVICE,
            _column(
                "trouble",
                "情形",
                "lost, damaged or delayed",
                kind=Kind.CHOICE,
                required=True,
                choices=("lost", "damaged", "delayed"),
            ),
            _column("insured", "是否保价", "yes or no", required=True),
            _column(
                "freight_percent",
                "运费赔付(%)",
                "percent of the freight; 300 is three times",
                kind=Kind.INTEGER,
                minimum=1,
                maximum=10_000,
            ),
            _column(
                "value_percent",
                "价值赔付(%)",
                "percent of the declared value or of the goods' value",
                kind=Kind.INTEGER,
                minimum=1,
                maximum=10_000,
            ),
            _column("cap", "最高赔付", "at most", kind=Kind.MONEY, field="cap_minor", minimum=1),
            _column(
                "claim_days",
                "理赔时限(天)",
                "days to claim",
                kind=Kind.INTEGER,
                required=True,
                minimum=1,
                maximum=3650,
            ),
            _column(
                "counted_from",
                "起算",
                "shipped, promised, delivered or reported; blank: shipped",
                kind=Kind.CHOICE,
                choices=("shipped", "promised", "delivered", "reported"),
            ),
            _SOURCE,
        ),
        row=CompensationRow,
        rules=(
            _said("insured", "是否保价须为 是 或 否", "insured must be yes or no", blank=False),
            RowRule(
                "nothing_paid",
                "freight_percent",
                "须填运费赔付、价值赔付或最高赔付",
                "say what is paid: a share of freight or value, or an amount",
                lambda row: any((row.freight_percent, row.value_percent, row.cap_minor)),
            ),
        ),
    ),
)
TABLES: Mapping[TermKind, RowTable[Any]] = {table.name: table for table in _TABLES}  # type: ignore[misc]
"""Every documented table by the kind of term."""
