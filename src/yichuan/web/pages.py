"""Serves the built console: one page for every path, its assets cached for ever."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from yichuan.core.errors import NotFound

DIST = Path(__file__).parent / "dist"
"""Built by `make setup` from `web/console`."""
router = APIRouter(include_in_schema=False)
_MISSING = """<!doctype html><meta charset="utf-8"><title>驿传</title>
<p>控制台尚未构建：请先运行 <code>make setup</code>。</p>
<p>The console is not built yet: run <code>make setup</code>.</p>"""
_RESERVED = ("api/", "push/", "track/", "assets/")
_FOREVER = "public, max-age=31536000, immutable"
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


@router.get("/assets/{name:path}")
async def asset(name: str) -> Response:
    """A hashed file of the build."""
    root = (DIST / "assets").resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise NotFound("no such file")
    return FileResponse(path, headers={"Cache-Control": _FOREVER} | _SAFE)


@router.get("/{path:path}")
async def page(request: Request, path: str) -> Response:
    """The console, whatever its own address says; files beside it (icons) as they are."""
    if path.startswith(_RESERVED):
        raise NotFound("no such page")
    file = (DIST / path).resolve()
    if path and file.is_relative_to(DIST.resolve()) and file.is_file():
        return FileResponse(file, headers=_SAFE)
    index = DIST / "index.html"
    if not index.is_file():
        return HTMLResponse(_MISSING, 503)
    return FileResponse(index, headers={"Cache-Control": "no-cache"} | _SAFE)
