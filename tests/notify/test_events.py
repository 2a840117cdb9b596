"""What the outside is told. If this breaks, a mall misses a delivery or hears of another's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import replace

from yichuan.core.log import Entry
from yichuan.notify.events import Event, Subscriber, of_entry

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)
MERCHANT, OTHER, BOX, HOOK = (UUID(int=n) for n in (1, 2, 3, 4))


@dataclass(frozen=True)
class Box:
    shipment_no: str = "YC1"
    order_no: str | None = "SO1"
    courier: str | None = "ZTO"
    waybill_number: str | None = "7890"
    milestone: str = "delivered"
    detail: str = "delivered"
    problem: str | None = None
    promised_at: datetime | None = None
    delivered_at: datetime | None = AT
    signed_by: str | None = "本人"
    sign_kind: str | None = "self"


ENTRY = Entry(
    topic="shipment",
    kind="milestone",
    merchant_id=MERCHANT,
    shipment_id=BOX,
    milestone_from="out_for_delivery",
    milestone="delivered",
    detail="delivered",
    occurred_at=AT,
)


def test_delivery_is_a_milestone_and_a_delivery() -> None:
    first, second = of_entry(ENTRY, Box())
    assert (first.type, second.type) == ("shipment.milestone", "shipment.delivered")
    assert first.data["milestone_from"] == "out_for_delivery"
    assert (second.data["signed_by"], second.data["sign_kind"]) == ("本人", "self")
    assert first.stream == second.stream == str(BOX)


def test_progress_without_a_new_milestone_is_ours_alone() -> None:
    assert list(of_entry(replace(ENTRY, kind="progress"), Box())) == []
    assert list(of_entry(replace(ENTRY, kind="changed"), Box())) == []


def test_a_problem_names_its_kind_and_its_end() -> None:
    (begun,) = of_entry(replace(ENTRY, kind="problem", detail="stalled"), Box())
    assert begun.data["problem"] == "stalled"
    (over,) = of_entry(replace(ENTRY, kind="problem", detail=None), Box())
    assert over.data["problem"] is None


def test_subscribers_hear_of_their_own_and_of_what_they_asked_for() -> None:
    event = Event(MERCHANT, str(BOX), "shipment.problem", AT, {}, "log 1")
    everything: frozenset[str] = frozenset()
    assert Subscriber(HOOK, None, everything).wants(event)
    assert Subscriber(HOOK, MERCHANT, everything).wants(event)
    assert not Subscriber(HOOK, OTHER, everything).wants(event)
    assert not Subscriber(HOOK, MERCHANT, frozenset({"order.created"})).wants(event)
