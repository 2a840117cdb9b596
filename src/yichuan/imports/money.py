"""Importing rate cards and couriers' bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from msgspec.structs import replace

from yichuan.core.database import SystemSession
from yichuan.costs import service as costs
from yichuan.imports.parties import Parties
from yichuan.imports.values import Job, Outcome, Planned
from yichuan.rating import service as rating
from yichuan.rating.rows import ANY_COURIER, BillRow, RateCardRow


class RateWriter:
    """Writes rows of `rating.rows.RATES`: cards are whole or not there."""

    whole = True

    def __init__(self, job: Job, parties: Parties) -> None:
        self._job = job
        self._parties = parties
        self._rows: list[RateCardRow] = []

    async def prepare(self, rows: Sequence[RateCardRow]) -> None:
        """Nothing: a card may wait for its merchant."""

    async def plan(self, session: SystemSession, rows: Sequence[RateCardRow]) -> Planned:
        """Keep a batch until the file is read."""
        self._rows += [self._with_code(row) for row in rows]
        return Planned(Outcome(accepted=len(rows)), _nothing)

    async def finish(self, session: SystemSession) -> dict[str, Any]:
        """Store the cards. Says how many, and what is odd about them."""
        stored = await rating.store(session, self._rows)
        return {
            "cards": len(stored.card_ids),
            "replaced": stored.replaced,
            "card_rows": stored.rows,
            "overlapping": [f"{problem.card}: {problem.en}" for problem in stored.problems],
            "couriers_not_in_catalogue": list(stored.unknown_couriers),
        }

    def _with_code(self, row: RateCardRow) -> RateCardRow:
        code = row.courier if row.courier == ANY_COURIER else _code(self._parties, row.courier)
        return row if code == row.courier else replace(row, courier=code)


async def _nothing(_session: SystemSession) -> None:
    """What a batch of a file that counts as a whole writes by itself."""


def _code(parties: Parties, courier: str) -> str:
    """The courier's code; one that is not in the catalogue stays as it is, in upper case."""
    return parties.courier(courier) or courier.strip().upper()


class BillWriter:
    """Writes rows of `rating.rows.BILLS`; bills are reconciled when all lines are there."""

    whole = False

    def __init__(self, job: Job, parties: Parties) -> None:
        self._job = job
        self._parties = parties
        self._unknown: set[str] = set()

    async def prepare(self, rows: Sequence[BillRow]) -> None:
        """Nothing."""

    async def plan(self, session: SystemSession, rows: Sequence[BillRow]) -> Planned:
        """Name couriers by their codes."""
        lines = []
        for row in rows:
            if self._parties.courier(row.courier) is None:
                self._unknown.add(row.courier)
            code = _code(self._parties, row.courier)
            lines.append(row if code == row.courier else replace(row, courier=code))
        return Planned(Outcome(accepted=len(lines)), partial(self._apply, lines))

    async def _apply(self, lines: Sequence[BillRow], session: SystemSession) -> None:
        await costs.add_lines(session, self._job.run_id, lines)

    async def finish(self, session: SystemSession) -> dict[str, Any]:
        """Reconcile every bill that has new lines."""
        done = await costs.reconcile_bills(session)
        return {**asdict(done), "couriers_not_in_catalogue": sorted(self._unknown)}
