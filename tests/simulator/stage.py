"""Helpers of these tests: a clock moved by hand, a receiver of pushes, real HTTP on a free port."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from yichuan.simulator.config import NetworkConfig
from yichuan.simulator.wire import data_sign

BEIJING = timezone(timedelta(hours=8))
WEDNESDAY = datetime(2025, 11, 5, 16, 0, tzinfo=BEIJING)
PLAIN_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass
class ManualClock:
    """Time that stands still until it is moved."""

    now: datetime = WEDNESDAY

    def __call__(self) -> datetime:
        return self.now

    def ahead(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Receiver:
    """A merchant's push URL: verifies signatures, keeps what it acknowledged.

    `moody` answers every third good push with a failure of some kind.
    """

    app_key: str
    moody: bool = False
    seen: int = 0
    bodies: list[bytes] = field(default_factory=list)
    acknowledged: list[dict] = field(default_factory=list)
    rejected: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("no lifespan")
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = self.take(body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def take(self, body: bytes) -> tuple[int, object]:
        self.bodies.append(body)
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        data = form.get("RequestData", "")
        if not data or form.get("DataSign") != data_sign(data, self.app_key):
            self.rejected += 1
            return 200, {"Success": False, "Reason": "bad signature"}
        self.seen += 1
        if self.moody and self.seen % 3 == 0:
            return [(503, {}), (200, {"Success": False}), (200, "no object")][self.seen // 3 % 3]
        push = json.loads(data) | {"RequestType": form["RequestType"]}
        self.acknowledged.append(push)
        return 200, {"EBusinessID": push["EBusinessID"], "Success": "true", "Reason": ""}

    def records(self, number: str) -> list[dict]:
        """What was acknowledged about one number, in order of arrival."""
        return [r for p in self.acknowledged for r in p["Data"] if r["LogisticCode"] == number]


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """The app behind a real socket; gives its address."""
    settings = uvicorn.Config(app, port=0, log_level="critical", access_log=False)
    server = uvicorn.Server(settings)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@dataclass
class Caller:
    """Someone who calls the network over HTTP as a KDNiao user."""

    client: httpx.AsyncClient
    config: NetworkConfig

    async def raw(self, kind: str, data: str, path: str = "/api/EOrderService", **over: str):
        me = self.config.subscribers[0]
        form = {
            "RequestData": data,
            "EBusinessID": me.ebusiness_id,
            "RequestType": kind,
            "DataSign": data_sign(data, me.app_key),
            "DataType": "2",
        }
        return await self.client.post(path, data=form | over)

    async def call(self, kind: str, data: dict, **over: str) -> dict:
        return (await self.raw(kind, json.dumps(data, ensure_ascii=False), **over)).json()

    def account(self, courier: str) -> dict[str, str]:
        branch = next(b for b in self.config.branches if b.courier == courier)
        return {"CustomerName": branch.customer_name, "CustomerPwd": branch.customer_pwd}

    def order(self, code: str, courier: str = "YTO", **over: object) -> dict:
        """A 1007 request with all that is required."""
        person = {
            "Name": "李雷",
            "Mobile": "13900000042",
            "ProvinceName": "浙江省",
            "CityName": "杭州市",
            "ExpAreaName": "西湖区",
            "Address": "示例路1号",
        }
        there = {"ProvinceName": "四川省", "CityName": "成都市", "ExpAreaName": "武侯区"}
        return {
            "OrderCode": code,
            "ShipperCode": courier,
            **self.account(courier),
            "PayType": 3,
            "ExpType": "1",
            "Quantity": 1,
            "Sender": person,
            "Receiver": person | there,
            "Commodity": [{"GoodsName": "图书"}],
            **over,
        }
