"""Label rendering: single-label PDFs a second (a service that renders one per request), labels a
second in one batch, and the memory that loading and using the renderer adds.

    python -m bench.labels

Prints one JSON object. Labels differ in number, link, name and address; one core.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

SINGLE = 600
BATCH = 500
CHARS = [chr(point) for point in range(0x4E00, 0x9FA6)]


def rss_mb() -> float:
    """Resident memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def sample(count: int) -> list[Any]:
    """Labels with names and addresses of common characters, every 20th with a rare one."""
    from yichuan.waybills.labels.model import Contact, LabelData, Payment

    rng = random.Random(7)
    common = [bytes([high, low]).decode("gb2312")
              for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)]  # fmt: skip
    sender = Contact(
        "蜀韵食品仓", "028-85123456", "成龙大道二段1号B区7号库", "四川省", "成都市", "成华区"
    )

    def label(i: int) -> LabelData:
        name = "".join(rng.choices(common, k=3)) + (rng.choice(CHARS) if i % 20 == 0 else "")
        street = "".join(rng.choices(common, k=14))
        return LabelData(
            courier_code="ZTO", courier_name="中通快递", hotline="95311", service_name="标准快递",
            waybill_number=f"753{rng.randrange(10**11):011d}",
            receiver=Contact(name, f"138{rng.randrange(10**8):08d}",
                             f"{street}路{i}号3号楼2单元1502室", "浙江省", "杭州市", "余杭区"),
            sender=sender, print_time=datetime(2025, 11, 11, tzinfo=UTC),
            mark_destination=f"310-B{i % 90 + 10} 08", package_name="杭州中心", package_code="B12",
            origin_name="成都", destination_name="杭州余杭", order_number=f"D20251111{i:012d}",
            shop_name="蜀韵旗舰店", remark="请轻放", payment=Payment.MONTHLY, weight_g=2350,
            goods=("麻辣牛肉干 250g ×2", "郫县豆瓣酱 500g ×1"),
            buyer_link=f"https://t.example.cn/track/{rng.getrandbits(96):024x}", sequence=i,
        )  # fmt: skip

    return [label(i) for i in range(count)]


def rate(count: int, act: Callable[[], object]) -> float:
    """Labels a second."""
    start = time.perf_counter()
    act()
    return round(count / (time.perf_counter() - start), 1)


def memory() -> dict[str, float]:
    """In a fresh process: MB added by the import, the first label, 500 single ones, pdfium."""
    code = "from bench.labels import memory_here; memory_here()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def memory_here() -> None:
    """Print the steps of `memory` for this process, in which nothing was loaded before."""
    import yichuan.core.clock
    import yichuan.core.money  # noqa: F401 - what a web process has loaded anyway

    before = rss_mb()
    from yichuan.waybills.labels.render import Format, render

    imported = rss_mb()
    labels = sample(500)
    made = rss_mb()
    render(labels[:1])
    first = rss_mb()
    for label in labels:
        render([label])
    many = rss_mb()
    render(labels[:1], Format.ZPL)
    steps = {
        "import": imported - before,
        "first_label": first - made,
        "after_500_singles": many - first,
        "first_bitmap": rss_mb() - many,
    }
    steps["total"] = sum(steps.values())
    print(json.dumps({step: round(mb, 1) for step, mb in steps.items()}))


def measure() -> dict[str, Any]:
    """All figures."""
    from yichuan.waybills.labels.model import Size
    from yichuan.waybills.labels.render import Format, render

    labels = sample(SINGLE)

    def one_by_one(size: Size) -> Callable[[], object]:
        return lambda: [render([label], size=size) for label in labels]

    render(labels[:1])
    result: dict[str, Any] = {"benchmark": "labels", "single_pdf_per_s": {}, "batch_per_s": {}}
    for size in Size:
        result["single_pdf_per_s"][size.value] = rate(SINGLE, one_by_one(size))
        result["batch_per_s"][size.value] = rate(BATCH, partial(render, labels[:BATCH], size=size))
    result["single_pdf_bytes"] = len(render(labels[:1]).content)
    result["single_zpl_per_s"] = rate(
        100, lambda: [render([label], Format.ZPL) for label in labels[:100]]
    )
    result["rss_added_mb"] = memory()
    return result


def main() -> None:
    """Print the figures."""
    print(json.dumps(measure(), ensure_ascii=False))


if __name__ == "__main__":
    main()
