"""The door of the buyer's page: what is served, how it is kept, what it forbids.

A user would notice: a link that shows raw JSON, a page of last week's release that no longer fits
its data, a tracking link leaked to another site, a page that takes seconds on a slow phone.
"""

from __future__ import annotations

import gzip
import re

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import Response

from web.parcels import TOKEN
from yichuan.core.errors import NotFound
from yichuan.web.buyer import FOLDER, assets, buyer_router, language_of, page, version

LIMIT = 45_000
"""Bytes of the whole page, compressed."""
ASKED = re.compile(r"from '\./([\w.-]+)'|__VERSION__/([\w.-]+)")
UNSAFE = re.compile(r"(?:inner|outer)HTML *=|document\.write|eval\(|<[^>]+ (?:style|on\w+)=")
"""What the policy would refuse, or what would read a courier's text as markup."""


@pytest.fixture(scope="module")
def client() -> httpx.AsyncClient:
    """The page beside a stub of its data, mounted after it."""
    app = FastAPI()
    app.include_router(buyer_router)
    app.add_exception_handler(NotFound, lambda request, error: Response(status_code=404))
    app.add_api_route("/track/{token}.json", lambda token: {"token": token})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "zh-CN"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        (None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, "de-DE,de;q=0.9,en;q=0.7", "en"),
        (None, "fr", "zh-CN"),
        (None, "zh-TW;q=0.5, en;q=0.4", "zh-CN"),
        (None, "en;q=0, zh;q=0.1", "zh-CN"),
        (None, "en;q=nonsense,,;;", "en"),
        ("en", "zh-CN", "en"),
        ("EN-us", "zh-CN", "en"),
        ("zh-CN", "en", "zh-CN"),
        ("tlh", "en", "zh-CN"),
    ],
)
def test_the_language_is_asked_for_then_accepted_then_chinese(
    asked: str | None, accepted: str, language: str
) -> None:
    """`?lang=` wins over the browser's languages; without either it is Chinese."""
    assert language_of(asked, accepted) == language


async def test_a_link_opens_the_page(client: httpx.AsyncClient) -> None:
    """The page is HTML, is asked for anew each time, and costs nothing when it has not changed."""
    answer = await client.get(f"/track/{TOKEN}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert '<html lang="zh-CN">' in answer.text
    assert "__" not in answer.text
    again = await client.get(f"/track/{TOKEN}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert not again.content
    english = await client.get(f"/track/{TOKEN}?lang=en")
    assert '<html lang="en">' in english.text
    assert english.headers["etag"] != answer.headers["etag"]
    assert (await client.head(f"/track/{TOKEN}")).status_code == 200


async def test_the_page_holds_nothing_of_a_parcel(client: httpx.AsyncClient) -> None:
    """The same bytes for every link: nothing to leak through a cache or a preview."""
    other = TOKEN[::-1]
    assert (await client.get(f"/track/{TOKEN}")).text == (await client.get(f"/track/{other}")).text


@pytest.mark.parametrize("token", ["short", f"{TOKEN}。", f"{TOKEN}%20", "a.b", "x" * 65])
async def test_a_mangled_link_says_so_on_the_page(client: httpx.AsyncClient, token: str) -> None:
    """A full stop pasted along with the link does not show a buyer raw JSON."""
    answer = await client.get(f"/track/{token}")
    assert answer.status_code == 404
    assert "<!doctype html>" in answer.text


async def test_the_data_have_their_own_door(client: httpx.AsyncClient) -> None:
    """Whatever is mounted first, the page never answers for `….json`."""
    assert (await client.get(f"/track/{TOKEN}.json")).json() == {"token": TOKEN}


async def test_what_the_page_may_do(client: httpx.AsyncClient) -> None:
    """Only its own files and data, no inline code, no referrer, not in search engines.

    It may stand in another page's frame: shops show it inside their app.
    """
    headers = (await client.get(f"/track/{TOKEN}")).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    for kind in ("script-src", "style-src", "img-src", "connect-src"):
        assert policy[kind] == "'self'"
    assert "frame-ancestors" not in policy
    assert "x-frame-options" not in headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "noindex" in headers["x-robots-tag"]


async def test_files_are_kept_for_ever_under_their_own_version(client: httpx.AsyncClient) -> None:
    """A page still open from the last release gets today's file, without keeping it."""
    for name, asset in assets().items():
        new = await client.get(f"/track-assets/{version()}/{name}")
        assert new.status_code == 200
        assert new.content == asset.plain
        assert new.headers["content-encoding"] == "gzip"
        assert "immutable" in new.headers["cache-control"]
        old = await client.get(f"/track-assets/0000/{name}", headers={"Accept-Encoding": ""})
        assert old.content == asset.plain
        assert "content-encoding" not in old.headers
        assert old.headers["cache-control"] == "no-cache"
    for wrong in ("page.html", "nothing.js", "..%2Fbuyer.py"):
        answer = await client.get(f"/track-assets/{version()}/{wrong}")
        assert answer.status_code == 404


def test_the_page_is_small_and_whole() -> None:
    """Under 45 kB compressed; every file it asks for is there; nothing comes from elsewhere."""
    html = page("zh-CN")
    sent = [html, *assets().values()]
    assert sum(len(asset.packed) for asset in sent) < LIMIT
    assert gzip.decompress(html.packed) == html.plain
    names, used = set(assets()), set()
    for path in FOLDER.iterdir():
        text = path.read_text("utf-8")
        used |= {a or b for a, b in ASKED.findall(text)}
        assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}, path.name
        assert not UNSAFE.search(text), path.name
    assert used == names
