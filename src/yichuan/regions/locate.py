"""Where an address is: the best chain of division names, then what the rest of the text adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from yichuan.regions.chain import Chain, read_chain, under
from yichuan.regions.divisions import SELF_CITY, Division, Level, by_adcode, children
from yichuan.regions.evidence import (
    by_city,
    by_landmark,
    by_street,
    common_place,
    find_landmark,
    likeliest,
    prevailing,
)
from yichuan.regions.hints import by_company, by_habit, numerals_spelt
from yichuan.regions.index import ALIAS, name_index, needs_context
from yichuan.regions.streets import owners_of, read_street

ENOUGH = 3.0
"""Score of one full name: a chain below it is looked for elsewhere in the text too."""
GUESSED = 0.3
"""Trust in a place taken for being the likeliest; about six guesses in ten are right."""
LATER_MUST_BEAT = 1.5
"""How much surer a later part's chain must be to win over an earlier one."""
PRIOR = "inferred: prior"
_LATER = re.compile(r"[省市区县旗州盟](?!场)")
_NUMBERED = re.compile(r"\d+(?:号|弄|幢|栋)")
_TOWN = re.compile(r" *([一-龥]{2,5}?)(街道|镇|乡)(?![东西南北中]?[路街巷]|区)")
_TOWN_STEM_END = re.compile(r"[路街号村区巷弄组社厂园楼]")


@dataclass(slots=True)
class Located:
    """What an address's text says of its place."""

    here: tuple[Division, ...] = ()
    start: int = 0
    """Where the division names begin."""
    end: int = 0
    """Where the rest (street and detail) begins."""
    confidence: float = 0.1
    street: str = ""
    warnings: list[str] = field(default_factory=list)
    named: set[Level] = field(default_factory=set)
    """Levels the text itself names; the others are completions."""


def locate(text: str, starts: Sequence[int]) -> Located:
    """Find the place named in a text, whose parts begin at `starts`."""
    chain = _best_chain(text, starts)
    if chain is None:
        return _without_names(text, starts)
    found = Located(chain.here, chain.start, chain.end, _trust(chain), named=_named(chain))
    if chain.conflict:
        found.warnings.append(f"conflict: {chain.conflict}")
    found.warnings.extend(f"old_name: {name}" for name in chain.old)
    _read_on(text, found)
    return found


def _best_chain(text: str, starts: Sequence[int]) -> Chain | None:
    best: Chain | None = None
    for start in starts:
        chain = read_chain(text, start)
        if chain is None or (best is not None and not _beats(chain, best, text)):
            continue
        best = chain
        if best.score >= ENOUGH and len(best.here) == 1 and Level.DISTRICT in best.seen:
            return best
    if best is None or (best.score < ENOUGH and best.shorts):
        scanned = _scan(text, best.score if best else 0.0)
        if scanned is not None and (best is None or _refines(scanned, best)):
            return scanned
    return best


def _beats(chain: Chain, first: Chain, text: str) -> bool:
    """Whether a later chain is so much surer than the first that the first was no address.

    Of two whole addresses the first one counts, even if it names no district.
    """
    if chain.score <= first.score + LATER_MUST_BEAT:
        return False
    numbered = _NUMBERED.search(text, first.end, chain.start) is not None
    return not (numbered and first.score >= ENOUGH and Level.CITY in first.seen | _self(first))


def _self(chain: Chain) -> set[Level]:
    """A municipality named as province is a city as well."""
    return {Level.CITY} if chain.here[0].adcode[:2] + "0000" in SELF_CITY else set()


def _refines(chain: Chain, short: Chain) -> bool:
    """Whether a chain inside the text does not contradict the short form at its beginning."""
    one, other = chain.here[0], short.here[0]
    return short.start > 0 or one is other or under(one, other) or under(other, one)


def _scan(text: str, floor: float) -> Chain | None:
    """The first chain inside the text that is surer than `floor` and holds a full name."""
    lengths = name_index().lengths
    position, size = 0, len(text)
    while position < size:
        if text[position : position + 2] in lengths:
            chain = read_chain(text, position)
            if chain and not chain.zone and chain.score >= max(ENOUGH, floor + 1):
                return chain
        position += 1
    return None


def _trust(chain: Chain) -> float:
    """How far the chain alone can be trusted."""
    level = chain.here[0].level
    if level is Level.PROVINCE:
        trust = 0.8 if chain.here[0].adcode in SELF_CITY else 0.4
    elif level is Level.CITY:
        trust = 0.8
    else:
        trust = 0.97 if len(chain.seen) > 1 else 0.93
    trust -= 0.03 * chain.shorts + 0.03 * len(chain.old) + 0.15 * chain.zone
    return trust * (0.5 if chain.conflict else 1.0)


def _named(chain: Chain) -> set[Level]:
    """Levels a chain names; a district that follows from a functional zone is not named."""
    return chain.seen - {Level.DISTRICT} if chain.zone else set(chain.seen)


def _read_on(text: str, found: Located) -> None:
    """Use the text after the chain: finer names, the street, landmarks, the last guess."""
    if len(found.here) > 1:
        _decide(text, found)
    if len(found.here) != 1:
        return
    here = found.here[0]
    if here.level is not Level.DISTRICT and children(here.adcode):
        _finer(text, found)
        here = found.here[0]
    if here.level is not Level.DISTRICT and children(here.adcode):
        _by_town(text, found)
        here = found.here[0]
    if here.level is Level.DISTRICT or not children(here.adcode):
        street = read_street(text, found.end, here.adcode)
        if street is not None:
            found.street, found.end = street.name, street.end
    elif (place := find_landmark(text, 0 if found.start else found.end, here)) is not None:
        found.here = (place,)
        found.confidence = min(found.confidence, 0.75)


def _decide(text: str, found: Located) -> None:
    """Of several divisions with one name take the one the rest of the text speaks for."""
    names = "、".join(sorted({_owner(d) for d in found.here}))
    later = _named_above(text, found)
    if later is not None:
        found.here = (later,)
        return
    for ground, trust in ((by_city, 0.85), (by_landmark, 0.8), (by_street, 0.8)):
        chosen = ground(found.here, text, found.end)
        if chosen is not None:
            found.here, found.confidence = (chosen,), min(found.confidence, trust)
            return
    found.warnings.append(f"ambiguous: {found.here[0].name} ({names})")
    chosen = prevailing(found.here)
    found.confidence = min(found.confidence, 0.5 if chosen else GUESSED)
    if chosen is None and (chosen := likeliest(found.here)) is not None:
        found.warnings.append(PRIOR)
    if chosen is not None:
        found.here = (chosen,)


def _owner(division: Division) -> str:
    above = by_adcode(division.parent)
    return above.name if above else division.name


def _named_above(text: str, found: Located) -> Division | None:
    """The candidate whose city or province is named in full elsewhere in the text."""
    for place, _, _ in _full_names(text, 0):
        fitting = [d for d in found.here if under(d, place)]
        if len(fitting) == 1:
            found.named.add(place.level)
            return fitting[0]
    return None


def _full_names(text: str, start: int) -> list[tuple[Division, int, int]]:
    """Unambiguous full names from `start` on, with begin and end."""
    names = name_index().names
    hits = []
    for mark in _LATER.finditer(text, start):
        end = mark.end()
        for length in range(min(11, end - start), 2, -1):
            name = text[end - length : end]
            found = names.get(name)
            if found is not None and found[0].quality <= ALIAS and found[0].kind != "zone":
                if not needs_context(name):
                    hits += [(c.division, end - length, end) for c in found if c.quality <= ALIAS]
                break
    return hits


def _finer(text: str, found: Located) -> None:
    """A district (or city) named in full later on, which lies in what is known."""
    here = found.here[0]
    for place, begin, end in _full_names(text, found.end):
        if place is here or place.level is Level.PROVINCE:
            break
        if under(place, here):
            found.here = (place,)
            found.named.add(place.level)
            found.confidence = max(found.confidence, 0.85)
            if begin - found.end <= 2:
                found.end = end
            if place.level is Level.DISTRICT:
                return
            here = place


def _by_town(text: str, found: Located) -> None:
    """A town or street only one district of the city has."""
    written = _TOWN.match(text, found.end)
    if written is None:
        return
    here = found.here[0]
    owners = [by_adcode(code) for code in owners_of(written.group(1), written.group(2))]
    inside = [d for d in owners if d is not None and under(d, here)]
    if len(inside) == 1:
        found.here = (inside[0],)
        found.confidence = max(found.confidence, 0.85)


def _without_names(text: str, starts: Sequence[int]) -> Located:
    """No division is named: a town only one district has, or a well-known place."""
    for start in starts:
        written = _TOWN.match(text, start)
        if written is None or _TOWN_STEM_END.search(written.group(1)):
            continue
        owners = owners_of(written.group(1), written.group(2))
        place = by_adcode(owners[0]) if len(owners) == 1 else None
        street = read_street(text, start, owners[0]) if place else None
        if place is not None and street is not None and street.known:
            return Located((place,), start, street.end, 0.7, street.name, ["inferred: street"])
    spelt = numerals_spelt(text)
    for ground, trust, of in (
        (find_landmark, 0.6, "landmark"),
        (by_habit, 0.5, "habit"),
        (by_company, 0.45, "company"),
    ):
        place = ground(spelt)
        if place is not None:
            return _around(text, place, trust, of)
    return Located(warnings=["no_region"])


def guess(text: str) -> Located | None:
    """Where a text that names no place most probably lies: a prior, not knowledge."""
    place = common_place(numerals_spelt(text))
    return None if place is None else _around(text, place, GUESSED, "prior")


def _around(text: str, place: Division, trust: float, ground: str) -> Located:
    """Read the text again, knowing by inference which city it is in."""
    city = by_adcode(place.parent) if place.level is Level.DISTRICT else place
    chain = read_chain(text, 0, (city or place,))
    found = Located((place,), 0, 0, trust)
    if chain is not None:
        known = chain.here == (city,) or chain.conflict
        found = Located((place,) if known else chain.here, 0, chain.end, trust)
        found.named = _named(chain)
    _read_on(text, found)
    found.confidence = min(found.confidence, trust)
    found.warnings.append(f"inferred: {ground}")
    return found
