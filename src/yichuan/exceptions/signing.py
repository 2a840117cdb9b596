"""Sign-offs that look false 疑似虚假签收. Pure: the scans of a parcel in, reasons out.

快递市场管理办法 (交通运输部令 2023 年第 22 号) forbids confirming receipt for the recipient and
leaving the parcel in a locker or station without the recipient's consent. Each rule needs a scan
that proves it, never the lack of one: couriers leave
scans out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from yichuan.exceptions.rules import SIGNING
from yichuan.exceptions.thresholds import Thresholds
from yichuan.tracking.details import details

Reason = Literal[
    "too_soon",
    "other_city",
    "not_arrived",
    "before_out_for_delivery",
    "without_consent",
    "nobody_there",
    "signed_twice",
    "after_refusal",
]
KIND: Final = SIGNING
SETTLED: Final = timedelta(hours=24)
"""Scans so long after a signature are the way back, not a correction of it."""
LATE_COPY: Final = timedelta(minutes=30)
"""The same signature told twice by two systems."""
_CONSENT = re.compile(
    r"同意|授权|要求|应您|约定|指定|联系(?:好|过)|电话沟通|已取|取件码|凭码|自提|取出|取走"
)
_NOBODY = re.compile(r"无人(?:在家|签收|接听)|放(?:置|在|到|于)?(?:家)?门口|自动签收")


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan on the way to the buyer. `city` as the scan names it, in official names."""

    at: datetime
    detail: str
    text: str
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a signature looks false, with what it was seen from."""

    reason: Reason
    at: datetime
    """When it was signed."""
    seen: str
    """A city, a text or a number of minutes."""


def _says(scan: Scan) -> str | None:
    milestone = details()[scan.detail].milestone
    return None if milestone is None else milestone.name


def findings(
    scans: Sequence[Scan],
    *,
    dest_city: str | None,
    picked_up_at: datetime | None,
    sign_kind: str | None,
    limits: Thresholds,
) -> list[Finding]:
    """Everything wrong with the (first) signature, in the order of the reasons above; none where
    nobody signed."""
    ordered = sorted(scans, key=lambda s: (s.at, details()[s.detail].rank))
    signed = [scan for scan in ordered if _says(scan) == "delivered"]
    if not signed:
        return []
    first = signed[0]
    before = [scan for scan in ordered if scan.at <= first.at and scan is not first]
    after = [s for s in ordered if first.at < s.at <= first.at + SETTLED and s not in signed]
    found = [
        *_too_soon(first, before, picked_up_at, limits),
        *_place(first, before, dest_city),
        *_out_later(first, before, after),
        *_handed_to(first, before, sign_kind),
        *_twice(first, signed[1:], after),
        *_refused(first, before),
    ]
    return [Finding(reason, first.at, seen) for reason, seen in found]


Seen = tuple[Reason, str]


def _too_soon(
    first: Scan, before: Sequence[Scan], picked_up_at: datetime | None, limits: Thresholds
) -> Iterator[Seen]:
    """Signed minutes after it was collected."""
    starts = [scan.at for scan in before if _says(scan) == "picked_up"]
    start = min(starts, default=picked_up_at)
    if start is None or first.at < start:
        return
    minutes = (first.at - start) / timedelta(minutes=1)
    if minutes < limits.sign_minutes:
        yield "too_soon", str(int(minutes))


def _place(first: Scan, before: Sequence[Scan], dest_city: str | None) -> Iterator[Seen]:
    """Signed in another city, or while the last scan was still in one."""
    if dest_city is None:
        return
    if first.city is not None:
        if not _same(first.city, dest_city):
            yield "other_city", first.city
        return
    last = next((scan for scan in reversed(before) if scan.city), None)
    if last is not None and _says(last) == "in_transit" and not _same(last.city or "", dest_city):
        yield "not_arrived", last.city or ""


def _same(one: str, other: str) -> bool:
    return one.removesuffix("市") == other.removesuffix("市")


def _out_later(first: Scan, before: Sequence[Scan], after: Sequence[Scan]) -> Iterator[Seen]:
    """It went out for delivery only after it had been signed for."""
    if any(_says(scan) in ("out_for_delivery", "ready_for_collection") for scan in before):
        return
    later = next((s for s in after if s.detail == "out_for_delivery"), None)
    if later is not None:
        yield "before_out_for_delivery", later.at.isoformat()


def _handed_to(first: Scan, before: Sequence[Scan], sign_kind: str | None) -> Iterator[Seen]:
    """Left with nobody, or in a locker or station that nobody asked for."""
    if _NOBODY.search(first.text) and not _CONSENT.search(first.text):
        yield "nobody_there", first.text[:100]
        return
    waited = any(_says(scan) == "ready_for_collection" for scan in before)
    told = any(_CONSENT.search(scan.text) for scan in (first, *before))
    if sign_kind in ("locker", "station") and not waited and not told:
        yield "without_consent", sign_kind


def _twice(first: Scan, again: Sequence[Scan], after: Sequence[Scan]) -> Iterator[Seen]:
    """Signed for once more although nothing went back in between."""
    for scan in again:
        between = [s for s in after if s.at <= scan.at and _says(s) not in (None, "delivered")]
        if scan.at - first.at > LATE_COPY and not between and scan.text != first.text:
            yield "signed_twice", scan.at.isoformat()
            return


def _refused(first: Scan, before: Sequence[Scan]) -> Iterator[Seen]:
    """Signed for as delivered after the recipient had refused it, with no new attempt."""
    refusals = [scan for scan in before if scan.detail == "refused"]
    if not refusals:
        return
    since = [scan for scan in before if scan.at > refusals[-1].at]
    if not any(_says(scan) in ("out_for_delivery", "ready_for_collection") for scan in since):
        yield "after_refusal", refusals[-1].at.isoformat()
