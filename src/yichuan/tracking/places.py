"""Places in courier texts: which city a scan happened in, and what kind of place a name is."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import resources
from typing import Final

Resolver = Callable[[str], str | None]
"""Gives the city of a place name (福建泉州转运中心 → 泉州市), or None."""

MAX_TEXT: Final = 600
"""Characters of a text that are read."""
LONGEST_PLACE: Final = 30
"""Characters of a name in which a place is looked for."""

_MUNICIPALITIES = ("北京", "上海", "天津", "重庆")
_CAPITALS = (
    *(
        "石家庄",
        "太原",
        "呼和浩特",
        "沈阳",
        "长春",
        "哈尔滨",
        "南京",
        "杭州",
        "合肥",
        "福州",
        "南昌",
    ),
    *(
        "济南",
        "郑州",
        "武汉",
        "长沙",
        "广州",
        "南宁",
        "海口",
        "成都",
        "贵阳",
        "昆明",
        "拉萨",
        "西安",
    ),
    *("兰州", "西宁", "银川", "乌鲁木齐"),
)
CITY_HUBS: Final = frozenset((*_MUNICIPALITIES, *_CAPITALS, "深圳", "青岛", "大连", "宁波", "厦门"))
"""Cities by whose bare name couriers call their main hub there."""

_ARRIVED_AT = re.compile(
    r"(?:到达|已到|抵达|到)\s*[:：]?\s*[【\[]?\s*([一-鿿]{2,4}?)市?\s*[】\]]?\s*(?:$|[，,。;；(（])"
)
_NEXT = re.compile(
    r"发往|下一|送往|运往|开往|前往|目的地[:：]|上级站点|上一站|扫描员|派件员|派件人|指定"
)
_BRACKETS = re.compile(r"[【\[]\s*([^】\]]{2,80}?)\s*[】\]]")
_PROVINCE = (
    r"(?:(?:[一-鿿]{2,3}?(?:省|壮族自治区|回族自治区|维吾尔自治区|自治区))"
    r"|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南"
    r"|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆))"
)
_CITY = re.compile(
    rf"(?:{_PROVINCE})?([一-鿿]{{2,5}}?(?:市|自治州|地区|盟)|[一-鿿]{{2,8}}?自治州)(?!场|区域|内|民|政)"
)
_LEAD = re.compile(
    r"^(?:运输中|派送中)?[,，\s]*(?:您的)?(?:快件|邮件|货物|包裹|订单)?\s*"
    r"(?:已经|已|正|在|于|由|从|离开|到达|到|暂存至|存放至|送达|抵达|目的地网点|分拨中心)*[:：\s]*"
)
_SHORT = re.compile(r"[一-鿿]{2,4}")
_NOT_A_CITY: Final = frozenset(
    {"超市", "门市", "城市", "本市", "全市", "都市", "上市", "集市", "夜市"}
)


_NAMED = re.compile(r"(?<!人)(?<!人是)(?<!人为)(?<![:：])[【\[]([^【】\[\]]{3,40})[】\]]")
"""A name in brackets; behind 签收人 it is a person's."""


def kinds_for_names(text: str) -> str:
    """The text with names in brackets become what they name: 【长沙黄花收寄中心】 → 【网点】.

    What a name has in it (收寄, 机场, 运输) then cannot be read as what happened.
    """
    return _NAMED.sub(_kind, text)


def _kind(match: re.Match[str]) -> str:
    kind = kind_of_name(match.group(1))
    return match.group() if kind is None else f"【{kind}】"


@lru_cache(maxsize=16384)
def kind_of_name(name: str) -> str | None:
    """The stand-in for a facility's name by how it ends; None when that says nothing."""
    for stand_in, ending in _endings():
        if ending.search(name):
            return stand_in
    return None


@cache
def _endings() -> tuple[tuple[str, re.Pattern[str]], ...]:
    source = resources.files(__package__).joinpath("place_kinds.csv").read_text("utf-8")
    rows = csv.reader(line for line in source.splitlines() if not line.startswith("#"))
    next(rows)
    return tuple((stand_in, re.compile(f"(?:{endings})$")) for stand_in, endings in rows)


@lru_cache(maxsize=8192)
def is_city_hub(text: str) -> bool:
    """Whether an arrival names only a city: 快件已经到达【重庆】 is the hub there."""
    match = _ARRIVED_AT.search(text)
    return match is not None and match.group(1) in CITY_HUBS


def city_of(text: str, location: str | None = None, resolver: Resolver | None = None) -> str | None:
    """The city a scan happened in, as the text calls it (深圳市); None when it names none.

    `location` is the courier's own field and goes first. A text's own place goes before where the
    parcel was sent on to. `resolver` is asked for places that carry no 市, 州 or 盟.
    """
    if location and (city := _named(location.strip()[:LONGEST_PLACE])):
        return city
    text = text[:MAX_TEXT]
    for place in _places(text, location):
        city = _named(place)
        if city is not None:
            return city
    if resolver is None:
        return None
    for place in _places(text, location):
        city = resolver(place) or (resolver(place + "市") if _SHORT.fullmatch(place) else None)
        if city is not None:
            return city
    return None


def _places(text: str, location: str | None) -> list[str]:
    """Names of places in the order in which they are believed."""
    places = [location.strip()] if location and location.strip() else []
    brackets = _BRACKETS.findall(text)
    places += [name for name in brackets if name.endswith(("市", "州", "盟", "地区"))]
    here = _NEXT.split(text, maxsplit=1)[0] or text
    places += _BRACKETS.findall(here)
    places.append(_LEAD.sub("", _BRACKETS.sub(" ", here).strip()))
    return [place[:LONGEST_PLACE] for place in places if place]


@lru_cache(maxsize=16384)
def _named(place: str) -> str | None:
    """The city in a place's name, by its own 市, 州, 盟 or 地区."""
    for match in _CITY.finditer(place):
        city = match.group(1)
        if city[-2:] not in _NOT_A_CITY:
            return city
    return None
