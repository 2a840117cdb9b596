"""Fills the hub with one merchant's data of every kind, through the doors people use.

`Things` are what the routes' parameters are called, with this merchant's values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
from PIL import Image
from sqlalchemy import insert, text

from conftest import Tenant
from isolation.admission import judged
from isolation.archive import archive_of
from isolation.feedback import feedback_of
from isolation.people import ALPHA, BETA, COST_FEN, COST_YUAN, STAFF_WORDS, Who
from isolation.rules import rules_of
from yichuan.consumers import CONSUMERS
from yichuan.core.clock import CHINA, now
from yichuan.core.consumers import drain
from yichuan.core.context import Context
from yichuan.core.ids import new_id
from yichuan.core.tabular import Reject
from yichuan.costs.models import Bill, BillFinding, BillLine
from yichuan.couriers import service as couriers
from yichuan.couriers.connectors.kdniao import build
from yichuan.gateway.kdniao import pushing
from yichuan.imports import runs
from yichuan.imports.values import Outcome, Owner
from yichuan.notify import outbox
from yichuan.notify.addresses import WebhookSettings, setting
from yichuan.scorecards import service as scorecards
from yichuan.simulator.config import NetworkConfig
from yichuan.simulator.wire import FORM_TYPE, beijing, signed_push
from yichuan.tracking import ingest
from yichuan.waybills import printing
from yichuan.waybills.models import Pickup

API = "/api/v1"
SERVER = "couriers.test"
HOST = f"http://{SERVER}"
PAID = now() - timedelta(days=5)
"""Long enough ago that what is not shipped is late: problems, tickets and alerts follow."""
REQUEST = "isolation-order"
"""Idempotency key under which every merchant places its first order."""


@dataclass
class Things:
    """A merchant's values by the name of the parameter that asks for them."""

    who: Who
    values: dict[str, Any] = field(default_factory=dict)
    searches: list[str] = field(default_factory=list)
    """What its own people would type into a search field to find its parcels."""
    shown_once: set[str] = field(default_factory=set)
    """Secrets given out when they were made; never again."""
    first_order: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hub:
    """The house with its platform furnished, before any merchant moves in."""

    context: Context
    platform: httpx.AsyncClient
    nobody: httpx.AsyncClient
    courier_http: httpx.AsyncClient
    network: NetworkConfig


async def good(answer: httpx.Response) -> Any:
    """The answer's JSON, or its bytes.

    Raises:
        AssertionError: it is no 2xx.
    """
    said = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:400]}"
    assert answer.is_success, said
    kind = answer.headers.get("content-type", "")
    readable = kind.startswith("application/json") and answer.content
    return answer.json() if readable else answer.content


def rate_row(card: str, role: str, price: str, **more: object) -> dict[str, Any]:
    """One row in the documented columns."""
    base = {"card": card, "role": role, "courier": "*", "step_kg": 1}
    return base | {"first_weight_kg": 1, "first_price": price, "step_price": 0} | more


def order_of(who: Who, merchant_id: str, number: str, **recipient: str) -> dict[str, Any]:
    """An order of two lines, all in a merchant's own words."""
    number = f"{who.mark}-{number}"
    to = {
        "name": who.name,
        "phone": who.phone,
        "province": who.province,
        "city": who.city,
        "district": who.district,
        "address": f"{who.address} {number} 单元",
    }
    line = {"quantity": 2, "weight_g": 300, "category": f"{who.mark}杯具"}
    return {
        "order_no": number,
        "placed_at": PAID.isoformat(),
        "paid_at": PAID.isoformat(),
        "buyer_ref": f"{who.mark}-BUYER",
        "recipient": to | recipient,
        "sub_orders": [
            {
                "sub_order_no": f"{number}-S",
                "merchant_id": merchant_id,
                "shop": f"{who.mark}旗舰店",
                "remark": f"{who.mark}轻放",
                "lines": [
                    line | {"sku": f"{who.mark}-CUP", "name": f"{who.mark}保温杯"},
                    line | {"sku": f"{who.mark}-LID", "name": f"{who.mark}杯盖"},
                ],
            }
        ],
    }


async def furnish(hub: Hub) -> dict[str, Any]:
    """The platform's own: couriers, accounts at every branch, cost cards, settings."""
    context, user = hub.context, hub.network.subscribers[0]
    async with context.database.system() as session:
        await couriers.seed(session)
        await setting.put(session, WebhookSettings(allowed_networks=("127.0.0.0/8",)))
        connection, token = await couriers.add_connection(
            session,
            context.vault,
            merchant_id=None,
            connector="kdniao",
            name=f"{STAFF_WORDS} 平台快递鸟",
            endpoint=HOST,
            public_id=user.ebusiness_id,
            secret=user.app_key,
        )
        await judged(session, SERVER)
        for branch in hub.network.branches:
            if branch.customer_name.startswith("QX"):
                continue
            await couriers.add_account(
                session,
                context.vault,
                merchant_id=None,
                connection_id=connection,
                courier=branch.courier,
                branch_code=branch.branch_code,
                branch_name=branch.branch_name,
                customer_name=branch.customer_name,
                customer_password=branch.customer_pwd,
                month_code=branch.month_code or None,
            )
    rows = [
        rate_row(f"{STAFF_WORDS} 总成本", "cost", COST_YUAN, dest_province=who.province)
        for who in (ALPHA, BETA)
    ]
    stored = await good(await hub.platform.post(f"{API}/rate-cards", json={"rows": rows}))
    assert stored["refused"] == []
    return {"connection_id": str(connection), "push_token": token}


class Mover:
    """Moves one merchant in."""

    def __init__(self, hub: Hub, tenant: Tenant, who: Who) -> None:
        self.hub, self.tenant, self.who = hub, tenant, who
        self.things = Things(who)
        self.values = self.things.values
        self._orders = 0
        self.door_user = ("", "")

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return await good(await self.tenant.client.post(f"{API}{path}", json=body, headers=headers))

    async def get(self, path: str, **params: Any) -> Any:
        return await good(await self.tenant.client.get(f"{API}{path}", params=params))

    async def staff(self, path: str, body: Any = None) -> Any:
        return await good(await self.hub.platform.post(f"{API}{path}", json=body))

    async def move_in(self) -> Things:
        """Everything, in the order a merchant's first days have it."""
        await self.parties()
        await self.cards()
        await self.orders()
        await self.terms()
        await self.waybills()
        await self.door()
        await self.printing()
        await self.scans()
        await self.react()
        await self.case()
        await self.bill()
        await self.files()
        await self.scores()
        await self.react()  # nothing of this merchant's is told while the next one moves in
        self.search_words()
        return self.things

    def order(self, **recipient: str) -> dict[str, Any]:
        """A new order of this merchant."""
        self._orders += 1
        return order_of(self.who, str(self.tenant.id), f"ORD-{self._orders}", **recipient)

    async def place(self, **recipient: str) -> tuple[str, str]:
        """An order placed: (sub-order, shipment)."""
        sub = (await self.post("/orders", self.order(**recipient)))["sub_orders"][0]
        return sub["id"], sub["shipment_ids"][0]

    async def parties(self) -> None:
        """Senders, users, keys, connections, accounts, webhooks."""
        who, me = self.who, str(self.tenant.id)
        self.values |= {"merchant_id": me, "merchant": who.code, "code": who.code}
        sender = {"name": who.sender, "phone": who.sender_phone, "province": who.province}
        place = {"city": who.city, "district": who.district, "address": f"{who.mark}仓 1 号"}
        await self.post(f"/merchants/{me}/sender-addresses", sender | place)
        login = {"username": f"{who.mark}.clerk", "password": who.user_password}
        user = {"name": f"{who.mark}店员", "role": "merchant", "merchant_id": me}
        self.values["user_id"] = (await self.staff("/users", login | user))["id"]
        self.values["username"] = login["username"]
        await good(await self.hub.nobody.post(f"{API}/auth/login", json=login))
        self.things.shown_once.add(self.hub.nobody.cookies["yichuan_session"])
        self.hub.nobody.cookies.clear()
        key = await self.post("/api-keys", {"name": f"{who.mark} erp", "kdniao": True})
        self.values["key_id"] = key["id"]
        self.door_user = (key["ebusiness_id"], key["api_key"])
        self.things.shown_once |= {key["token"], key["api_key"]}
        wish = {"name": f"{who.mark}快递鸟", "endpoint": HOST, "public_id": who.ebusiness_id}
        made = await self.post("/courier-connections", wish | {"secret": who.app_key})
        self.values |= {"connection_id": made["id"], "connector": "kdniao"}
        self.values["push_token"] = made["push_url"].rpartition("/")[2]
        account = {
            "connection_id": made["id"],
            "courier": "YTO",
            "branch_name": f"{who.mark}网点",
            "branch_code": f"{who.mark}-BR",
            "customer_name": who.account_name,
            "customer_password": who.branch_password,
        }
        self.values["account_id"] = (await self.post("/courier-accounts", account))["id"]
        asked = await self.post(f"/courier-accounts/{self.values['account_id']}/test")
        assert asked["balance"], asked
        lent = await good(await self.hub.platform.get(f"{API}/courier-accounts?courier=ZTO"))
        path = f"{API}/courier-accounts/{lent['items'][0]['id']}/quotas/{me}"
        await good(await self.hub.platform.put(path, json={"per_month": 1000}))
        self.values["courier"] = "YTO"
        hook = await self.post("/webhook-endpoints", {"url": f"http://127.0.0.1:9/{who.mark}"})
        self.values["endpoint_id"] = hook["id"]
        self.things.shown_once.add(hook["secret"])

    async def orders(self) -> None:
        """Placed, held, cancelled, sent elsewhere, split, merged, hidden, looked at."""
        mark = self.who.mark
        first = self.order()
        self.things.first_order = first
        placed = await self.post("/orders", first, **{"Idempotency-Key": REQUEST})
        sub = placed["sub_orders"][0]
        self.values |= {"order_id": placed["id"], "order_no": first["order_no"]}
        self.values |= {"sub_order_id": sub["id"], "sub_order_no": sub["sub_order_no"]}
        self.values["shipment_id"] = sub["shipment_ids"][0]
        held, _ = await self.place()
        await self.post(f"/orders/{held}/hold", {"reason": f"{mark}退款中"})
        cancelled, _ = await self.place()
        await self.post(f"/orders/{cancelled}/cancel", {"reason": f"{mark}不要了"})
        moved, _ = await self.place(name=f"{mark}收件人")
        where = self.order()["recipient"] | {"address": f"{mark}新址 8 号"}
        await self.post(f"/orders/{moved}/address", where)
        await self.place(recipient_token=f"{mark}-OAID-TOKEN")
        _, whole = await self.place()
        box = await self.get(f"/shipments/{whole}")
        self.values["shipment_line_id"] = box["lines"][0]["id"]
        part = {"shipment_line_id": box["lines"][0]["id"], "quantity": 1}
        split = await self.post(f"/shipments/{whole}/split", {"boxes": [[part]]})
        self.values["shipment_ids"] = split["ids"]
        same = {"address": f"{mark}同一处 6 号"}
        pair = [(await self.place(**same))[1] for _ in range(2)]
        await self.post("/shipments/merge", {"shipment_ids": pair})
        for _ in range(2):
            await self.place(address=f"{mark}可合单 7 号")
        await self.post(
            f"/shipments/{self.values['shipment_id']}/recipient", {"purpose": f"{mark}核对"}
        )
        shops = await self.get(f"/merchants/{self.tenant.id}/shops")
        self.values["shop_id"] = shops["items"][0]["id"]

    async def waybills(self) -> None:
        """A hub waybill on the merchant's account, one of the platform's, one given back, an own
        number."""
        mine = {"courier": "YTO", "account_id": self.values["account_id"]}
        box = {"shipment_id": self.values["shipment_id"]}
        taken = await self.post("/waybills", box | mine)
        self.values |= {"waybill_id": taken["id"], "waybill_ids": [taken["id"]]}
        self.values["number"] = taken["number"]
        await self.get(f"/waybills/{taken['id']}/label")
        detail = await self.get(f"/shipments/{self.values['shipment_id']}")
        self.values["token"] = detail["buyer_token"]
        self.values["shipment_no"] = detail["shipment_no"]
        _, lent = await self.place()
        borrowed = await self.staff("/waybills", {"shipment_id": lent, "courier": "ZTO"})
        await good(await self.tenant.client.post(f"{API}/waybills/{borrowed['id']}/printed"))
        (row,) = (await self.post("/shipments/hand-over", {"shipment_ids": [lent]}))["items"]
        assert row["ok"], row
        _, back = await self.place()
        given = await self.post("/waybills", {"shipment_id": back} | mine)
        await self.post(f"/waybills/{given['id']}/cancel")
        _, own = await self.place()
        number = f"77{self.who.ebusiness_id}"
        wish = {"shipment_id": own, "method": "own_number", "courier": "STO", "number": number}
        await self.post("/shipments", wish)
        self.values["own_number"] = number

    async def call(self, request_type: str, data: dict[str, Any]) -> None:
        """A call of the KDNiao door by the merchant's own program."""
        ebusiness_id, secret = self.door_user
        form = build.form(request_type, json.dumps(data).encode(), ebusiness_id, secret)
        answer = await good(await self.hub.nobody.post("/api/dist", data=form))
        assert answer["Success"] is True, answer

    async def door(self) -> None:
        """What programs do through the KDNiao door: order, follow, apply, book."""
        who, mark = self.who, self.who.mark
        url = {"callback_url": f"http://127.0.0.1:9/{mark}"}
        key = f"{API}/api-keys/{self.values['key_id']}"
        await good(await self.tenant.client.patch(key, json=url))
        place = {"ProvinceName": who.province, "CityName": who.city, "ExpAreaName": who.district}
        to = place | {"Name": who.name, "Mobile": who.phone, "Address": f"{who.address} 门 9"}
        parcel = {"ShipperCode": "YTO", "PayType": 1, "Receiver": to, "Sender": to, "Quantity": 1}
        goods = [{"GoodsName": f"{mark}杯", "GoodsCode": f"{mark}-DOOR"}]
        await self.call("1007", parcel | {"OrderCode": f"{mark}-DOOR-1", "Commodity": goods})
        followed = {"ShipperCode": "YTO", "LogisticCode": self.values["number"]}
        await self.call("8008", followed | {"Callback": f"{mark}-CALLBACK"})
        place |= {"ShipperCode": "YTO", "Name": who.name, "Mobile": who.phone}
        wish = place | {"ApplyID": f"{mark}-APPLY", "Address": who.address, "Company": mark}
        await self.call("1107", wish)
        listed = await self.get("/account-applications")
        self.values["application_id"] = listed["items"][0]["id"]
        pickup = {"id": new_id(), "merchant_id": self.tenant.id, "call": "1001", "courier": "YTO"}
        pickup |= {"order_code": f"{mark}-PICKUP", "reference": f"{mark}-REF", "state": "booked"}
        sealed = self.hub.context.vault.seal_secret(json.dumps(to))
        async with self.hub.context.database.system() as session:
            await session.execute(insert(Pickup).values(**pickup, details_enc=sealed))
        self.values["pickup_id"] = str(pickup["id"])

    async def printing(self) -> None:
        """A batch printed, its document in the blob store."""
        boxes = [(await self.place())[1] for _ in range(2)]
        wish = {"shipment_ids": boxes, "courier": "YTO"}
        (job,) = (await self.post("/print-jobs", wish))["jobs"]
        hub = self.hub
        await printing.run_job(hub.context, hub.courier_http, self.tenant.id, UUID(job["id"]), None)
        done = await self.get(f"/print-jobs/{job['id']}")
        assert (done["state"], done["has_labels"]) == ("done", True), done
        self.values["job_id"] = job["id"]

    async def push(self, *records: dict[str, Any], spoil: bool = False) -> None:
        """A push of the courier to the merchant's own address."""
        who = self.who
        body = signed_push(who.ebusiness_id, who.app_key, "102", records, now(), spoil=spoil)
        path = f"/push/kdniao/{self.values['push_token']}"
        answer = await self.hub.nobody.post(path, content=body, headers={"content-type": FORM_TYPE})
        assert answer.json()["Success"] is not spoil, answer.text

    def traces(self, *texts: str) -> list[dict[str, str]]:
        """Scans of the last days, one every few hours."""
        start = PAID + timedelta(days=1)
        return [
            {
                "AcceptTime": beijing(start + timedelta(hours=5 * place)),
                "AcceptStation": f"【{self.who.city}】{self.who.mark}{words}",
                "Location": self.who.city,
            }
            for place, words in enumerate(texts)
        ]

    async def scans(self) -> None:
        """Histories of both numbers, an unreadable row, and a push with a wrong signature."""
        base = {"EBusinessID": self.who.ebusiness_id, "Success": True}
        whole = self.traces("已揽收", "快件已发出", "正在派送", "已签收，签收人：本人")
        odd = [*self.traces("乱码状态"), {"AcceptTime": "--", "AcceptStation": self.who.mark}]
        yto = {"ShipperCode": "YTO", "LogisticCode": self.values["number"], "Traces": whole}
        sto = {"ShipperCode": "STO", "LogisticCode": self.values["own_number"]}
        late = self.traces("已揽收", "快件破损，已拒收退回")
        await self.push(base | yto, base | sto | {"Traces": late + odd})
        await self.push(base | yto, spoil=True)
        while await ingest.merge_pending(self.hub.context):
            pass

    async def react(self) -> None:
        """Everyone who reads the log; webhooks leave; scores are computed."""
        context = self.hub.context
        await drain(context.database, CONSUMERS)
        yes = httpx.Response(200, json={"Success": True})
        got = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: yes))
        known = outbox.channels(context, got) | pushing.channels(context)(got)
        while await outbox.step(context, known):
            pass

    async def case(self) -> None:
        """A problem with its ticket: answered by the merchant, noted by the staff."""
        found = await self.get("/exceptions", open="true", limit=200)
        (problem, *_) = [p for p in found["items"] if p["ticket_id"]]
        self.values |= {"problem_id": problem["id"], "ticket_id": problem["ticket_id"]}
        path = f"/tickets/{problem['ticket_id']}"
        await self.post(f"{path}/reply", {"body": f"{self.who.mark}今天发出"})
        await self.staff(f"{path}/note", {"body": f"{STAFF_WORDS} 观察 {self.who.mark}"})
        self.values["ticket_no"] = (await self.get(path))["ticket_no"]
        alerts = (await self.get("/alerts", limit=200))["items"]
        self.values["ids"] = [alert["id"] for alert in alerts]
        self.values["alert_id"] = alerts[0]["id"]
        out = BytesIO()
        Image.new("RGB", (8, 8), "teal").save(out, "PNG")
        path = f"{API}/shipments/{self.values['shipment_id']}/proofs"
        file = {"file": ("door.png", out.getvalue())}
        proof = await good(await self.tenant.client.post(path, files=file))
        await feedback_of(self.hub.context, self.tenant.id, self.values, self.who.mark)
        await archive_of(self.hub.context, self.values["number"])
        self.values["proof_id"] = proof["id"]
        tries = await self.get(f"/webhook-endpoints/{self.values['endpoint_id']}/attempts")
        self.values["attempt_id"] = tries["items"][0]["id"]
        self.values["webhook_id"] = tries["items"][0]["webhook_id"]

    async def cards(self) -> None:
        """Rate cards of the merchant."""
        who = self.who
        mine = {"merchant": who.code, "dest_province": who.province}
        rows = [
            rate_row(f"{who.mark} 报价", "price", "8", **mine),
            rate_row(f"{who.mark} 合同", "cost", "5", courier="YTO", **mine),
        ]
        cards = (await self.staff("/rate-cards", {"rows": rows}))["cards"]
        self.values["card_id"] = cards[0]["id"]

    async def terms(self) -> None:
        """Rules of its own for couriers' services, and a box let pass one of them."""
        mark = self.who.mark
        made = [await self.post("/terms", {"term": term}) for term in rules_of(mark)]
        ids = {row["kind"]: row["id"] for row in made}
        self.values |= {"term_id": ids["areas"], "suspension_id": ids["suspensions"]}
        self.values["rule_id"] = ids["goods"]
        path = f"/shipments/{self.values['shipment_id']}/goods-clearances"
        await self.post(path, {"rule_id": ids["goods"], "reason": f"{mark}放行"})

    async def bill(self) -> None:
        """A courier's bill with its parcels: the platform's own."""
        mark, bill = self.who.mark, new_id()
        line = {"bill_id": bill, "line_no": 1, "payable_minor": COST_FEN}
        line |= {"merchant_id": self.tenant.id, "shipment_id": UUID(self.values["shipment_id"])}
        found = {"lines": 1, "payable_minor": 1, "expected_minor": 1, "difference_minor": 0}
        async with self.hub.context.database.system() as session:
            number = f"{STAFF_WORDS}-{mark}"
            head = {"id": bill, "courier": "YTO", "bill_no": number, "period": "202511"}
            await session.execute(insert(Bill).values(**head))
            await session.execute(insert(BillLine).values(**line, waybill_number=number))
            await session.execute(insert(BillFinding).values(bill_id=bill, reason="match", **found))
        self.values["bill_id"] = str(bill)

    async def files(self) -> None:
        """An import with a rejected row."""
        mark, vault = self.who.mark, self.hub.context.vault
        bad = Reject(2, "missing", "phone", f"{mark}缺电话", f"{mark} no phone", (self.who.name,))
        async with self.hub.context.database.system() as session:
            run = await runs.open_run(
                session,
                "orders",
                f"{mark}-digest",
                f"{mark}.csv",
                f"user:{self.values['user_id']}",
                Owner(self.tenant.id, self.who.code),
                options={"header": ["收件人"], "mapping": f"# {mark}"},
            )
            await runs.start(session, run)
            await runs.count(session, vault, run.id, 1, Outcome(accepted=1, known=0), [bad])
            await runs.finish(session, run.id, {"merchants": 1})
        self.values["import_id"] = str(run.id)

    async def scores(self) -> None:
        """Scores of today and of a week ago."""
        async with self.hub.context.database.system() as session:
            found = await session.scalar(text("SELECT max(id) FROM quarantine"))
            today = now().astimezone(CHINA).date()
            for day in (today - timedelta(days=7), today):
                await scorecards.recompute(session, day)
        self.values["quarantine_id"] = found

    def search_words(self) -> None:
        """What finds its parcels."""
        named = ("order_no", "sub_order_no", "number", "own_number", "shipment_no", "ticket_no")
        self.things.searches = [str(self.values[name]) for name in named]
        mark, phone = self.who.mark, self.who.phone
        self.things.searches += [f"{mark}-CUP", f"{mark}-BUYER", phone, phone[-4:], mark]
