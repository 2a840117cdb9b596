"""The usual ways people write the name of a division (行政区划), made from its official name.

Source of the 56 peoples' names (民族): the list of the National Ethnic Affairs Commission, with the
forms used inside division names (蒙古, 哈萨克, 柯尔克孜, 锡伯, 塔吉克 without 族; 各族).
"""

from __future__ import annotations

import re

PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|"
    "白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|"
    "纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|"
    "锡伯|塔吉克族|塔吉克|怒族|俄罗斯族|鄂温克族|保安族|裕固族|独龙族|鄂伦春族|普米族|各族"
)
"""Regular expression of the peoples' names as they stand in names of divisions."""

_AUTONOMOUS = re.compile(rf"^(.{{2,}}?)((?:{PEOPLES})+)自治(?:区|州|县|旗)$")
_SUFFIX = re.compile(
    r"^(.+?)(?:特别行政区|族自治[县旗]|自治[区州县旗]|行政委员会|(?<=架)林区|特区|新区|地区|[省市盟区县旗])$"
)
_ZONE = re.compile(r"^(.*?)(高新技术|高技术|高新|经济技术|技术|经济)(?:产业)?(?:开发|园)?区$")
HIGH_TECH, ECONOMIC = "高新区", "开发区"


def stem(name: str) -> str:
    """The name without its kind: 深圳市 → 深圳, 恩施土家族苗族自治州 → 恩施, 浦东新区 → 浦东."""
    found = _AUTONOMOUS.match(name) or _SUFFIX.match(name)
    return found.group(1) if found else name


def short_forms(name: str) -> tuple[str, ...]:
    """Unofficial forms of at least two characters, longest first, without the name itself.

    恩施土家族苗族自治州 → 恩施土家族苗族, 恩施. Other suffixes (恩施州, 章丘市) are not made here.
    """
    forms = {stem(name)}
    found = _AUTONOMOUS.match(name)
    if found:
        forms.add(name[: name.index("自治")])
    return tuple(sorted((f for f in forms if len(f) >= 2 and f != name), key=len, reverse=True))


def zone_head(name: str) -> tuple[str, str] | None:
    """What names a development zone (功能区), and its class 高新区 or 开发区; else None.

    Of a name already without province and city: 海港经济开发区 → 海港, 开发区.
    """
    found = _ZONE.match(name)
    if found is None:
        return None
    return found.group(1), HIGH_TECH if found.group(2).startswith("高") else ECONOMIC


def zone_trimmed(name: str, province: str, city: str) -> str:
    """A development zone's name without the province and city put before it.

    河北唐山海港经济开发区 → 海港经济开发区.
    """
    for owner in (province, city):
        for form in (owner, stem(owner)):
            if name.startswith(form) and len(name) - len(form) >= 4:
                name = name[len(form) :]
                break
    return name.removeprefix("市")
