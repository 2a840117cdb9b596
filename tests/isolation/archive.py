"""A month that left with a parcel of a merchant in it, and a picture of it that a courier has:
rows that nobody but the system sees."""

from __future__ import annotations

from sqlalchemy import text

from yichuan.core.context import Context

ROWS = (
    "INSERT INTO archived_cohorts (cohort, events, size_bytes) VALUES ('2020-01-01', 1, 1)"
    " ON CONFLICT DO NOTHING",
    "INSERT INTO archive_parts (blob_key, cohort, first_courier, first_number, first_cycle,"
    " last_courier, last_number, last_cycle, events, size_bytes, digest)"
    " VALUES ('archive/' || :number, '2020-01-01', 'YTO', :number, 1, 'YTO', :number, 1, 1, 1, '')",
    "INSERT INTO history_recalls (courier, number, cycle, cohort, state)"
    " VALUES ('YTO', :number, 1, '2020-01-01', 'done')",
    "INSERT INTO courier_pictures (courier, number, origin, kind, url_enc, state, error)"
    " VALUES ('YTO', :number, '', 'photo', '', 'failed', 'missing')",
)


async def archive_of(context: Context, number: str) -> None:
    """A file that begins with this number, and that its history was asked for."""
    async with context.database.system() as session:
        for row in ROWS:
            await session.execute(text(row), {"number": number})
