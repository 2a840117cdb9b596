"""Pushes become tracks. A user would notice lost scans, doubled scans, or a parcel that stands
still because of somebody else's bad push."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from psycopg.rows import dict_row

from conftest import Tenant
from tracking.parcels import APP_KEY, FORM, Line, make_line, push, raw_push, record, said, trace
from yichuan.core.clock import now
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.deppon.build import digest
from yichuan.tracking import ingest, service
from yichuan.tracking.values import NewBinding

DAY = timedelta(days=1)
START = datetime(2025, 11, 1, 2, 0, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def line(context: Context) -> Line:
    return await make_line(context)


async def merge_all(context: Context) -> None:
    while await ingest.merge_pending(context):
        pass


async def rows(context: Context, sql: str, *args: Any) -> list[dict[str, Any]]:
    async with context.database.hot_system.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(sql, args)
        return await cursor.fetchall()


async def send(nobody: httpx.AsyncClient, line: Line, body: bytes) -> dict:
    answer = await nobody.post(line.path, content=body, headers=FORM)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)
    return said(answer.content)


def history(start: datetime, count: int = 5) -> list[dict]:
    whole = [
        trace(start, "【深圳市】【宝安】的业务员王伟（13812345678）已揽件", "1", "深圳市"),
        trace(start + DAY / 4, "【深圳市】快件从【宝安】发出，发往【东莞中转部】", "206", "深圳市"),
        trace(start + DAY / 2, "【东莞市】快件已抵达【东莞中转部】", "204", "东莞市"),
        trace(
            start + DAY, "【北京市】【西城二部】的吴少华正在派件，电话13900001111", "202", "北京市"
        ),
        trace(start + DAY * 1.2, "【北京市】已签收，签收人：张三丰", "301", "北京市"),
    ]
    return whole[:count]


async def test_full_histories_bring_only_what_is_new(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    for count in (1, 2, 2, 4, 3, 5):
        body = push(record("751000000001", history(START, count)))
        assert (await send(nobody, line, body))["Success"] is True
        await merge_all(context)
    found = await rows(context, "SELECT * FROM track_events WHERE number = '751000000001'")
    assert len(found) == 5
    track = (await rows(context, "SELECT * FROM tracks WHERE number = '751000000001'"))[0]
    assert (track["milestone"], track["detail"], track["events"]) == ("delivered", "delivered", 5)
    assert track["picked_up_at"] == START
    assert track["delivered_at"] == START + DAY * 1.2
    assert track["last_city"] == "北京市"
    entries = await rows(
        context, "SELECT * FROM milestone_log WHERE number = '751000000001' ORDER BY id"
    )
    assert [(e["kind"], e["milestone_from"], e["milestone"]) for e in entries] == [
        ("milestone", None, "picked_up"),
        ("milestone", "picked_up", "in_transit"),
        ("milestone", "in_transit", "out_for_delivery"),
        ("milestone", "out_for_delivery", "delivered"),
    ]


async def test_no_phone_and_no_name_is_stored(context: Context) -> None:
    found = await rows(context, "SELECT text FROM track_events WHERE number = '751000000001'")
    texts = "".join(row["text"] for row in found)
    assert "13812345678" not in texts
    assert "13900001111" not in texts
    assert "张三丰" not in texts
    assert "王伟" in texts
    inbox = await rows(context, "SELECT body FROM push_inbox")
    assert not any("深圳市".encode() in row["body"] for row in inbox)


async def test_new_only_and_out_of_order(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    whole = history(START)
    for place in (4, 0, 2, 1, 3):
        await send(nobody, line, push(record("751000000002", [whole[place]])))
        await merge_all(context)
    one, two = await rows(
        context,
        "SELECT milestone, detail, first_event_at, last_event_at, picked_up_at, delivered_at,"
        " out_for_delivery_at, last_text, last_city, signed_by, sign_kind FROM tracks"
        " WHERE number IN ('751000000001', '751000000002')",
    )
    assert one == two


async def test_bad_events_do_not_stop_the_good_ones(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    bad = [trace("--", "时间坏了"), trace("1970-01-01 08:00:00", "太早")]
    body = push(
        record("751000000003", [*history(START, 2), *bad]),
        record("", history(START, 1)),
        record("751000000004", history(START, 1)),
    )
    for _ in range(2):
        assert (await send(nobody, line, body))["Success"] is True
        await merge_all(context)
    tracks = await rows(
        context,
        "SELECT number, events FROM tracks WHERE number IN ('751000000003',"
        " '751000000004') ORDER BY number",
    )
    assert [t["events"] for t in tracks] == [2, 1]
    kept = await rows(context, "SELECT kind, courier, number, reason FROM quarantine ORDER BY id")
    assert sorted(row["kind"] for row in kept) == ["event", "event", "record"]
    assert {row["number"] for row in kept if row["kind"] == "event"} == {"751000000003"}


async def test_garbage_under_a_right_signature_is_put_aside(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    assert (await send(nobody, line, raw_push("{{{ no json")))["Success"] is True
    await merge_all(context)
    kept = await rows(context, "SELECT * FROM quarantine WHERE kind = 'push'")
    assert len(kept) == 1
    assert not await rows(context, "SELECT 1 FROM push_inbox WHERE merged_at IS NULL")


async def test_odd_characters_and_sizes(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    texts = ['引"号\\斜\\', "\x00零\x1f\x1e", "{a,b}", "NULL", "", "长" * 5000, "😀𠮷"]
    traces = [trace(START + timedelta(minutes=n), t, "2") for n, t in enumerate(texts)]
    await send(nobody, line, push(record("751000000005", traces)))
    await merge_all(context)
    found = await rows(
        context,
        "SELECT text FROM track_events WHERE number = '751000000005' ORDER BY occurred_at",
    )
    assert [row["text"] for row in found][:1] == ['引"号\\斜\\']
    assert len(found) == 7
    assert len(found[5]["text"]) == 1000


async def test_a_push_that_breaks_the_merge_is_left_behind(
    context: Context, nobody: httpx.AsyncClient, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ingest.lives.moves

    def sometimes(news: Any, *args: Any, **kwargs: Any) -> Any:
        if news.key[1] == "751000000666":
            raise ZeroDivisionError("unforeseen")
        return real(news, *args, **kwargs)

    monkeypatch.setattr(ingest.lives, "moves", sometimes)
    for number in ("751000000006", "751000000666", "751000000007"):
        await send(nobody, line, push(record(number, history(START, 1))))
    await merge_all(context)
    tracks = await rows(
        context, "SELECT number FROM tracks WHERE number IN ('751000000006', '751000000007')"
    )
    assert len(tracks) == 2
    kept = await rows(context, "SELECT reason FROM quarantine WHERE reason LIKE 'cannot%%'")
    assert kept == [{"reason": "cannot be merged: ZeroDivisionError: unforeseen"}]
    assert not await rows(context, "SELECT 1 FROM push_inbox WHERE merged_at IS NULL")


async def test_a_reused_number_begins_a_new_life(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    later = START + 70 * DAY
    await send(nobody, line, push(record("751000000008", history(START))))
    await merge_all(context)
    await send(nobody, line, push(record("751000000008", history(later, 1))))
    await merge_all(context)
    both = history(START) + history(later, 2)
    await send(nobody, line, push(record("751000000008", both)))
    await merge_all(context)
    tracks = await rows(
        context,
        "SELECT cycle, events, milestone FROM tracks WHERE number = '751000000008' ORDER BY cycle",
    )
    assert [tuple(t.values()) for t in tracks] == [(1, 5, "delivered"), (2, 2, "in_transit")]


async def test_two_lives_in_one_push_and_late_scans_of_the_first(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    later, number = START + 70 * DAY, "751000000018"
    await send(nobody, line, push(record(number, history(START)[1:] + history(later, 2))))
    await merge_all(context)
    await send(nobody, line, push(record(number, history(START)[:1])))
    await merge_all(context)
    tracks = await rows(
        context,
        "SELECT t.cycle, t.milestone, t.events, count(*) AS stored,"
        " max(e.occurred_at) - min(e.occurred_at) < interval '30 days' AS alike"
        " FROM tracks t JOIN track_events e USING (cohort, courier, number, cycle)"
        f" WHERE number = '{number}' GROUP BY 1, 2, 3 ORDER BY 1",
    )
    assert [tuple(t.values()) for t in tracks] == [
        (1, "delivered", 5, 5, True),
        (2, "in_transit", 2, 2, True),
    ]


async def test_a_correction_soon_after_the_end_is_the_same_parcel(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    again = trace(START + 3 * DAY, "【北京市】客户拒收误签，安排重新派送", "419")
    await send(nobody, line, push(record("751000000009", history(START))))
    await merge_all(context)
    await send(nobody, line, push(record("751000000009", [*history(START), again])))
    await merge_all(context)
    tracks = await rows(context, "SELECT cycle, events FROM tracks WHERE number = '751000000009'")
    assert [tuple(t.values()) for t in tracks] == [(1, 6)]


async def test_a_forecast_waits_until_its_time(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    ahead = trace(now() + 40 * DAY, "【北京市】已签收，签收人：本人", "301")
    await send(nobody, line, push(record("751000000010", [*history(START, 2), ahead])))
    await merge_all(context)
    track = (await rows(context, "SELECT * FROM tracks WHERE number = '751000000010'"))[0]
    assert (track["events"], track["milestone"]) == (3, "in_transit")
    assert track["last_event_at"] == START + DAY / 4


async def test_two_workers_at_once(context: Context, nobody: httpx.AsyncClient, line: Line) -> None:
    bodies = [
        push(*(record(f"76000000{n:04d}", history(START, count)) for n in range(k, k + 10)))
        for count in range(1, 6)
        for k in range(0, 100, 5)
    ]
    await asyncio.gather(*(send(nobody, line, body) for body in bodies))
    await asyncio.gather(*(ingest.merge_pending(context, 7) for _ in range(4)))
    await asyncio.gather(*(merge_all(context) for _ in range(3)))
    tracks = await rows(
        context, "SELECT milestone, events FROM tracks WHERE number LIKE '76000000%%'"
    )
    assert {tuple(t.values()) for t in tracks} == {("delivered", 5)}
    found = await rows(
        context, "SELECT count(*) AS n FROM track_events WHERE number LIKE '76000000%%'"
    )
    assert found == [{"n": 5 * len(tracks)}]
    entries = await rows(
        context,
        "SELECT count(*) AS n, count(*) FILTER (WHERE milestone = 'delivered' AND kind ="
        " 'milestone') AS ends FROM milestone_log WHERE number LIKE '76000000%%'",
    )
    assert entries[0]["ends"] == len(tracks)


async def test_wrong_signature_is_refused_in_their_words(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    body = push(record("751000000011", history(START, 1)), spoil=True)
    for _ in range(3):
        answer = await send(nobody, line, body)
        assert (answer["Success"], answer["Reason"]) == (False, "signature")
    await merge_all(context)
    assert not await rows(context, "SELECT 1 FROM tracks WHERE number = '751000000011'")
    kept = await rows(context, "SELECT * FROM quarantine WHERE kind = 'signature'")
    assert len(kept) == 1
    assert APP_KEY.encode() not in kept[0]["raw"]


async def test_doors_that_do_not_open(nobody: httpx.AsyncClient, line: Line) -> None:
    body = push(record("751000000012", history(START, 1)))
    unknown = await nobody.post("/push/kdniao/nonsense", content=body, headers=FORM)
    assert unknown.status_code == 404
    other = await nobody.post(f"/push/other/{line.token}", content=body, headers=FORM)
    assert other.status_code == 404
    kind = await send(nobody, line, push(record("751000000012", []), kind="107"))
    assert (kind["Success"], kind["Reason"]) == (False, "RequestType is not supported")
    big = await nobody.post(line.path, content=b"x" * (2 * 1024 * 1024 + 1), headers=FORM)
    assert big.status_code == 413
    assert (await send(nobody, line, b"\xff\xfe"))["Success"] is False


async def test_the_courier_gives_up_and_is_asked_again(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    async with context.database.hot_system.connection() as connection:
        await connection.execute(
            "INSERT INTO track_subscriptions (courier, number, state) VALUES"
            " ('ZTO', '751000000013', 'subscribed'), ('ZTO', '751000000001', 'subscribed')"
        )
    gone = {"Success": False, "Reason": "三天无轨迹"}
    await send(
        nobody,
        line,
        push(record("751000000013", [], **gone), record("751000000001", [], **gone)),
    )
    await merge_all(context)
    states = "SELECT number, state, stops, stopped_reason FROM track_subscriptions ORDER BY number"
    found = await rows(context, states)
    assert [tuple(row.values()) for row in found] == [
        ("751000000001", "subscribed", 0, None),
        ("751000000013", "wanted", 1, "三天无轨迹"),
    ]
    for _ in range(2):
        async with context.database.hot_system.connection() as connection:
            await connection.execute("UPDATE track_subscriptions SET state = 'subscribed'")
        again = {**gone, "Reason": "七天内无轨迹变化"}
        await send(nobody, line, push(record("751000000013", [], **again)))
        await merge_all(context)
    found = await rows(context, states)
    assert tuple(found[1].values()) == ("751000000013", "failed", 3, "七天内无轨迹变化")


async def test_a_push_goes_where_its_number_is_bound(
    context: Context, nobody: httpx.AsyncClient, alpha: Tenant
) -> None:
    """Deppon pushes 德邦快运 as 德邦快递: the scan must not make a second track nobody sees."""
    key, token = "deppon-key", ""
    async with context.database.system() as session:
        _, token = await couriers.add_connection(
            session, context.vault, merchant_id=None, connector="deppon", name="德邦",
            endpoint="http://courier.test", public_id="EWB", secret=key, extra={"sign": "YC"},
        )  # fmt: skip
    async with context.database.system() as session:
        bound = NewBinding(alpha.id, new_id(), "DBLKY", "DPK000000000001")
        await service.bind(session, [bound], vault=context.vault)
    for number in ("DPK000000000001", "DPK000000000002"):
        scan = {"time": "2025-11-01 10:00:00", "description": "已揽收", "status": "GOT"}
        told = {"track_list": [{"tracking_number": number, "trace_list": [scan]}]}
        params = json.dumps(told, ensure_ascii=False)
        form = {"params": params, "timestamp": "1", "digest": digest(params, key, "1")}
        answer = await nobody.post(f"/push/deppon/{token}", data=form)
        assert answer.json()["result"] == "true"
    await merge_all(context)
    found = await rows(
        context, "SELECT courier, events FROM tracks WHERE number LIKE 'DPK%%' ORDER BY number"
    )
    assert [tuple(row.values()) for row in found] == [("DBLKY", 1), ("DBL", 1)]


async def test_unread_words_are_counted(
    context: Context, nobody: httpx.AsyncClient, line: Line
) -> None:
    traces = [trace(START, "【某地】量子泡沫态叠加 42", "9999"), trace(START + DAY, "量子泡沫态")]
    await send(nobody, line, push(record("751000000014", traces)))
    await merge_all(context)
    found = await rows(
        context,
        "SELECT code, count FROM unknown_codes WHERE sample LIKE '%%量子泡沫%%' ORDER BY code",
    )
    counted = {tuple(row.values()) for row in found}
    assert counted == {("9999", 1), ("text:_量子泡沫态叠加_", 1), ("text:量子泡沫态", 1)}


async def test_high_water_says_come_back_later(
    context: Context, app: Any, nobody: httpx.AsyncClient, line: Line
) -> None:
    from yichuan.tracking.reception import Reception

    config = context.settings.model_copy(update={"inbox_high_water": 1})
    app.state.reception = Reception(Context(config, context.vault, context.database, context.blobs))
    try:
        body = push(record("751000000015", history(START, 1)))
        codes = [
            (await nobody.post(line.path, content=body, headers=FORM)).status_code for _ in range(4)
        ]
        refused = await nobody.post(line.path, content=body, headers=FORM)
    finally:
        del app.state.reception
    assert codes == [200, 200, 503, 503]
    assert refused.headers["retry-after"]
    assert said(refused.content)["Success"] is False
    await merge_all(context)
