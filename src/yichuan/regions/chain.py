"""Reading a run of division names in a text: 广东省深圳市南山区, 江苏 昆山, 北京朝阳区, ….

A chain starts at a given position and takes one name after the other as long as they fit together,
over spaces and the fillers that shops put between levels. It keeps every division the run may still
mean, so that 朝阳区 alone stays two candidates until something else decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from yichuan.regions.divisions import SELF_CITY, Division, Level, by_adcode, children
from yichuan.regions.index import (
    ALIAS,
    EXACT,
    SHORT,
    Candidate,
    name_index,
    needs_context,
)
from yichuan.regions.names import ECONOMIC, HIGH_TECH, stem
from yichuan.regions.streets import has_street
from yichuan.regions.usage import Use, used_as

GAP = re.compile(r"[ /·.\-]+")
FILLER = re.compile(
    r"(?:中国|(?:省|自治区)?直辖(?:县级)?(?:行政)?(?:区划|单位)?|市?辖[区县]|(?:其[他它]|城)区(?![一-龥]{0,2}[路街])|"
    r"[一二三四五六内外]环(?:以内|以外|到[一二三四五六内外]环(?:之间)?)|全境|县|市区)[ /·.\-]*"
)
_GAP_HEADS = frozenset(" /·.-")
_FILLER_HEADS = frozenset("中省自直市辖其城一二三四五六内外全县")
_ZONE_HEADS = frozenset("国高经技开产")
"""Characters such words begin with, looked at first: most positions hold none of them."""
_ZONE = re.compile(
    r"(?:国家级?)?(?:(高新技术|高新|高技术)(?:产业)?(?:开发|示范|园)?区|"
    r"(?:经济技术|经济|技术)?(?:开发区|产业开发区)|经开区|经济技术区)(?!街道|[镇乡])"
)
ROAD = re.compile(
    r"(?:[东南西北中前后上下内外新老]{0,3}|[一二三四五六七八九十]|[东南西北中][一二三四])"
    r"(?:[路街巷弄门]|庄[路街]|大[道街]|胡同|国道|高速|环[路线]|道(?=[\d 与和一二三四五]|$))|"
    r"(?:[江桥湖河山][东南西北中]?|[一二三四五六七八九十]?支)[路街]|里(?=\d)"
)
_PLACE = re.compile(r"[寺站镇乡村]|[江河湖山桥](?![东南西北]|[一-龥]{0,3}(?:街道|[镇乡路]))")
_ZONE_AHEAD = re.compile(r"[一-龥]{0,2}(?:经济|高新|工业|经开|开发|科技|循环|物流).{0,7}区")
FORMER_CITIES = frozenset({"340181", "370116", "500101", "500102", "500114"})
"""Districts and counties whose name was a prefecture's, with counties of its own, until 1997-2019:
巢湖, 莱芜, 万县, 涪陵, 黔江."""
RECENT = 8
"""Years: of old names used in several places the latest changed ones are meant."""
_TOWN_AHEAD = re.compile(r"街道|[镇乡]")
_BUILDING = re.compile(
    r"(?:国际)?(?:大厦|大楼|广场|花园|大酒店|宾馆|饭店|公寓|城(?![市区东南西北]))"
)
_SUFFIX_LEVELS = {
    "区": frozenset({Level.DISTRICT}),
    "县": frozenset({Level.DISTRICT}),
    "旗": frozenset({Level.DISTRICT}),
    "市": frozenset({Level.CITY, Level.DISTRICT}),
    "州": frozenset({Level.CITY}),
    "盟": frozenset({Level.CITY}),
    "地区": frozenset({Level.CITY}),
    "省": frozenset({Level.PROVINCE}),
}
_NOT_SUFFIX = ("市场", "市民", "市政", "市中", "市南", "市北", "区域", "区间", "县道", "省道")
_DEPTH = {Level.PROVINCE: 0, Level.CITY: 1, Level.DISTRICT: 2}
_WEIGHT = {EXACT: 3.0, ALIAS: 2.5, SHORT: 1.2}


@dataclass(slots=True)
class Chain:
    """What a run of names may mean."""

    start: int
    end: int
    """Position after the last name taken; before a zone's text, which stays in the address."""
    here: tuple[Division, ...] = ()
    """The deepest division, or all it may be."""
    score: float = 0.0
    shorts: int = 0
    """Names taken in a short form."""
    old: list[str] = field(default_factory=list)
    """Old names and nicknames met."""
    conflict: str = ""
    """A full name that does not fit what stood before it."""
    zone: bool = False
    """The district follows from a functional zone."""
    seen: set[Level] = field(default_factory=set)
    """Levels named in the text."""


@dataclass(slots=True)
class _Step:
    """One name taken."""

    here: tuple[Division, ...]
    end: int
    quality: int
    level: Level
    old: str = ""
    stay: bool = False
    """The name's text stays in the address and the chain ends: a functional zone, a conflict."""
    zone: bool = False
    owner: int = 0
    """Length of the city's name at the head of a zone's text: belongs to the division names."""
    conflict: str = ""


def under(division: Division, above: Division) -> bool:
    """Whether the division lies strictly below the other one."""
    if above.level is Level.PROVINCE:
        return division.adcode[:2] == above.adcode[:2] and division is not above
    return above.level is Level.CITY and division.parent == above.adcode


def read_chain(text: str, start: int, here: tuple[Division, ...] = ()) -> Chain | None:
    """The run of names that starts at this position (`here`: what is known already), or None."""
    chain = Chain(start, start, here)
    position = start
    while True:
        step = _next(text, position, chain)
        if step is None:
            break
        _take(chain, step)
        if step.stay:
            break
        position = step.end
    return chain if chain.here else None


def _next(text: str, position: int, chain: Chain) -> _Step | None:
    after = position
    if text[position : position + 1] in _GAP_HEADS and (gap := GAP.match(text, position)):
        after = gap.end()
    step = _match(text, after, chain.here)
    if step is not None or after >= len(text) or text[after] not in _FILLER_HEADS:
        return step
    filler = FILLER.match(text, after)
    if filler is None or filler.end() == after:
        return None
    step = _match(text, filler.end(), chain.here)
    if step is None and chain.here and filler.end() - after > 1:
        chain.end = filler.end()
    return step


def _take(chain: Chain, step: _Step) -> None:
    chain.here = step.here
    chain.end = step.end if not step.stay else max(chain.end, chain.end + step.owner)
    chain.zone = chain.zone or step.zone
    chain.conflict = step.conflict or chain.conflict
    if step.old:
        chain.old.append(step.old)
    chain.shorts += step.quality >= SHORT
    weight = _WEIGHT.get(step.quality, 1.0) + _DEPTH[step.level] * 0.5
    chain.score += 0.1 if step.level in chain.seen or step.conflict else weight
    chain.seen.add(step.level)


def _match(text: str, position: int, here: tuple[Division, ...]) -> _Step | None:
    """The longest name at this position that fits what is known."""
    if position >= len(text):
        return None
    index = name_index()
    clash: _Step | None = None
    for length in index.lengths.get(text[position : position + 2], ()):
        end = position + length
        found = index.names.get(text[position:end])
        if found is None or end > len(text):
            continue
        step = (_fit if here else _first)(_Word(text, position, end), found, here)
        if step is not None and not step.conflict:
            return step
        clash = clash or step
    if not here:
        return None
    return _zone(text, position, here) or _stepped_back(text, position, here) or clash


class _Word(NamedTuple):
    """A name inside its text."""

    text: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return self.text[self.start : self.end]

    def begins(self) -> bool:
        """Stands at the beginning of a part."""
        return self.start == 0 or self.text[self.start - 1] == " "

    def apart(self) -> bool:
        """Stands between spaces or at the text's ends."""
        return self.begins() and self.text[self.end : self.end + 1] in {"", " "}


def _step(pool: list[Candidate], end: int, old: str = "") -> _Step:
    best = pool[0]
    places: tuple[Division, ...] = (best.division,)
    if len(pool) > 1:
        places = tuple({c.division.adcode: c.division for c in pool}.values())
        places = tuple(p for p in places if not any(under(p, other) for other in places))
    zone = best.kind == "zone"
    owner = _owner_length(old, best.division) if zone else 0
    return _Step(places, end, best.quality, best.division.level, old, zone, zone, owner)


def _owner_length(name: str, division: Division) -> int:
    """Length of the city's name at the head of a zone's name: 成都|高新区."""
    place: Division | None = division
    while place is not None:
        short = stem(place.name)
        if len(short) >= 2 and name.startswith(short):
            return len(short)
        place = by_adcode(place.parent)
    return 0


def _first(word: _Word, found: tuple[Candidate, ...], here: tuple[Division, ...]) -> _Step | None:
    """A name with nothing before it."""
    best = found[0].quality
    if needs_context(word.name):
        return None
    pool = [c for c in found if c.quality == best and not _of_taiwan(c.division)] or list(found)
    if all(_of_taiwan(c.division) and c.division.level is Level.DISTRICT for c in pool):
        return None
    if best >= SHORT:
        return _first_short(word, pool)
    if word.text[word.end - 1 : word.end + 1] == "市场":
        return None
    if best == ALIAS:
        newest = max(c.since for c in pool)
        pool = [c for c in pool if c.since > newest - RECENT]
    return _step(pool, word.end, word.name if best == ALIAS else "")


def _of_taiwan(division: Division) -> bool:
    """Its districts' names (永和區, 中山區) alone more often mean a part of a town elsewhere."""
    return division.adcode.startswith("71")


def _first_short(word: _Word, pool: list[Candidate]) -> _Step | None:
    """A short form with nothing before it: must not be part of a road's or a building's name."""
    swapped = _swapped(word, pool)
    if swapped is not None and _county_as_district(word, swapped):
        return None
    if swapped is not None and (word.begins() or swapped.level is not Level.DISTRICT):
        return swapped
    step = _step(_top(pool), word.end)
    if len(step.here) > 1 and step.level is Level.DISTRICT and word.begins():
        step.here = _having_street(word, step.here)
        if len(step.here) == 1:
            return step
    if _blocked(word, step.here) or used_as(word.name, Use.TWOFOLD):
        return None
    if word.start > 0 and _BUILDING.match(word.text, word.end) is not None:
        return None
    return step if step.level is not Level.DISTRICT or _sure_short(word, step.here) else None


def _county_as_district(word: _Word, step: _Step) -> bool:
    """A county called 区 with nothing above it: rather a part of another town (永和区)."""
    return word.text[step.end - 1] == "区" and all(d.name.endswith("县") for d in step.here)


def _having_street(word: _Word, here: tuple[Division, ...]) -> tuple[Division, ...]:
    """Of districts with one short form those whose street follows: 江北|华新街 is Chongqing's."""
    follows = word.text[word.end : word.end + 3]
    return tuple(d for d in here if has_street(d.adcode, follows)) or here


def _top(pool: list[Candidate]) -> list[Candidate]:
    """Of several levels with the same short form the highest: 吉林 the province, 宜宾 the city."""
    top = min(_DEPTH[c.division.level] for c in pool)
    return [c for c in pool if _DEPTH[c.division.level] == top]


def _sure_short(word: _Word, here: tuple[Division, ...]) -> bool:
    """A district's short form alone counts when it is unique and stands apart, or does not begin
    a building's name and is long, well known, a county-level city's or followed by a zone."""
    if len(here) > 1:
        return False
    if word.apart() or has_street(here[0].adcode, word.text[word.end : word.end + 2]):
        return True
    if used_as(word.name, Use.MISLEADING) or _BUILDING.match(word.text, word.end) is not None:
        return False
    if (
        here[0].name.endswith("市")
        or word.end - word.start >= 3
        or used_as(word.name, Use.WELL_KNOWN)
    ):
        return True
    return _ZONE_AHEAD.match(word.text, word.end) is not None


def _blocked(word: _Word, here: tuple[Division, ...]) -> bool:
    """Whether a short form is really the start of a road's, gate's or river's name."""
    guarded = ROAD.match(word.text, word.end) is not None or (
        here[0].level is Level.DISTRICT
        and _PLACE.match(word.text, word.end) is not None
        and not has_street(here[0].adcode, word.text[word.end : word.end + 2])
    )
    return guarded and _full_below(word.text, word.end, here) is None


def _full_below(text: str, position: int, here: tuple[Division, ...]) -> _Step | None:
    """A full name under `here` at this position (南通|港闸区, 宁波|江北区)."""
    index = name_index()
    for length in index.lengths.get(text[position : position + 2], ()):
        end = position + length
        found = index.names.get(text[position:end], ()) if length > 2 else ()
        below = [c for c in found if c.quality <= ALIAS and any(under(c.division, h) for h in here)]
        if below and end <= len(text):
            return _step(below, end)
    return None


def _swapped(word: _Word, pool: list[Candidate]) -> _Step | None:
    """A short form with another kind's suffix: 章丘市 for 章丘区, 恩施州, 浦东区, 毕节地区."""
    text, end = word.text, word.end
    suffix = "地区" if text.startswith("地区", end) else text[end : end + 1]
    levels = _SUFFIX_LEVELS.get(suffix)
    if levels is None or text[end : end + 2] in _NOT_SUFFIX:
        return None
    fitting = [c for c in pool if c.division.level in levels]
    if not fitting:
        return None
    old = word.name + suffix if fitting[0].division.level is Level.DISTRICT else ""
    step = _step(fitting, end + len(suffix), old)
    step.quality = ALIAS
    return step


def _fit(word: _Word, found: tuple[Candidate, ...], here: tuple[Division, ...]) -> _Step | None:
    """A name after others: below them, the same again, above them, or in conflict."""
    below = [c for c in found if _goes_below(c, here)]
    if needs_context(word.name):
        below = [c for c in below if any(h.adcode.startswith(c.within) for h in here)]
    if below:
        return _below(word, below, here)
    full = [c for c in found if c.quality <= ALIAS and c.kind != "zone"]
    if not full and (word.apart() or _match(word.text, word.end, here) is not None):
        full = [c for c in found if c.quality == SHORT]
    same = [c for c in full if c.division in here]
    if same and _TOWN_AHEAD.match(word.text, word.end) is None:
        return _step(same, word.end)
    for over in (c for c in full if c.quality == EXACT):
        fitting = tuple(h for h in here if under(h, over.division))
        if fitting:
            return _Step(fitting, word.end, EXACT, over.division.level)
    return _elsewhere(word, found, here)


def _goes_below(candidate: Candidate, here: tuple[Division, ...]) -> bool:
    if candidate.quality == EXACT or not candidate.within:
        return any(under(candidate.division, h) for h in here)
    place, itself = candidate.division, candidate.quality == ALIAS
    return any(
        _inside(h, candidate.within) and (under(place, h) or (itself and place is h)) for h in here
    )


def _inside(here: Division, within: str) -> bool:
    """Whether the place where an old name was used lies in (or around) the division."""
    size = {Level.PROVINCE: 2, Level.CITY: 4, Level.DISTRICT: 6}[here.level]
    size = min(size, len(within))
    return here.adcode[:size] == within[:size]


def _below(word: _Word, below: list[Candidate], here: tuple[Division, ...]) -> _Step | None:
    best = below[0].quality
    pool = [c for c in below if c.quality == best]
    if best >= SHORT:
        swapped = _swapped(word, pool)
        if swapped is not None:
            return swapped
        step = _step(_top(pool), word.end, word.name if best > SHORT else "")
        return None if _blocked(word, step.here) else step
    if needs_context(word.name) and not all(_is_city(h) for h in here):
        return None
    if word.text[word.end - 1 : word.end + 1] == "市场":
        return None
    if best == ALIAS and pool[0].kind == "zone" and all(c.division in here for c in pool):
        return None
    return _step(pool, word.end, word.name if best == ALIAS else "")


def _is_city(division: Division) -> bool:
    return division.level is not Level.PROVINCE or division.adcode in SELF_CITY


def _zone(text: str, position: int, here: tuple[Division, ...]) -> _Step | None:
    """高新区, 经济技术开发区, … after a city."""
    if text[position] not in _ZONE_HEADS or len(here) != 1 or not _is_city(here[0]):
        return None
    found = _ZONE.match(text, position)
    if found is None:
        return None
    kind = HIGH_TECH if found.group(1) else ECONOMIC
    code = here[0].adcode[:2] if here[0].level is Level.PROVINCE else here[0].adcode
    code = code[:4] if here[0].level is Level.CITY else code
    pool = [c for c in name_index().names[kind] if c.within == code]
    if not pool or pool[0].division is here[0]:
        return None
    return _step(pool, found.end(), found.group())


def _stepped_back(text: str, position: int, here: tuple[Division, ...]) -> _Step | None:
    """济南市中区 and 青岛市南区: the 市 belongs to both names."""
    if text[position - 1] != "市" or text[position - 1 : position + 2] not in {
        "市中区",
        "市南区",
        "市北区",
    }:
        return None
    step = _full_below(text, position - 1, here)
    return step if step is not None and step.end == position + 2 else None


def _elsewhere(
    word: _Word, found: tuple[Candidate, ...], here: tuple[Division, ...]
) -> _Step | None:
    """A full name that lies elsewhere: moved since, or an impossible combination.

    Inside the province the later, finer name wins; outside it the first one stays.
    """
    moved = [c for c in found if c.kind == "moved" and any(_inside(h, c.within) for h in here)]
    if moved:
        return _step(moved, word.end, word.name)
    exact = [c for c in found if c.quality == EXACT]
    if exact and here[0].adcode in FORMER_CITIES:
        near = [c for c in exact if c.division.adcode[:2] == here[0].adcode[:2]]
        return _step(near, word.end) if near else None
    if not exact or len(word.name) < 3 or any(h.level is Level.DISTRICT for h in here):
        return None
    if used_as(word.name, Use.GENERIC) or (
        word.name.endswith("区") and not children(here[0].adcode)
    ):
        return None
    near = [c for c in exact if c.division.adcode[:2] in {h.adcode[:2] for h in here}]
    if near or not any(_is_city(h) for h in here):
        step = _step(near or exact, word.end)
    else:
        step = _Step(here, word.end, SHORT, here[0].level, stay=True)
    step.conflict = word.name
    return step
