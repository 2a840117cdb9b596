"""Serves `/widget.js`: a parcel's tracking as a web component for pages of others.

One script, made from the buyer's page's own files (`buyer/`) and those in `widget/`: at the first
request the modules are put one after another, each in a function of its own, so that a mall loads
one file and nobody needs a bundler. The style goes into the component's shadow tree.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from yichuan.web.buyer import FOLDER, Asset, answer, asset

WIDGET: Final = Path(__file__).parent / "widget"
ENTRY: Final = "element.js"
STYLES: Final = (FOLDER / "base.css", FOLDER / "parts.css", WIDGET / "widget.css")

_IMPORT: Final = re.compile(r"^import (.+?) from '\./([\w-]+\.(?:js|css))'$", re.M | re.S)
_EXPORT: Final = re.compile(r"^export (?:async )?(?:const|class|function) (\w+)", re.M)
_REMARK: Final = re.compile(r"^ */\*.*?\*/\n?|^ *//[^\n]*\n|^ +|\n(?=\n)", re.M | re.S)
_CSS_REMARK: Final = re.compile(r"/\*.*?\*/\n?|^ +|\n(?=\n)", re.M | re.S)
_DARK: Final = re.compile(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.S)
_TOKEN: Final = re.compile(r"(--([\w-]+)): ([^;]+);")
_HEADERS: Final = {
    "Cache-Control": "public, max-age=600",
    "Vary": "Accept-Encoding",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
widget_router = APIRouter(include_in_schema=False)


def style() -> str:
    """The page's style for a shadow tree: every token can be set from outside as `--yichuan-…`,
    `theme="dark"` and `theme="light"` win over the reader's system."""
    text = "\n".join(path.read_text("utf-8") for path in STYLES)
    dark = _DARK.search(text)
    assert dark is not None, "base.css has a block of dark tokens"
    lines = _themable(dark[1])
    asked = f":host([theme='dark']) {{{lines}}}"
    system = f"@media (prefers-color-scheme: dark) {{ :host(:not([theme='light'])) {{{lines}}} }}"
    light = text[: dark.start()]
    text = f"{_themable(light)}{system}\n{asked}\n{text[dark.end() :]}"
    text = text.replace(":root {", ":host {").replace("\nbody {", "\n:host {")
    return _CSS_REMARK.sub("", text)


def _themable(text: str) -> str:
    """Tokens that a page may set; those of tones (`--t-…`) follow from them."""
    return _TOKEN.sub(
        lambda m: m[0] if m[2].startswith("t-") else f"{m[1]}: var(--yichuan-{m[2]}, {m[3]});",
        text,
    )


def _module(name: str, done: dict[str, str]) -> None:
    """Add a module to `done` after those it imports."""
    if name in done:
        return
    if name.endswith(".css"):
        done[name] = f"const {_variable(name)} = {{ default: {json.dumps(style())} }}"
        return
    folder = WIDGET if (WIDGET / name).is_file() else FOLDER
    text = (folder / name).read_text("utf-8")
    for _, other in _IMPORT.findall(text):
        _module(other, done)
    names = _EXPORT.findall(text)
    body = _IMPORT.sub(_taken, text)
    body = re.sub(r"^export default ", "const $default = ", body, flags=re.M)
    body = re.sub(r"^export ", "", body, flags=re.M)
    given = ", ".join([*names, *(["default: $default"] if "const $default" in body else [])])
    body = _REMARK.sub("", body)
    done[name] = f"const {_variable(name)} = (() => {{\n{body}return {{ {given} }}\n}})()"


def _taken(match: re.Match[str]) -> str:
    """An import as an assignment from the module's object."""
    what, source = match[1], _variable(match[2])
    if what.startswith("* as "):
        return f"const {what[5:]} = {source}"
    if what.startswith("{"):
        return f"const {what.replace(' as ', ': ')} = {source}"
    return f"const {{ default: {what} }} = {source}"


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W", "_", name)


@lru_cache(maxsize=1)
def script() -> Asset:
    """The whole widget as one classic script; it runs as a module too."""
    done: dict[str, str] = {}
    _module(ENTRY, done)
    text = "\n".join(done.values())
    return asset("text/javascript; charset=utf-8", f"(() => {{\n{text}\n}})()\n".encode())


@widget_router.api_route("/widget.js", methods=["GET", "HEAD"])
async def widget(request: Request) -> Response:
    """The script; its address never changes, so it is asked for anew after ten minutes."""
    return answer(request, script(), 200, dict(_HEADERS))
