"""Invented couriers' staff: names, and telephone numbers nobody has (000 patterns)."""

from __future__ import annotations

from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = (
    *"伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帅",
    "建国", "建军", "志强", "志伟", "国强", "海波", "小龙", "文斌", "晓东", "春生", "永刚", "少华",
    "家豪", "子轩", "秀英", "丽娟", "玉兰", "桂芳",
)  # fmt: skip
MOBILE_HEADS = ("130", "135", "136", "138", "139", "150", "158", "176", "183", "188", "199")
STYLES = ("full", "masked", "surname")


def mobile(rng: Random) -> str:
    """A mobile number of valid shape that is not in use (eight digits of the 000 pattern)."""
    return f"{rng.choice(MOBILE_HEADS)}000000{rng.randrange(100):02d}"


def landline(rng: Random) -> str:
    """A service-point telephone of valid shape that is not in use."""
    return f"0{rng.randrange(310, 999)}-000000{rng.randrange(10, 100)}"


def person(rng: Random, style: str) -> tuple[str, str]:
    """Name and telephone as a courier prints them: in full, masked, or surname only."""
    surname, given, phone = rng.choice(SURNAMES), rng.choice(GIVEN), mobile(rng)
    if style == "masked":
        return surname + "*" * len(given), f"{phone[:3]}****{phone[-4:]}"
    if style == "surname":
        return surname + "师傅", phone
    return surname + given, phone
