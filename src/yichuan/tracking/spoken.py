"""What couriers say in passing: who delivers and under which phone, and when it will come.

Phones are taken out of stored texts (`redact`). That of the delivery person 派件员 is worth keeping
while the parcel is out: it is sealed beside the track and shown to the recipient alone.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from yichuan.core.clock import CHINA
from yichuan.couriers.connectors.base import Deliverer
from yichuan.couriers.connectors.staff import PHONE, by_phone

DAY: Final = timedelta(hours=23, minutes=59)
"""From the beginning of a day to its end, where only the day is known."""
FARTHEST: Final = timedelta(days=60)
"""Nobody forecasts a delivery further ahead."""

_OTHERS = re.compile(
    r"(?:投诉|客服|服务热线|服务电话|监督|网点|营业部|站点|驿站|分部|公司|商家|寄件人?|发件人?|收件人?|收货人?)"
    r"[^，,。;；(（]{0,6}$"
)
"""Before a phone: it is another's."""
_NAME = re.compile(
    r"(?:派[件送](?:业务)?员|派[件送]人|快递员|快递小哥|业务员|小件员|递送员|投递员|配送员|送货员|司机)"
    r"\s*[:：是为]?\s*[【\[(（]?\s*(?P<name>[一-鿿·]{1,4}?)(?=\s*(?:[】\])）(（,，;；。:：]|电话|联系|手机|正在|派|\d|\s|$))"
)
_VIRTUAL = re.compile(r"虚拟|隐私|号码保护|安全呼叫|安全号")

_DAY = (
    r"(?:(?P<near>今[日天]|当[日天]|明[日天]|后天)"
    r"|(?:(?P<year>\d{4})[年/-])?(?P<month>\d{1,2})[月/-](?P<day>\d{1,2})[日号]?)"
)
_EXPECTED = re.compile(
    rf"预计\s*(?:将|会)?\s*[于在]?\s*{_DAY}?\s*(?P<half>凌晨|早上|上午|中午|下午|晚上|傍晚)?\s*"
    r"(?:(?P<h1>\d{1,2})[:：点时](?P<m1>\d{2})?分?)?"
    r"(?:\s*[-–—~至到]\s*(?P<h2>\d{1,2})[:：点时](?P<m2>\d{2})?分?)?"
    r"\s*之?[前内]?\s*(?:为您)?(?:送达|送到|派达|派送|配送|送货)"
)
_NEAR: Final = {"今": 0, "当": 0, "明": 1, "后": 2}
_LATER_HALF: Final = frozenset({"下午", "晚上", "傍晚"})


class Expected(NamedTuple):
    """When a parcel is to come; `begin` is None for "until `end`"."""

    begin: datetime | None
    end: datetime


@lru_cache(maxsize=4096)
def deliverer(text: str) -> Deliverer | None:
    """The delivery person of a text about a parcel that is out; None without a whole number."""
    for match in PHONE.finditer(text):
        if not _OTHERS.search(text[: match.start()]):
            name = _NAME.search(text)
            return by_phone(
                match, name["name"] if name else "", virtual=bool(_VIRTUAL.search(text))
            )
    return None


def expected(text: str, at: datetime) -> Expected | None:
    """When a text of a moment says that the parcel will be delivered, on the couriers' clock.

    None without such words, or where they make no sense (in the past, far ahead, no such hour).
    """
    match = _EXPECTED.search(text)
    if match is None or not (match["near"] or match["month"] or match["h1"]):
        return None
    try:
        midnight = _midnight(match, at)
        end = _clock(midnight, match, "h2") or _clock(midnight, match, "h1")
        begin = _clock(midnight, match, "h1") if match["h2"] else None
    except ValueError:
        return None
    if end is None:
        begin, end = midnight, midnight + DAY
    if begin is not None and begin >= end:
        return None
    return Expected(begin, end) if at < end < at + FARTHEST else None


@lru_cache(maxsize=256)
def whole_day(day: date) -> Expected:
    """Some time on a day of the couriers' clock."""
    midnight = datetime.combine(day, time(), CHINA)
    return Expected(midnight, midnight + DAY)


def _midnight(match: re.Match[str], at: datetime) -> datetime:
    """Raises: ValueError: no such day."""
    local = at.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    if not match["month"]:
        return local + timedelta(days=_NEAR[match["near"][0]] if match["near"] else 0)
    year = int(match["year"] or local.year)
    day = local.replace(year=year, month=int(match["month"]), day=int(match["day"]))
    if not match["year"] and day < local - timedelta(days=180):  # told in December of January
        day = day.replace(year=year + 1)
    return day


def _clock(midnight: datetime, match: re.Match[str], which: str) -> datetime | None:
    """Raises: ValueError: no such hour."""
    if match[which] is None:
        return None
    hour, minute = int(match[which]), int(match["m" + which[1]] or 0)
    if match["half"] in _LATER_HALF and hour < 12:
        hour += 12
    if hour == 24 and minute == 0:
        hour, minute = 23, 59
    return midnight.replace(hour=hour, minute=minute)
