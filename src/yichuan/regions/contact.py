"""Telephone numbers, labels and separators of a pasted address: what is cut off before reading it.

Handles the copy formats of Taobao (逗号分隔), PDD and JD (带标签的多行), and free text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Label(StrEnum):
    """What a label before a part says it is."""

    NONE = ""
    NAME = "name"
    PHONE = "phone"
    REGION = "region"
    DETAIL = "detail"
    POSTCODE = "postcode"
    NOTE = "note"


@dataclass(slots=True)
class Part:
    """A piece of the text between separators."""

    start: int
    end: int
    text: str
    label: Label = Label.NONE
    stretch: int = 0
    """Number of the stretch between numbers and labels it stands in."""
    near_phone: bool = False
    """Stands directly before or after a telephone number."""


@dataclass(slots=True)
class Cut:
    """A pasted text without numbers, labels and separators."""

    text: str
    """Full-width letters and digits made half-width, same length as the original."""
    parts: list[Part] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    postcode: str = ""
    warnings: list[str] = field(default_factory=list)


_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
for _keep in "（），；？！":
    del _WIDTH[ord(_keep)]
_WIDTH |= {0x3000: 0x20, 0xA0: 0x20, 0x200B: 0x20, 0xFEFF: 0x20, 0x2D: 0x2D}
_WIDTH |= dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), 0x2D)
_NARROW = re.compile(r"[^\uff01-\uff5e\u3000\xa0\u200b\ufeff\u2010-\u2014\u2212]*\Z")

_DIGITS = re.compile(r"\d[\d*]{2,3}[\d*\- ]{4,}")
_EXTENSION = r"(?:\s*(?:-|转|#|,?分机号?|,?ext\.?|_)\s*(?P<%s>\d{%s})(?![\d号栋室楼座层幢弄]))?"
"""Extension of a landline, or the rest of a virtual number (虚拟号)."""
_PHONE = re.compile(
    r"(?<!\d)(?:\+?0{0,2}86[- ]{0,2}|0)?"
    r"(?P<mobile>1[3-9]\d[- ]?\d{4}[- ]?\d{4}|1[3-9]\d\*{4,5}\d{3,4})(?!\d)"
    + (_EXTENSION % ("ext", "2,8"))
    + r"|(?<=[^\d\s,，。;；:.*-])\d{1,5}(?P<glued>1[3-9]\d{9})(?!\d)"
    r"|(?<!\d)(?:\+?0{0,2}86[- ]{0,2})?\(?(?P<area>0(?:10|2\d|[3-9]\d\d))\)?[- ]{0,2}"
    r"(?P<land>\d{4}[- ]?\d{3,4})(?!\d)"
    + (_EXTENSION % ("landext", "1,6"))
    + r"|(?<!\d)(?P<service>[48]00[- ]?\d{3,4}[- ]?\d{3,4})(?!\d)"
    r"|(?<!\d)(?P<abroad>(?:\+|00)(?:852|853|886)[- ]?\d[\d -]{6,10}\d|(?:852|853|886)-\d{7,9}|"
    r"09\d{2}-?\d{3}-?\d{3})(?!\d)"
)
"""`glued`: a mobile number straight after a room number (二单元202|138…)."""
_VIRTUAL = re.compile(
    r"(?P<main>(?:\+?86[- ]?)?1[3-9]\d{9})\s*(?:-|转|#|,|，|_|分机号?|ext\.?)+\s*(?P<ext>\d{1,8})",
    re.I,
)
_WORDS = {
    Label.NAME: "收货人姓名|收件人姓名|客户姓名|收货人|收件人|联系人|收件方|收货方|姓名",
    Label.PHONE: "收[货件]人(?:手机号?|电话|联系方式)|手机号码?|联系电话|联系手机|联系方式|"
    "电话号码|手机|(?:公司|咨询|客服|固定|办公|招聘|销售|售后|招聘咨询)?电话|[Tt]el|TEL|[Pp]hone|[Mm]obile",
    Label.REGION: "所在(?:省市区?|地区|区域|城市)|省市区|收[货件]地区|地区|区域",
    Label.DETAIL: "(?:公司|集团|中国|现在|新|正确|总部|分部|工厂|营销|生产|[一-龥]{2}分公司){0,2}"
    "(?:总部|工厂|分公司|分部|基地|面试地点|工作地点|上班地点|办公地点)(?=:)|"
    "(?:公司|现在|新|正确|总部|工厂){0,2}(?:详细|收货人?|收件人?|联系|街道|邮寄|快递|公司|寄送|注册|办公)地址|地址|详址|住址|街道",
    Label.POSTCODE: "邮政编码|邮编",
    Label.NOTE: "订单编号|订单号?|买家留言|卖家留言|留言|备注|商品名称|商品|数量|物流公司|快递单号|"
    "买家昵称|昵称|旺旺",
}
_LABEL = re.compile("|".join(f"(?P<{label.value}>{words})" for label, words in _WORDS.items()))
_STRONG = re.compile(
    "(?:收货人|收件人)(?:姓名)?|手机号码|所在地区|所在区域|(?:详细|收货|收件)地址|联系电话|联系人|邮编"
)
"""Labels that need no colon."""
_LABEL_HINT = re.compile(r":|收[货件]|手机号|所在地|详细地|联系|邮编")
_NOISE = re.compile(r"(?:联系)?(?:(?:电话|手机)号?码?|[Tt]el|TEL|[Pp]hone|联系方式)[: ]*$")
_SEPARATORS = re.compile(r"[\s,，。;；|!！?？]+")
_EDGES = " .:、-_*\"'“”"
_POSTCODE = re.compile(r"\d{6}")
_ORDER_NUMBER = re.compile(r"[A-Za-z]{0,4}\d{8,}")


def cut(raw: str) -> Cut:
    """Take numbers and labels out of a pasted text and split the rest."""
    text = raw if _NARROW.match(raw) else raw.translate(_WIDTH)
    result = Cut(text)
    marks: list[tuple[int, int, Label]] = []
    if _DIGITS.search(text) is not None:
        _phones(text, result, marks)
    if _LABEL_HINT.search(text) is not None:
        _labels(text, marks)
    if not marks:
        _split(result, 0, len(text), Label.NONE)
    else:
        _between(result, sorted(marks))
    _postcode(result)
    return result


def _phones(text: str, result: Cut, marks: list[tuple[int, int, Label]]) -> None:
    landlines = []
    for found in _PHONE.finditer(text):
        start = found.start()
        if found["mobile"] is not None:
            number = found["mobile"].replace("-", "").replace(" ", "")
            result.phones.append(_joined(number, found["ext"]))
        elif found["glued"] is not None:
            start = found.start("glued")
            result.phones.append(found["glued"])
        elif found["land"] is not None:
            local = found["land"].replace("-", "").replace(" ", "")
            landlines.append(_joined(f"{found['area']}-{local}", found["landext"]))
        else:
            landlines.append((found["service"] or found["abroad"]).replace(" ", "-"))
        marks.append((start, found.end(), Label.PHONE))
    result.phones += landlines


def split_phone(phone: str) -> tuple[str, str]:
    """A mobile number and the extension 分机 of a virtual number; others whole, without one."""
    found = _VIRTUAL.fullmatch(phone.strip())
    return (phone, "") if found is None else (found["main"], found["ext"])


def phone_tail(phone: str) -> str | None:
    """The last four digits that some couriers ask for to tell of a number; None without them."""
    tail = split_phone(phone)[0][-4:]
    return tail if len(tail) == 4 and tail.isdigit() else None


def _joined(number: str, extension: str | None) -> str:
    return f"{number}-{extension}" if extension else number


def _labels(text: str, marks: list[tuple[int, int, Label]]) -> None:
    taken = [(start, end) for start, end, _ in marks]
    for found in _LABEL.finditer(text):
        start, end = found.span()
        while text[end : end + 1] == " ":
            end += 1
        if text[end : end + 1] in {"是", "为"} and text[end + 1 : end + 2] == ":":
            end += 1
        colon = text[end : end + 1] == ":"
        if not colon and _STRONG.fullmatch(found.group()) is None:
            continue
        if any(a < end and start < b for a, b in taken):
            continue
        marks.append((start, end + colon, Label(found.lastgroup or "")))


def _between(result: Cut, marks: list[tuple[int, int, Label]]) -> None:
    """Split the stretches between the marks; a stretch has the label standing before it."""
    position, label, after_phone = 0, Label.NONE, False
    numbers = len(result.phones)
    size = len(result.text)
    for stretch, (start, end, kind) in enumerate([*marks, (size, size, Label.NONE)]):
        before = len(result.parts)
        _split(result, position, start, label)
        fresh = result.parts[before:]
        for part in fresh:
            part.stretch = stretch
        is_number = kind is Label.PHONE and numbers > 0 and result.text[end - 1 : end].isdigit()
        if fresh and after_phone:
            fresh[0].near_phone = True
        if fresh and is_number:
            fresh[-1].near_phone = True
        after_phone = is_number or (after_phone and not fresh)
        position, label = max(position, end), Label.NONE if is_number else kind


def _split(result: Cut, start: int, end: int, label: Label) -> None:
    """Parts of one stretch. A label holds for the first part; region and detail labels to the end
    of the line."""
    text, position, first = result.text, start, True
    while position < end:
        found = _SEPARATORS.search(text, position, end)
        stop = found.start() if found else end
        piece = text[position:stop]
        clean = piece.strip(_EDGES)
        clean = _NOISE.sub("", clean) if clean else clean
        if clean:
            at = position + piece.index(clean)
            result.parts.append(Part(at, at + len(clean), clean, label))
            if first and label not in {Label.REGION, Label.DETAIL}:
                label = Label.NONE
            first = False
        if found is not None and "\n" in found.group() and not first:
            label = Label.NONE
        position = found.end() if found else end


def _postcode(result: Cut) -> None:
    """Take a free-standing postcode and a leading order number out."""
    if len(result.parts) < 2:
        return
    kept = []
    for part in result.parts:
        if part.label is Label.POSTCODE or _POSTCODE.fullmatch(part.text):
            if not result.postcode and part.text.isdigit():
                result.postcode = part.text if part.text != "000000" else ""
            continue
        if _ORDER_NUMBER.fullmatch(part.text) and (part.label is Label.NONE):
            continue
        if part.label is not Label.NOTE:
            kept.append(part)
    result.parts = kept
