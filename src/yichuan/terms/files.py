"""Files of terms: typed rows as values of the tables, and the tables as rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from typing import Any

from yichuan.core.export import yuan
from yichuan.terms import rows
from yichuan.terms.closing import weekday_digits
from yichuan.terms.kinds import KINDS
from yichuan.terms.models import Term
from yichuan.terms.places import name_of
from yichuan.terms.rows import (
    AreaRow,
    CompensationRow,
    CutOffRow,
    GoodsRow,
    RealNameRow,
    SuspensionRow,
    TraitRow,
)
from yichuan.terms.values import TermKind


def _area(row: AreaRow) -> dict[str, Any]:
    return {
        "adcode": rows.prefix(row) or "",
        "keyword": row.keyword or "",
        "serves": rows.yes_no(row.serves),
        "note": row.note or "",
    }


def _suspension(row: SuspensionRow) -> dict[str, Any]:
    return {
        "adcode": rows.prefix(row) or "",
        "direction": row.direction or "both",
        "cause": row.cause or "other",
        "reason": row.reason,
        "from_at": row.from_at,
        "until_at": row.until_at,
    }


def _goods(row: GoodsRow) -> dict[str, Any]:
    return {
        "name_zh": row.name_zh,
        "name_en": row.name_en or row.name_zh,
        "keywords": rows.words(row.keywords),
        "unless": rows.words(row.unless),
        "level": row.level,
        "source": row.source or "",
        "enabled": rows.yes_no(row.enabled) is not False,
    }


def _trait(row: TraitRow) -> dict[str, Any]:
    return {"by_air": rows.yes_no(row.by_air), "real_name": rows.yes_no(row.real_name)}


def _real_name(row: RealNameRow) -> dict[str, Any]:
    return {"reference": row.reference or "", "valid_until": row.valid_until, "account_id": None}


def _cut_off(row: CutOffRow) -> dict[str, Any]:
    return {
        "branch_code": row.branch_code,
        "adcode": rows.prefix(row) or "",
        "weekdays": weekday_digits(row.weekdays or ""),
        "at": rows.clock(row.at),
    }


def _compensation(row: CompensationRow) -> dict[str, Any]:
    return {
        "trouble": row.trouble,
        "insured": rows.yes_no(row.insured),
        "freight_percent": row.freight_percent,
        "value_percent": row.value_percent,
        "cap_minor": row.cap_minor,
        "claim_days": row.claim_days,
        "counted_from": row.counted_from or "shipped",
        "source": row.source or "",
    }


_VALUES: Mapping[TermKind, Callable[[Any], dict[str, Any]]] = {
    "areas": _area,
    "suspensions": _suspension,
    "goods": _goods,
    "traits": _trait,
    "real_names": _real_name,
    "cutoffs": _cut_off,
    "compensation": _compensation,
}


def values(kind: TermKind, row: object) -> dict[str, Any]:
    """A typed row as columns of its table, without owner and courier."""
    found = _VALUES[kind](row)
    if hasattr(row, "service"):
        found["service"] = row.service
    return found


def titles(kind: TermKind) -> list[str]:
    """The header of an exported file: it can be corrected and imported again."""
    return [column.name for column in KINDS[kind].table.columns]


_PLACE_NAMES = {"province": "", "city": "", "district": ""}


def cells(kind: TermKind, term: Term, merchant: str | None) -> Sequence[object]:
    """A term as a row of a file. `merchant`: code of its owner; None: the platform's."""
    special: dict[str, object] = {"merchant": merchant, **_PLACE_NAMES}
    if hasattr(term, "adcode"):
        special["adcode"] = term.adcode.ljust(6, "0") if term.adcode else ""
        special["province"] = name_of(term.adcode) if term.adcode else ""
    if hasattr(term, "cap_minor"):
        special["cap"] = yuan(term.cap_minor)
    if kind == "cutoffs" and getattr(term, "at", None) is None:
        special["at"] = "-"
    return [
        special[name] if name in special else _cell(getattr(term, name)) for name in titles(kind)
    ]


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "、".join(value)
    return f"{value:%H:%M}" if isinstance(value, time) else value
