"""The courier network's ASGI application: KDNiao's paths, the couriers' own, and `/sim`.

Dispatch is on RequestType, not on the path; paths match in any letter case, with and without
trailing slash and the `2` of newer articles; the sandbox path stands for all of them.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from types import MappingProxyType
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from yichuan.simulator.calls import (
    BAD_DATA,
    BAD_FORMAT,
    BAD_SIGNATURE,
    BAD_USER,
    MISSING,
    Answer,
    Call,
    CallError,
    Fields,
    refusal,
)
from yichuan.simulator.config import NetworkConfig
from yichuan.simulator.control import ROUTES
from yichuan.simulator.network import Network, running, wall_clock
from yichuan.simulator.pickup_calls import book, cancel_booking, forecast, prices, recognise
from yichuan.simulator.protocols import PROTOCOLS
from yichuan.simulator.protocols.protocol import Asked, Protocol
from yichuan.simulator.tracking_calls import query, subscribe
from yichuan.simulator.waybill_calls import balance, cancel, create
from yichuan.simulator.wire import BadRequestDataError, tolerant_json, verified_data
from yichuan.simulator.world import World

PATHS = frozenset(
    {
        "/ebusiness/ebusinessorderhandle.aspx",
        "/api/dist",
        "/api/eorderservice",
        "/api/oorderservice",
        "/kdniaosandbox/gateway/exterfaceinvoke.json",
    }
)
INSTRUCTIONS: Mapping[str, Callable[[World, Call], Answer]] = MappingProxyType(
    {
        "1007": create,
        "1147": cancel,
        "1127": balance,
        "1001": book,
        "1801": book,
        "1004": cancel_booking,
        "1802": cancel_booking,
        "1815": prices,
        "6004": forecast,
        "2002": recognise,
        "1008": subscribe,
        "8008": subscribe,
        "1002": query,
        "8001": query,
        "8002": query,
    }
)
WITHOUT_RESULT_CODE = frozenset({"1002", "8001", "8002", "1008", "8008"})
JSON_TYPE = "application/json;charset=utf-8"


class LostAnswer(Response):
    """An answer that never arrives: the headers go out, then the connection is cut."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin and do not end; the server closes the connection."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )


async def kdniao(request: Request) -> Response:
    """Any call of the protocol. Errors come with HTTP 200, as the protocol has it."""
    path = request.url.path.lower().rstrip("/")
    if path.removesuffix("2") not in PATHS:
        return Response("not found", 404, media_type="text/plain")
    network: Network = request.app.state.network
    form = await _form(request)
    answer = answer_call(network, form)
    await _linger(network, form.get("DataSign", ""))
    network.pusher.wake.set()
    kind = LostAnswer if _is_lost(network, form, answer) else Response
    return kind(msgspec.json.encode(answer), media_type=JSON_TYPE)


async def _linger(network: Network, nonce: str) -> None:
    """The configured latency, decided by the call."""
    low, high = network.world.config.latency_seconds
    if high:
        chance = Random(f"{network.world.config.seed}/latency/{nonce}")
        await asyncio.sleep(chance.uniform(low, high))


def _door(protocol: Protocol, path: str) -> Route:
    """A courier's own protocol at one of its paths."""

    async def call(request: Request) -> Response:
        network: Network = request.app.state.network
        headers = {name.lower(): value for name, value in request.headers.items()}
        body, query = await request.body(), dict(request.query_params)
        asked = Asked(request.url.path, body, network.clock(), headers, query)
        answer = protocol.answer(network.world, asked)
        await _linger(network, str(zlib.crc32(body)))
        network.pusher.wake.set()
        return Response(msgspec.json.encode(answer), media_type=JSON_TYPE)

    return Route(path, call, methods=["GET", "POST"])


async def _form(request: Request) -> dict[str, str]:
    raw = (await request.body()).decode("utf-8", "replace")
    text = raw if request.method == "POST" and raw else request.url.query
    return dict(parse_qsl(text, keep_blank_values=True))


def answer_call(network: Network, form: Mapping[str, str]) -> Answer:
    """The protocol's answer to the system parameters of one call."""
    ebusiness_id, kind = form.get("EBusinessID", ""), form.get("RequestType", "")
    try:
        call = _verified(network, form)
        return INSTRUCTIONS.get(kind, _unknown)(network.world, call)
    except CallError as error:
        leave_out = ("ResultCode",) if kind in WITHOUT_RESULT_CODE else ()
        return refusal(ebusiness_id, error, leave_out)


def _unknown(world: World, call: Call) -> Answer:
    raise CallError(BAD_FORMAT, f"不支持的接口指令：{call.request_type}")


def _verified(network: Network, form: Mapping[str, str]) -> Call:
    """The call when account and signature are right.

    Raises:
        CallError: 101, 102, 104 or 401.
    """
    for name in ("RequestData", "EBusinessID", "RequestType", "DataSign"):
        if not form.get(name):
            raise CallError(MISSING, f"缺少必要参数：{name}")
    subscriber = network.world.subscribers.get(form["EBusinessID"])
    if subscriber is None:
        raise CallError(BAD_USER, "用户ID不存在")
    text = verified_data(form["RequestData"], form["DataSign"], subscriber.app_key)
    if text is None:
        raise CallError(BAD_SIGNATURE, "数据签名验证失败")
    try:
        data = tolerant_json(text)
    except BadRequestDataError:
        raise CallError(BAD_DATA, "RequestData格式有误") from None
    return Call(subscriber.ebusiness_id, form["RequestType"], Fields(data), network.clock())


def _is_lost(network: Network, form: Mapping[str, str], answer: Answer) -> bool:
    """Fault: the answer of this 1007 call gets lost; decided by order code and attempt."""
    rate, order = network.world.config.answer_lost_rate, answer.get("Order")
    if not rate or form.get("RequestType") != "1007" or not isinstance(order, dict):
        return False
    key = (form["EBusinessID"], str(order["OrderCode"]))
    network.calls[key] = attempt = network.calls.get(key, 0) + 1
    seed = network.world.config.seed
    return Random(f"{seed}/lost/{key[0]}/{key[1]}/{attempt}").random() < rate


def create_app(
    config: NetworkConfig,
    ledger_path: Path | None = None,
    clock: Callable[[], datetime] = wall_clock,
    *,
    moving: bool = True,
) -> Starlette:
    """The application; `app.state.network` is there while it runs. Arguments as of `running`."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with running(config, ledger_path, clock, moving=moving) as network:
            app.state.network = network
            yield

    direct = [_door(one, path) for one in PROTOCOLS.values() for path in one.paths]
    routes = [*ROUTES, *direct, Route("/{path:path}", kdniao, methods=["GET", "POST"])]
    return Starlette(routes=routes, lifespan=lifespan)
