"""Make the packaged division tables from the datasets of YICHUAN_DATA.

    python scripts/build_regions.py

Reads `china/divisions.csv` and `china/streets.csv` (names and codes: National Bureau of
Statistics 2023 through modood/Administrative-divisions-of-China, WTFPL; Taiwan:
xiangyuecn/AreaCity-JsSpider-StatsGov, MIT; points marked A and P:
chinese_province_city_area_mapper, MIT). Points from sources without a licence (marked B and C)
are left out: such a row takes the rounded point of `region_points.csv` (written down from general
knowledge, 0.1 degree, mark K) or its parent's point (mark F). Hong Kong's districts and Macau's
parishes, absent from the dataset, come from `region_points.csv` as well. The output is
byte-for-byte repeatable.
"""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
OUT = HERE.parent / "src/yichuan/regions/data"
MUNICIPALITIES = {"11": "北京市", "12": "天津市", "31": "上海市", "50": "重庆市"}
OWN_POINTS = {"A", "P"}


class Row(NamedTuple):
    """One line of the packaged table; latitude and longitude in degrees, as text."""

    adcode: str
    name: str
    parent: str
    level: str
    lat: str
    lon: str
    source: str


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def is_direct_group(row: dict[str, str]) -> bool:
    """省直辖县级行政区划: a heading, not a division; its counties hang on the province."""
    return row["level"] == "city" and row["adcode"].endswith("9000")


def tidy(raw: list[dict[str, str]], rough: dict[str, dict[str, str]]) -> list[Row]:
    """Our three-level tree: one city per municipality, directly run counties under the province."""
    rows = []
    for row in raw:
        code, prefix = row["adcode"], row["adcode"][:2]
        if is_direct_group(row) or code == "500200":
            continue
        name, parent = row["name"], row["parent"]
        if row["level"] == "city" and prefix in MUNICIPALITIES:
            name = MUNICIPALITIES[prefix]
        if parent == "500200":
            parent = "500100"
        elif parent.endswith("9000"):
            parent = prefix + "0000"
        rows.append(Row(code, name, parent, row["level"], *point(row, rough)))
    for code, row in rough.items():
        if code[:2] in {"81", "82"}:
            parent = code[:2] + "0000"
            rows.append(Row(code, row["name"], parent, "district", row["lat"], row["lon"], "K"))
    return sorted(rows)


def point(row: dict[str, str], rough: dict[str, dict[str, str]]) -> tuple[str, str, str]:
    """Latitude, longitude, mark; empty where only the parent's point may be used."""
    if row["ll_src"] in OWN_POINTS:
        return f"{float(row['lat']):.4f}", f"{float(row['lon']):.4f}", row["ll_src"]
    if row["adcode"] in rough:
        return rough[row["adcode"]]["lat"], rough[row["adcode"]]["lon"], "K"
    return "", "", "F"


def street_lines(raw: list[dict[str, str]], rows: list[Row]) -> list[str]:
    """`adcode name name …`, one line per district (or city without districts).

    A district's name put before a street's (当阳市河溶镇) is dropped.
    """
    known = {row.adcode: row.name for row in rows}
    by_parent: dict[str, list[str]] = {}
    for row in raw:
        name, owner = row["name"].strip(), known.get(row["parent"], "")
        if name.startswith(owner) and len(name) - len(owner) >= 3:
            name = name.removeprefix(owner)
        if owner and name and " " not in name:
            by_parent.setdefault(row["parent"], []).append(name)
    return [f"{code} {' '.join(names)}" for code, names in sorted(by_parent.items())]


def write(name: str, lines: list[str]) -> None:
    """Gzip without a time stamp, so that equal input gives equal bytes."""
    data = ("\n".join(lines) + "\n").encode("utf-8")
    (OUT / name).write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
    print(f"{name}: {len(lines)} lines, {(OUT / name).stat().st_size} bytes")


def main() -> None:
    """Read, tidy, write."""
    data = Path(os.environ.get("YICHUAN_DATA", "../shared/data")) / "china"
    rough = {row["adcode"]: row for row in read(HERE / "region_points.csv")}
    rows = tidy(read(data / "divisions.csv"), rough)
    write("divisions.csv.gz", [",".join(row) for row in rows])
    write("streets.txt.gz", street_lines(read(data / "streets.csv"), rows))


if __name__ == "__main__":
    main()
