"""Each kind of term: its table, what it shows, and what makes two rows the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yichuan.core.mapplan import RowTable
from yichuan.terms import models, rows, schemas
from yichuan.terms.models import Term
from yichuan.terms.values import TermKind


@dataclass(frozen=True, slots=True)
class KindOf:
    """A kind of term. `key`: columns (with the owner) that no two rows share."""

    model: type[Term]
    view: type[schemas.Stored]
    key: tuple[str, ...]
    table: RowTable[Any]


KINDS: Mapping[TermKind, KindOf] = {
    "areas": KindOf(
        models.ServiceArea,
        schemas.AreaView,
        ("courier", "service", "adcode", "keyword"),
        rows.TABLES["areas"],
    ),
    "suspensions": KindOf(
        models.Suspension,
        schemas.SuspensionView,
        ("courier", "service", "adcode", "direction", "from_at"),
        rows.TABLES["suspensions"],
    ),
    "goods": KindOf(
        models.GoodsRule,
        schemas.GoodsRuleView,
        ("name_zh", "level", "courier", "service"),
        rows.TABLES["goods"],
    ),
    "traits": KindOf(
        models.ServiceTrait, schemas.TraitView, ("courier", "service"), rows.TABLES["traits"]
    ),
    "real_names": KindOf(
        models.RealName,
        schemas.RealNameView,
        ("courier", "account_id"),
        rows.TABLES["real_names"],
    ),
    "cutoffs": KindOf(
        models.CutOff,
        schemas.CutOffView,
        ("courier", "service", "branch_code", "adcode", "weekdays"),
        rows.TABLES["cutoffs"],
    ),
    "compensation": KindOf(
        models.Compensation,
        schemas.CompensationView,
        ("courier", "service", "trouble", "insured"),
        rows.TABLES["compensation"],
    ),
}


def conflict_columns(kind: KindOf) -> list[str]:
    """The columns of the unique index of a kind; traits are the platform's alone."""
    return list(kind.key) if kind.model is models.ServiceTrait else ["merchant_id", *kind.key]
