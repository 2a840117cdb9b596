"""The door with users of a merchant, of another, and of the platform, on a simulated network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, quote_plus
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from conftest import Tenant
from waybills.conftest import Setup, accounts, courier_http, network
from yichuan.core.context import Context
from yichuan.couriers.connectors.kdniao.sign import data_sign
from yichuan.identity import service as identity
from yichuan.identity.service import NewKey
from yichuan.merchants import service as merchants
from yichuan.notify.addresses import WebhookSettings, setting

__all__ = ["accounts", "courier_http", "network"]
ORDERS = "/api/EOrderService"
TRACKS = "/Ebusiness/EbusinessOrderHandle.aspx"
SUBSCRIBE = "/api/dist"


@dataclass(frozen=True)
class User:
    """Somebody with an EBusinessID, who signs as KDNiao's clients do."""

    http: httpx.AsyncClient
    key: NewKey

    def form(self, request_type: str, data: Mapping[str, Any] | str) -> dict[str, str]:
        """A signed form."""
        assert self.key.ebusiness_id
        assert self.key.api_key
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        return {
            "RequestData": text,
            "EBusinessID": self.key.ebusiness_id,
            "RequestType": request_type,
            "DataSign": data_sign(text, self.key.api_key),
            "DataType": "2",
        }

    async def send(self, form: Mapping[str, str], path: str = TRACKS) -> dict[str, Any]:
        """The answer to a form."""
        return answered(await self.http.post(path, data=dict(form)))

    async def call(
        self, request_type: str, data: Mapping[str, Any] | str, path: str = TRACKS
    ) -> dict[str, Any]:
        """The answer to a call."""
        return await self.send(self.form(request_type, data), path)


def answered(response: httpx.Response) -> dict[str, Any]:
    """An answer in the protocol's form: 200, JSON, its length, no byte order mark."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert int(response.headers["content-length"]) == len(response.content)
    assert response.content[:1] == b"{"
    found: dict[str, Any] = response.json()
    return found


def twice(form: dict[str, str], *, plus: bool) -> dict[str, str]:
    """RequestData and DataSign encoded once before the form encodes them again."""
    encode = quote_plus if plus else quote
    return form | {
        "RequestData": encode(form["RequestData"], safe=""),
        "DataSign": quote(form["DataSign"], safe=""),
    }


def parcel(order_code: str, **more: Any) -> dict[str, Any]:
    """A request of 1007; names and numbers are invented."""
    where = {"ProvinceName": "上海", "CityName": "上海", "ExpAreaName": "青浦区"}
    sender = where | {"Company": "云仓", "Name": "青浦仓", "Mobile": "13100000001"}
    receiver = {"ProvinceName": "北京", "CityName": "北京", "ExpAreaName": "朝阳区"}
    receiver |= {"Name": "测试甲", "Mobile": "13100000002", "Address": "三里屯街道 8 号"}
    return {
        "OrderCode": order_code,
        "ShipperCode": "YTO",
        "PayType": 1,
        "ExpType": 1,
        "Sender": sender | {"Address": "明珠路 73 号"},
        "Receiver": receiver,
        "Commodity": [{"GoodsName": "鞋子", "Goodsquantity": 1, "GoodsWeight": 1.0}],
        "Weight": 1.0,
        "Quantity": 1,
        "Volume": 0.0,
        "Remark": "小心轻放",
        "IsReturnPrintTemplate": 1,
    } | more


async def user_of(
    app: FastAPI, context: Context, merchant_id: UUID | None, callback: str | None = None
) -> User:
    """A fresh user of the door."""
    async with context.database.system() as session:
        key = await identity.create_key(
            session, context.vault, "mall", merchant_id, kdniao=True, callback_url=callback
        )
    transport = httpx.ASGITransport(app)
    return User(httpx.AsyncClient(transport=transport, base_url="http://test"), key)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ours(app: FastAPI, context: Context, alpha: Tenant, accounts: Setup) -> User:
    """ALPHA's user."""
    return await user_of(app, context, alpha.id)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def theirs(app: FastAPI, context: Context, beta: Tenant, accounts: Setup) -> User:
    """BETA's user."""
    async with context.database.system() as session:
        await merchants.add_sender(
            session,
            context.vault,
            beta.id,
            name="贝塔仓",
            phone="028-88888889",
            province="四川省",
            city="成都市",
            district="双流区",
            address="物流大道 2 号",
        )
    return await user_of(app, context, beta.id)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(app: FastAPI, context: Context, accounts: Setup) -> User:
    """The platform's user."""
    return await user_of(app, context, None)


@pytest.fixture
def other(ours: User) -> User:
    """ALPHA's EBusinessID with a wrong key."""
    return replace(ours, key=replace(ours.key, api_key="00000000-0000-0000-0000-000000000000"))


@pytest_asyncio.fixture
async def inside(context: Context) -> None:
    """The operator allows the loopback network for pushes."""
    async with context.database.system() as session:
        await setting.put(session, WebhookSettings(allowed_networks=("127.0.0.0/8",)))
