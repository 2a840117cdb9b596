"""Terms as operators and merchants write them, and what dispatch, the print check and the tickets
make of them. Broken, a parcel goes to a closed city, or a refusal does not name its rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio
from sqlalchemy import text

from conftest import Tenant
from orders.test_routes import order
from waybills.conftest import Setup
from yichuan.core.clock import CHINA, now
from yichuan.core.context import Context
from yichuan.terms import service

URL = "/api/v1/terms"
CHENGDU = "510100"


async def write(client: httpx.AsyncClient, kind: str, **term: Any) -> dict[str, Any]:
    owner = {"merchant_id": term.pop("merchant_id")} if "merchant_id" in term else {}
    answer = await client.post(URL, json=owner | {"term": {"kind": kind} | term})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def remove(client: httpx.AsyncClient, row: dict[str, Any]) -> None:
    answer = await client.delete(f"{URL}/{row['kind']}/{row['id']}")
    assert answer.status_code == 204, answer.text


async def box(tenant: Tenant, number: str, title: str = "保温杯", **recipient: str) -> str:
    body = order(number, tenant, **recipient)
    body["sub_orders"][0]["lines"][0]["name"] = title
    placed = await tenant.client.post("/api/v1/orders", json=body)
    assert placed.status_code == 201, placed.text
    shipment: str = placed.json()["sub_orders"][0]["shipment_ids"][0]
    return shipment


async def check(client: httpx.AsyncClient, *boxes: str, **wish: str) -> dict[str, Any]:
    body = {"shipment_ids": list(boxes)} | wish
    answer = await client.post("/api/v1/print-jobs/preflight", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def texts(found: list[dict[str, Any]], code: str) -> str:
    return " ".join(one["zh"] for one in found if one["code"] == code)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def setup(accounts: Setup) -> None:
    """Everything here needs accounts."""


async def test_a_district_that_is_not_served_is_refused_with_its_rule(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    shipment = await box(alpha, "T1")
    row = await write(
        platform, "areas", courier="ZTO", adcode="510107", serves=False, note="网点关闭"
    )
    assert row["place"] == "四川省成都市武侯区"
    asked = await check(alpha.client, shipment, courier="ZTO")
    (blocker,) = asked["blockers"]
    assert "不到件：四川省成都市武侯区，网点关闭" in blocker["zh"]
    assert "not delivered to" in blocker["en"]
    refused = await alpha.client.post(
        "/api/v1/waybills", json={"shipment_id": shipment, "courier": "ZTO"}
    )
    assert refused.status_code == 409
    assert "不到件" in refused.json()["detail"]
    taken = await alpha.client.post("/api/v1/waybills", json={"shipment_id": shipment})
    assert taken.status_code == 201
    found = (await alpha.client.get(f"/api/v1/shipments/{shipment}")).json()
    out = {c["courier"]: c["refused_zh"] for c in found["dispatch_reason"]["candidates"]}
    assert "不到件" in out["ZTO"]
    assert taken.json()["courier"] != "ZTO"
    await remove(platform, row)


async def test_own_numbers_against_a_rule_are_told_and_taken_all_the_same(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    away, let_pass = await box(alpha, "T1OWN"), await box(alpha, "T1PASS", "95%工业酒精 5L")
    far = await write(platform, "areas", courier="YTO", adcode="510107", serves=False, note="")
    other = await write(
        platform, "areas", courier="STO", service="1", adcode="51", serves=False, note=""
    )
    rows = [
        {"shipment_id": away, "courier": "YTO", "number": "YT7700000000001"},
        {"shipment_id": let_pass, "courier": "STO", "number": "770000000000001"},
    ]
    answer = await alpha.client.post("/api/v1/shipments/own-numbers", json={"rows": rows})
    first, second = answer.json()["items"]
    assert (first["ok"], second["ok"]) == (True, True), answer.text
    assert first["warning_zh"] == "不到件：四川省成都市武侯区"
    assert "not delivered to" in first["warning_en"]
    assert second["warning_zh"].startswith("禁寄物品：易燃液体")
    assert "不到件" not in second["warning_zh"], "another service of the courier may be meant"
    for row in (far, other):
        await remove(platform, row)


async def test_a_suspension_is_announced_stops_and_ends(
    alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    shipment = await box(alpha, "T2")
    begin = now() - timedelta(minutes=1)
    row = await write(
        platform,
        "suspensions",
        adcode=CHENGDU,
        direction="to",
        cause="epidemic",
        reason="封控",
        from_at=begin.isoformat(),
    )
    assert row["state"] == "current"
    told = (await alpha.client.get("/api/v1/alerts")).json()["items"][0]
    assert told["kind"] == "suspension"
    assert "停发：全部快递 四川省成都市，封控" in told["title_zh"]
    assert "个待发包裹受影响" in told["title_zh"]
    others = (await beta.client.get("/api/v1/alerts")).json()["items"][0]
    assert "受影响" not in others["title_zh"]
    path = f"{URL}/suspensions/{row['id']}"
    held = (await alpha.client.get(f"{path}/shipments")).json()["items"]
    assert shipment in [one["id"] for one in held]
    assert (await beta.client.get(f"{path}/shipments")).json()["items"] == []
    (blocker,) = (await check(alpha.client, shipment))["blockers"]
    assert "停发：四川省成都市（疫情：封控" in blocker["zh"]
    assert (await platform.delete(path)).status_code == 409
    ended = (await platform.post(f"{path}/end")).json()
    assert ended["state"] == "past"
    assert (await platform.post(f"{path}/end")).status_code == 409
    assert (await check(alpha.client, shipment))["ready"] == 1
    past = (await alpha.client.get(f"{URL}/suspensions", params={"state": "past"})).json()["items"]
    assert row["id"] in [one["id"] for one in past]
    assert (await alpha.client.post(f"{path}/end")).status_code == 404


async def test_prohibited_goods_pass_only_when_somebody_entitled_says_why(
    alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    shipment = await box(alpha, "T3", "95%工业酒精 5L")
    (blocker,) = (await check(alpha.client, shipment))["blockers"]
    assert blocker["code"] == "prohibited"
    assert "禁寄物品：易燃液体（含“酒精”" in blocker["zh"]
    refused = await alpha.client.post("/api/v1/waybills", json={"shipment_id": shipment})
    assert refused.status_code == 409
    path = f"/api/v1/shipments/{shipment}/goods-clearances"
    wish = {"rule_id": blocker["rule_id"], "reason": "样品瓶，已倒空"}
    assert (await alpha.client.post(path, json=wish)).status_code == 403
    assert (await beta.client.post(path, json=wish)).status_code == 404
    assert (await platform.post(path, json=wish)).status_code == 201
    (kept,) = (await alpha.client.get(path)).json()["items"]
    assert (kept["rule_zh"], kept["reason"]) == ("易燃液体", "样品瓶，已倒空")
    assert (await check(alpha.client, shipment))["ready"] == 1
    taken = await alpha.client.post("/api/v1/waybills", json={"shipment_id": shipment})
    assert taken.status_code == 201, taken.text


async def test_a_merchants_own_rule_holds_for_it_alone(
    alpha: Tenant, beta: Tenant, platform: httpx.AsyncClient
) -> None:
    rule = {"name_zh": "样品", "name_en": "samples", "keywords": ["样品"], "level": "forbidden"}
    row = await write(alpha.client, "goods", **rule)
    assert row["merchant_id"] == str(alpha.id)
    shipment = await box(alpha, "T4", "赠送样品")
    (blocker,) = (await check(alpha.client, shipment))["blockers"]
    assert "样品" in blocker["zh"]
    assert (await beta.client.get(f"{URL}/goods", params={"q": "样品"})).json()["items"] == []
    body = {"term": {"kind": "goods"} | rule}
    assert (await beta.client.put(f"{URL}/goods/{row['id']}", json=body)).status_code == 404
    packaged = (await alpha.client.get(f"{URL}/goods", params={"limit": 200})).json()["items"]
    theirs = next(one for one in packaged if one["merchant_id"] is None)
    assert (await alpha.client.delete(f"{URL}/goods/{theirs['id']}")).status_code == 404
    path = f"/api/v1/shipments/{shipment}/goods-clearances"
    wish = {"rule_id": row["id"], "reason": "这次照发"}
    assert (await alpha.client.post(path, json=wish)).status_code == 201
    await remove(alpha.client, row)
    trait = {"term": {"kind": "traits", "courier": "ZTO", "by_air": True}}
    assert (await alpha.client.post(URL, json=trait)).status_code == 403


async def test_goods_that_do_not_fly_go_by_land_and_what_needs_papers_is_told(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    shipment = await box(alpha, "T5", "充电宝 20000mAh")
    row = await write(platform, "traits", courier="STO", by_air=True)
    (blocker,) = (await check(alpha.client, shipment, courier="STO"))["blockers"]
    assert "不能走航空：锂电池和充电宝" in blocker["zh"]
    assert (await check(alpha.client, shipment, courier="ZTO"))["ready"] == 1
    await remove(platform, row)
    declared = await check(alpha.client, await box(alpha, "T6", "古巴雪茄 5 支"))
    assert declared["ready"] == 1
    assert "须申报后寄递" in texts(declared["doubts"], "declare")


async def test_real_name_is_asked_of_the_merchant_or_the_account(
    alpha: Tenant, platform: httpx.AsyncClient, accounts: Setup
) -> None:
    shipment = await box(alpha, "T7")
    trait = await write(platform, "traits", courier="YTO", real_name=True)
    (blocker,) = (await check(alpha.client, shipment, courier="YTO"))["blockers"]
    assert "实名" in blocker["zh"]
    old = (now() - timedelta(days=2)).astimezone(CHINA).date().isoformat()
    mine = await write(alpha.client, "real_names", courier="YTO", valid_until=old)
    assert (await check(alpha.client, shipment, courier="YTO"))["ready"] == 0
    term = {"kind": "real_names", "courier": "YTO", "reference": "YTO-88"}
    renewed = await alpha.client.put(f"{URL}/real_names/{mine['id']}", json={"term": term})
    assert renewed.status_code == 200, renewed.text
    assert (await check(alpha.client, shipment, courier="YTO"))["ready"] == 1
    await remove(alpha.client, mine)
    lent = await write(platform, "real_names", courier="YTO", account_id=accounts.accounts["YTO"])
    assert (await check(alpha.client, shipment, courier="YTO"))["ready"] == 1
    await remove(platform, lent)
    await remove(platform, trait)


async def test_cut_offs_are_told_before_printing_and_move_a_deadline_nobody_named(
    alpha: Tenant, platform: httpx.AsyncClient, context: Context
) -> None:
    here = now().astimezone(CHINA)
    tomorrow = str((here + timedelta(days=1)).isoweekday())
    row = await write(platform, "cutoffs", courier="ZTO", weekdays=tomorrow, at="16:00")
    shipment = await box(alpha, "T8")
    asked = await check(alpha.client, shipment, courier="ZTO")
    (leaving,) = asked["leaving"]
    assert (leaving["courier"], leaving["zh"], leaving["boxes"]) == ("ZTO", "明日 16:00 前", 1)
    async with context.database.system() as session:
        await session.execute(
            text("UPDATE shipments SET ship_by = now() WHERE id = :id"), {"id": shipment}
        )
    late = await check(alpha.client, shipment, courier="ZTO")
    assert "赶不上发货时限" in texts(late["doubts"], "after_deadline")
    assert (await check(alpha.client, shipment, courier="YTO"))["leaving"] == []
    await remove(platform, row)


async def test_whether_an_address_is_reached(alpha: Tenant, platform: httpx.AsyncClient) -> None:
    rows = [
        await write(
            platform, "areas", courier="ZTO", adcode="310151", keyword="长兴镇", serves=False
        ),
        await write(platform, "areas", courier="YTO", adcode="31", serves=True),
    ]
    address = "上海市崇明区长兴镇潘圆公路 1 号"
    answer = (await alpha.client.get("/api/v1/reach", params={"address": address})).json()
    assert (answer["adcode"], answer["place"]) == ("310151", "上海市崇明区")
    by_courier = {(one["courier"], one["service"]): one for one in answer["items"]}
    assert by_courier["YTO", "1"]["reaches"]
    out = by_courier["ZTO", "1"]
    assert not out["reaches"]
    assert out["reasons"][0]["rule_id"] == rows[0]["id"]
    goods = {"address": address, "goods": "汽油"}
    nothing = (await alpha.client.get("/api/v1/reach", params=goods)).json()["items"]
    assert not any(one["reaches"] for one in nothing)
    for row in rows:
        await remove(platform, row)


async def test_what_is_wrong_is_said(alpha: Tenant, platform: httpx.AsyncClient) -> None:
    for term in (
        {"kind": "areas", "courier": "ZTO", "adcode": "999999", "serves": True},
        {"kind": "areas", "courier": "NOSUCH", "serves": True},
        {"kind": "areas", "courier": "ZTO", "service": "77", "serves": True},
        {"kind": "cutoffs", "weekdays": "9"},
        {"kind": "compensation", "trouble": "lost", "insured": False, "claim_days": 7},
        {"kind": "real_names", "courier": "ZTO"},
    ):
        answer = await platform.post(URL, json={"term": term})
        assert answer.status_code == 422, (term, answer.text)
    one = await write(platform, "areas", courier="ZTO", adcode="3301", serves=True)
    again = {"kind": "areas", "courier": "ZTO", "adcode": "330100", "serves": False}
    twice = await platform.post(URL, json={"term": again})
    assert twice.status_code == 409
    await remove(platform, one)


async def test_a_file_goes_in_comes_out_and_goes_in_again(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    rows = [
        "快递公司,省,市,区县,乡镇/村,是否到件,备注",
        "中通快递,上海市,,崇明区,长兴镇,不到,轮渡停航",
        "YTO,浙江省,杭州市,,,到,",
        "无此快递,浙江省,,,,到,",
        "ZTO,火星省,,,,到,",
        "ZTO,浙江省,,,,也许,",
    ]
    content = "\n".join(rows).encode("gb18030")
    files = {"file": ("areas.csv", content)}
    made = (await platform.post("/api/v1/imports", data={"kind": "areas"}, files=files)).json()
    assert (made["accepted"], made["rejected"]) == (2, 3), made
    refused = (await platform.get(f"/api/v1/imports/{made['id']}/rejects.csv")).text
    assert "未知的快递公司" in refused
    assert "找不到该行政区划" in refused
    assert "是否到件须为 到 或 不到" in refused
    exported = await platform.get(f"{URL}/areas/export.csv")
    assert "310151" in exported.text
    again = {"file": ("again.csv", exported.content)}
    back = (await platform.post("/api/v1/imports", data={"kind": "areas"}, files=again)).json()
    assert (back["accepted"], back["rejected"]) == (2, 0), back
    listed = (await platform.get(f"{URL}/areas", params={"q": "崇明区"})).json()["items"]
    assert [(one["place"], one["keyword"], one["serves"]) for one in listed] == [
        ("上海市崇明区", "长兴镇", False)
    ]
    files = {"file": ("mine.csv", content)}
    mine = (await alpha.client.post("/api/v1/imports", data={"kind": "areas"}, files=files)).json()
    assert mine["accepted"] == 2
    own = (await alpha.client.get(f"{URL}/areas", params={"merchant_id": str(alpha.id)})).json()
    assert len(own["items"]) == 2
    nobodys = {"file": ("r.csv", b"merchant,courier\n,ZTO\nALPHA,ZTO\n")}
    named = await platform.post("/api/v1/imports", data={"kind": "real_names"}, files=nobodys)
    assert (named.json()["accepted"], named.json()["rejected"]) == (1, 1)
    kinds = await alpha.client.post(
        "/api/v1/imports", data={"kind": "traits"}, files={"file": ("t.csv", b"courier\nZTO\n")}
    )
    assert kinds.status_code == 403


async def test_every_kind_of_file_can_be_exported_and_read_back(
    platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    later = (now() + timedelta(days=3)).isoformat()
    await write(platform, "suspensions", courier="SF", adcode="11", reason="会议", from_at=later)
    await write(platform, "cutoffs", courier="SF", weekdays="7")
    await write(
        platform,
        "compensation",
        courier="SF",
        trouble="lost",
        insured=False,
        freight_percent=700,
        cap_minor=50_050,
        claim_days=30,
    )
    await write(platform, "real_names", courier="SF", merchant_id=str(alpha.id))
    for kind in ("suspensions", "goods", "traits", "real_names", "cutoffs", "compensation"):
        exported = await platform.get(f"{URL}/{kind}/export.csv")
        lines = exported.text.count("\n") - 1
        files = {"file": (f"{kind}.csv", exported.content)}
        back = (await platform.post("/api/v1/imports", data={"kind": kind}, files=files)).json()
        assert (back["accepted"], back["rejected"]) == (lines, 0), (kind, back, exported.text)
        rows = (await platform.get(f"{URL}/{kind}", params={"limit": 200})).json()["items"]
        assert len(rows) == lines, kind
    (pays,) = (await platform.get(f"{URL}/compensation?courier=SF")).json()["items"]
    assert (pays["freight_percent"], pays["cap_minor"]) == (700, 50_050)


async def test_a_change_is_seen_by_the_next_box(context: Context, alpha: Tenant) -> None:
    """Terms are kept ready in the process; a change of another process is found by its version."""
    before = await service.of(context.database, alpha.id)
    assert await service.of(context.database, alpha.id) is before
    async with context.database.system() as session:
        await session.execute(
            text(
                "INSERT INTO service_areas (id, courier, adcode, serves, actor)"
                " VALUES (gen_random_uuid(), 'ZTO', '65', false, 'psql')"
            )
        )
    service.forget()
    after = await service.of(context.database, alpha.id)
    assert ("ZTO", "65") in after.areas.rows
    assert ("ZTO", "65") not in before.areas.rows
    assert isinstance(alpha.id, UUID)


async def test_a_virtual_number_is_warned_of_before_it_is_printed(alpha: Tenant) -> None:
    codes = []
    for number, days in (("V1", -1), ("V2", 1), ("V3", 9)):
        until = (now() + timedelta(days=days)).isoformat()
        shipment = await box(alpha, number, phone="17000001111-2233", phone_valid_until=until)
        asked = await check(alpha.client, shipment)
        assert asked["ready"] == 1
        codes.append([one["code"] for one in asked["doubts"]])
    assert codes == [["phone_expired"], ["phone_expiring"], []]


async def test_an_order_paid_before_a_day_without_collection_is_due_the_day_after(
    alpha: Tenant, platform: httpx.AsyncClient
) -> None:
    """Nobody collects within the promised 48 hours: the deadline is the first collection after."""
    paid = now() - timedelta(days=1)
    due = (paid + timedelta(hours=48)).astimezone(CHINA) + timedelta(days=2)
    only = str(due.isoweekday())
    row = await write(alpha.client, "cutoffs", weekdays=only, at="16:00")
    body = order("CUT1", alpha) | {"paid_at": paid.isoformat()}
    placed = (await alpha.client.post("/api/v1/orders", json=body)).json()
    sub = (await alpha.client.get(f"/api/v1/orders/{placed['sub_orders'][0]['id']}")).json()
    expected = due.replace(hour=16, minute=0, second=0, microsecond=0)
    assert datetime.fromisoformat(sub["ship_by"]) == expected
    await remove(alpha.client, row)
