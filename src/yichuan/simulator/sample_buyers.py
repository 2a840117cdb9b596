"""Invented buyers of the sample world, in every province, with telephones nobody has.

A buyer is a pure function of the seed and a number from 0 to 9999: the same buyer comes again,
with the same name, telephone (138 0000 nnnn) and address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from types import MappingProxyType

from yichuan.simulator.geo import City, cities
from yichuan.simulator.people import SURNAMES

POOL = 10_000
"""How many buyers there are."""
GIVEN = (
    *"静敏婷雪琳悦欣怡佳妍宁颖倩瑶晨阳帆睿哲航",
    "子涵", "雨桐", "梓萱", "一诺", "浩然", "思远", "嘉怡", "晓雯", "若曦", "明轩", "文静", "雅琪",
    "志远", "秋月", "海燕", "春梅", "国庆", "建华", "立新", "小满", "知夏", "景行", "沐阳", "可心",
)  # fmt: skip
ROADS = (
    "锦程", "望湖", "青禾", "云台", "听泉", "映山", "福泽", "丰乐", "兴业", "朝晖", "安康", "文澜",
    "松柏", "银杏", "桂花", "长宁", "翠屏", "临江", "东升", "和顺", "明德", "星辰", "梧桐", "白鹭",
)  # fmt: skip
ROAD_KINDS = ("路", "路", "路", "街", "大道", "巷", "东路", "西路", "南街", "北街")
ESTATES = ("花园", "家园", "小区", "公寓", "苑", "府", "雅居", "新村", "里", "国际")
ESTATE_NAMES = ("听澜", "晴川", "云锦", "春晓", "悦山", "紫薇", "澜庭", "禾悦", "望岳", "清溪")
PEOPLE = MappingProxyType(
    {
        "北京": 22, "天津": 14, "河北": 75, "山西": 35, "内蒙古": 24, "辽宁": 43, "吉林": 24,
        "黑龙江": 32, "上海": 25, "江苏": 85, "浙江": 65, "安徽": 61, "福建": 42, "江西": 45,
        "山东": 102, "河南": 99, "湖北": 58, "湖南": 66, "广东": 126, "广西": 50, "海南": 10,
        "重庆": 32, "四川": 84, "贵州": 39, "云南": 47, "西藏": 4, "陕西": 40, "甘肃": 25,
        "青海": 6, "宁夏": 7, "新疆": 26,
    }
)  # fmt: skip
"""Inhabitants by province, in millions, rounded (census of 2020): how often a buyer lives there."""
SPENDING = MappingProxyType(
    {"北京": 2.5, "上海": 2.8, "浙江": 2.0, "江苏": 1.8, "广东": 1.8, "福建": 1.4, "天津": 1.4}
)
"""Provinces whose people order more than others, times the average."""
CAPITAL = 3.0
"""The first city of a province counts as so many of the others."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who buys."""

    ref: str
    """Pseudonym."""
    name: str
    phone: str
    city: City
    district: str
    street: str

    @property
    def pasted(self) -> str:
        """Name, telephone and address as people paste them, in one line."""
        home = "" if self.city.province == self.city.name else self.city.province
        return f"{self.name} {self.phone} {home}{self.city.name}{self.district}{self.street}"


@cache
def _map() -> tuple[tuple[City, ...], tuple[float, ...]]:
    """Every city and the running sum of how many orders come from it."""
    homes: dict[str, list[City]] = {}
    for city in cities():
        homes.setdefault(city.province_short, []).append(city)
    weighed: list[tuple[City, float]] = []
    for province, group in homes.items():
        share = PEOPLE[province] * SPENDING.get(province, 1.0) / (len(group) + CAPITAL - 1)
        weighed += [(city, share * (CAPITAL if city is group[0] else 1)) for city in group]
    return tuple(city for city, _ in weighed), tuple(accumulate(share for _, share in weighed))


def buyer(seed: int, number: int) -> Buyer:
    """The buyer with this number.

    Raises:
        ValueError: there are only `POOL` of them.
    """
    if not 0 <= number < POOL:
        raise ValueError(f"buyers are numbered 0 to {POOL - 1}, not {number}")
    rng = Random(f"{seed}/buyer/{number}")
    places, sums = _map()
    city = rng.choices(places, cum_weights=sums)[0]
    return Buyer(
        ref=f"B{rng.getrandbits(44):011X}",
        name=rng.choice(SURNAMES) + rng.choice(GIVEN),
        phone=f"1380000{number:04d}",
        city=city,
        district=rng.choice(city.districts) if city.districts else "",
        street=street(rng),
    )


def street(rng: Random) -> str:
    """An invented street, house and flat."""
    road = rng.choice(ROADS) + rng.choice(ROAD_KINDS)
    estate = rng.choice(ESTATE_NAMES) + rng.choice(ESTATES)
    flat = f"{rng.randrange(1, 5)}单元{rng.randrange(1, 30)}0{rng.choice('1234')}"
    return f"{road}{rng.randrange(1, 400)}号{estate}{rng.randrange(1, 30)}栋{flat}"


def somebody(seed: int, rng: Random) -> Buyer:
    """A buyer at random; some come often."""
    return buyer(seed, int(POOL * rng.random() ** 1.7))
