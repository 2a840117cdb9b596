"""Which part of a pasted address is the recipient's name."""

from __future__ import annotations

import re

from yichuan.regions.contact import Label, Part

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶"
    "程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛"
    "郝龚邵万钱严覃武戴莫孔向汤温常康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦"
    "俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房"
    "滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应"
    "臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀胥"
    "南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻厉伊仝区郁帅晋花强阎於木"
)
_COMPOUND = (
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|"
    "赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|"
    "司徒|鲜于|司空|令狐|呼延"
)
_POLITE = "先生|女士|小姐|太太|老师|师傅|经理|主任|老板|同学|阿姨|叔叔|医生|律师|总|哥|姐"
_PERSON = re.compile(
    rf"(?:(?:{_COMPOUND})[一-龥某*×]{{1,2}}|[{_SURNAMES}][一-龥某*×]{{1,2}}|[一-龥]某{{1,2}})(?:{_POLITE})?$"
)
_CALLED = re.compile(rf"[A-Za-z一-龥*]{{1,6}}(?:{_POLITE})$")
_PLACE = re.compile(
    r"\d|[路街巷弄号楼室栋幢座层村镇乡园苑厦城县店铺厂站坊里湾桥港区市省府仓院]|单元|小区|广场|公司|大学|花园|公寓|中心|国际|集团|银行"
)
_PLACE_WORD = re.compile(r"[东西南北]$|[路街巷弄]|\d+号|小区|大道|社区|工业")
_RECEIVE = re.compile(r"[ (（]*(?:亲?收|启)[)）]?$")
_COURTESY = re.compile(r"谢谢|麻烦|[你您]好|请|不要|尽快|快递|包邮|辛苦|急")
_BRACKET = re.compile(r"[\[【(（](\d{2,6})[\]】)）]$")
_OWN_NAMES = "".join(c for c in _SURNAMES if c not in "楼路房区苑单盘储池")
"""Surnames that are not also the end of an address."""
_GLUED = re.compile(
    rf"(?<=[号楼室栋座层元房店厦园区村组院屋期\d])((?:(?:{_COMPOUND})|[{_OWN_NAMES}])[一-龥某*×]{{1,2}}(?:{_POLITE})?|[一-龥]某{{1,2}})$"
)
_ADDRESS_END = re.compile(r"[\d号楼室栋座层房F]$|单元$")


def tidy_name(text: str) -> tuple[str, str]:
    """A name without 收 and without the number some shops put behind it, and that number.

    张三[1234] → 张三, 1234.
    """
    name = _RECEIVE.sub("", text) or text
    found = _BRACKET.search(name)
    if found is not None and found.start() > 0:
        return name[: found.start()].strip(), found.group(1)
    return name.strip(), ""


def looks_like_place(text: str) -> bool:
    """Whether a part reads like an address, not like a person."""
    return _PLACE.search(text) is not None


def name_score(part: Part, last: bool, first: bool, phone: bool) -> int:
    """How much a part looks like the recipient's name; 3 is enough."""
    text = part.text
    received = _RECEIVE.search(text) is not None and len(text) > 1
    text, _ = tidy_name(text)
    if len(text) > 12 or not text or _COURTESY.match(text) is not None:
        return 0
    score = 0
    if _CALLED.match(text) is not None:
        score += 4
    elif _PERSON.match(text) is not None:
        score += 3 if phone or "某" in text else 1
    if received:
        score += 3
    if _PLACE.search(text) is not None:
        score -= 3 if not _PERSON.match(text) or _PLACE_WORD.search(text) else 1
    elif phone:
        score += 2 if part.near_phone else 1
        score += 1 if last or first else 0
    elif last and len(text) <= 3 and not text.isascii():
        score += 1 if len(text) > 1 else 3
    return score


def pick_name(parts: list[Part], taken: set[int], phone: bool) -> int | None:
    """Index of the part that is the name, or None. `taken`: parts that hold division names."""
    for index, part in enumerate(parts):
        if part.label is Label.NAME:
            return index
    best, found = 2, None
    size = len(parts)
    for index, part in enumerate(parts):
        if index in taken or not (part.label is Label.NONE or part.near_phone):
            continue
        last = index == size - 1
        score = name_score(part, last, index == 0, phone)
        if last and index > 0 and score > (1 if phone else 0):
            score += 1 if _ADDRESS_END.search(parts[index - 1].text) else 0
        if score > best:
            best, found = score, index
    return found


def glued_name(text: str) -> str:
    """A name written straight after a house or room number, before the telephone number."""
    found = _GLUED.search(text)
    return found.group(1) if found else ""


def leading_name(text: str) -> bool:
    """Whether text before the division names is a person's name (张三广东省…)."""
    return _PERSON.match(text) is not None or _CALLED.match(text) is not None
