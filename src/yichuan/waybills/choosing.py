"""Whose number is it: the courier a row of own numbers names, or the one its number tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from yichuan.core.database import ReadSession
from yichuan.couriers import catalogue, learning
from yichuan.couriers import queries as courier_queries
from yichuan.couriers.recognise import Recognition
from yichuan.waybills.values import NumberRow

NAMED_IN_DOUBT = 3
"""So many candidates are named when a person must choose."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The courier of a row, or why there is none."""

    courier: str | None = None
    guessed: bool = False
    score: float | None = None
    doubt: str = ""


async def courier_codes(session: ReadSession, wanted: set[str]) -> dict[str, str]:
    """Our codes of couriers named by code, a full name or the usual short name (圆通)."""
    main = sorted({service.courier for service in await courier_queries.services(session)})
    found: dict[str, str] = {}
    for text in wanted:
        code = catalogue.find(text)
        if code is None and len(name := text.strip()) > 1:
            known = catalogue.entries()
            hits = [c for c in main if c in known and known[c].name_zh.startswith(name[:4])]
            code = hits[0] if len(hits) == 1 else None
        if code is not None:
            found[text] = code
    return found


async def choose_couriers(
    session: ReadSession, rows: Sequence[NumberRow], merchant_id: UUID | None
) -> list[Choice]:
    """The courier of each row. One that is not named is recognised by its number, with what was
    learned of the merchant; only a certain answer is taken."""
    codes = await courier_codes(session, {row.courier for row in rows if row.courier})
    nameless = [row.number for row in rows if not row.courier]
    told: dict[str, Choice] = {}
    if nameless:
        found = await learning.recognise_all(session, nameless, merchant_id)
        told = {n: _guess(one) for n, one in zip(nameless, found, strict=True)}
    return [
        _named(row.courier, codes.get(row.courier)) if row.courier else told[row.number]
        for row in rows
    ]


def _named(text: str, code: str | None) -> Choice:
    return Choice(code, doubt=f"unknown courier {text} (未知快递公司)")


def _guess(found: Recognition) -> Choice:
    """A certain recognition, or the question to ask."""
    if not found.candidates:
        return Choice(
            guessed=True,
            doubt=f"no courier is known to give {found.number} (认不出快递公司，请填写)",
        )
    first = found.candidates[0]
    if found.certain is not None:
        return Choice(found.certain, guessed=True, score=first.score)
    known = catalogue.entries()
    names = [
        f"{known[one.courier].name_zh if one.courier in known else one.courier} {one.score:.0%}"
        for one in found.candidates[:NAMED_IN_DOUBT]
    ]
    return Choice(
        guessed=True,
        score=first.score,
        doubt=f"{found.number} may be of {', '.join(names)} (单号可能属于多家，请填写快递公司)",
    )
