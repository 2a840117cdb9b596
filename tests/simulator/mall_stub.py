"""A hub made of dictionaries that answers the mall over HTTP, and fails when told to."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

KEY = "yc_mall"
NETWORK = {"allowed_hosts": [], "allowed_networks": []}


class Refused(Exception):
    """An answer with a problem detail."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class StubHub:
    """Speaks as much of `/api/v1` as the mall uses.

    `away` answers every call with it; `lose` carries a call out and cuts its answer off.
    """

    away: int = 0
    lose: Callable[[str, str], bool] = lambda method, path: False
    no_numbers: bool = False
    """Print jobs fail: no branch account."""
    calls: list[tuple[str, str, Any]] = field(default_factory=list)
    keys: dict[str, Any] = field(default_factory=dict)
    merchants: dict[str, dict] = field(default_factory=dict)
    senders: dict[str, list] = field(default_factory=dict)
    subs: dict[str, dict] = field(default_factory=dict)
    boxes: dict[str, dict] = field(default_factory=dict)
    jobs: dict[str, dict] = field(default_factory=dict)
    endpoints: dict[str, dict] = field(default_factory=dict)
    connections: list[dict] = field(default_factory=list)
    accounts: list[dict] = field(default_factory=list)
    settings: dict = field(default_factory=lambda: dict(NETWORK))
    ids: Any = field(default_factory=lambda: itertools.count(1))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive()).get("body", b"")
        method, path = scope["method"], scope["path"].removeprefix("/api/v1")
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        query = dict(p.split("=", 1) for p in scope["query_string"].decode().split("&") if p)
        status, answer = self.answer(method, path, headers, query, body)
        kind = b"application/problem+json" if status >= 400 else b"application/json"
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]}
        )
        if status < 400 and self.lose(method, path):
            self.lose = lambda method, path: False
            return
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def answer(self, method: str, path: str, headers: dict, query: dict, body: bytes):
        if self.away:
            self.away -= 1
            return 503, {"code": "away"}
        if headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"code": "unauthenticated"}
        wish = json.loads(body) if body else None
        self.calls.append((method, path, wish))
        key = headers.get("idempotency-key")
        if key in self.keys:
            return 200, self.keys[key]
        parts = path.strip("/").split("/")
        name = f"{method.lower()}_{parts[0].replace('-', '_')}"
        try:
            answer = getattr(self, name)(parts[1:], wish, query)
        except Refused as error:
            return error.status, {"code": error.code, "detail": error.code}
        if key:
            self.keys[key] = answer
        return 200, answer

    def made(self, path: str) -> list[Any]:
        """Bodies of the POSTs to a path."""
        return [wish for method, p, wish in self.calls if method == "POST" and p == path]

    # -- merchants, couriers, webhooks ----------------------------------------------------------

    def get_merchants(self, rest, wish, query):
        if rest:
            return {"items": self.senders.get(rest[0], [])}
        return {"items": list(self.merchants.values())}

    def post_merchants(self, rest, wish, query):
        if rest:
            self.senders.setdefault(rest[0], []).append(wish)
            return wish
        made = wish | {"id": f"m{next(self.ids)}"}
        self.merchants[made["id"]] = made
        return made

    def get_courier_connections(self, rest, wish, query):
        return {"items": self.connections}

    def post_courier_connections(self, rest, wish, query):
        made = wish | {"id": "c1", "push_url": "http://hub.invalid/push/kdniao/token"}
        self.connections.append(made)
        return made

    def get_courier_accounts(self, rest, wish, query):
        return {"items": self.accounts}

    def post_courier_accounts(self, rest, wish, query):
        if rest:
            return {"ok": True}
        self.accounts.append(wish | {"id": f"a{next(self.ids)}"})
        return self.accounts[-1]

    def get_settings(self, rest, wish, query):
        return self.settings

    def put_settings(self, rest, wish, query):
        self.settings = wish
        return wish

    def get_webhook_endpoints(self, rest, wish, query):
        return {"items": list(self.endpoints.values())}

    def post_webhook_endpoints(self, rest, wish, query):
        made = {"id": f"e{next(self.ids)}", "url": wish["url"], "enabled": True}
        self.endpoints[made["id"]] = made
        return made | {"secret": "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQ="}

    def patch_webhook_endpoints(self, rest, wish, query):
        self.endpoints[rest[0]] |= wish
        return self.endpoints[rest[0]]

    # -- orders ---------------------------------------------------------------------------------

    def post_orders(self, rest, wish, query):
        if rest == ["batch"]:
            placed = [self.place(one) for one in wish["orders"]]
            return {"items": [{"index": i, "ok": True, "order": o} for i, o in enumerate(placed)]}
        if rest:
            return self.change(self.subs[rest[0]], rest[1])
        return self.place(wish)

    def place(self, order: dict) -> dict:
        subs = []
        for share in order["sub_orders"]:
            owner = next(m for m in self.merchants.values() if m["code"] == share["merchant"])
            sub = {
                "id": f"s{next(self.ids)}",
                "state": "open",
                "sub_order_no": share["sub_order_no"],
            }
            sub["merchant_id"] = owner["id"]
            box = self.box(owner["id"], share["lines"], order["paid_at"], share["ship_by"])
            box["order_no"], sub["box"] = order["order_no"], box["id"]
            self.subs[sub["id"]] = sub
            subs.append(sub)
        return {"id": f"o{next(self.ids)}", "order_no": order["order_no"], "sub_orders": subs}

    def box(self, merchant_id: str, lines: list, paid_at: str, ship_by: str) -> dict:
        number = next(self.ids)
        box = {
            "id": f"b{number}",
            "shipment_no": f"YC{number:06d}",
            "merchant_id": merchant_id,
            "lines": [{"id": f"l{next(self.ids)}", **line} for line in lines],
            "quantity": sum(line["quantity"] for line in lines),
            "hold": False,
            "paid_at": paid_at,
            "created_at": paid_at,
            "ship_by": ship_by,
            "dest_province": "浙江省",
            "dest_city": "杭州市",
            "dest_district": "西湖区",
            **dict.fromkeys(("courier", "waybill_number", "printed_at", "shipped_at")),
        }
        self.boxes[box["id"]] = box
        return box

    def change(self, sub: dict, act: str) -> dict:
        box = self.boxes[sub["box"]]
        if box["shipped_at"] or (act == "release") != (sub["state"] == "held" and act != "cancel"):
            raise Refused(409, "conflict")
        sub["state"] = {"hold": "held", "cancel": "cancelled"}.get(act, "open")
        box["hold"] = act == "hold"
        if act == "cancel":
            del self.boxes[box["id"]]
        return sub

    # -- shipping -------------------------------------------------------------------------------

    def get_shipments(self, rest, wish, query):
        if rest == ["merge-suggestions"]:
            return []
        if rest:
            return self.boxes[rest[0]]
        rows = [box for box in self.boxes.values() if box["shipped_at"] is None]
        start = int(query.get("cursor", 0))
        limit = int(query["limit"])
        more = str(start + limit) if len(rows) > start + limit else None
        return {"items": rows[start : start + limit], "next_cursor": more}

    def post_shipments(self, rest, wish, query):
        if rest[-1] == "split":
            return self.split(self.boxes[rest[0]], wish["boxes"])
        act = {"own-numbers": self.number, "hand-over": self.hand_over}[rest[0]]
        rows = wish["rows"] if "rows" in wish else wish["shipment_ids"]
        return {"items": [{"index": i, **act(row)} for i, row in enumerate(rows)]}

    def number(self, row: dict) -> dict:
        box = self.boxes[row["shipment_id"]]
        if box["waybill_number"] or box["hold"]:
            return {"ok": False, "error": {"code": "conflict", "detail": "has a number"}}
        box |= {"courier": row["courier"], "waybill_number": row["number"], "shipped_at": "now"}
        return {"ok": True}

    def hand_over(self, box_id: str) -> dict:
        box = self.boxes[box_id]
        if box["shipped_at"]:
            return {"ok": False, "error": {"code": "conflict", "detail": "was shipped"}}
        box["shipped_at"] = "now"
        return {"ok": True}

    def split(self, box: dict, parts: list) -> dict:
        ids = []
        for part in parts:
            for piece in part:
                line = next(one for one in box["lines"] if one["id"] == piece["shipment_line_id"])
                line["quantity"] -= piece["quantity"]
                made = self.box(
                    box["merchant_id"],
                    [line | {"quantity": piece["quantity"]}],
                    box["paid_at"],
                    box["ship_by"],
                )
                ids.append(made["id"])
        box["lines"] = [line for line in box["lines"] if line["quantity"]]
        box["quantity"] = sum(line["quantity"] for line in box["lines"])
        return {"ids": ids}

    def post_print_jobs(self, rest, wish, query):
        items = [self.print(box_id) for box_id in wish["shipment_ids"]]
        job = {"id": f"j{next(self.ids)}", "state": "done", "items": items}
        self.jobs[job["id"]] = job
        return {"jobs": [job]}

    def print(self, box_id: str) -> dict:
        if self.no_numbers:
            return {"shipment_id": box_id, "state": "failed", "error": {"code": "conflict"}}
        box = self.boxes[box_id]
        box |= {"courier": "SF", "waybill_number": f"SF1{next(self.ids):012d}", "printed_at": "now"}
        return {"shipment_id": box_id, "state": "done", "error": None}

    def get_print_jobs(self, rest, wish, query):
        return self.jobs[rest[0]]
