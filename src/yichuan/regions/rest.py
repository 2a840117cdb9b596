"""What remains of a pasted address when the divisions are known: name, detail, remark."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from yichuan.regions.chain import read_chain, under
from yichuan.regions.contact import Cut, Label
from yichuan.regions.divisions import Level
from yichuan.regions.locate import ENOUGH, Located
from yichuan.regions.person import glued_name, leading_name, looks_like_place, pick_name, tidy_name
from yichuan.regions.script import simplified

_TRIM = " /,，。;；:：、-—_|\n\t.*·(（【"
_LEAD = _TRIM.rstrip("(（【")
_SHORTEST = 8
"""Characters an address has at least."""
_BREAK = re.compile(r"\s+")


@dataclass(slots=True)
class Reading:
    """The parts read as the address and where they lie."""

    pieces: Cut
    chosen: list[int]
    """Indexes of the parts read."""
    offsets: list[int]
    """Where each of them begins in the text read."""
    located: Located

    def at(self, offset: int) -> tuple[int, int]:
        """Part index, and position inside the part, of an offset in the text read."""
        if not self.chosen:
            return 0, 0
        if len(self.offsets) == 1:
            return self.chosen[0], offset
        order = max(bisect_right(self.offsets, offset) - 1, 0)
        return self.chosen[order], offset - self.offsets[order]


@dataclass(slots=True)
class Rest:
    """The parts that are not divisions."""

    name: str = ""
    extension: str = ""
    """Digits behind the name, [1234]: belong to a virtual number."""
    detail: str = ""
    remark: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Span:
    """A stretch of the text outside the division names."""

    start: int
    end: int
    stretch: int
    before: bool
    chosen: bool
    """Belongs to the parts read as the address."""
    labelled: bool
    whole: bool = False
    """Is a part of its own."""
    prefix: bool = False
    """Stands in one part with the division names, before them."""

    def belongs(self, located: Located, home: int) -> bool:
        """Is address without looking at its words: labelled, or behind the division names."""
        follows = not self.before and self.stretch == home
        return not located.here or self.labelled or follows


def split_rest(reading: Reading) -> Rest:
    """Sort what stands outside the division names into name, detail and remark."""
    text, parts, located = reading.pieces.text, reading.pieces.parts, reading.located
    spoken = bool(reading.pieces.phones)
    if len(parts) == 1 and not spoken and located.start == 0 < located.end and located.here:
        behind = text[parts[0].start + located.end : parts[0].end]
        return Rest(detail=behind.lstrip(_LEAD).rstrip(_TRIM))
    taken = _taken(reading)
    rest = Rest()
    named = pick_name(parts, taken, spoken)
    if named is not None:
        rest.name, rest.extension = tidy_name(parts[named].text)
    kept: list[_Span] = []
    home = parts[reading.at(located.end)[0]].stretch if located.here and parts else -1
    for span in _spans(reading, named):
        words = text[span.start : span.end]
        if span.prefix and not rest.name and spoken and leading_name(words):
            rest.name = words
        elif _another_address(span, words, located):
            rest.remark.append(words)
        elif span.chosen and (span.belongs(located, home) or _is_place(words)):
            kept.append(span)
        else:
            rest.remark.append(words)
    kept.sort(key=lambda span: span.before)
    rest.detail = _joined(text, kept)
    if not rest.name and spoken and (glued := glued_name(rest.detail)):
        rest.name, rest.detail = glued, rest.detail[: -len(glued)].rstrip(_TRIM)
    return rest


def _another_address(span: _Span, words: str, located: Located) -> bool:
    """A further part that names another city (总部：…；工厂：…)."""
    if not located.here or span.before or not span.whole or len(words) < _SHORTEST:
        return False
    chain = read_chain(simplified(words), 0)
    if chain is None or chain.score < ENOUGH:
        return False
    here, there = located.here[0], chain.here[0]
    return not (here is there or under(here, there) or under(there, here))


def _is_place(words: str) -> bool:
    return len(words) <= 40 and looks_like_place(words)


def _taken(reading: Reading) -> set[int]:
    """Parts that hold division names."""
    located = reading.located
    if not located.here or located.end <= located.start:
        return set()
    first, _ = reading.at(located.start)
    last, _ = reading.at(max(located.end - 1, located.start))
    return {i for i in reading.chosen if first <= i <= last}


def _spans(reading: Reading, named: int | None) -> list[_Span]:
    """Everything but the division names, the street and the name, in order."""
    located, spans = reading.located, []
    place = bool(located.here) and located.end > located.start
    first, begin = reading.at(located.start)
    last, end = reading.at(located.end)
    chosen = set(reading.chosen)
    whole = place and begin > 0 and _mentioned(located, reading.pieces.parts[first].text[:begin])
    for index, part in enumerate(reading.pieces.parts):
        if index == named or part.label is Label.PHONE:
            continue
        low, high = part.start, part.end
        inside = place and first <= index <= last and index in chosen
        if not inside or (whole and index == first):
            before = place and index < first
            spans.append(
                _Span(low, high, part.stretch, before, index in chosen, bool(part.label), True)
            )
            continue
        if index == first and begin > 0:
            spans.append(_Span(low, low + begin, part.stretch, True, True, False, prefix=True))
        if index == last and end < high - low:
            spans.append(_Span(low + end, high, part.stretch, False, True, True))
    return spans


def _mentioned(located: Located, before: str) -> bool:
    """A city or province named in the middle of an address (某路1号（浙江省某某中心）).

    Nothing is taken out of such an address.
    """
    city = located.here[0].level is not Level.DISTRICT
    return city and not located.street and looks_like_place(before)


def _joined(text: str, spans: list[_Span]) -> str:
    """The spans as one text; what separated neighbours stays."""
    pieces: list[str] = []
    position = -1
    for span in spans:
        gap = text[position : span.start] if position >= 0 else ""
        near = position >= 0 and 0 <= span.start - position <= 3 and not gap.strip(_TRIM + "!！")
        if pieces:
            pieces.append(_BREAK.sub(" ", gap) if near else " ")
        pieces.append(text[span.start : span.end])
        position = span.end
    return "".join(pieces).lstrip(_LEAD).rstrip(_TRIM)
