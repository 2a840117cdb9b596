"""Addresses of the datasets, read from YICHUAN_DATA and skipped without it.

If these break, real addresses without province or city are no longer recognised.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import warnings
from pathlib import Path

import pytest
from bench.addresses import labelled

from yichuan.regions.divisions import divisions
from yichuan.regions.parse import ANSWER, parse_address

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))


def _need(path: Path) -> Path:
    if not path.is_file():
        warnings.warn(f"{path} is missing: addresses are not checked", stacklevel=1)
        pytest.skip(f"{path} is missing (set YICHUAN_DATA)")
    return path


def _raw() -> list[str]:
    with gzip.open(_need(DATA / "addresses_raw_cn.csv.gz"), "rt", encoding="utf-8") as file:
        return [row["raw"] for row in csv.DictReader(file)]


def test_fixtures_of_other_parsers() -> None:
    lines = _need(DATA / "addresses_cn.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    wrong = [
        row["raw"]
        for row in rows
        if row.get("city") not in {None, "", "市辖区"}
        and parse_address(row["raw"]).city != row["city"]
    ]
    assert wrong == []
    wrong = [r["raw"] for r in rows if r.get("name") and parse_address(r["raw"]).name != r["name"]]
    assert wrong == []


@pytest.mark.parametrize("sample", ["seen", "held", "fresh"])
def test_checked_addresses(sample: str) -> None:
    rows = labelled(_raw())[sample]
    assert len(rows) > 200
    for level, share in (("city", 0.97), ("district", 0.99)):
        named = [row for row in rows if row[level]]
        right = sum(getattr(parse_address(row["raw"]), level) == row[level] for row in named)
        assert right >= share * len(named), level


def test_a_district_named_in_full_is_found() -> None:
    full = {d.name for d in divisions().values() if d.level == "district" and len(d.name) > 2}
    pattern = re.compile("|".join(sorted(map(re.escape, full), key=len, reverse=True)))
    named = [(raw, hit.group()) for raw in _raw()[::11] if (hit := pattern.search(raw))]
    right = sum(parse_address(raw).district == name for raw, name in named)
    assert right >= 0.99 * len(named)


def test_formatted_addresses_parse_to_the_same() -> None:
    for raw in _raw()[::11]:
        found = parse_address(raw)
        again = parse_address(found.formatted())
        for field in ANSWER[:-1]:
            assert getattr(again, field) == getattr(found, field), raw
