"""Address parsing beside cpca and jionlp: speed and accuracy. Prints one JSON object.

    YICHUAN_DATA=../shared/data python -m bench.addresses [--misses]
        [--peers PYTHON] [--floor 10000]

Speed: the pure function over `addresses_raw_cn.csv.gz`, best of three passes, addresses per CPU
second of one core. Accuracy: the expected parts in `addresses_cn.jsonl` (fixtures of public
parsers) as they stand, and raw addresses labelled by eye. Labels are `bench/labels/addresses.csv`:
city and named district ("" where the address does not say) by the hash of the raw address, since
rows of the dataset are not in this repository. Their set says what they are worth: "seen" were
read while the rules were written, "held" after the first version, "fresh" were labelled before the
parser ever ran on them. PYTHON (or YICHUAN_PEERS) is an interpreter that has `cpca` and `jionlp`;
they parse the same labels and are timed in the same run. What is missing is said in `missing`.
`--misses` lists what came out
otherwise. Exit code 1 below `--floor` addresses per second.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from yichuan.regions.divisions import SELF_CITY, Region, by_adcode, provinces, region
from yichuan.regions.parse import ParsedAddress, parse_address

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
LABELS = Path(__file__).parent / "labels" / "addresses.csv"
LEVELS = ("province", "city", "district")
_MUNICIPALITIES = {p.name for p in provinces() if p.adcode in SELF_CITY}
_NO_CITY = {"", "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}


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


def score(rows: list[dict[str, str]], misses_wanted: bool) -> dict[str, object]:
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
    return {**found, "misses": misses} if misses_wanted else found


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


def peer_shares(rows: list[dict[str, str]], parsed: list[list[str]]) -> dict[str, float]:
    """A peer's shares of right cities and named districts, its ways of writing allowed for.

    A municipality's 市辖区 counts as its city, a directly run county as its own.
    """
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for row, (province, named, district) in zip(rows, parsed, strict=True):
        city = named
        if named in _NO_CITY:
            city = province if province in _MUNICIPALITIES else district if named else ""
        for field, value in (("city", city), ("district", district)):
            total[field] += bool(row[field])
            right[field] += bool(row[field]) and row[field] == value
    return {field: round(right[field] / n, 4) for field, n in total.items()}


def peers(python: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    """Run the peers on the labelled addresses."""
    lines = "".join(json.dumps({"raw": row["raw"]}) + "\n" for row in rows)
    script = Path(__file__).with_name("address_peers.py")
    done = subprocess.run(
        [python, str(script)], input=lines, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise SystemExit(f"the peers failed: {done.stderr[-500:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    for found in answer["peers"].values():
        found["share"] = peer_shares(rows, found.pop("parsed"))
    return answer


def json_lines(path: Path) -> list[dict[str, str]]:
    """Rows of a JSON lines file; empty if it is not there."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def labelled(raw: list[str]) -> dict[str, list[dict[str, str]]]:
    """Raw addresses with what was read in them by eye, by set."""
    known = {hashlib.sha256(text.encode()).hexdigest()[:16]: text for text in raw}
    found: dict[str, list[dict[str, str]]] = {}
    with LABELS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            text = known.get(row.pop("raw_sha256_16"))
            if text is not None:
                found.setdefault(row.pop("set"), []).append({"raw": text, **row})
    return found


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peers", default=os.environ.get("YICHUAN_PEERS", ""))
    parser.add_argument("--floor", type=float, default=0.0)
    parser.add_argument("--misses", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    options = arguments()
    missing: list[str] = []
    with gzip.open(DATA / "addresses_raw_cn.csv.gz", "rt", encoding="utf-8") as file:
        raw = [row["raw"] for row in csv.DictReader(file)]
    rate = speed(raw)
    parsed = [parse_address(text) for text in raw]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sets = labelled(raw)
    if not options.peers:
        missing.append("peers (cpca, jionlp): name their Python with --peers")
    beside = {name: peers(options.peers, rows) for name, rows in sets.items() if options.peers}
    missing += sorted({one for found in beside.values() for one in found.get("missing", [])})
    result: dict[str, object] = {
        "bench": "addresses",
        "addresses": len(raw),
        "addresses_per_second": round(rate),
        "with_city": sum(bool(p.city) for p in parsed),
        "inferred_city": sum(any(w.startswith("inferred") for w in p.warnings) for p in parsed),
        "with_district": sum(bool(p.district) for p in parsed),
        "fixtures": score(json_lines(DATA / "addresses_cn.jsonl"), options.misses),
        "labelled": {name: score(rows, options.misses) for name, rows in sets.items()},
        "peers": {name: found["peers"] for name, found in beside.items()},
        "times_faster": {
            name: round(rate / found["per_second"], 1)
            for name, found in beside.get("held", {}).get("peers", {}).items()
        },
        "max_rss_mb": memory,
        "missing": missing,
    }
    print(json.dumps(result, ensure_ascii=False))
    if rate < options.floor:
        sys.exit(1)


if __name__ == "__main__":
    main()
