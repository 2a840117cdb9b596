"""However a parcel's story is told, it is the same parcel.

If these break, a shipment's state depends on which of two pushes was faster: it would be delivered
for one customer service and on its way for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import Tenant
from exceptions.boxes import box
from tracking.parcels import FORM, Line, make_line, push, record, said, trace
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.couriers.connectors.base import CourierEvent, TrackUpdate
from yichuan.shipments.combining import Whole, combine
from yichuan.tracking import ingest, problems, queries, service
from yichuan.tracking.batch import Key, Moved, Source, StoredTrack, Told, news_of
from yichuan.tracking.lives import moves
from yichuan.tracking.values import BoundState, Leg, NewBinding

START = datetime(2025, 11, 1, tzinfo=UTC)
AT = datetime(2025, 12, 1, tzinfo=UTC)
COHORT = date(2025, 11, 1)
HOUR = timedelta(hours=1)
SOURCE = Source("kdniao", UUID(int=1), 1)
WORDS = (
    "订单已创建",
    "【深圳市】【宝安】的李某已揽收",
    "【深圳市】快件离开【深圳转运中心】已发往【乙转运中心】",
    "【北京市】快件已经到达【北京转运中心】",
    "【北京市】快件已经到达【北京城东】",
    "【北京市】【北京城东】正在派件",
    "【北京市】派送失败，电话无人接听",
    "快件已放入丰巢柜，请凭取件码取件",
    "您的包裹已从【丰巢】重新取出，小哥将继续为您派件",
    "【北京市】已签收，签收人：本人",
    "由门卫代收，已签收",
    "误签收，安排重新派送",
    "快件派送不成功(因收方客户拒收快件)",
    "【北京市】应客户要求，快件将退回寄件人",
    "取消退回，继续派送",
    "退件已签收",
    "快件丢失",
    "外包装破损",
    "快件已转交邮政EMS派送",
    "订单已取消",
)


@dataclass(frozen=True)
class Strand:
    """What happens under one number of a shipment: (hours after the start, place in WORDS)."""

    number: str
    leg: Leg
    scans: tuple[tuple[float, int], ...]

    def events(self) -> list[CourierEvent]:
        return [CourierEvent(START + hours * HOUR, WORDS[w], str(w)) for hours, w in self.scans]


scans = st.lists(
    st.tuples(st.integers(0, 60).map(lambda n: n / 2), st.integers(0, len(WORDS) - 1)),
    min_size=1,
    max_size=9,
    unique=True,
).map(tuple)
legs: st.SearchStrategy[tuple[Leg, ...]] = st.sampled_from(
    [("out",), ("out", "out"), ("out", "return"), ("out", "out", "return")]
)


@st.composite
def shipments(draw: st.DrawFn) -> list[Strand]:
    return [Strand(f"7310000000{n}", leg, draw(scans)) for n, leg in enumerate(draw(legs))]


def portions(rng: Random, strands: list[Strand]) -> list[tuple[str, tuple[CourierEvent, ...]]]:
    """The story as it may come: full histories that grow, single scans, old ones again, late ones,
    all numbers mixed. Every scan is told at least once."""
    told: list[tuple[str, tuple[CourierEvent, ...]]] = []
    for strand in strands:
        events = sorted(strand.events(), key=lambda e: e.occurred_at)
        if rng.random() < 0.5:
            rng.shuffle(events)
        ends = [*range(1, len(events) + 1)]
        whole = rng.random() < 0.5
        told += [(strand.number, tuple(events[: end] if whole else events[end - 1 : end]))
                 for end in ends]  # fmt: skip
    told += rng.sample(told, rng.randint(0, len(told)))
    rng.shuffle(told)
    return told


def stored(moved: Moved) -> StoredTrack:
    row, last = moved.row, moved.row.state.last_event_at
    track = (moved.courier, moved.number, moved.cycle, moved.cohort, moved.milestone, moved.count)
    return StoredTrack(*track, moved.digest, row.history, row.words, last)


class Tracks:
    """The merge without its database."""

    def __init__(self) -> None:
        self.rows: dict[Key, tuple[StoredTrack, Moved]] = {}
        self.events: dict[Key, list[tuple[Any, ...]]] = {}

    def merge(self, told: list[tuple[str, tuple[CourierEvent, ...]]]) -> None:
        """One batch."""
        by_key: dict[Key, list[Told]] = {}
        for number, events in told:
            one = Told(SOURCE, len(events), events=events)
            by_key.setdefault(("ZTO", number), []).append(one)
        for key, histories in by_key.items():
            known = self.rows[key][0] if key in self.rows else None
            news = news_of(key, [known] if known else [], histories)
            if news is not None:
                (moved,) = moves(news, [known] if known else [], at=AT, cohort=COHORT)
                self.rows[key] = stored(moved), moved
                new = [(e.second, e.detail, e.text, e.city) for e in moved.new_events]
                self.events.setdefault(key, []).extend(new)

    def bound(self, strands: list[Strand]) -> list[BoundState]:
        return [bound_state(strand, self.rows["ZTO", strand.number][1]) for strand in strands]

    def truth(self, strands: list[Strand]) -> tuple[Any, ...]:
        """Everything that is shown of the shipment."""
        wrong = [m.row.state.problem for _, (_, m) in sorted(self.rows.items())]
        timeline = {key: sorted(events, key=str) for key, events in self.events.items()}
        return combine(self.bound(strands)), self.bound(strands), wrong, timeline


def bound_state(strand: Strand, moved: Moved) -> BoundState:
    state = moved.row.state
    return BoundState(
        merchant_id=UUID(int=1),
        shipment_id=UUID(int=2),
        courier="ZTO",
        number=strand.number,
        cycle=moved.cycle,
        leg=strand.leg,
        milestone=moved.milestone,
        detail=state.detail,
        first_event_at=state.first_event_at,
        last_event_at=state.last_event_at,
        last_text=state.last_text,
        last_city=state.last_city,
        picked_up_at=state.picked_up_at,
        delivered_at=state.delivered_at,
        returned_at=state.returned_at,
        signed_by=state.signed_by,
        sign_kind=state.sign_kind,
    )


@given(strands=shipments(), rng=st.randoms(use_true_random=False))
def test_a_shipment_is_the_same_however_it_is_told(strands: list[Strand], rng: Random) -> None:
    """Permuted, doubled, delayed, interleaved and in batches of any size."""
    straight, shaken = Tracks(), Tracks()
    straight.merge([(strand.number, tuple(strand.events())) for strand in strands])
    waiting = portions(rng, strands)
    while waiting:
        size = rng.randint(1, 5)
        shaken.merge(waiting[:size])
        waiting = waiting[size:]
    assert shaken.truth(strands) == straight.truth(strands)
    states = shaken.bound(strands)
    assert combine(rng.sample(states, len(states))) == combine(states)


def whole(*strands: Strand) -> Whole:
    tracks = Tracks()
    tracks.merge([(strand.number, tuple(strand.events())) for strand in strands])
    found = combine(tracks.bound(list(strands)))
    assert found is not None
    return found


CARRIED = ((0, 1), (2, 2), (10, 18))


def test_the_number_that_began_last_leads() -> None:
    """转单: what the first courier scans afterwards does not set the parcel back."""
    first = Strand("1", "out", (*CARRIED, (40, 3)))
    second = Strand("2", "out", ((12, 1), (20, 5), (22, 9)))
    found = whole(first, second)
    assert (found.milestone, found.delivered_at) == ("delivered", START + 22 * HOUR)
    assert found.picked_up_at == START, "the first courier picked it up"
    handed = whole(Strand("1", "out", (*CARRIED, (11, 9))), Strand("2", "out", ((12, 1), (20, 2))))
    assert handed.milestone == "in_transit", "handing over is signed for, the parcel goes on"


def test_a_number_that_carries_nothing_does_not_lead() -> None:
    """A new label alone moves nothing; a number given back is none."""
    moving = Strand("1", "out", CARRIED)
    assert whole(moving, Strand("2", "out", ((20, 0),))).milestone == "in_transit"
    assert whole(moving, Strand("2", "out", ((20, 19),))).milestone == "in_transit"
    assert whole(
        Strand("1", "out", ((0, 0),)), Strand("2", "out", ((1, 0), (2, 19)))
    ).milestone == ("created")


def test_the_first_number_ends_what_the_second_left_open() -> None:
    found = whole(Strand("1", "out", (*CARRIED, (50, 9))), Strand("2", "out", ((12, 1), (14, 3))))
    assert (found.milestone, found.sign_kind) == ("delivered", "self")


def test_a_way_back_under_its_own_number() -> None:
    """It leads once it is carried, whatever the way out still says, and ends with the merchant."""
    out = Strand("1", "out", ((0, 1), (2, 2), (20, 5), (22, 9)))
    labelled = whole(out, Strand("2", "return", ((48, 0),)))
    assert (labelled.milestone, labelled.delivered_at) == ("delivered", START + 22 * HOUR)
    back = whole(out, Strand("2", "return", ((50, 1),)))
    assert (back.milestone, back.delivered_at, back.signed_by) == ("returning", None, None)
    for words in (9, 15):
        home = whole(out, Strand("2", "return", ((50, 1), (70, words))))
        assert (home.milestone, home.detail) == ("returned", "returned_to_sender")
        assert home.ended_at == START + 70 * HOUR
    lost = whole(out, Strand("2", "return", ((50, 1), (70, 16))))
    assert lost.milestone == "lost"


COLUMNS = (
    "milestone, detail, last_event_at, last_event_text, picked_up_at, delivered_at, ended_at,"
    " signed_by, sign_kind, shipped_at"
)


async def shown(context: Context, merchant_id: UUID, shipment_id: UUID) -> tuple[Any, ...]:
    """The row, the tracks' problems and the timeline, but for the numbers."""
    async with context.database.system() as session:
        where = {"id": shipment_id}
        row = await session.execute(text(f"SELECT {COLUMNS} FROM shipments WHERE id = :id"), where)
        found = await problems.problems_of(session, [(merchant_id, shipment_id)])
        wrong = sorted((p.kind, p.since) for p in found)
        values = tuple(row.one())
    async with context.database.read((merchant_id,)) as session:
        scans = await queries.timeline(session, merchant_id, shipment_id)
    story = [(e.number[-1], e.leg, e.occurred_at, e.text, e.code, e.detail, e.place) for e in scans]
    return values, wrong, story


async def flow(context: Context) -> None:
    await drain(context.database, [c for c in CONSUMERS if c.name == "shipments.state"])


async def bind(context: Context, merchant_id: UUID, shipment: UUID, strands: list[Strand]) -> None:
    numbers = [NewBinding(merchant_id, shipment, "ZTO", s.number, leg=s.leg) for s in strands]
    async with context.database.system() as session:
        await service.bind(session, numbers)


async def tell(
    context: Context, nobody: httpx.AsyncClient, line: Line, rng: Random, waiting: list[Any]
) -> None:
    """Some by push, some by poll, several to a batch."""
    while waiting:
        some = [waiting.pop() for _ in range(min(len(waiting), rng.randint(1, 40)))]
        if rng.random() < 0.5:
            updates = [TrackUpdate("ZTO", number, events) for number, events in some]
            await ingest.merge_updates(context, Source("kdniao", line.id), updates)
        else:
            told = [
                record(number, [trace(e.occurred_at, e.text, e.code) for e in events])
                for number, events in some
            ]
            answer = await nobody.post(line.path, content=push(*told), headers=FORM)
            assert said(answer.content)["Success"] is True
            if rng.random() < 0.5:
                continue
            while await ingest.merge_pending(context):
                pass
        if rng.random() < 0.3:
            await flow(context)
    while await ingest.merge_pending(context):
        pass
    await flow(context)


def parcel(rng: Random, prefix: str) -> list[Strand]:
    """A shipment with odd histories: one to three numbers, in the days before today."""
    back = (now() - START) / HOUR - 40
    kinds: tuple[Leg, ...] = rng.choice([("out",), ("out", "out"), ("out", "return")])
    strands = []
    for n, leg in enumerate(kinds):
        count = rng.randint(1, 8)
        times = [round(back) + rng.randint(0, 60) / 2 for _ in range(count)]
        words = [rng.randrange(len(WORDS)) for _ in range(count)]
        strands.append(Strand(f"{prefix}{n}", leg, tuple(set(zip(times, words, strict=True)))))
    return strands


async def test_the_same_through_pushes_polls_and_the_database(
    context: Context, nobody: httpx.AsyncClient, alpha: Tenant, beta: Tenant
) -> None:
    """Two dozen parcels told in order, and told anyhow to two subscribers of their numbers, one of
    them bound before the first scan and one in between: three times the same shipment."""
    line, rng = await make_line(context), Random(4)
    straight: list[tuple[UUID, list[Strand]]] = []
    early: list[UUID] = []
    late: list[tuple[UUID, list[Strand]]] = []
    waiting: list[Any] = []
    for n in range(24):
        told = parcel(rng, f"7720000{n:02}0")
        again = [Strand(f"7720000{n:02}1{s.number[-1]}", s.leg, s.scans) for s in told]
        straight.append((await box(context, alpha.id), told))
        early.append(await box(context, alpha.id))
        late.append((await box(context, beta.id), again))
        await bind(context, alpha.id, straight[-1][0], told)
        await bind(context, alpha.id, early[-1], again)
        waiting += portions(rng, again)
    whole = [
        TrackUpdate("ZTO", strand.number, tuple(strand.events()))
        for _, strands in straight
        for strand in strands
    ]
    await ingest.merge_updates(context, Source("kdniao", line.id), whole)
    await flow(context)
    rng.shuffle(waiting)
    half = len(waiting) // 2
    await tell(context, nobody, line, rng, waiting[:half])
    for shipment, strands in late:
        await bind(context, beta.id, shipment, strands)
    await tell(context, nobody, line, rng, waiting[half:])
    for (one, _), other, (third, _) in zip(straight, early, late, strict=True):
        expected = await shown(context, alpha.id, one)
        assert await shown(context, alpha.id, other) == expected
        assert await shown(context, beta.id, third) == expected
