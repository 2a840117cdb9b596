"""Bulk text formats. Broken, an import writes other texts than its file has, or none at all."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yichuan.core import arrays
from yichuan.core.bulk import Stage, copy_text, fill
from yichuan.core.context import Context
from yichuan.core.database import raw_connection
from yichuan.core.ids import new_id, new_ids

STAGE = Stage(
    "stage_test",
    {
        "id": "uuid",
        "name": "text",
        "count": "bigint",
        "at": "timestamptz",
        "body": "bytea",
        "yes": "boolean",
    },
)
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
ROWS = st.lists(
    st.tuples(
        st.uuids(),
        TEXTS | st.none() | st.sampled_from(["\\N", "a\tb", "c\nd", "\\", "\r", "", "\\."]),
        st.integers(-(2**63), 2**63 - 1) | st.none(),
        st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        st.binary(max_size=20) | st.none(),
        st.booleans(),
    ),
    max_size=8,
)


async def through(context: Context, rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    async with context.database.system() as session:
        connection = await fill(session, STAGE, copy_text(STAGE, rows))
        cursor = await connection.execute("SELECT * FROM stage_test")
        return list(await cursor.fetchall())


@pytest.fixture(scope="module")
def samples() -> list[list[tuple[object, ...]]]:
    """Rows of every odd kind, found by hypothesis and kept for one trip to the database."""
    found: list[list[tuple[object, ...]]] = []

    @settings(database=None)
    @given(ROWS)
    def collect(rows: list[tuple[object, ...]]) -> None:
        found.append(rows)

    collect()
    return found


async def test_rows_come_back_as_they_went(
    context: Context, samples: list[list[tuple[object, ...]]]
) -> None:
    rows = [row for sample in samples for row in sample]
    assert await through(context, rows) == rows


async def test_nul_is_dropped(context: Context) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows: list[tuple[object, ...]] = [(new_id(), "a\0b", 1, at, b"", True)]
    assert (await through(context, rows))[0][1] == "ab"


async def test_a_stage_may_be_filled_twice(context: Context) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    async with context.database.system() as session:
        for name in ("first", "second"):
            text = copy_text(STAGE, [(new_id(), name, 1, at, None, False)])
            connection = await fill(session, STAGE, text, analyze=True)
        cursor = await connection.execute("SELECT name FROM stage_test")
        assert await cursor.fetchall() == [("second",)]


async def test_arrays(context: Context) -> None:
    texts = ['a"b', "c\\d", "", "NULL", "e,f", "{g}", "中 文"]
    ids = [new_id(), new_id()]
    async with context.database.system() as session:
        connection = await raw_connection(session)
        cursor = await connection.execute(
            "SELECT %s::text[], %s::uuid[], %s::bigint[], %s::text[]",
            (
                arrays.texts(texts),
                arrays.uuids(ids),
                arrays.numbers([1, None, -3]),
                arrays.texts([]),
            ),
        )
        assert await cursor.fetchone() == (texts, ids, [1, None, -3], [])


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        copy_text(STAGE, [(new_id(), "a")])


def test_many_ids_are_proper_and_ascend() -> None:
    before = new_id()
    found = new_ids(1000)
    assert len(set(found)) == 1000
    assert found == sorted(found)
    assert {(u.version, u.variant) for u in found} == {(7, UUID(int=0x8 << 60).variant)}
    assert found[0].int >> 80 >= before.int >> 80
    assert UUID(str(found[0])) == found[0]
    assert hash(UUID(str(found[0]))) == hash(found[0])
