"""The details: 32 finer codes of what a scan says, each with its milestone and problem.

Codes, categories and names are those of OLTS, the open logistics tracking standard
(github.com/open-logistics-tracking/OLTS, CC BY 4.0); milestones, ranks and problems are ours.
`none` is what a text without a status has. All of it is data in `details.csv`:

- `rank`: order of events that carry the same time.
- `milestone`: where the parcel is once this happened; empty when the scan does not say.
- `problem`, `party`, `must_act`: what is wrong, who answers for it, whether a person must act.
- `weight`: a heavier problem is not hidden by a lighter one.
- `closed_by`: milestones and details after which the problem is over.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources
from typing import Final

NONE: Final = "none"


class Milestone(IntEnum):
    """Where a parcel is on its way. The numbers order events, they are not stored."""

    created = 10
    picked_up = 20
    in_transit = 30
    arriving = 40
    out_for_delivery = 50
    ready_for_collection = 60
    delivered = 70
    returning = 80
    returned = 90
    cancelled = 100
    lost = 110


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What is wrong 异常类型."""

    kind: str
    party: str
    """courier, merchant, buyer or customs."""
    must_act: bool
    weight: int
    closed_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Detail:
    """One of the 32 codes, or `none`."""

    code: str
    category: str
    name_zh: str
    name_en: str
    rank: int
    milestone: Milestone | None
    problem: ProblemKind | None


@cache
def details() -> dict[str, Detail]:
    """Every detail by its code, `none` included."""
    source = resources.files(__package__).joinpath("details.csv").read_text("utf-8")
    found = {row["code"]: _detail(row) for row in csv.DictReader(source.splitlines())}
    found[NONE] = Detail(NONE, "", "无状态", "No status", 0, None, None)
    return found


def milestone_of(code: str) -> str | None:
    """The milestone a detail sets, None when it sets none.

    Raises:
        KeyError: not a detail.
    """
    milestone = details()[code].milestone
    return None if milestone is None else milestone.name


def problem_of(code: str) -> ProblemKind | None:
    """The problem a detail reports, if it does.

    Raises:
        KeyError: not a detail.
    """
    return details()[code].problem


def _detail(row: dict[str, str]) -> Detail:
    return Detail(
        code=row["code"],
        category=row["category"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        rank=int(row["rank"]),
        milestone=Milestone[row["milestone"]] if row["milestone"] else None,
        problem=_problem(row) if row["problem"] else None,
    )


def _problem(row: dict[str, str]) -> ProblemKind:
    return ProblemKind(
        kind=row["problem"],
        party=row["party"],
        must_act=row["must_act"] == "yes",
        weight=int(row["weight"]),
        closed_by=frozenset(row["closed_by"].split()),
    )
