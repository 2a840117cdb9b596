"""Join the couriers of KDNiao, Kuaidi100 and 17TRACK into the packaged catalogue.

    pip install pypinyin && python scripts/build_catalogue.py

Reads `carriers_kdniao.csv`, `carriers_kdniao_sources.csv`, `carriers_kuaidi100.csv` and
`carriers_17track.csv` from YICHUAN_DATA, and our own tables in `scripts/catalogue/`: `joins.csv`
(joins made or forbidden by hand, with the reason), `fixes.csv` (kind, phone, website and names of
single couriers), `services.csv` (送货上楼, 安装), `countries.csv` (names of countries: CLDR).
Writes `src/yichuan/couriers/catalogue.csv` and `scripts/catalogue/doubtful.csv`, byte for byte
the same each time.

How couriers are joined, in this order; each step only takes what names one courier on either side:

1. by hand; 2. national posts by country; 3. an equal name or alias; 4. a Latin name equal to the
other's code; 5. names equal but for the trade word, when both words mean the same trade.

Anything looser is left apart and listed in `doubtful.csv` with its candidates. A courier that
KDNiao does not know gets the code `KUAIDI100.<THEIRS>` or `17TRACK.<theirs>`: KDNiao's codes have
no dot, so nothing collides, now or when KDNiao adds one. Our codes are upper case throughout (no
two of KDNiao's differ by case alone); its own spelling is kept where it differs.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalogue_kinds import kind_of_kdniao, kind_of_kuaidi100, kind_of_track17
from catalogue_names import CJK, core, initials, labels
from pypinyin import Style, lazy_pinyin

from yichuan.couriers.catalogue import plain

HERE = Path(__file__).parent
TABLES = HERE / "catalogue"
OUT = HERE.parent / "src/yichuan/couriers/catalogue.csv"
COLUMNS = (
    *("code", "kdniao", "name_zh", "name_en", "kind", "country", "aliases", "pinyin"),
    *("kuaidi100", "track17", "same_as", "added", "phone", "website"),
)
SYSTEMS = ("kuaidi100", "17track")
NOT_THE_POST = re.compile(
    r"ems|express|dhl|parcelforce|direct link|apl|dom?estic|demestic|postplus|mailamericas|"
    r"international|courier|kep|mostar|srpske|大包|包裹|小包|平安|speed|rapid",
    re.I,
)


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file, cells trimmed."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file)]


COUNTRIES = {
    plain(name): row["iso"]
    for row in read(TABLES / "countries.csv")
    for name in (row["name_zh"], *row["aliases_zh"].split(";"), row["name_en"])
    if name
}
PLACES = frozenset(COUNTRIES)


@dataclass(slots=True)
class Row:
    """A courier as one of the three systems lists it."""

    system: str
    code: str
    names: list[str]
    """The first is the one to show."""
    kind: str
    country: str = ""
    website: str = ""
    rank: tuple[int, int, int] = (0, 0, 0)

    @property
    def key(self) -> tuple[str, str]:
        return self.system, self.code

    def labels(self) -> list[str]:
        """Every exact key of the row."""
        return list(dict.fromkeys(label for name in self.names for label in labels(name, PLACES)))


@dataclass(slots=True)
class Entry:
    """A courier of the catalogue."""

    code: str
    base: Row
    joined: list[Row] = field(default_factory=list)
    same_as: str = ""


def kdniao(data: Path) -> list[Row]:
    """KDNiao's couriers with their aliases; a code that today's lists have ranks first."""
    sources = {row["code"]: row for row in read(data / "carriers_kdniao_sources.csv")}
    table = read(data / "carriers_kdniao.csv")
    owners = {plain(row["name_zh"]): row["code"] for row in table}
    rows = []
    for row in table:
        seen = sources[row["code"]]["sources"]
        aliases = [
            alias
            for alias in sources[row["code"]]["aliases"].split(";")
            if owners.get(plain(alias), row["code"])
            == row["code"]  # 中通快运 is no name of 中通快递
        ]
        rank = ("kdniao-mcp-2025" in seen, "misu99" in seen or "csdn" in seen, len(seen.split(";")))
        names = [n for n in (row["name_zh"], row["name_en"], *aliases) if n]
        kind = kind_of_kdniao(" ".join(names), row["kind"])
        rows.append(Row("kdniao", row["code"], names, kind, rank=(*map(int, rank),)))
    return rows


def kuaidi100(data: Path) -> list[Row]:
    """Kuaidi100's couriers."""
    return [
        Row("kuaidi100", r["code"], [r["name_zh"]], kind_of_kuaidi100(r["name_zh"], r["kind_zh"]))
        for r in read(data / "carriers_kuaidi100.csv")
    ]


def track17(data: Path) -> list[Row]:
    """17TRACK's couriers."""
    rows = []
    for r in read(data / "carriers_17track.csv"):
        names = list(dict.fromkeys(n for n in (r["name_zh"], r["name"]) if n))
        kind = kind_of_track17(" ".join(names), int(r["key"]), r["country"])
        rows.append(Row("17track", r["key"], names, kind, r["country"], r["url"]))
    return rows


def post_of(row: Row) -> str | None:
    """The country whose national post a row is; None for anything else."""
    name = row.names[0]
    if row.kind != "postal" or any(NOT_THE_POST.search(n) for n in row.names):
        return None
    if row.system == "17track":
        return row.country or None
    label = plain(re.sub(r"[(（\[].*", "", name))
    if row.system == "kdniao" and not label.endswith(("邮政", "post")):
        return None
    return COUNTRIES.get(label.removesuffix("邮政").removesuffix("post"))


class Join:
    """The joining itself: entries grow, rows are used up."""

    def __init__(self, ours: list[Row], theirs: list[Row]) -> None:
        self.entries = {row.code.upper(): Entry(row.code.upper(), row) for row in ours}
        self.free = {row.key: row for row in theirs}
        self.forbidden: set[tuple[str, str]] = set()
        self.how: Counter[str] = Counter()

    def take(self, row: Row, code: str, how: str) -> None:
        """Join a row to an entry."""
        if row.key in self.free and row.key not in self.forbidden:
            del self.free[row.key]
            self.entries[code].joined.append(row)
            self.how[f"{row.system} {how}"] += 1

    def by_hand(self, table: Iterable[dict[str, str]]) -> None:
        """`joins.csv`: an empty code keeps a row apart."""
        for line in table:
            key = (line["system"], line["theirs"])
            if not line["code"]:
                self.forbidden.add(key)
            elif line["system"] != "kdniao":
                self.take(self.free[key], line["code"], "by hand")

    def twins(self, table: Iterable[dict[str, str]]) -> None:
        """KDNiao's own doubles, by name, country's post or hand: today's code stands for them."""
        by_hand = {line["theirs"]: line["code"] for line in table if line["system"] == "kdniao"}
        named: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries.values():
            iso = post_of(entry.base)
            entry.base.country = iso or entry.base.country
            named[f"post {iso}" if iso else plain(entry.base.names[0])].append(entry)
        for group in named.values():
            first, *others = sorted(group, key=lambda e: (*(-n for n in e.base.rank), e.code))
            for entry in others:
                entry.same_as = first.code
        for code, other in by_hand.items():
            self.entries[code].same_as = other

    def late_twins(self) -> None:
        """Posts that KDNiao lists in Latin letters too: the others' names tell which they are."""
        known = {
            label: entry.code
            for entry in self.entries.values()
            if entry.base.kind == "postal" and entry.joined and not entry.same_as
            for row in entry.joined
            for label in row.labels()
        }
        for entry in self.entries.values():
            if entry.base.kind == "postal" and not entry.joined and not entry.same_as:
                codes = {known[label] for label in entry.base.labels() if label in known}
                if len(codes) == 1 and "." not in entry.code:
                    entry.same_as = codes.pop()

    def posts(self) -> None:
        """National posts: one per country, so the country says which."""
        ours: dict[str, set[str]] = defaultdict(set)
        for entry in self.entries.values():
            iso = post_of(entry.base)
            if iso and not entry.same_as:
                ours[iso].add(entry.code)
        for row in list(self.free.values()):
            iso = post_of(row)
            if iso and len(ours.get(iso, ())) == 1:
                self.take(row, next(iter(ours[iso])), "post of a country")

    def by(self, how: str, keys: Iterator[tuple[str, Row]], ours: dict[str, set[str]]) -> None:
        """Join rows whose keys name exactly one entry."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        rows = {}
        for key, row in keys:
            found[row.key] |= ours.get(key, set())
            rows[row.key] = row
        taken: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for key, codes in found.items():
            if len(codes) == 1:
                taken[next(iter(codes)), key[0]].append(rows[key])
        for (code, _), candidates in taken.items():
            loose = how != "equal name"
            has = any(row.system == candidates[0].system for row in self.entries[code].joined)
            if not loose or (len(candidates) == 1 and not has):
                for row in candidates:
                    self.take(row, code, how)


def agree(entry: Entry, row: Row, label: str) -> bool:
    """Initials are a name only among couriers abroad, who go by them."""
    abroad = {"international", "postal"}
    return not initials(label) or {entry.base.kind, row.kind} <= abroad


def index(entries: Iterable[Entry], form: str) -> dict[str, set[str]]:
    """Entries by key; twins stand back."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if entry.same_as:
            continue
        rows = [entry.base, *entry.joined]
        if form == "code":
            if len(entry.base.code) > SHORT_CODE:
                found[plain(entry.base.code)].add(entry.code)
            continue
        for label in dict.fromkeys(label for row in rows for label in row.labels()):
            found[trade_key(label) if form == "trade" else label].add(entry.code)
    found.pop("", None)
    return found


SHORT_CODE = 5


def trade_key(label: str) -> str:
    """The `same trade` key; empty where it would be too little to go by."""
    text, trade = core(label)
    return f"{text} {trade}" if CJK.search(text) or len(text) > SHORT_CODE else ""


def keys_of(
    join: Join, system: str, how: str, ours: dict[str, set[str]]
) -> Iterator[tuple[str, Row]]:
    """The keys by which a system's free rows may be found; initials only where they are names."""
    for row in [r for r in join.free.values() if r.system == system]:
        found = row.labels()
        if how == "code" and len(row.code) > SHORT_CODE:
            found.append(row.code)
        for label in found:
            key = trade_key(label) if how == "same trade" else label
            if all(agree(join.entries[code], row, label) for code in ours.get(key, ())):
                yield key, row


def join_names(join: Join) -> None:
    """Steps 3 to 5, for both systems."""
    forms = {"equal name": "exact", "code": "code", "same trade": "trade"}
    for system in SYSTEMS:
        for how, form in forms.items():
            ours = index(join.entries.values(), form)
            join.by(how, keys_of(join, system, how, ours), ours)
    fill_up(join)


def fill_up(join: Join) -> None:
    """Rows that KDNiao has not: Kuaidi100's become entries, 17TRACK's join them or follow."""
    for system in SYSTEMS:
        ours = index(join.entries.values(), "exact")
        rows = [row for row in join.free.values() if row.system == system]
        new: dict[str, Entry] = {}
        for row in rows:
            hits = {c for label in row.labels() for c in ours.get(label, ())}
            hits = {
                c
                for c in hits
                if "." in c and agree(join.entries[c], row, min(row.labels(), key=len))
            }
            if system == "17track" and len(hits) == 1 and row.key not in join.forbidden:
                join.take(row, hits.pop(), "equal name, not KDNiao's")
                continue
            del join.free[row.key]
            code = f"{system}.{row.code}".upper()
            new[code] = Entry(code, row)
        join.entries |= new
        join.posts()


def doubtful(join: Join) -> list[list[str]]:
    """Entries of the other systems that might be one of KDNiao's after all."""
    cores: dict[str, set[str]] = defaultdict(set)
    for entry in join.entries.values():
        if "." not in entry.code and not entry.same_as:
            for label in entry.base.labels():
                cores[core(label).text].add(entry.code)
    rows = []
    for entry in join.entries.values():
        if "." in entry.code:
            hits = {c for label in entry.base.labels() for c in cores.get(core(label).text, ())}
            if hits and (entry.base.system, entry.base.code) not in join.forbidden:
                names = "; ".join(f"{c} {join.entries[c].base.names[0]}" for c in sorted(hits))
                rows.append([entry.code, entry.base.names[0], names])
    return rows


def spelling(name: str) -> str:
    """Pinyin of a name's Chinese characters, syllables apart (for search by first letters)."""
    chinese = "".join(CJK.findall(name))
    return " ".join(lazy_pinyin(chinese, style=Style.NORMAL)) if chinese else ""


def aliases(entry: Entry, taken: dict[str, str]) -> list[str]:
    """Other names of an entry that are no other entry's."""
    main = {plain(entry.base.names[0]), plain(english(entry))}
    found: list[str] = []
    for row in [entry.base, *entry.joined]:
        for name in row.names:
            text = re.sub(r"\s+", " ", name.replace(";", "；")).strip()
            key = plain(text)
            if key and key not in main and taken.get(key, entry.code) == entry.code:
                taken[key] = entry.code
                main.add(key)
                found.append(text)
    return found


def english(entry: Entry) -> str:
    """An English name: KDNiao's, else what the others give in Latin letters."""
    for row in [entry.base, *entry.joined]:
        for name in row.names:
            inside = re.findall(r"[(（]([^()（）]*)[)）]", name) if CJK.search(name) else [name]
            for text in inside:
                if re.fullmatch(r"[ -~À-ž]{2,}", text.strip()) and re.search(r"[A-Za-z]{2}", text):
                    return text.strip()
    return ""


def table(join: Join) -> list[dict[str, str]]:
    """The catalogue's rows: KDNiao's in their own order, then the others."""
    fixes = {row["code"]: row for row in read(TABLES / "fixes.csv")}
    added = {row["code"]: row["added"] for row in read(TABLES / "services.csv")}
    unknown = (fixes.keys() | added.keys()) - join.entries.keys()
    if unknown:
        raise SystemExit(f"tables name couriers that are not there: {sorted(unknown)}")
    taken = {}
    for entry in reversed(list(join.entries.values())):
        taken[plain(entry.base.names[0])] = entry.code
    for entry in join.entries.values():
        if not entry.same_as:
            taken[plain(entry.base.names[0])] = entry.code
    rows = []
    for entry in join.entries.values():
        members = [entry.base, *entry.joined]
        fix = fixes.get(entry.code, {})
        inland = entry.base.kind in ("domestic", "freight", "cold_chain", "same_city")
        country = "CN" if inland else next((r.country for r in members if r.country), "")
        name = fix.get("name_zh") or entry.base.names[0]
        rows.append(
            {
                "code": entry.code,
                "kdniao": entry.base.code if entry.base.system == "kdniao" else "",
                "name_zh": re.sub(r"\s+", " ", name),
                "name_en": fix.get("name_en") or english(entry),
                "kind": fix.get("kind") or entry.base.kind,
                "country": fix.get("country") or country,
                "aliases": ";".join(
                    a for a in aliases(entry, taken) if a != fix.get("not_aliases")
                ),
                "pinyin": spelling(name),
                "kuaidi100": ";".join(r.code for r in members if r.system == "kuaidi100"),
                "track17": ";".join(r.code for r in members if r.system == "17track"),
                "same_as": entry.same_as,
                "added": added.get(entry.code, ""),
                "phone": fix.get("phone", ""),
                "website": fix.get("website")
                or next((r.website for r in members if r.website), ""),
            }
        )
    return rows


def main() -> None:
    """Read, join, write, and say what came of it."""
    data = Path(os.environ.get("YICHUAN_DATA", HERE.parent.parent / "shared/data"))
    join = Join(kdniao(data), [*kuaidi100(data), *track17(data)])
    hand = read(TABLES / "joins.csv")
    join.twins(hand)
    join.by_hand(hand)
    join.posts()
    join_names(join)
    join.late_twins()
    rows = table(join)
    with OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    doubts = doubtful(join)
    with (TABLES / "doubtful.csv").open("w", encoding="utf-8", newline="") as file:
        writer2 = csv.writer(file, lineterminator="\n")
        writer2.writerow(["code", "name", "might_be"])
        writer2.writerows(doubts)
    for how, count in sorted(join.how.items()):
        print(f"{count:5}  {how}")
    print(f"{len(rows):5}  couriers; {Counter(row['kind'] for row in rows).most_common()}")
    print(f"{len(doubts):5}  doubtful, left apart")


if __name__ == "__main__":
    main()
