"""A courier's server for tests of one connector's HTTP side: notes requests, gives answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl

import httpx

from yichuan.couriers.connectors.base import BranchAccount, Contact, Goods, WaybillRequest
from yichuan.couriers.connectors.connector import Access, Client, Connector
from yichuan.couriers.connectors.wire import Wire

SENDER = Contact(
    "李某", "广东省", "深圳市", "南山区", "科技路1号", mobile="13800000000", company="示例商行"
)
RECEIVER = Contact(
    "王某", "浙江省", "杭州市", "西湖区", "文一路3号", tel="0571-00000000", street="古荡街道"
)
REQUEST = WaybillRequest(
    order_code="YC0001",
    courier="",
    sender=SENDER,
    receiver=RECEIVER,
    goods=(Goods("茶叶", 2, price_fen=1250, weight_g=500),),
    account=BranchAccount("K100", "secret", "571001", "7551234567"),
    weight_g=1005,
    remark="轻放",
)


class Server:
    """Gives its answers in turn, the last one for ever; an exception is raised."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            return answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False)
        return httpx.Response(200, content=body)

    def client(self, connector: Connector, extra: Mapping[str, str] | None = None) -> Client:
        """A client of a connection `YC` with the secret `key` to this server."""
        http = httpx.AsyncClient(transport=httpx.MockTransport(self))
        return connector.open(Access(Wire(http), "http://courier.test", "YC", "key", extra or {}))

    def form(self, index: int = -1) -> dict[str, str]:
        """The form of a request."""
        return dict(parse_qsl(self.seen[index].content.decode(), keep_blank_values=True))

    def json(self, index: int = -1) -> dict:
        """The JSON of a request."""
        return json.loads(self.seen[index].content)
