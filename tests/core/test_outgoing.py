"""Calls to couriers. If these break, an answer is taken for another's, a call that was never sent
counts as a lost answer, or a lost answer as never sent: then a number is bought twice."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from yichuan.core import addresses, outgoing
from yichuan.core.addresses import Allowed
from yichuan.core.outgoing import AddressRefused, KeptTransport

HERE = Allowed(allowed_networks=("127.0.0.0/8", "::1/128"))
Serve = Callable[[int, bytes, asyncio.StreamWriter], Awaitable[bool]]
"""(number of the connection, request, writer) → whether the connection stays open."""


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    opened = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        number = opened
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                if not await serve(number, await reader.readexactly(length), writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(transport=KeptTransport(allowed=HERE)) as http:
        yield f"http://127.0.0.1:{port}/api", http
    listening.close()


def said(text: str, *more: str) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"content-length: {len(text.encode())}", *more])
    return f"{head}\r\n\r\n{text}".encode()


async def test_calls_share_a_connection_and_keep_their_answers() -> None:
    async def echo(number: int, body: bytes, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(0.001)
        writer.write(said(f"{number}/{body.decode()}"))
        return True

    async with server(echo) as (url, http):
        for n in range(3):
            assert (await http.post(url, content=f"n{n}")).text == f"1/n{n}"
        many = await asyncio.gather(*(http.post(url, data={"n": str(n)}) for n in range(12)))
        assert [one.text.split("/")[1] for one in many] == [f"n={n}" for n in range(12)]
        assert (await http.post(url, content="again")).text.endswith("/again")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_connection_the_server_closed_is_not_used_again(announced: bool) -> None:
    async def once(number: int, body: bytes, writer: asyncio.StreamWriter) -> bool:
        writer.write(said(f"{number}", *(["connection: close"] if announced else [])))
        return False

    async with server(once) as (url, http):
        for number in (1, 2):
            assert (await http.post(url, content="x")).text == str(number)
            await asyncio.sleep(0.02)


async def test_chunks_and_a_body_that_ends_with_the_connection() -> None:
    async def parts(number: int, body: bytes, writer: asyncio.StreamWriter) -> bool:
        if body == b"chunks":
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
            await writer.drain()
            writer.write(b"2\r\nde\r\n0\r\n\r\n")
            return True
        writer.write(b"HTTP/1.0 500 Oops\r\n\r\nto the end")
        return False

    async with server(parts) as (url, http):
        assert (await http.post(url, content="chunks")).text == "abcde"
        answer = await http.post(url, content="end")
        assert (answer.status_code, answer.text) == (500, "to the end")


async def test_a_lost_answer_is_not_an_unsent_call() -> None:
    async def lose(number: int, body: bytes, writer: asyncio.StreamWriter) -> bool:
        if body == b"late":
            await asyncio.sleep(5)
        if body == b"half":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        if body == b"garbage":
            writer.write(b"\x00\x01 what\r\n\r\n")
        return False

    async with server(lose) as (url, http):
        for body in ("nothing", "half", "garbage"):
            with pytest.raises(httpx.RemoteProtocolError):
                await http.post(url, content=body)
        with pytest.raises(httpx.ReadTimeout):
            await http.post(url, content="late", timeout=0.05)


async def test_an_unsent_call_says_so() -> None:
    async with httpx.AsyncClient(transport=KeptTransport(allowed=HERE)) as http:
        with pytest.raises(httpx.ConnectError):
            await http.post("http://127.0.0.1:1/api", content="x")
        with pytest.raises(httpx.ConnectError):
            await http.post("http://nowhere.invalid/api", content="x")
        with pytest.raises(httpx.UnsupportedProtocol):
            await http.post("ftp://127.0.0.1/api", content="x")


async def test_a_cancelled_call_does_not_leave_its_answer_to_the_next() -> None:
    async def slow(number: int, body: bytes, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(0.05)
        writer.write(said(body.decode()))
        return True

    async with server(slow) as (url, http):
        call = asyncio.create_task(http.post(url, content="first"))
        await asyncio.sleep(0.02)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await http.post(url, content="second")).text == "second"


def certificate(folder: Path) -> Path:
    """A self-signed certificate of localhost with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    day = datetime.now(UTC).replace(microsecond=0)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(day - timedelta(days=1))
        .not_valid_after(day + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return path


async def test_only_a_trusted_server_is_talked_to(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said("sealed"))

    path = certificate(tmp_path)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(path)
    listening = await asyncio.start_server(answer, "localhost", 0, ssl=own)
    url = f"https://localhost:{listening.sockets[0].getsockname()[1]}/api"
    trusting = ssl.create_default_context(cafile=str(path))
    async with httpx.AsyncClient(transport=KeptTransport(trusting, HERE)) as http:
        assert (await http.get(url)).text == "sealed"
        with pytest.raises(httpx.ConnectError):  # another name than the certificate's
            await http.get(url.replace("localhost", "127.0.0.1"))
    async with httpx.AsyncClient(transport=KeptTransport(allowed=HERE)) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)
    listening.close()


async def test_behind_a_proxy_httpx_does_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    async with outgoing.client() as http:
        assert isinstance(http._transport, KeptTransport)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    async with outgoing.client() as http:
        assert not isinstance(http._transport, KeptTransport)


@pytest.mark.parametrize("proxy", [False, True])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]",
        "[::ffff:10.0.0.1]", "169.254.169.254", "100.100.100.200", "10.1.2.3", "[fd00::1]",
    ],
)  # fmt: skip
async def test_nothing_is_sent_inside_unless_it_is_allowed(
    host: str, proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    if proxy:
        monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    async with outgoing.client() as http:
        with pytest.raises(AddressRefused, match="private"):
            await http.post(f"http://{host}:9/api", content="x")


async def test_a_name_is_resolved_once_and_its_checked_address_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the second answer would lead elsewhere."""
    hosts: list[str] = []

    async def resolve(host: str, port: int) -> list[addresses.Address]:
        hosts.append(host)
        return [ipaddress.ip_address("127.0.0.1" if len(hosts) == 1 else "10.0.0.1")]

    async def host_header(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        writer.write(said(head.split("host: ")[1].split("\r")[0], "connection: close"))

    monkeypatch.setattr(addresses, "resolve", resolve)
    listening = await asyncio.start_server(host_header, "127.0.0.1", 0)
    url = f"http://rebound.test:{listening.sockets[0].getsockname()[1]}/api"
    async with httpx.AsyncClient(transport=KeptTransport(allowed=HERE)) as http:
        assert (await http.get(url)).text.startswith("rebound.test:")
        assert hosts == ["rebound.test"]
        with pytest.raises(AddressRefused):
            await http.get(url)
    listening.close()


async def test_what_one_may_reach_is_not_lent_to_others_and_redirects_stay_unfollowed() -> None:
    async def away(number: int, body: bytes, writer: asyncio.StreamWriter) -> bool:
        place = "location: http://169.254.169.254/latest/meta-data"
        writer.write(said(str(number), place).replace(b"200 OK", b"302 Found"))
        return True

    async with server(away) as (url, http):
        answer = await http.post(url, content="x")
        assert (answer.status_code, answer.text) == (302, "1")
        with pytest.raises(AddressRefused):  # the kept connection was made under another allowance
            await http.post(url, content="x", extensions={"allowed": Allowed()})
