"""Where services reach and where they are suspended. Broken, parcels go where nobody delivers,
or a merchant is told "not delivered to" of its best city."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.ids import new_id
from yichuan.terms import places
from yichuan.terms.areas import Area, Areas, Stop, stop_for, stopped, unreached
from yichuan.terms.places import Place

AT = datetime(2026, 3, 2, 4, tzinfo=UTC)
PREFIXES = ("", "31", "3101", "310151", "310115", "33", "3301")
MERCHANT = new_id()


def area(adcode: str, serves: bool, **more: object) -> Area:
    values: dict[str, object] = {
        "id": new_id(),
        "merchant_id": None,
        "courier": "ZTO",
        "service": None,
        "adcode": adcode,
        "keyword": "",
        "serves": serves,
        "note": "",
    }
    return Area(**values | more)  # type: ignore[arg-type]


AREAS = st.builds(
    area,
    st.sampled_from(PREFIXES),
    st.booleans(),
    courier=st.sampled_from(("ZTO", "YTO")),
    service=st.sampled_from((None, "1", "2")),
    keyword=st.sampled_from(("", "长兴镇", "横沙")),
    merchant_id=st.sampled_from((None, MERCHANT)),
)
PLACES = st.builds(
    Place,
    st.sampled_from(("", "31", "3101", "310151", "310115", "330106")),
    st.sampled_from(("", "崇明区长兴镇潘圆公路 1 号", "横沙乡新环路 2 号")),
)


@given(st.lists(AREAS, max_size=12), PLACES, st.sampled_from(("1", "2")), st.booleans())
def test_the_index_decides_as_reading_every_row_would(
    rows: list[Area], where: Place, service: str, own: bool
) -> None:
    fits = [
        row
        for row in rows
        if row.courier == "ZTO"
        and row.service in (None, service)
        and where.adcode.startswith(row.adcode)
        and row.keyword in where.text
        and (own or row.merchant_id is None)
    ]
    found = Areas.of(rows).deciding("ZTO", service, where, own)
    assert (found is None) == (not fits)
    if found is not None:
        assert found.exactness == max(row.exactness for row in fits)
        finest = max(len(row.adcode) for row in fits)
        assert len(found.adcode) == finest


@given(st.lists(AREAS, max_size=8), PLACES, AREAS)
def test_a_rule_of_another_place_or_courier_changes_nothing(
    rows: list[Area], where: Place, other: Area
) -> None:
    if other.courier == "ZTO" and where.adcode.startswith(other.adcode):
        return
    before = Areas.of(rows).deciding("ZTO", "1", where, True)
    assert Areas.of([*rows, other]).deciding("ZTO", "1", where, True) == before


def test_a_town_is_taken_out_of_a_district_that_is_served() -> None:
    rows = [
        area("", False),
        area("31", True),
        area("310151", False, keyword="长兴镇", note="轮渡停航"),
    ]
    index = Areas.of(rows)
    island = index.deciding("ZTO", "1", Place("310151", "崇明区长兴镇 1 号"), False)
    assert island is not None
    assert unreached(island).zh == "不到件：上海市崇明区长兴镇，轮渡停航"
    town = index.deciding("ZTO", "1", Place("310151", "崇明区城桥镇 1 号"), False)
    assert town is not None
    assert town.serves
    elsewhere = index.deciding("ZTO", "1", Place("330106"), False)
    assert elsewhere is not None
    assert not elsewhere.serves


@given(st.sampled_from(PREFIXES), st.text("0123456789", max_size=8))
def test_codes_are_cut_to_what_all_below_them_share(prefix: str, noise: str) -> None:
    assert places.prefix_of(prefix.ljust(6, "0") if prefix else "") == prefix
    cut = places.prefix_of(noise)
    assert cut is None or places.prefix_of(cut) == cut
    assert cut is None or noise.startswith(cut)


def stop(**more: object) -> Stop:
    values: dict[str, object] = {
        "id": new_id(),
        "merchant_id": None,
        "courier": None,
        "service": None,
        "adcode": "31",
        "direction": "both",
        "cause": "weather",
        "reason": "台风",
        "from_at": AT,
        "until_at": AT + timedelta(days=2),
    }
    return Stop(**values | more)  # type: ignore[arg-type]


def ids(found: Stop | None) -> UUID | None:
    return None if found is None else found.id


def test_a_suspension_holds_in_its_time_and_direction() -> None:
    row, shanghai, hangzhou = stop(), Place("310115"), Place("330106")
    for origin, to, at, stops in (
        (hangzhou, shanghai, AT, True),
        (shanghai, hangzhou, AT, True),
        (hangzhou, hangzhou, AT, False),
        (hangzhou, shanghai, AT - timedelta(seconds=1), False),
        (hangzhou, shanghai, AT + timedelta(days=2), False),
    ):
        assert (stop_for([row], "ZTO", "1", origin, to, at) is not None) == stops
    inbound = stop(direction="to", courier="YTO")
    assert stop_for([inbound], "YTO", "1", shanghai, hangzhou, AT) is None
    assert stop_for([inbound], "ZTO", "1", hangzhou, shanghai, AT) is None
    assert ids(stop_for([inbound], "YTO", "1", hangzhou, shanghai, AT)) == inbound.id
    assert stopped(row).zh == "停发：上海市（天气：台风，预计 2026-03-04 12:00 恢复）"
    assert "until further notice" in stopped(stop(until_at=None)).en


def test_a_place_that_is_only_guessed_lies_in_no_area() -> None:
    assert places.read(None, None, None, "杭州市西湖区文三路1号").inside("3301")
    assert places.read(None, None, None, "软件大道1号").adcode == ""
