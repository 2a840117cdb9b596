"""The numbers a parcel travels under, as its buyer sees them: 原单, 转单, 退回, 子件."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from pydantic import BaseModel

from yichuan.core.database import SystemSession
from yichuan.couriers import queries as couriers
from yichuan.tracking.values import TimelineEvent

Leg: TypeAlias = tuple[str, str, str]
"""Courier, number and leg of a scan."""


class BuyerNumber(BaseModel):
    """One of several numbers of a parcel; masked unless `verified`."""

    leg: Literal["first", "next", "return", "piece"]
    courier: str
    name_zh: str
    name_en: str | None
    number: str


def leg_of(scan: TimelineEvent) -> Leg:
    """Where a scan belongs."""
    return scan.courier, scan.number, scan.leg


def places(scans: Sequence[TimelineEvent]) -> list[Leg]:
    """The numbers that were scanned, in the order in which they began; none where there is one."""
    found = list(dict.fromkeys(leg_of(scan) for scan in scans))
    return found if len(found) > 1 else []


def masked(number: str) -> str:
    """A number's ends: 7312****0231."""
    kept = 4 if len(number) >= 12 else 2
    return f"{number[:kept]}****{number[-kept:]}"


async def numbers(
    session: SystemSession, found: Sequence[Leg], *, verified: bool
) -> list[BuyerNumber]:
    """What is shown of each of them."""
    names = {code: await couriers.courier_of(session, code) for code, _, _ in found}
    first = next((place for place in found if place[2] == "out"), None)
    return [
        BuyerNumber.model_validate(
            {
                "leg": "first" if place == first else "next" if leg == "out" else leg,
                "courier": code,
                "name_zh": known.name_zh if (known := names[code]) else code,
                "name_en": known.name_en if known else code,
                "number": number if verified else masked(number),
            }
        )
        for place in found
        for code, number, leg in (place,)
    ]
