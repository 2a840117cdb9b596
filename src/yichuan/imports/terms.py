"""Importing the terms of courier services: areas, suspensions, prohibited goods, cut-offs…"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast
from uuid import UUID

from yichuan.core.database import SystemSession
from yichuan.couriers import queries as couriers
from yichuan.imports.parties import Parties
from yichuan.imports.values import Job, Outcome, Planned
from yichuan.terms import announcing, files
from yichuan.terms import service as terms
from yichuan.terms.values import PLATFORM_KINDS, TermKind


class TermWriter:
    """Writes rows of `terms.rows.TABLES`; one that is there is replaced."""

    whole = False

    def __init__(self, job: Job, parties: Parties) -> None:
        self._job = job
        self._parties = parties
        self._kind = cast(TermKind, job.kind)
        self._services: set[tuple[str, str]] = set()

    async def prepare(self, rows: Sequence[Any]) -> None:
        """Nothing: terms make no merchant."""

    async def plan(self, session: SystemSession, rows: Sequence[Any]) -> Planned:
        """Find out whose rows these are and which couriers they name."""
        self._services = {(one.courier, one.code) for one in await couriers.services(session)}
        outcome, ready = Outcome(), []
        for position, row in enumerate(rows):
            values = self._values(position, row, outcome)
            if values is not None:
                ready.append(values)
        outcome.accepted = len(ready)
        return Planned(outcome, partial(self._apply, ready))

    async def _apply(self, ready: Sequence[Mapping[str, Any]], session: SystemSession) -> None:
        await terms.store(session, self._kind, ready, "import")

    async def finish(self, session: SystemSession) -> dict[str, Any]:
        """Tell merchants of suspensions that are new."""
        if self._kind != "suspensions":
            return {}
        return {"announced": await announcing.announce_since(session, self._job.started_at)}

    def _values(self, position: int, row: Any, outcome: Outcome) -> dict[str, Any] | None:  # noqa: ANN401
        try:
            owner = self._owner(getattr(row, "merchant", None))
        except LookupError:
            own = self._job.owner is not None
            outcome.refuse(position, "not_your_merchant" if own else "unknown_merchant", "merchant")
            return None
        courier: str | None = None
        if row.courier:
            courier = self._parties.courier(row.courier)
            if courier is None:
                outcome.refuse(position, "unknown_courier", "courier")
                return None
        service = getattr(row, "service", None)
        if service is not None and (courier or "", service) not in self._services:
            outcome.refuse(position, "unknown_service", "service")
            return None
        values = files.values(self._kind, row)
        return values | {"courier": courier, "merchant_id": owner}

    def _owner(self, code: str | None) -> UUID | None:
        """Whose a row is; None: the platform's.

        Raises:
            LookupError: no merchant that this file may write for.
        """
        nobodys = code is None and self._job.owner is None
        if self._kind in PLATFORM_KINDS or (nobodys and self._kind != "real_names"):
            return None
        found = self._parties.merchant(code)
        if found is None:
            raise LookupError(code)
        return found
