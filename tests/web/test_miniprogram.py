"""The sample page for mini-programs, run in Node beside a stand-in of `wx`.

If these break, a mall that copied the page shows buyers a wrong state, or an empty page when the
network fails.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from web.parcels import CASES, LOCKER, SIGNED, TOKEN, parcel

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/miniprogram/pages/track"
SHARED = ("state.js", "time.js", "words-zh.js")
DRIVER = """
import { readFileSync } from 'node:fs'
const answers = JSON.parse(readFileSync(process.argv[2]))
const asked = [], toasts = []
let page
globalThis.Page = (made) => {
  page = made
  page.setData = (change) => Object.assign(page.data, change)
}
globalThis.wx = {
  showToast: ({ title }) => toasts.push(title),
  request: ({ url, data, success, fail, complete }) => {
    asked.push({ url, ...data })
    const { status, body } = answers.shift()
    if (status) success({ statusCode: status, data: body })
    else fail({})
    complete()
  },
}
await import('./track.js')
page.onLoad({ token: process.argv[3] })
page.onShow()
const seen = [structuredClone(page.data)]
for (const digits of JSON.parse(process.argv[4])) {
  if (digits === null) page.refresh()
  else page.prove({ detail: { value: { last4: digits } } })
  seen.push(structuredClone(page.data))
}
page.onHide()
console.log(JSON.stringify({ asked, toasts, seen, share: page.onShareAppMessage() }))
"""


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a mall has it: copied, with what it shares with the hub's own page."""
    at = tmp_path_factory.mktemp("miniprogram") / "track"
    shutil.copytree(PAGE, at)
    for name in SHARED:
        shutil.copy(ROOT / "src/yichuan/web/buyer" / name, at / name)
    (at / "package.json").write_text('{"type": "module"}')
    (at / "drive.js").write_text(DRIVER)
    return at


def drive(at: Path, answers: list[Any], acts: list[str | None]) -> Any:
    """What the page asked, said and showed; acts are digits, or None: asked again."""
    (at / "answers.json").write_text(
        json.dumps([{"status": status, "body": body} for status, body in answers])
    )
    node = [str(ROOT / "scripts/with_node.sh"), "node", "drive.js", "answers.json", TOKEN]
    done = subprocess.run(
        [*node, json.dumps(acts)], cwd=at, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_our_own_estimate_is_told_as_days(at: Path) -> None:
    estimated = CASES["estimated"]
    told = drive(at, [(200, estimated)], [])
    # 31 minutes past the case's clock or years later: only the courier's promise grows old
    assert told["seen"][-1]["parcel"]["when"]["text"] == "11月25日–11月26日"


def test_a_parcel_from_link_to_code_to_signature(at: Path) -> None:
    waiting = parcel(10, LOCKER, locker_hint="天府三街18号丰巢柜")
    opened = waiting | {"verified": True, "waybill_number": "73120045670231"}
    opened |= {"recipient": {"name": "张*", "phone": "138****5678", "address": "成都市***"}}
    signed = parcel(10, SIGNED, sign_kind="gate", delivered_at="2026-11-24T13:55:00+08:00")
    signed["verified"] = True
    answers = [(200, waiting), (200, waiting), (200, opened), (200, signed)]
    told = drive(at, answers, ["12", "9999", "5678", None])
    first, short, wrong, known, last = (one["parcel"] for one in told["seen"])
    assert (first["title"], first["said"]) == ("待取件", "天府三街18号丰巢柜")
    assert [step["name"] for step in first["steps"]][2:] == ["运输中", "待取件", "已签收"]
    assert first["events"][0]["text"].startswith("快件已放入")
    assert first == short == wrong
    assert told["toasts"] == ["请输入四位数字。", "与收件手机号不符，请再试一次。"]
    assert (known["number"], known["recipient"]) == ("73120045670231", "张* 138****5678")
    assert (last["title"], last["said"], last["ended"]) == ("已签收", "门卫、物业或前台代收", True)
    assert [one.get("phone_last4") for one in told["asked"]] == [None, "9999", "5678", "5678"]
    assert {one["url"] for one in told["asked"]} == {f"https://hub.example.com/track/{TOKEN}.json"}
    assert told["share"]["path"].endswith(TOKEN)


def test_what_was_known_stays_when_the_network_fails(at: Path) -> None:
    late = parcel(6, problem={"kind": "stalled", "party": "courier", "since": None})
    told = drive(at, [(200, late), (0, None), (404, {})], [None, None])
    first, cut, gone = told["seen"]
    assert first["parcel"]["problem"]["title"] == "物流暂时没有更新"
    assert (cut["parcel"], cut["failed"]) == (first["parcel"], "暂时连不上，请稍后再试。")
    assert "已失效" in gone["failed"]


def test_every_handler_of_the_page_exists(at: Path) -> None:
    """A binding without a handler does nothing, and says nothing, in a mini-program."""
    markup, script = ((at / f"track.{kind}").read_text("utf-8") for kind in ("wxml", "js"))
    bound = {word.split('"')[1] for word in markup.split("bind")[1:]}
    assert bound
    assert all(f"  {name}(" in script for name in bound)
