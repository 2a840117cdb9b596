"""What the platform decided on couriers. Merchants are told what, never by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from isolation.people import STAFF_WORDS
from yichuan.admission import service
from yichuan.admission.standard import Standard, Unit
from yichuan.core.database import WriteSession
from yichuan.couriers import endpoints
from yichuan.couriers.endpoints import CourierAddressSettings
from yichuan.identity.callers import SYSTEM_CALLER

HOUSE = replace(SYSTEM_CALLER, name=STAFF_WORDS)


async def judged(session: WriteSession, server: str) -> None:
    """A courier an operator let through, a standard with a note, and where couriers may be."""
    await endpoints.setting.put(session, CourierAddressSettings(allowed_hosts=(server,)))
    tomorrow = service.today() + timedelta(days=1)
    await service.override(session, HOUSE, Unit("ZTO"), "admitted", tomorrow, "旺季")
    await service.set_standard(session, HOUSE, Standard(), STAFF_WORDS)
