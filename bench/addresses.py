"""Address parsing: speed and accuracy. Prints one JSON object.

    YICHUAN_DATA=../shared/data python -m bench.addresses [--misses]

Speed: the pure function over `addresses_raw_cn.csv.gz`, best of three passes, CPU seconds of one
core. Accuracy: the expected parts in `addresses_cn.jsonl` (fixtures of public parsers) as they
stand, and in `addresses_checked_cn.jsonl` (or the file YICHUAN_CHECKED names) when it is there:
raw addresses labelled by eye. `--misses` lists what came out otherwise.
Expected adcodes that are no longer in use, or never were official, are counted apart.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from yichuan.regions.divisions import Region, by_adcode, region
from yichuan.regions.parse import ParsedAddress, parse_address

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
LEVELS = ("province", "city", "district")


def speed(addresses: list[str]) -> float:
    """Addresses per CPU second."""
    parse_address("北京市朝阳区望京街道")
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for raw in addresses:
            parse_address(raw)
        best = min(best, time.process_time() - start)
    return len(addresses) / best


def expected(row: dict[str, str]) -> dict[str, str] | None:
    """The region parts a fixture expects, or None if its adcode is not an official one of today."""
    parts = {level: row[level] for level in LEVELS if row.get(level)}
    code = row.get("adcode")
    if code and not parts:
        found: Region | None = region(code) if by_adcode(code) else None
        if found is None:
            return None
        parts = {k: v for k in LEVELS if (v := getattr(found, k))}
    return parts


def score(rows: list[dict[str, str]]) -> dict[str, object]:
    """Shares of right parts and the misses."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    misses: list[str] = []
    unofficial = 0
    for row in rows:
        wanted = expected(row)
        if wanted is None:
            unofficial += 1
            continue
        got = parse_address(row["raw"])
        for field in ("name", "phone"):
            if row.get(field):
                wanted[field] = row[field]
        _compare(row["raw"], wanted, got, right, total, misses)
    shares = {k: round(right[k] / n, 4) for k, n in sorted(total.items())}
    found = {"share": shares, "n": dict(total), "unofficial_adcode": unofficial}
    return {**found, "misses": misses} if "--misses" in sys.argv else found


def _compare(
    raw: str,
    wanted: dict[str, str],
    got: ParsedAddress,
    right: Counter[str],
    total: Counter[str],
    misses: list[str],
) -> None:
    for field, value in wanted.items():
        total[field] += 1
        if getattr(got, field) == value:
            right[field] += 1
        else:
            misses.append(f"{field}: {raw[:30]} → {getattr(got, field)!r}, expected {value!r}")


def json_lines(path: Path) -> list[dict[str, str]]:
    """Rows of a JSON lines file; empty if it is not there."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def main() -> None:
    """Measure and print."""
    with gzip.open(DATA / "addresses_raw_cn.csv.gz", "rt", encoding="utf-8") as file:
        raw = [row["raw"] for row in csv.DictReader(file)]
    rate = speed(raw)
    parsed = [parse_address(text) for text in raw]
    checked = json_lines(
        Path(os.environ.get("YICHUAN_CHECKED", DATA / "addresses_checked_cn.jsonl"))
    )
    result: dict[str, object] = {
        "bench": "addresses",
        "addresses": len(raw),
        "addresses_per_second": round(rate),
        "with_city": sum(bool(p.city) for p in parsed),
        "with_district": sum(bool(p.district) for p in parsed),
        "fixtures": score(json_lines(DATA / "addresses_cn.jsonl")),
        "checked": score(checked) if checked else None,
        "max_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
