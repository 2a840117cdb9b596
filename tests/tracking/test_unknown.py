"""Codes and texts nobody could read. If this broke, a courier's new word would stand for months as
"no status" under parcels, or an operator's mapping would reach the wrong ones or not come off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from conftest import Tenant
from tracking.parcels import FORM, Line, make_line, push, record, trace
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.tracking import ingest, jobs, unknown
from yichuan.tracking.redact import redact
from yichuan.tracking.reread import reread

HOUR = timedelta(hours=1)
URL = "/api/v1/couriers/unknown-codes"
STRANGE = "【乙市】包裹遭遇量子隧道【甲7号】，操作员李某13800138000"
SHAPE = unknown.shape(STRANGE)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def line(context: Context) -> Line:
    return await make_line(context)


async def pushed(context: Context, nobody: httpx.AsyncClient, line: Line, *records: dict) -> None:
    answer = await nobody.post(line.path, content=push(*records), headers=FORM)
    assert answer.status_code == 200
    while await ingest.merge_pending(context):
        pass


async def track(context: Context, number: str) -> Any:
    async with context.database.system() as session:
        sql = "SELECT milestone, detail, events FROM tracks WHERE number = :number"
        return (await session.execute(text(sql), {"number": number})).one()


async def logged(context: Context, number: str) -> list[tuple[str, str]]:
    async with context.database.system() as session:
        sql = "SELECT kind, milestone FROM milestone_log WHERE number = :number ORDER BY id"
        return [tuple(row) for row in await session.execute(text(sql), {"number": number})]


async def listed(platform: httpx.AsyncClient, **params: str) -> list[dict]:
    answer = await platform.get(URL, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def mapped(platform: httpx.AsyncClient, code: str, detail: str | None) -> httpx.Response:
    wish = {"connector": "kdniao", "courier": "UC", "code": code, "detail": detail}
    return await platform.patch(URL, json=wish)


def strange(number: str, *more: dict, at: datetime | None = None) -> dict:
    start = at or now() - 10 * HOUR
    rows = [trace(start, "【甲市】已揽收", "1"), trace(start + HOUR, STRANGE)]
    return record(number, [*rows, *more], courier="UC")


def test_a_shape_is_the_same_before_and_after_masking() -> None:
    assert unknown.shape(STRANGE) == unknown.shape(redact(STRANGE, "none")) == SHAPE
    assert SHAPE == "text:_包裹遭遇量子隧道_操作员李某_"
    one, other = "由 张三丰 代收7", "由 张** 代收7"
    assert unknown.shape(one) == unknown.shape(other) == unknown.shape(redact(one, "delivered"))


@given(st.text(max_size=120), st.sampled_from(["none", "delivered", "in_transit"]))
def test_shapes_of_any_text(raw: str, detail: str) -> None:
    """Masking, whatever it was told, does not make another shape of a text."""
    assert unknown.shape(redact(raw, detail)) == unknown.shape(raw.replace("\x00", ""))


@pytest.mark.parametrize(
    ("words", "code", "coded", "found"),
    [
        (STRANGE, "99", None, ["99", SHAPE]),
        (STRANGE, "2", "in_transit", []),
        ("已签收", "99", None, ["99"]),
        (STRANGE, None, None, [SHAPE]),
        ("", None, None, []),
        ("已签收", None, None, []),
    ],
)
def test_what_counts_as_unknown(
    words: str, code: str | None, coded: str | None, found: list[str]
) -> None:
    """A code we have no row for, even where the text tells; a text, only where no code tells."""
    detail = unknown.read(words, code, coded, {})
    assert unknown.unread(words, code, coded, detail, {}) == found
    known = dict.fromkeys(found, "none")
    assert unknown.unread(words, code, coded, unknown.read(words, code, coded, known), known) == []


async def test_seen_listed_mapped_and_taken_back(
    context: Context, nobody: httpx.AsyncClient, platform: httpx.AsyncClient, line: Line
) -> None:
    """From the courier's odd word to the parcel's milestone, and back."""
    signed = trace(now() - HOUR, "【乙市】已签收，签收人：本人", "301")
    records = (strange("UC0000000001"), strange("UC0000000002", signed))
    await pushed(context, nobody, line, *records, strange("UC0000000003"))
    (row,) = await listed(platform, kind="text", courier="UC")
    assert (row["code"], row["count"], row["detail"]) == (SHAPE, 3, None)
    assert row["samples"] == ["【乙市】包裹遭遇量子隧道【甲7号】，操作员李某138********"]
    assert (await track(context, "UC0000000001")).milestone == "picked_up"

    assert (await mapped(platform, SHAPE, "departed_from_hub")).json()["milestone"] == "in_transit"
    await pushed(context, nobody, line, strange("UC0000000004"))
    fresh = await track(context, "UC0000000004")
    assert (fresh.milestone, fresh.detail) == ("in_transit", "departed_from_hub")
    assert (await listed(platform, mapped="true", courier="UC"))[0]["count"] == 3

    assert await reread(context, "kdniao", "UC", SHAPE, None) == 2
    first = await track(context, "UC0000000001")
    assert (first.milestone, first.detail, first.events) == ("in_transit", "departed_from_hub", 2)
    assert (await logged(context, "UC0000000001"))[-1] == ("milestone", "in_transit")
    assert len(await logged(context, "UC0000000002")) == 1  # ended: reported is reported
    assert await reread(context, "kdniao", "UC", SHAPE, None) == 0

    # The same history again, with one scan more: nothing is read twice, nothing is lost.
    out = trace(now() - 8 * HOUR, "【乙市】【城东】的李某正在派件", "202")
    await pushed(context, nobody, line, strange("UC0000000001", out))
    assert (await track(context, "UC0000000001")).milestone == "out_for_delivery"

    assert (await mapped(platform, SHAPE, None)).json()["detail"] is None
    assert await reread(context, "kdniao", "UC", SHAPE, "departed_from_hub") == 3
    assert (await track(context, "UC0000000003")).milestone == "picked_up"
    assert (await track(context, "UC0000000004")).milestone == "picked_up"
    assert (await track(context, "UC0000000001")).milestone == "out_for_delivery"


async def test_a_code_is_mapped(
    context: Context, nobody: httpx.AsyncClient, platform: httpx.AsyncClient, line: Line
) -> None:
    """Its text says nothing more than that something moved."""
    at = now() - 3 * HOUR
    odd = record("UC0000000011", [trace(at, "运输中", "9901")], courier="UC")
    await pushed(context, nobody, line, odd)
    (row,) = await listed(platform, kind="code", courier="UC", q="990")
    assert (row["code"], row["count"], row["kind"]) == ("9901", 1, "code")
    assert (await mapped(platform, "9901", "arrived_at_destination")).status_code == 200
    assert await reread(context, "kdniao", "UC", "9901", None) == 1
    assert (await track(context, "UC0000000011")).milestone == "arriving"


async def test_who_may_and_what_is_kept(
    context: Context, platform: httpx.AsyncClient, alpha: Tenant, line: Line
) -> None:
    """Merchants neither see nor map; every mapping has its line in the audit log and its job."""
    assert (await alpha.client.get(URL)).status_code == 403
    assert (await mapped(alpha.client, SHAPE, "delivered")).status_code == 403
    async with context.database.read((alpha.id,)) as session:
        assert (await session.execute(text("SELECT count(*) FROM unknown_codes"))).scalar() == 0
    assert (await mapped(platform, SHAPE, "teleported")).status_code == 422
    assert (await mapped(platform, "text:never", "delivered")).status_code == 404
    log = (await platform.get("/api/v1/audit-log")).json()["items"]
    acts = [row["action"] for row in log if row["target"] == f"kdniao/UC/{SHAPE}"]
    assert acts == ["unknown_code.unmapped", "unknown_code.mapped"]
    async with context.database.system() as session:
        sql = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'reread_tracks'"
        assert (await session.execute(text(sql))).scalar() == 3


async def test_pages_and_forgetting(
    context: Context, platform: httpx.AsyncClient, line: Line
) -> None:
    """The list is walked to its end, and what no courier says any more goes, unless mapped."""
    seen: list[str] = []
    answer = (await platform.get(URL, params={"limit": "1"})).json()
    while True:
        seen += [row["code"] for row in answer["items"]]
        if not (cursor := answer["next_cursor"]):
            break
        answer = (await platform.get(URL, params={"limit": "1", "cursor": cursor})).json()
    assert {"9901", SHAPE} <= set(seen)
    assert len(seen) == len(set(seen))
    assert (await platform.get(URL, params={"cursor": "bad"})).status_code == 422
    async with context.database.system() as session:
        old = datetime(2020, 1, 1, tzinfo=UTC)
        await session.execute(text("UPDATE unknown_codes SET last_at = :old"), {"old": old})
    await jobs.housekeeping(context)
    assert [row["code"] for row in await listed(platform)] == ["9901"]
