"""Serves the buyer's tracking page: one page for every link, its files beside it.

The files lie in `buyer/`: plain HTML, CSS and ES modules, served as they are. Their address holds
a digest of all of them, so that browsers keep them for ever and a new release is seen at once.
The data come from `/track/<token>.json`.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.convertors import StringConvertor, register_url_convertor

from yichuan.core.encoding import takes_gzip
from yichuan.core.errors import NotFound

Language = Literal["zh-CN", "en"]

FOLDER: Final = Path(__file__).parent / "buyer"
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""How a buyer's link looks (`core.ids.new_token`); anything else is a mangled one."""
KINDS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What is served beside the page, by ending."""

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""No frame-ancestors: shops show the page inside their own app's or mini-program's web view."""
_SAFE: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the address is the secret
    "X-Robots-Tag": "noindex, nofollow",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK: Final = "no-cache"


class PageSegment(StringConvertor):
    """One path segment that is no `….json`: those are the page's data, another door."""

    regex = r"[^/]+(?<!\.json)"


register_url_convertor("page_segment", PageSegment())
buyer_router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: plain, and compressed for whoever takes that."""

    media_type: str
    plain: bytes
    packed: bytes
    etag: str


def language_of(asked: str | None, accepted: str) -> Language:
    """The page's language: `?lang=` first, then Accept-Language (RFC 9110), else Chinese."""
    if asked:
        return "en" if asked.lower().startswith("en") else "zh-CN"
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameters) if parameters else None
        primary = tag.split("-")[0]
        weight = float(quality[1]) if quality else 1.0
        weights[primary] = max(weight, weights.get(primary, 0.0))
    return "en" if weights.get("en", 0.0) > weights.get("zh", 0.0) else "zh-CN"


def asset(media_type: str, plain: bytes) -> Asset:
    """Content made ready to be sent."""
    etag = f'"{hashlib.sha256(plain).hexdigest()[:20]}"'
    return Asset(media_type, plain, gzip.compress(plain, 9, mtime=0), etag)


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """Every file beside the page, by name."""
    return {
        path.name: asset(KINDS[path.suffix], path.read_bytes())
        for path in sorted(FOLDER.iterdir())
        if path.suffix in KINDS
    }


@lru_cache(maxsize=1)
def version() -> str:
    """A digest of all files beside the page; part of their address."""
    digest = hashlib.sha256()
    for name, asset in assets().items():
        digest.update(f"{name}:{asset.etag};".encode())
    return digest.hexdigest()[:12]


@lru_cache(maxsize=2)
def page(language: Language) -> Asset:
    """The page in a language: the same for every parcel, nothing of one is in it."""
    text = (FOLDER / "page.html").read_text("utf-8")
    text = text.replace("__LANG__", language).replace("__VERSION__", version())
    return asset("text/html; charset=utf-8", text.encode())


def answer(request: Request, asset: Asset, status: int, headers: dict[str, str]) -> Response:
    """Send content, compressed where that is understood; nothing when the asker has it already."""
    headers = headers | _SAFE | {"ETag": asset.etag}
    if status == 200 and request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    packs = takes_gzip(request)
    if packs:
        headers["Content-Encoding"] = "gzip"
    body = asset.packed if packs else asset.plain
    return Response(body, status, headers, asset.media_type)


@buyer_router.api_route("/track-assets/{digest}/{name}", methods=["GET", "HEAD"])
async def buyer_asset(request: Request, digest: str, name: str) -> Response:
    """A file of the page; an older page gets today's file, but may not keep it."""
    asset = assets().get(name)
    if asset is None:
        raise NotFound("no such file")
    cache = _FOREVER if digest == version() else _ASK
    return answer(request, asset, 200, {"Cache-Control": cache, "Vary": "Accept-Encoding"})


@buyer_router.api_route("/track/{token:page_segment}", methods=["GET", "HEAD"])
async def buyer_page(request: Request, token: str, lang: str | None = None) -> Response:
    """The page behind a buyer's link; a mangled link gets it with 404, and it says so kindly."""
    language = language_of(lang, request.headers.get("accept-language", ""))
    status = 200 if TOKEN.fullmatch(token) else 404
    headers = {"Cache-Control": _ASK, "Vary": "Accept-Encoding, Accept-Language"}
    headers["Content-Language"] = language
    return answer(request, page(language), status, headers)
