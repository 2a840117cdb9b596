"""准入 from the window to the printing desk.

If this breaks, a suspended courier still gets parcels, an operator's word is forgotten, or a
merchant reads how much the others ship.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import insert, text

from conftest import DatabaseUrls, Tenant
from waybills.test_taking import box
from yichuan.admission import queries, service
from yichuan.admission.standard import Unit
from yichuan.assessment import service as judging
from yichuan.core.context import Context
from yichuan.core.database import APP, SYSTEM
from yichuan.core.ids import new_id
from yichuan.rollups.models import DailyRollup

URL = "/api/v1/admission"
DAYS = 12
LATE, GOOD = "ZTO", "YTO"
pytestmark = pytest.mark.usefixtures("accounts")


def day_of(merchant: Tenant, courier: str, days_ago: int) -> dict[str, Any]:
    """Twenty parcels of a day: ZTO's come late, the others' in time."""
    return {
        "merchant_id": merchant.id,
        "day": service.today() - timedelta(days=days_ago),
        "courier": courier,
        "province": "浙江省",
        "shipped": 20,
        "pickup_due": 20,
        "picked_up_on_time": 20,
        "delivered": 20,
        "delivered_with_promise": 20,
        "delivered_on_time": 8 if courier == LATE else 20,
    }


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def shipped(context: Context, alpha: Tenant, beta: Tenant) -> None:
    async with context.database.system() as session:
        rows = [day_of(alpha, c, n) for c in (LATE, GOOD) for n in range(1, DAYS)]
        rows += [day_of(beta, GOOD, n) for n in range(1, 3)]
        await session.execute(insert(DailyRollup), rows)


async def rows(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    items = (await client.get(URL)).json()["items"]
    return {item["courier"]: item for item in items if not item["service"]}


async def act(client: httpx.AsyncClient, method: str, path: str, **wish: Any) -> httpx.Response:
    return await client.request(method, f"{URL}/{path}", json={"courier": LATE} | wish)


async def chosen(client: httpx.AsyncClient, merchant: Tenant, courier: str | None) -> Any:
    _, shipment = await box(merchant, new_id().hex[-8:])
    wish = {"shipment_ids": [shipment], "courier": courier}
    answer = await merchant.client.post("/api/v1/print-jobs/preflight", json=wish)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_courier_below_the_standard_is_proposed_confirmed_and_not_chosen(
    platform: httpx.AsyncClient, alpha: Tenant, context: Context
) -> None:
    assert await judging.evaluate_due(context.database) == 4
    assert await judging.evaluate_due(context.database) == 0
    late = (await rows(platform))[LATE]
    assert (late["state"], late["proposal"], late["bad_windows"]) == ("warned", "suspend", 4)
    on_time = next(one for one in late["figures"] if one["metric"] == "on_time")
    assert (on_time["verdict"], on_time["value"], on_time["base"]) == ("bad", 0.4, 220)
    assert (await rows(platform))[GOOD]["verdict"] == "good"
    assert (await chosen(platform, alpha, LATE))["ready"] == 1  # proposed is not suspended

    again = await platform.post(f"{URL}/evaluate")
    assert again.json()["judged"] >= 2
    assert (await rows(platform))[LATE]["bad_windows"] == 4  # the same window counts once

    assert (await act(platform, "POST", "decide", agree=True)).status_code == 204
    late = (await rows(platform))[LATE]
    assert (late["state"], late["proposal"]) == ("suspended", None)
    assert "40.0%" in late["reason_zh"]
    stopped = await chosen(platform, alpha, LATE)
    assert stopped["ready"] == 0
    assert "暂停准入" in stopped["blockers"][0]["zh"]
    assert "suspended" in stopped["blockers"][0]["en"]
    assert (await chosen(platform, alpha, None))["ready"] == 1  # another courier is found
    assert (await act(platform, "POST", "decide", agree=True)).status_code == 409


async def test_merchants_read_state_and_reason_of_their_couriers_without_counts(
    alpha: Tenant, beta: Tenant
) -> None:
    mine = await rows(alpha.client)
    assert set(mine) == {LATE, GOOD}
    assert "40.0%" in mine[LATE]["reason_zh"]
    assert {one["base"] for one in mine[LATE]["figures"]} == {None}
    assert set(await rows(beta.client)) == {GOOD}
    for method, path in (("POST", "decide"), ("POST", "evaluate"), ("PUT", "override")):
        wish = {"agree": True, "state": "admitted", "until": "2099-01-01", "reason": "x"}
        refused = await act(alpha.client, method, path, **wish)
        assert refused.status_code in (403, 422), (path, refused.text)
    assert (await alpha.client.get(f"{URL}/decisions")).status_code == 403
    alerts = (await alpha.client.get("/api/v1/alerts")).json()["items"]
    assert [one["link"] for one in alerts if one["kind"] == "admission"] == ["/couriers/admission"]


async def test_own_numbers_of_a_suspended_courier_are_warned_and_taken(alpha: Tenant) -> None:
    _, shipment = await box(alpha, "OWN1")
    row = {"shipment_id": shipment, "courier": LATE, "number": "78123456789012"}
    answer = await alpha.client.post("/api/v1/shipments/own-numbers", json={"rows": [row]})
    (item,) = answer.json()["items"]
    assert (item["ok"], "暂停" in item["warning_zh"]) == (True, True), item


async def test_an_operators_word_holds_until_its_day(
    platform: httpx.AsyncClient, alpha: Tenant, context: Context
) -> None:
    until = service.today() + timedelta(days=2)
    wish = {"state": "admitted", "until": until.isoformat(), "reason": "双十一运力不足"}
    assert (await act(platform, "PUT", "override", **wish)).status_code == 204
    late = (await rows(platform))[LATE]
    assert (late["state"], late["by_standard"], late["reason_zh"]) == (
        "admitted",
        "suspended",
        "双十一运力不足",
    )
    assert (await chosen(platform, alpha, LATE))["ready"] == 1
    past = wish | {"until": (service.today() - timedelta(days=1)).isoformat()}
    assert (await act(platform, "PUT", "override", **past)).status_code == 422
    async with context.database.system() as session:  # its day goes by
        await session.execute(
            text("UPDATE courier_admissions SET override_until = :day WHERE override <> ''"),
            {"day": service.today() - timedelta(days=1)},
        )
    queries.forget()
    assert (await rows(platform))[LATE]["state"] == "suspended"
    assert (await chosen(platform, alpha, LATE))["ready"] == 0
    assert (await platform.post(f"{URL}/evaluate")).status_code == 200
    async with context.database.system() as session:
        kept = await queries.find(session, Unit(LATE))
    assert kept is not None
    assert kept.override is None
    kinds = [one["kind"] for one in (await platform.get(f"{URL}/decisions")).json()["items"]]
    assert kinds[:2] == ["override_ended", "override_set"]


async def test_an_override_can_suspend_and_be_lifted(
    platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    wish = {"courier": GOOD, "until": service.today().isoformat(), "reason": "网点罢工"}
    assert (await act(platform, "PUT", "override", state="suspended", **wish)).status_code == 204
    assert "网点罢工" in str(await chosen(platform, alpha, GOOD))
    lifted = {"courier": GOOD, "reason": "已恢复"}
    assert (await act(platform, "POST", "lift", **lifted)).status_code == 204
    assert (await chosen(platform, alpha, GOOD))["ready"] == 1
    assert (await act(platform, "POST", "lift", **lifted)).status_code == 409
    assert await act(platform, "PUT", "override", state="suspended", **wish | {"courier": "XX"})
    unknown = wish | {"courier": "NOBODY"}
    assert (await act(platform, "PUT", "override", state="admitted", **unknown)).status_code == 404


async def test_decisions_keep_their_figures_and_cannot_be_changed(
    platform: httpx.AsyncClient, urls: DatabaseUrls
) -> None:
    page = (await platform.get(f"{URL}/decisions", params={"courier": LATE})).json()
    told = [one["kind"] for one in page["items"]][::-1]
    assert told[:3] == ["warned", "suspension_proposed", "suspend_confirmed"]
    for role in (APP, SYSTEM):
        for change in (
            "UPDATE admission_decisions SET reason = ''",
            "DELETE FROM admission_decisions",
        ):
            with (
                psycopg.connect(urls.of(role)) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(change)  # type: ignore[arg-type]


async def test_a_new_standard_has_a_version_and_special_limits_count(
    platform: httpx.AsyncClient, alpha: Tenant
) -> None:
    first = (await platform.get(f"{URL}/standard")).json()
    assert first["version"] == 0
    easy = {"metric": "on_time", "limit": 0.1, "recover": 0.2, "min_base": 10}
    wish = first["standard"] | {"specials": [{"courier": LATE, "limits": [easy]}]}
    answer = await platform.put(f"{URL}/standard", json={"standard": wish, "note": "试用"})
    assert (answer.status_code, answer.json()["version"]) == (200, 1), answer.text
    await platform.post(f"{URL}/evaluate")
    assert [one["limit"] for one in (await rows(platform))[LATE]["figures"]] == [0.1]
    bad = wish | {"specials": [{"courier": "NOBODY", "limits": [easy]}]}
    assert (await platform.put(f"{URL}/standard", json={"standard": bad})).status_code == 422
    assert (await alpha.client.put(f"{URL}/standard", json={"standard": wish})).status_code == 403
    sheet = (await platform.get(f"{URL}/export.csv")).text
    assert sheet.count("准时签收率") >= 2
