"""Serves the built console: one page for every path, its assets cached for ever."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from yichuan.core.encoding import takes_gzip
from yichuan.core.errors import NotFound

DIST = Path(__file__).parent / "dist"
"""Built by `make setup` from `web/console`."""
router = APIRouter(include_in_schema=False)
_MISSING = """<!doctype html><meta charset="utf-8"><title>驿传</title>
<p>控制台尚未构建：请先运行 <code>make setup</code>。</p>
<p>The console is not built yet: run <code>make setup</code>.</p>"""
_RESERVED = ("api/", "push/", "track/", "assets/")
_FOREVER = "public, max-age=31536000, immutable"
_KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
"""What a build holds. The standard library would read the system's whole list for it."""
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def _file(root: Path, name: str) -> Path | None:
    """A file below a folder; None where there is none of this name, or there can be none."""
    try:
        path = (root / name).resolve()
        return path if path.is_relative_to(root.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # too long a name, or a NUL in it
        return None


@router.get("/assets/{name:path}")
async def asset(request: Request, name: str) -> Response:
    """A hashed file of the build, as its packed twin where the browser takes it."""
    path = _file(DIST / "assets", name)
    if path is None:
        raise NotFound("no such file")
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"} | _SAFE
    packed = path.with_name(path.name + ".gz")
    if takes_gzip(request) and packed.is_file():
        return _whole(packed, headers | {"Content-Encoding": "gzip"}, of=path)
    return _whole(path, headers)


def _whole(path: Path, headers: dict[str, str], of: Path | None = None) -> Response:
    """A file of the build at once: a first visit takes dozens of small ones, and threads would cost
    more than reading them, in time and in memory."""
    kind = _KINDS.get((of or path).suffix, "application/octet-stream")
    return Response(path.read_bytes(), media_type=kind, headers=headers)


@router.get("/{path:path}")
async def page(request: Request, path: str) -> Response:
    """The console, whatever its own address says; files beside it (icons) as they are. Some
    addresses have a page that names the files they begin with."""
    if path.startswith(_RESERVED):
        raise NotFound("no such page")
    file = _file(DIST, path) if path else None
    if file is not None:
        return _whole(file, _SAFE)
    index = _file(DIST, f"{path}.html") or DIST / "index.html"
    if not index.is_file():
        return HTMLResponse(_MISSING, 503)
    return _whole(index, {"Cache-Control": "no-cache"} | _SAFE)
