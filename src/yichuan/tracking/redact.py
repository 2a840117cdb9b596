"""Takes phones and recipients' names out of couriers' texts, before they are stored or shown."""

from __future__ import annotations

import re
from typing import Final

from yichuan.tracking.signature import signature_of

SIGNING: Final = frozenset({"delivered", "signed_by_third_party"})
"""Details whose text may name who signed."""

_EXTENSION = r"(?:\s*(?:转|[-,，#]|ext\.?)\s*\d{2,6}(?!\d))?"
_DIGIT = re.compile(r"[\d*]")
_PHONE = re.compile(
    # The first characters of all that follows: nearly every place is passed over by them.
    r"(?=[\d+*电手座联尾末后tp])(?:"
    r"(?P<mobile>(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?(?:\d{4}[ -]?\d{4}(?!\d)|\*{2,8}\d{0,4}))"
    + _EXTENSION
    + r"|(?P<line>(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d))"
    + _EXTENSION
    + r"|(?P<said>(?:电话|手机|座机|联系(?:方式)?|tel|phone)号?码?\s*[为是]?\s*[:：]?\s*)"
    + r"\d[\d -]{5,12}\d"
    + _EXTENSION
    + r"|(?P<tail>(?:尾号|[末后][四4]位)(?:数字)?\s*[为是]?\s*[:：]?\s*[【\[(（]?)\d{3,4}(?!\d)"
    + r"|(?P<stars>\*+\s?)\d{3,4}(?!\d))",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"((?:收件人|收货人|收方联系人)(?:姓名)?\s*[:：是为]\s*[【\[(（]?)([一-鿿])([一-鿿·]{1,3})"
    r"(?=[】\])）,，。;；\s(（]|已|本人|电话|手机|$)"
)
_SIGNED = re.compile(
    r"((?:签收人|代收人|代签人)(?:类型)?\s*(?:是|为)?\s*[:：]?\s*[【\[(（]?\s*|(?:签收|代收)\s*[:：]\s*"
    r"|已被\s*|由\s*)([一-鿿](?:\s?[一-鿿·]){1,3}?)"
    r"(?=\s*(?:先生|女士|签收|代签|代收|[】\])）),，。;；]|$))"
)
_CODE = re.compile(
    r"((?:取货|取件|提货|提取|自提|开箱|开柜|收货|验证|身份)(?:密)?码|密码|货架号?)"
    r"([\s为是:：【\[「“\"]*)([0-9A-Za-z][0-9A-Za-z-]*)"
)


def redact(text: str, detail: str) -> str:
    """The text as it may be stored: no phone, no tail of one, no name of who received.

    Couriers' own staff keep their names; numbers of parcels and codes of lockers stay.
    """
    clean = text.replace("\x00", "")
    if _DIGIT.search(clean):
        clean = _PHONE.sub(_hidden, clean)
    clean = _NAMED.sub(lambda m: m[1] + m[2] + "*" * len(m[3]), clean)
    return _SIGNED.sub(_masked, clean) if detail in SIGNING else clean


def for_strangers(text: str) -> str:
    """A stored text as it may be shown without any proof: no code that opens a locker either."""
    return _CODE.sub(lambda m: f"{m[1]}{m[2]}****", text)


def code_in(text: str) -> str | None:
    """The code in a stored text that opens a locker or is asked for at a station 取件码."""
    for match in _CODE.finditer(text):
        if not match[1].startswith(("验证", "身份", "密码")):
            return match[3]
    found = _CODE.search(text)
    return found[3] if found else None


def _hidden(match: re.Match[str]) -> str:
    if match["mobile"]:
        digits = match["mobile"].lstrip("+")
        digits = digits.removeprefix("86").lstrip(" -") if digits.startswith("86") else digits
        return digits[:3] + "*" * 8
    kept = match["said"] or match["tail"] or match["stars"] or ""
    return kept + "****"


def _masked(match: re.Match[str]) -> str:
    """A person's name loses all but its first character; 本人 and 门卫 stay, they say who it is."""
    name = match[2]
    role = signature_of(f"签收人：{name}", "delivered").kind is not None
    return match[0] if role else match[1] + name[0] + "*" * (len(name) - 1)
