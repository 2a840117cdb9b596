"""Who is told of what: the platform of proposals and suspensions, merchants of what stops them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from yichuan.admission.standard import Unit
from yichuan.assessment import queries
from yichuan.core.database import WriteSession
from yichuan.notify import service as notify
from yichuan.notify.service import NewAlert

LINK: Final = "/couriers/admission"
_WORDS: Final = {
    "warned": ("{name} 低于准入标准，已警告：{zh}", "{name} is below the standard: {en}"),
    "suspension_proposed": ("建议暂停 {name}：{zh}", "Suspension of {name} is proposed: {en}"),
    "suspended": ("{name} 已暂停准入：{zh}", "{name} is suspended: {en}"),
    "readmission_proposed": ("建议恢复 {name} 的准入", "Re-admission of {name} is proposed"),
    "readmitted": ("{name} 已恢复准入", "{name} is admitted again"),
}
_SEVERITY: Final = {"suspended": 3, "suspension_proposed": 2, "readmission_proposed": 2}
_MERCHANTS_TOO: Final = frozenset({"suspended", "readmitted"})


def name_of(unit: Unit, names: Mapping[str, str]) -> str:
    """A unit as people call it."""
    more = [part for part in (unit.service, unit.province) if part]
    return " · ".join((names.get(unit.courier, unit.courier), *more))


async def tell(
    session: WriteSession,
    unit: Unit,
    happened: Sequence[str],
    names: Mapping[str, str],
    reason: tuple[str, str],
) -> None:
    """Show alerts of what happened to a unit (a session of the platform's or the system's)."""
    for kind in happened:
        if kind not in _WORDS:
            continue
        zh, en = _WORDS[kind]
        alert = NewAlert(
            merchant_id=None,
            shipment_id=None,
            kind="admission",
            severity=_SEVERITY.get(kind, 1),
            title_zh=zh.format(name=name_of(unit, names), zh=reason[0]),
            title_en=en.format(name=name_of(unit, {}), en=reason[1]),
            link=LINK,
        )
        told = [alert]
        if kind in _MERCHANTS_TOO:
            users = await queries.users_of(session, unit.courier)
            told += [replace(alert, merchant_id=merchant) for merchant in users]
        await notify.alert(session, told, platform_too=False)
