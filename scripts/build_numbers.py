"""Make the packaged table of waybill number formats.

    python scripts/build_numbers.py

Reads `tracking_number_patterns.json` from YICHUAN_DATA (formats and check digits of couriers
abroad and of UPU S10 items: github.com/jkeen/tracking_number_data, MIT; shapes of Chinese
couriers' numbers: github.com/BF-zh/Courier-Validation and public code) and the catalogue; names
our courier for each format and counts how many numbers each admits, per length. Writes
`src/yichuan/couriers/numbers.json`, byte for byte the same each time. Example numbers stay out.
"""

from __future__ import annotations

import csv
import json
import math
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from re import _constants as c  # type: ignore[attr-defined]  # a build script may look inside
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from yichuan.couriers.catalogue import Entry, entries, plain

HERE = Path(__file__).parent
OUT = HERE.parent / "src/yichuan/couriers/numbers.json"
Sizes = dict[int, int]
"""How many texts a pattern admits, by length."""
LONGEST = 40
MARKET = (
    *(("current", 1.0), ("BF-zh variant", 0.02), ("legacy", 0.03), ("ambiguous", 0.03)),
    ("any ", 0.03),
)
"""What share of a courier's numbers today has a format, by the word in the table's note.
Rough on purpose: learning from confirmed shipments takes over wherever there are any."""
PLAIN_SHARE = 0.2


def of_set(items: Iterable[Any]) -> int:
    """How many upper-case letters, digits and hyphens a character class has."""
    allowed = set()
    for what, value in items:
        if what is c.LITERAL:
            allowed.add(chr(value).upper())
        elif what is c.RANGE:
            allowed |= {chr(code).upper() for code in range(value[0], value[1] + 1)}
        elif what is c.CATEGORY:
            allowed |= set("0123456789" if value is c.CATEGORY_DIGIT else "-")
    return len(allowed & set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"))


def times(left: Sizes, right: Sizes) -> Sizes:
    """Sizes of one pattern after another."""
    found: defaultdict[int, int] = defaultdict(int)
    for a, n in left.items():
        for b, m in right.items():
            if a + b <= LONGEST:
                found[a + b] += n * m
    return dict(found)


def sizes(pattern: Iterable[tuple[object, Any]]) -> Sizes:
    """Texts a parsed pattern admits, by length; alternatives that overlap count twice."""
    total: Sizes = {0: 1}
    for what, value in pattern:
        total = times(total, of_node(what, value))
    return total


def of_node(what: object, value: Any) -> Sizes:  # noqa: ANN401 - the parser's own nodes
    """Sizes of one node of a parsed pattern."""
    if what is c.LITERAL:
        return {1: 1}
    if what is c.IN:
        return {1: of_set(value)}
    if what is c.SUBPATTERN:
        return sizes(value[3])
    if what is c.BRANCH:
        found: defaultdict[int, int] = defaultdict(int)
        for branch in value[1]:
            for length, count in sizes(branch).items():
                found[length] += count
        return dict(found)
    if what is c.MAX_REPEAT:
        low, high, inner = value
        one, power, total = sizes(inner), {0: 1}, defaultdict(int)
        for n in range(min(high, LONGEST) + 1):
            if n >= low:
                for length, count in power.items():
                    total[length] += count
            power = times(power, one)
            if not power:
                break
        return dict(total)
    if what in (c.ASSERT, c.ASSERT_NOT, c.AT):
        return {0: 1}  # looks ahead: bounds nothing we count
    raise ValueError(f"cannot count {what}")


def log_sizes(regex: str) -> dict[str, float]:
    """log10 of the sizes, for JSON."""
    found = sizes(parser.parse(regex))
    return {str(k): round(math.log10(n), 2) for k, n in sorted(found.items()) if n and k > 3}


def tight(regex: str) -> str:
    """The pattern for numbers without blanks."""
    return regex.replace(r"\s*", "").replace(r"\s", "")


def post(country: str, name: str, known: list[Entry]) -> str | None:
    """Our courier for a country's S10 items."""
    posts = [e for e in known if e.kind == "postal" and e.country == country and not e.same_as]
    named = [e for e in posts if plain(name) in {plain(n) for n in e.names}]
    national = [e for e in posts if any(len(key) < 6 for key in e.track17)] or posts
    ours = [e for e in named or national if "." not in e.code] or named or national
    return ours[0].code if ours else None


def international(raw: dict[str, Any], codes: dict[str, str]) -> list[dict[str, Any]]:
    """Formats of couriers abroad."""
    rows = []
    for item in raw["international"]:
        if item["id"] == "s10":
            continue
        regex = tight(item["regex"])
        row = {"id": item["id"], "courier": codes[item["courier_code"]], "name": item["name"]}
        row |= {"regex": regex, "sizes": log_sizes(regex)}
        if "checksum" in item:
            row["checksum"] = item["checksum"]
        if "serial_number_format" in item:
            row["prepend_if"] = item["serial_number_format"]["prepend_if"]
        rows.append(row)
    return rows


def domestic(raw: dict[str, Any], codes: dict[str, str]) -> list[dict[str, Any]]:
    """Formats of Chinese couriers, none with a check digit."""
    rows = []
    for courier in raw["domestic_cn"]:
        code = codes.get(courier["shipper_code"], courier["shipper_code"])
        usable = [p for p in courier["patterns"] if "loose" not in p["note"]]
        shares = [next((s for w, s in MARKET if w in p["note"]), PLAIN_SHARE) for p in usable]
        for number, (pattern, share) in enumerate(zip(usable, shares, strict=True), 1):
            regex = pattern["regex"].replace("A-Za-z", "A-Z")
            row = {"id": f"{code.lower()}_{number}", "courier": code, "name": regex}
            row |= {"regex": regex, "sizes": log_sizes(regex)}
            rows.append(row | {"share": round(share / sum(shares), 4)})
    return rows


def main() -> None:
    """Read, name, count, write."""
    data = Path(os.environ.get("YICHUAN_DATA", HERE.parent.parent / "shared/data"))
    raw = json.loads((data / "tracking_number_patterns.json").read_text("utf-8"))
    with (HERE / "numbers/couriers.csv").open(encoding="utf-8") as file:
        codes = {row["theirs"]: row["code"] for row in csv.DictReader(file)}
    with (HERE / "numbers/posts.csv").open(encoding="utf-8") as file:
        by_hand = {row["country"]: row["code"] for row in csv.DictReader(file)}
    known = list(entries().values())
    posts = {
        country: by_hand.get(country) or post(country, row["courier"], known)
        for country, row in raw["s10_country"].items()
    }
    services = [[row["matches_regex"], row["name"]] for row in raw["s10_service_indicator"]]
    table = {
        "formats": [*international(raw, codes), *domestic(raw, codes)],
        "s10": {
            "services": services,
            "countries": sorted(raw["s10_country"]),
            "posts": {k: v for k, v in sorted(posts.items()) if v},
        },
    }
    text = json.dumps(table, ensure_ascii=False, indent=1)
    OUT.write_text(re.sub(r"\n\s+(?=\"\d+\":|\d)", " ", text) + "\n", "utf-8")
    lost = sorted(k for k, v in posts.items() if not v)
    print(f"{len(table['formats'])} formats; posts of {len(posts) - len(lost)} countries")
    print(f"no courier for {lost}")


if __name__ == "__main__":
    main()
