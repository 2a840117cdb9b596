"""What a track's row remembers is enough to know its state.

If these break, a parcel's milestone depends on the order in which its pushes came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from yichuan.tracking import memory
from yichuan.tracking.details import details
from yichuan.tracking.memory import Remembered, Scan, recalled
from yichuan.tracking.merge import TrackEvent, TrackState, derive
from yichuan.tracking.walk import second_of, time_of

AT = datetime(2025, 12, 1, tzinfo=UTC)
START = datetime(2025, 11, 1, tzinfo=UTC)
TEXTS = {
    "delivered": ("已签收，签收人：本人", "已签收", "由门卫代收", "误签收"),
    "out_for_delivery": ("正在派件", "重新派送", "快件取出，再次投递"),
    "delivery_to_locker": ("已放入丰巢快递柜，请凭取货码领取", "已放入驿站"),
    "refused": ("客户拒收", "拒收，已退回"),
    "return_initiated": ("退回发件人", "取消退回"),
    "in_transit": ("运输中", "继续派送", ""),
}


def remembered(history: bytes, words: bytes | None, new: list[Scan], at: datetime) -> Remembered:
    return memory.remembered(history, recalled(words), new, at)


def texts_of(detail: str) -> tuple[str, ...]:
    return TEXTS.get(detail, (f"说了些什么 {detail}", ""))


@st.composite
def scans(draw: st.DrawFn) -> list[Scan]:
    """A history with odd gaps, no two scans of one second with the same detail."""
    kinds = st.sampled_from(memory.NUMBERED)
    count = draw(st.integers(1, 14))
    seen: dict[tuple[int, str], Scan] = {}
    for place in range(count):
        detail = draw(kinds)
        hours = draw(st.integers(0, 24 * 45))
        second = second_of(START + timedelta(hours=hours))
        text = draw(st.sampled_from(texts_of(detail)))
        city = draw(st.sampled_from((None, "深圳市", "北京市")))
        key = place.to_bytes(8, "big")
        seen.setdefault((second, detail), Scan(key, second, detail, text, city))
    return list(seen.values())


def straight(history: list[Scan]) -> TrackState:
    """The state from all events with all their texts."""
    return derive(
        TrackEvent(time_of(s.second), s.text or "", s.detail, s.key.hex(), s.city, received_at=AT)
        for s in history
    )


@given(history=scans(), seed=st.integers(0, 999))
def test_any_order_in_any_portions_gives_the_state_of_all(history: list[Scan], seed: int) -> None:
    """Half of the time nearly in order, as couriers send them: the walk goes on from its place."""
    rng = Random(seed)
    late = (0, 0, 0, 0, 90_000 * (seed % 4))
    history.sort(key=lambda s: s.second + rng.choice(late), reverse=True)
    if seed % 2:
        rng.shuffle(history)
    packed, words = b"", None
    waiting = list(history)
    while waiting:
        some = [waiting.pop() for _ in range(min(len(waiting), rng.randint(1, 4)))]
        row = remembered(packed, words, some, AT)
        packed, words = row.history, row.words
    expected = straight(history)
    state = row.state
    for name in TrackState.__dataclass_fields__:
        if name not in {"last_text", "last_city"}:
            assert getattr(state, name) == getattr(expected, name), name
    assert row.last_text == expected.last_text
    assert len(memory.keys_in(packed)) == len(history)


def test_the_last_city_is_the_latest_that_is_named() -> None:
    def scan(n: int, city: str | None) -> Scan:
        return Scan(n.to_bytes(8, "big"), 1000 * n, "in_transit", f"第{n}次", city)

    late = remembered(b"", None, [scan(5, "北京市")], AT)
    early = remembered(late.history, late.words, [scan(2, "深圳市"), scan(9, None)], AT)
    assert (early.state.last_city, early.last_text) == ("北京市", "第9次")
    last = remembered(early.history, early.words, [scan(7, "天津市")], AT)
    assert (last.state.last_city, last.last_text) == ("天津市", "第9次")


def test_every_detail_has_a_number_that_never_changes() -> None:
    """A new detail must be appended to NUMBERED: the numbers are in the database."""
    assert set(memory.NUMBERED) == set(details())
    assert memory.NUMBERED.index("delivered") == 20
    assert memory.NUMBERED[-1] == "returned_to_sender"
    assert len(memory.NUMBERED) == len(set(memory.NUMBERED)) == 33
