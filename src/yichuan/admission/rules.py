"""How a courier moves between admitted, warned and suspended. Pure.

A window ends every day. The first bad one warns; `warn_windows` bad ones in a row only warn; the
next one suspends, or proposes it where an operator must confirm. Windows that prove nothing (too
few parcels) change nothing. A suspension ends by an operator alone: `clear_windows` good windows or
a rest propose it. The same window judged again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from yichuan.admission.standard import METRICS, Limit, MetricKey, Standard
from yichuan.core.errors import Conflict

State = Literal["admitted", "warned", "suspended"]
Proposal = Literal["suspend", "readmit"]
Verdict = Literal["good", "close", "bad", "unknown"]
"""close: past the limit of nothing, and not yet good again. unknown: too few parcels."""
Happening = Literal[
    "warned",
    "cleared",
    "suspension_proposed",
    "suspended",
    "readmission_proposed",
    "proposal_withdrawn",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a courier (service, province) stands."""

    state: State
    since: date
    """First day of this state."""
    proposal: Proposal | None = None
    bad: int = 0
    """Bad windows in a row."""
    clean: int = 0
    """Good windows in a row."""
    counted_day: date | None = None
    """The last day whose window was judged."""
    fresh_from: date | None = None
    """What happened earlier does not count: it led to a suspension that was served."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of a window against its limit."""

    metric: MetricKey
    amount: int
    base: int
    value: float | None
    """amount / base; None without a base."""
    limit: float
    recover: float
    min_base: int
    verdict: Verdict


def measure(limit: Limit, counts: Mapping[str, int]) -> Measured:
    """One metric's value and what it proves."""
    metric = METRICS[limit.metric]
    amount, base = counts[metric.amount], counts[metric.base]
    value = amount / base if base else None
    return Measured(
        limit.metric,
        amount,
        base,
        value,
        limit.limit,
        limit.recover,
        limit.min_base,
        _verdict(limit, value, base),
    )


def _verdict(limit: Limit, value: float | None, base: int) -> Verdict:
    if value is None or base < limit.min_base:
        return "unknown"
    sign = 1 if METRICS[limit.metric].higher else -1
    if sign * value < sign * limit.limit:
        return "bad"
    return "good" if sign * value >= sign * limit.recover else "close"


def judge(found: Sequence[Measured]) -> Verdict:
    """A window's verdict: one bad metric spoils it; what proves nothing does not count."""
    verdicts = {one.verdict for one in found} - {"unknown"}
    if not verdicts:
        return "unknown"
    if "bad" in verdicts:
        return "bad"
    return "close" if "close" in verdicts else "good"


def step(
    at: Standing, verdict: Verdict, standard: Standard, day: date
) -> tuple[Standing, tuple[Happening, ...]]:
    """Count the window that ends on `day`: where it leads, and what happened."""
    if at.counted_day is not None and day <= at.counted_day:
        return at, ()
    at = replace(at, counted_day=day)
    if verdict == "unknown" and at.state != "suspended":
        return at, ()
    if at.state == "suspended":
        return _suspended(at, verdict, standard, day)
    if verdict == "bad":
        return _worse(at, standard, day)
    if verdict == "close":
        return replace(at, clean=0), ()
    return _better(at, standard, day)


def _worse(at: Standing, standard: Standard, day: date) -> tuple[Standing, tuple[Happening, ...]]:
    happened: tuple[Happening, ...] = ()
    if at.state == "admitted":
        at, happened = replace(at, state="warned", since=day), ("warned",)
    at = replace(at, bad=at.bad + 1, clean=0)
    if at.bad <= standard.warn_windows or at.proposal is not None:
        return at, happened
    if standard.auto_suspend:
        return suspended(at, day), (*happened, "suspended")
    return replace(at, proposal="suspend"), (*happened, "suspension_proposed")


def _better(at: Standing, standard: Standard, day: date) -> tuple[Standing, tuple[Happening, ...]]:
    at = replace(at, bad=0, clean=at.clean + 1)
    if at.state == "admitted" or at.clean < standard.clear_windows:
        return at, ()
    happened: tuple[Happening, ...] = ("cleared",)
    if at.proposal is not None:
        happened = ("proposal_withdrawn", "cleared")
    return replace(at, state="admitted", since=day, proposal=None), happened


def _suspended(
    at: Standing, verdict: Verdict, standard: Standard, day: date
) -> tuple[Standing, tuple[Happening, ...]]:
    if verdict == "bad":
        withdrawn: tuple[Happening, ...] = ("proposal_withdrawn",) if at.proposal else ()
        return replace(at, clean=0, proposal=None), withdrawn
    at = replace(at, clean=at.clean + 1 if verdict == "good" else at.clean)
    rested = (day - at.since).days >= standard.rest_days
    if at.proposal is None and (at.clean >= standard.clear_windows or rested):
        return replace(at, proposal="readmit"), ("readmission_proposed",)
    return at, ()


def suspended(at: Standing, day: date) -> Standing:
    """Suspended from a day on; what is counted next is what comes after."""
    return replace(
        at,
        state="suspended",
        since=day,
        proposal=None,
        bad=0,
        clean=0,
        fresh_from=day + timedelta(days=1),
    )


def confirm(at: Standing, day: date) -> Standing:
    """An operator does what is proposed.

    Raises:
        Conflict: nothing is proposed.
    """
    if at.proposal == "suspend":
        return suspended(at, day)
    if at.proposal == "readmit":
        return replace(
            at, state="admitted", since=day, proposal=None, bad=0, clean=0, fresh_from=day
        )
    raise Conflict("nothing is proposed (没有待确认的建议)")


def decline(at: Standing, day: date) -> Standing:
    """An operator does not do what is proposed: it takes as long again until the next proposal.

    Raises:
        Conflict: nothing is proposed.
    """
    if at.proposal == "suspend":
        return replace(at, proposal=None, bad=0, clean=0)
    if at.proposal == "readmit":
        return replace(at, proposal=None, clean=0, since=day)
    raise Conflict("nothing is proposed (没有待确认的建议)")


def words(found: Sequence[Measured]) -> tuple[str, str]:
    """What is not good enough, in Chinese and English; shares alone, merchants read it too."""
    bad = [one for one in found if one.verdict == "bad" and one.value is not None]
    zh = "，".join(f"{METRICS[m.metric].zh} {_share(m.value)}（要求 {_bound(m)}）" for m in bad)
    en = ", ".join(
        f"{METRICS[m.metric].en.lower()} {_share(m.value)} (required {_bound(m)})" for m in bad
    )
    return zh, en


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _bound(one: Measured) -> str:
    return f"{'≥' if METRICS[one.metric].higher else '≤'} {_share(one.limit)}"
