"""From the merchants' ramps to the couriers: physical hand-over in the simulated network."""

from __future__ import annotations

import logging
from datetime import datetime

import httpx
import msgspec

from yichuan.simulator.mall_ledger import Gone, Leaving, MallLedger

log = logging.getLogger(__name__)
REFUSED = frozenset({404, 409, 422})


class Vans:
    """Tells the couriers' network (`POST /sim/handover`) what it has physically got."""

    def __init__(self, http: httpx.AsyncClient, ledger: MallLedger) -> None:
        """`http` leads to the couriers' network."""
        self._http, self._ledger = http, ledger
        self._away = False

    async def step(self, now: datetime) -> int:
        """Give away what is due. Returns how many boxes left."""
        leaving = self._ledger.memory.leaving.values()
        due = [line for line in leaving if line.due is not None and line.due <= now]
        count = 0
        for line in due:
            note = await self._give(line)
            if note is None:
                break
            self._ledger.write(Gone(now, line.shipment, line.courier, line.number, note))
            count += not note
        return count

    async def _give(self, line: Leaving) -> str | None:
        """Empty when the courier has the box, else why not; None when nobody answers."""
        body: dict[str, object] = {"courier": line.courier, "number": line.number}
        if line.origin is not None and line.destination is not None:
            body |= {"from": line.origin, "to": line.destination}
        try:
            answer = await self._http.post("/sim/handover", content=msgspec.json.encode(body))
        except httpx.TransportError as error:
            self._nobody(type(error).__name__)
            return None
        if answer.status_code in REFUSED:
            return answer.text[:200]
        if not answer.is_success:
            self._nobody(f"HTTP {answer.status_code}")
            return None
        self._away = False
        return ""

    def _nobody(self, why: str) -> None:
        if not self._away:
            log.warning("the couriers' network does not answer (%s); trying again", why)
        self._away = True
