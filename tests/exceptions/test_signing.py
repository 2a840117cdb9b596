"""Sign-offs that look false: each rule by a way it must flag and one it must not.

If these break, couriers sign for parcels nobody got and nobody notices, or honest deliveries become
complaints.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.exceptions.signing import Finding, Scan, findings
from yichuan.exceptions.thresholds import Thresholds
from yichuan.tracking.details import details

START = datetime(2026, 11, 20, 1, tzinfo=UTC)
HANGZHOU, GUANGZHOU = "杭州市", "广州市"


def scan(hours: float, detail: str, text: str = "", city: str | None = None) -> Scan:
    return Scan(START + timedelta(hours=hours), detail, text, city)


WAY = (
    scan(0, "picked_up", "已揽收", GUANGZHOU),
    scan(8, "departed_from_hub", "离开广州", GUANGZHOU),
    scan(30, "arrived_at_destination", "到达杭州", HANGZHOU),
)
AGAIN = scan(35, "out_for_delivery", "重新派送")
OUT = scan(32, "out_for_delivery", "派送中", HANGZHOU)
SIGNED = scan(34, "delivered", "已签收，签收人：本人", HANGZHOU)


def reasons(*scans: Scan, sign_kind: str | None = "self") -> list[str]:
    return [one.reason for one in said(*scans, sign_kind=sign_kind)]


def said(*scans: Scan, sign_kind: str | None = "self") -> list[Finding]:
    return findings(
        scans,
        dest_city=HANGZHOU,
        picked_up_at=None,
        sign_kind=sign_kind,
        limits=Thresholds(),
    )


def test_an_honest_way_is_not_suspicious() -> None:
    assert reasons(*WAY, OUT, SIGNED) == []
    assert reasons(*WAY, OUT) == []
    assert reasons() == []


@pytest.mark.parametrize(
    ("scans", "kind", "reason"),
    [
        ((scan(0, "picked_up"), scan(0.2, "delivered", "已签收")), None, "too_soon"),
        ((*WAY, OUT, scan(34, "delivered", "已签收", GUANGZHOU)), "self", "other_city"),
        ((*WAY[:2], scan(20, "delivered", "已签收")), None, "not_arrived"),
        ((*WAY, scan(31, "delivered", "已签收"), OUT), None, "before_out_for_delivery"),
        ((*WAY, OUT, scan(34, "delivered", "签收人：丰巢")), "locker", "without_consent"),
        ((*WAY, OUT, scan(34, "delivered", "签收人：驿站")), "station", "without_consent"),
        ((*WAY, OUT, scan(34, "delivered", "无人在家，已放门口")), None, "nobody_there"),
        ((*WAY, OUT, SIGNED, scan(40, "delivered", "签收人：门卫")), "self", "signed_twice"),
        ((*WAY, OUT, scan(33, "refused", "拒收"), SIGNED), "self", "after_refusal"),
    ],
)
def test_flagged(scans: tuple[Scan, ...], kind: str | None, reason: str) -> None:
    assert reasons(*scans, sign_kind=kind) == [reason]


@pytest.mark.parametrize(
    ("scans", "kind"),
    [
        ((*WAY, OUT, scan(34, "delivered", "经您同意已放门口")), None),
        ((*WAY, OUT, scan(34, "delivered", "应您要求投递丰巢")), "locker"),
        ((*WAY, scan(33, "delivery_to_locker"), scan(40, "delivered", "已取出")), "locker"),
        ((*WAY, OUT, SIGNED, scan(34.2, "delivered", "已签收")), "self"),
        (
            (*WAY, OUT, SIGNED, AGAIN, scan(36, "delivered")),
            None,
        ),
        (
            (*WAY, OUT, scan(33, "refused"), AGAIN, scan(52, "delivered")),
            None,
        ),
        ((*WAY, OUT, scan(34, "delivered", "已签收", "杭州")), None),
    ],
)
def test_not_flagged(scans: tuple[Scan, ...], kind: str | None) -> None:
    assert reasons(*scans, sign_kind=kind) == []


def test_a_finding_says_when_and_what_was_seen() -> None:
    (found,) = said(*WAY, OUT, scan(34, "delivered", "已签收", GUANGZHOU))
    assert (found.at, found.seen) == (START + timedelta(hours=34), GUANGZHOU)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 200),
            st.sampled_from(sorted(details())),
            st.sampled_from(["", "已签收", "已放门口", "同意"]),
            st.sampled_from([None, HANGZHOU, GUANGZHOU]),
        ),
        max_size=12,
    ),
    st.randoms(),
)
def test_order_of_arrival_does_not_matter_and_nobody_signed_is_nothing(
    rows: list[tuple[int, str, str, str | None]], random: object
) -> None:
    scans = list(dict.fromkeys(scan(h + i / 100, d, t, c) for i, (h, d, t, c) in enumerate(rows)))
    assert said(*scans) == said(*reversed(scans))
    if not any(details()[s.detail].milestone and s.detail in SIGNS for s in scans):
        assert said(*scans) == []


SIGNS = {code for code, d in details().items() if d.milestone and d.milestone.name == "delivered"}
