"""Which divisions a text may name: official names, short forms, old names, zones.

Old names and nicknames come from `data/old_names.csv`, compiled from general knowledge of the State
Council's approvals (year of change in `since` where known). `within` is the adcode prefix of the
place where the name was used, in today's codes. Kinds: renamed, merged (into a bigger one), split
(the heir of the largest part is named), upgraded (county to city or district), moved (to another
city), nickname, zone (a functional zone that lies in the division; the zone's text stays in the
address).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from yichuan.regions.divisions import Division, Level, divisions, packaged_rows
from yichuan.regions.names import HIGH_TECH, short_forms, stem, zone_head, zone_trimmed

EXACT, ALIAS, SHORT, SHORT_ALIAS = 0, 1, 2, 3


class Candidate(NamedTuple):
    """One division a text may name."""

    division: Division
    quality: int
    """EXACT official name, ALIAS old name or nickname, SHORT form, SHORT_ALIAS of an old name."""
    within: str = ""
    """Adcode prefix an alias or a zone's short name is good for; "" = anywhere."""
    kind: str = ""
    """Kind of the old name, see above."""
    since: int = 0
    """Year of the change, 0 = not known."""


class NameIndex(NamedTuple):
    """`names` by text; `lengths` of names by their first two characters, longest first."""

    names: dict[str, tuple[Candidate, ...]]
    lengths: dict[str, tuple[int, ...]]


_NO_SHORT = frozenset({f"市{c}区" for c in "中南北"} | {f"{c}市区" for c in "东西中新南北"})
_ZONE_TAILS = ("高新区", "开发区", "经开区", "高新技术开发区", "经济开发区", "经济技术开发区")
_PLACELESS = {
    "国家高新区",
    "高新区",
    "开发区",
    "新区",
    "园区",
    "工业园",
    "工业园区",
    "保税区",
    "经济技术开发区",
}


def _official(division: Division) -> list[tuple[str, Candidate]]:
    found = [(division.name, Candidate(division, EXACT))]
    if division.name not in _NO_SHORT and not _is_zone(division):
        found += [(form, Candidate(division, SHORT)) for form in short_forms(division.name)]
    return found


def _zones(table: dict[str, Division]) -> list[tuple[str, Candidate]]:
    """The statistics bureau's development zones by trimmed name and, inside their city, by class.

    合肥高新技术产业开发区 is 合肥's 高新区; a zone with a name of its own (净月) only when it is
    the city's only 高新区.
    """
    found: list[tuple[str, Candidate]] = []
    classes: dict[tuple[str, str], list[tuple[str, Candidate]]] = {}
    for division in filter(_is_zone, table.values()):
        city = table[division.parent]
        mine = Candidate(division, ALIAS, city.adcode[:4], "nickname")
        trimmed = zone_trimmed(division.name, table[city.parent].name, city.name)
        parts = zone_head(trimmed)
        if trimmed != division.name and (parts is None or len(parts[0]) >= 2):
            found.append((trimmed, mine))
        if parts is not None:
            head, kind = parts
            classes.setdefault((city.adcode, kind), []).append((head, mine))
            known = {trimmed, division.name}
            tails = _ZONE_TAILS if len(head) >= 2 else ()
            found += [(head + tail, mine) for tail in tails if head + tail not in known]
    for (_, kind), zones in classes.items():
        pure = [zone for zone in zones if not zone[0]]
        if not pure and kind == HIGH_TECH:
            pure = zones
        if len(pure) == 1:
            found.append((kind, pure[0][1]))
    return found


def _old(row: dict[str, str], table: dict[str, Division]) -> list[tuple[str, Candidate]]:
    division, name = table[row["adcode"]], row["name"]
    since = int(row["since"] or 0)
    found = [(name, Candidate(division, ALIAS, row["within"], row["kind"], since))]
    short = stem(name)
    above = (division.parent, division.adcode[:2] + "0000")
    owners = {stem(table[code].name) for code in above if code in table}
    plain = row["kind"] not in {"nickname", "zone"} and name not in _NO_SHORT
    if plain and len(short) >= 2 and short not in owners:
        found.append((short, Candidate(division, SHORT_ALIAS, row["within"], row["kind"], since)))
    return found


def _is_zone(division: Division) -> bool:
    return division.level is Level.DISTRICT and division.adcode[4] == "7"


@lru_cache(maxsize=1)
def name_index() -> NameIndex:
    """The index, built on first use."""
    table = divisions()
    entries: dict[str, list[Candidate]] = {}
    for division in table.values():
        if division.adcode in {"110100", "120100", "310100", "500100"}:
            continue
        for text, candidate in _official(division):
            entries.setdefault(text, []).append(candidate)
    for text, candidate in _zones(table):
        entries.setdefault(text, []).append(candidate)
    for row in packaged_rows("old_names.csv"):
        for text, candidate in _old(row, table):
            known = entries.setdefault(text, [])
            fresh = all(k.division is not candidate.division or k.quality == ALIAS for k in known)
            if fresh or candidate.kind == "moved":
                known.append(candidate)
    lengths: dict[str, set[int]] = {}
    for text in entries:
        lengths.setdefault(text[:2], set()).add(len(text))
    return NameIndex(
        {text: tuple(sorted(found, key=lambda c: c.quality)) for text, found in entries.items()},
        {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
    )


def needs_context(text: str) -> bool:
    """Names too general to mean anything alone: 城区, 东区, 郊区, 开发区, …."""
    return text in _PLACELESS or (len(text) == 2 and text[1] == "区")
