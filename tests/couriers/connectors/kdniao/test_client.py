"""The HTTP side. If it broke, a lost answer would buy a second number."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

import httpx
import pytest

from yichuan.couriers.connectors.base import BranchAccount, CourierError
from yichuan.couriers.connectors.connector import Access
from yichuan.couriers.connectors.kdniao.client import KdniaoClient
from yichuan.couriers.connectors.kdniao.sign import verified
from yichuan.couriers.connectors.wire import Wire

from .test_build import REQUEST
from .test_parse import ISSUED, encoded
from .test_traces import ROW

Answer = Callable[[httpx.Request], httpx.Response]


def client(
    answer: Answer, endpoint: str = "http://courier.test", plan: str = "plus"
) -> KdniaoClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return KdniaoClient(Access(Wire(http), endpoint, "1234567", "key", {"plan": plan}))


def raising(error: Exception) -> Answer:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


async def test_posts_a_signed_form_to_the_documented_path() -> None:
    """The signature holds over what arrives; the type and path are those of the manual."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=encoded(ISSUED))

    issued = await client(answer).issue(REQUEST)
    assert issued.number == "YT0000000000001"
    (request,) = seen
    assert str(request.url) == "http://courier.test/api/EOrderService"
    form = {key: values[0] for key, values in parse_qs(request.content.decode()).items()}
    assert (form["RequestType"], form["EBusinessID"], form["DataType"]) == ("1007", "1234567", "2")
    assert verified(form["RequestData"].encode(), form["DataSign"], "key")


@pytest.mark.parametrize(
    ("plan", "kinds"), [("plus", ("8008", "8001")), ("free", ("1008", "1002"))]
)
async def test_each_call_has_its_type(plan: str, kinds: tuple[str, str]) -> None:
    """Paid and free subscription and query, cancel and balance; one sandbox address for all."""
    seen: list[str] = []
    answers = iter(
        [
            {"Success": True},
            ROW,
            {"Success": True},
            {"Success": True, "EorderBalance": {"AvailableNum": 1, "TotalNum": 2}},
        ]
    )

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/gateway/exterfaceInvoke.json"
        seen.append(parse_qs(request.content.decode())["RequestType"][0])
        return httpx.Response(200, content=encoded(next(answers)))

    here = client(answer, "http://courier.test/gateway/exterfaceInvoke.json", plan)
    account = BranchAccount("K100")
    await here.subscribe("SF", "SF1", phone_last4="0000")
    await here.track("SF", "SF1")
    await here.cancel("YC1", "YTO", "YT1", account)
    await here.balance("YTO", account)
    assert seen == [*kinds, "1147", "1127"]


@pytest.mark.parametrize(
    ("answer", "code", "outcome", "retryable"),
    [
        (raising(httpx.ConnectError("refused")), "unreachable", "refused", True),
        (raising(httpx.ConnectTimeout("slow")), "unreachable", "refused", True),
        (raising(httpx.ReadTimeout("slow")), "no_answer", "unknown", False),
        (raising(httpx.RemoteProtocolError("cut")), "no_answer", "unknown", False),
        (lambda _: httpx.Response(502), "courier_down", "unknown", False),
        (lambda _: httpx.Response(404), "http_error", "refused", False),
        (lambda _: httpx.Response(429), "quota_exceeded", "refused", True),
        (lambda _: httpx.Response(200, content=b"<html>"), "bad_answer", "unknown", False),
    ],
)
async def test_a_lost_answer_is_not_a_refusal(
    answer: Answer, code: str, outcome: str, retryable: bool
) -> None:
    """Only where the request never left us may the number be asked for again at once."""
    with pytest.raises(CourierError) as caught:
        await client(answer).issue(REQUEST)
    error = caught.value
    assert (error.code, error.outcome, error.retryable) == (code, outcome, retryable)


async def test_a_lost_query_may_be_repeated() -> None:
    """Asking for a track changes nothing."""
    with pytest.raises(CourierError) as caught:
        await client(raising(httpx.ReadTimeout("slow"))).track("SF", "SF1")
    assert (caught.value.outcome, caught.value.retryable) == ("refused", True)
