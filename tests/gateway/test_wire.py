"""How calls come and how answers go: every way that clients in the field write it.

If these break, shops whose KDNiao client we have never seen get no answer, or an answer that their
reader refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus, urlencode

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from gateway.conftest import ORDERS, SUBSCRIBE, TRACKS, User, answered, twice
from yichuan.couriers.connectors.kdniao.sign import data_sign
from yichuan.gateway.kdniao.wire import CallError, Fields, read_data, system_of

SANDBOX = "/kdniaosandbox/gateway/exterfaceInvoke.json"
PARSE = {"Address": "测试甲 13100000002 北京市朝阳区三里屯街道 8 号 + 2 室 & 100%"}
"""6001 answers with what it was sent: a wrongly decoded text would show."""


def well(answer: dict[str, Any]) -> None:
    assert answer["Success"] is True, answer
    assert answer["Data"]["County"] == "朝阳区"
    assert "+" in answer["Data"]["Detail"]


@pytest.mark.parametrize(
    "path",
    [
        TRACKS,
        TRACKS.lower(),
        TRACKS.upper(),
        TRACKS + "/",
        "http://test/" + TRACKS,
        SUBSCRIBE,
        ORDERS,
        "/api/Eorderservice",
        "/api/eorderservice/",
        "/api/EOrderService2",
        "/api/OOrderService",
        "/api/OOrderService2/",
        SANDBOX,
    ],
)
async def test_the_path_does_not_matter(ours: User, path: str) -> None:
    well(await ours.call("6001", PARSE, path))


async def test_other_paths_are_not_the_doors(ours: User) -> None:
    for path in ("/api/dist3", "/api/EOrderServices", "/ebusiness", "/x/api/dist"):
        answer = await ours.http.post(path, data=ours.form("6001", PARSE))
        assert answer.status_code in {404, 405}


@pytest.mark.parametrize("plus", [False, True])
async def test_encoded_twice(ours: User, plus: bool) -> None:
    """.NET and Node encode before their form does; PHP's urlencode writes blanks as plus."""
    well(await ours.send(twice(ours.form("6001", PARSE), plus=plus)))


async def test_by_get(ours: User) -> None:
    form = ours.form("6001", PARSE)
    well(answered(await ours.http.get(TRACKS, params=form)))
    well(answered(await ours.http.get(TRACKS, params=twice(form, plus=True))))


async def test_as_multipart(ours: User) -> None:
    """PHP's curl sends an array of fields that way."""
    fields = {k: (None, v) for k, v in ours.form("6001", PARSE).items()}
    well(answered(await ours.http.post(TRACKS, files=fields)))


async def test_escaped_and_spaced_json_is_signed_as_it_came(ours: User) -> None:
    for text in (json.dumps(PARSE), json.dumps(PARSE, indent=2, ensure_ascii=False),
                 json.dumps(PARSE).replace("/", "\\/")):  # fmt: skip
        well(await ours.call("6001", text))


async def test_who_calls_is_checked(ours: User, other: User) -> None:
    form = ours.form("6001", PARSE)
    for sent, code in (
        (other.form("6001", PARSE), "102"),
        (form | {"RequestData": form["RequestData"] + " "}, "102"),
        (form | {"EBusinessID": "0000000"}, "104"),
        ({k: v for k, v in form.items() if k != "DataSign"}, "101"),
        ({k: v for k, v in form.items() if k != "EBusinessID"}, "101"),
        (ours.form("9999", PARSE), "103"),
        (ours.form("6001", "{not json"), "401"),
        (ours.form("6001", "[1]"), "401"),
        (ours.form("6001", "{" * 5000), "401"),
        (ours.form("6001", {}), "101"),
        ({}, "101"),
    ):
        answer = await ours.send(sent)
        assert answer["Success"] is False
        assert answer["ResultCode"] == code, (sent, answer)
        assert isinstance(answer["Reason"], str)
        assert answer["Reason"]


async def test_no_body_makes_an_error_of_ours(ours: User) -> None:
    """Bytes that are no form, a broken multipart, a name that is not UTF-8, far too much."""
    for content, kind in (
        (b"\xff\xfe=1&%ff=2", "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"a=" + b"1" * 2_000_000, "application/x-www-form-urlencoded"),
        (urlencode({f"f{i}": i for i in range(200)}).encode(), "text/plain"),
    ):
        answer = await ours.http.post(TRACKS, content=content, headers={"content-type": kind})
        assert answered(answer)["Success"] is False


async def test_a_revoked_key_is_unknown(app: FastAPI, context: Any, alpha: Any) -> None:
    from gateway.conftest import user_of

    user = await user_of(app, context, alpha.id)
    well(await user.call("6001", PARSE))
    gone = await alpha.client.delete(f"/api/v1/api-keys/{user.key.id}")
    assert gone.status_code == 204
    assert (await user.call("6001", PARSE))["ResultCode"] == "104"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(JSON)
def test_fields_of_any_json_are_values_or_refusals(value: Any) -> None:
    fields = Fields({"x": value})
    for read in (fields.text, fields.need, fields.decimal, fields.time, fields.inside):
        with contextlib.suppress(CallError):
            read("X")
    with contextlib.suppress(CallError):
        assert 0 <= fields.whole("X", 1) < 10**9
    assert isinstance(fields.yes("X"), bool)
    assert all(isinstance(one, Fields) for one in fields.each("X", "Y"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def port(app: FastAPI) -> AsyncIterator[int]:
    """A real server, as it is started in production."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_level="error", access_log=False)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield listening.getsockname()[1]
    server.should_exit = True
    await running


async def test_http_1_0_as_php_speaks_it(ours: User, port: int) -> None:
    """fsockopen clients read to the end and take all after the first blank line for the answer."""
    body = urlencode(ours.form("6001", PARSE)).encode()
    head = (
        f"POST {TRACKS} HTTP/1.0\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nConnection:close\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    whole = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    said, _, rest = whole.partition(b"\r\n\r\n")
    headers = said.decode().lower()
    assert f"content-length: {len(rest)}" in headers
    assert "transfer-encoding" not in headers
    well(json.loads(rest))


def test_the_manuals_known_answer() -> None:
    """The example printed in KDNiao's manual (apifox.com docs-site 2538027, system parameters)."""
    system = system_of(
        {
            "RequestData": b"{'OrderCode':'','ShipperCode':'SF','LogisticCode':'118954907573'}",
            "EBusinessID": b"1237100",
            "RequestType": b"1002",
            "DataSign": b"OWFhM2I5N2ViM2U2MGRkMjc4YzU2NmVlZWI3ZDk0MmE%3D",
        }
    )
    data = read_data(system, "56da2cf8-c8a2-44b2-b6fa-476cd7d1ba17")
    assert data.text("LogisticCode") == "118954907573"


def menduo(text: str) -> str:
    """menduo/kdniao_python `api.py` @444944c5: sorted keys, \\u escapes, encoded once."""
    return quote_plus(json.dumps(json.loads(text), sort_keys=True))


def klover(text: str) -> str:
    """klover2/node-kdniao-ts `index.ts` @5f3f5428: encodeURIComponent, then superagent's form."""
    return quote(quote(text, safe="!~*'()"), safe="")


def finecho(text: str) -> str:
    """finecho/logistics `Kdniao.php` @977dce7f: PHP's json_encode, urlencode, Guzzle's form."""
    escaped = json.dumps(json.loads(text), separators=(",", ":")).replace("/", "\\/")
    return quote_plus(quote_plus(escaped))


def litemall(text: str) -> str:
    """linlinjava/litemall `ExpressService.java`: single quotes, encoded once by hand."""
    pairs = ",".join(f"'{key}':'{value}'" for key, value in json.loads(text).items())
    return quote_plus("{" + pairs + "}")


@pytest.mark.parametrize("write", [menduo, klover, finecho, litemall])
async def test_as_public_clients_write_it(ours: User, write: Callable[[str], str]) -> None:
    """Bodies as these clients sent them to a running hub with only the host changed."""
    address = {"Address": "测试甲 13100000002 北京市朝阳区三里屯街道 8 号/2 + 1 室"}
    written = write(json.dumps(address, ensure_ascii=False))
    signed = unquote_plus(written)
    if write is not menduo and write is not litemall:
        signed = unquote_plus(signed)
    sign = quote(data_sign(signed, ours.key.api_key or ""), safe="")
    if write in {klover, finecho}:
        sign = quote(sign, safe="")
    body = (
        f"RequestData={written}&EBusinessID={ours.key.ebusiness_id}&RequestType=6001"
        f"&DataSign={sign}&DataType=2"
    )
    kind = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}
    well(answered(await ours.http.post(SUBSCRIBE, content=body, headers=kind)))
