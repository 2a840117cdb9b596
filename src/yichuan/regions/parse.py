"""Pasted Chinese addresses: who, which telephone, where. Pure.

`张三 13800000000 深圳南山区粤海街道科技园1栋` gives 张三, 13800000000, 广东省, 深圳市, 南山区,
粤海街道, 科技园1栋 and adcode 440305.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from yichuan.regions.contact import Cut, Label, Part, cut
from yichuan.regions.divisions import Division, Level, region
from yichuan.regions.locate import PRIOR, Located, guess, locate
from yichuan.regions.person import leading_name, looks_like_place
from yichuan.regions.rest import Reading, split_rest
from yichuan.regions.script import simplified

_SPACED = re.compile(r"(?<=[一-龥])[ \u3000]+(?=[一-龥])")
LONGEST = 1000
"""Characters read of a pasted text; what follows is not looked at."""
_PLACE_LABELS = frozenset({Label.REGION, Label.DETAIL})


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """A pasted address in its parts; "" where a part is missing.

    Names of divisions are today's official full names; the city of a municipality, of Hong Kong
    and of Macau is its own name, a county run directly by its province is repeated as city.
    """

    name: str
    phone: str
    """Digits; a landline with area code and hyphen; an extension or virtual number (虚拟号) after
    a hyphen."""
    province: str
    city: str
    district: str
    street: str
    """Town or street (街道, 镇, 乡); the official name where the table knows it."""
    detail: str
    adcode: str
    """Code of the finest division known."""
    confidence: float
    """0-1, how sure the place is: 0.9 and more = named and consistent, below 0.6 = ask."""
    warnings: tuple[str, ...] = ()
    """`old_name: …`, `ambiguous: …`, `conflict: …`, `inferred: …`, `no_region`, `no_detail`."""
    postcode: str = ""
    filled: tuple[str, ...] = ()
    """Levels (`province`, `city`, `district`) the text does not name: completed from the others, or
    inferred (then a warning says from what)."""
    remark: str = ""
    """Text that is neither name nor address, and further telephone numbers."""

    @property
    def guessed(self) -> bool:
        """The place is only the likeliest of several: to be shown and asked about, not used."""
        return PRIOR in self.warnings

    def known(self) -> ParsedAddress:
        """The same without what is only guessed, for who uses it without asking: of the place
        what the text itself names stays."""
        if not self.guessed:
            return self

        def said(level: Level, name: str) -> str:
            return "" if level in self.filled else name

        return replace(
            self,
            province=said(Level.PROVINCE, self.province),
            city=said(Level.CITY, self.city),
            district=said(Level.DISTRICT, self.district),
            adcode="",
            filled=(),
        )

    def formatted(self) -> str:
        """One line that parses to the same parts: 张三，13800000000，广东省深圳市南山区…."""
        city = self.city if self.city != self.province else ""
        district = self.district if self.district != self.city else ""
        place = self.province + city + district
        name = f"收件人：{self.name}" if self.name and not self.phone else self.name
        return "，".join(p for p in (name, self.phone, place + self.street + self.detail) if p)

    def as_dict(self) -> dict[str, str | float]:
        """The fields of the command line's and the API's answer."""
        return {key: getattr(self, key) for key in ANSWER}


ANSWER = (
    "name",
    "phone",
    "province",
    "city",
    "district",
    "street",
    "detail",
    "adcode",
    "confidence",
)


def parse_address(raw: str) -> ParsedAddress:
    """Take a pasted address apart. Never raises; an unreadable text gives empty parts.

    Any order of name, telephone and address, with or without separators and labels. Missing levels
    are filled in when certain; old names become today's; what does not fit together lowers the
    confidence and is named in `warnings`. Only the first 1000 characters are read.
    """
    pieces = cut(raw[:LONGEST])
    reading = _read(pieces, [0]) if len(pieces.parts) == 1 else _of_several(pieces)
    if not reading.located.here and _SPACED.search(raw) is not None:
        closer = parse_address(_SPACED.sub("", raw[:LONGEST]))
        if closer.province:
            return closer
    return _answer(reading if reading.located.here else _guessed(reading))


def _guessed(reading: Reading) -> Reading:
    """The reading with the likeliest place, where nothing in the text tells one."""
    text = " ".join([reading.pieces.parts[index].text for index in reading.chosen])
    likely = guess(simplified(text))
    if likely is None:
        return reading
    return Reading(reading.pieces, reading.chosen, reading.offsets, likely)


def _of_several(pieces: Cut) -> Reading:
    """Read the parts that are labelled as address, or those that are no person's name."""
    labelled = [i for i, p in enumerate(pieces.parts) if p.label in _PLACE_LABELS]
    loose = [i for i, p in enumerate(pieces.parts) if p.label is Label.NONE]
    free = [i for i in loose if not _person(pieces.parts[i])] or loose
    if labelled and _several(pieces, labelled, free):
        labelled = sorted(labelled + free)
    reading = _read(pieces, labelled or free)
    if not reading.located.here and len(reading.chosen) < len(labelled) + len(loose):
        reading = _read(pieces, sorted({*labelled, *loose}))
    return reading


def _person(part: Part) -> bool:
    """A person's name beside the telephone number, even if a place bears it too (高明)."""
    return part.near_phone and len(part.text) <= 3 and leading_name(part.text)


def _several(pieces: Cut, labelled: list[int], free: list[int]) -> bool:
    """An address before the first label (总部…工厂地址：…): then the first one counts."""
    parts = pieces.parts
    if any(p.label in {Label.REGION, Label.NAME} for p in parts):
        return False
    return any(i < labelled[0] and looks_like_place(parts[i].text) for i in free)


def _read(pieces: Cut, chosen: list[int]) -> Reading:
    offsets, position = [], 0
    for index in chosen:
        offsets.append(position)
        position += len(pieces.parts[index].text) + 1
    text = " ".join([pieces.parts[index].text for index in chosen])
    return Reading(pieces, chosen, offsets, locate(simplified(text), offsets))


def _answer(reading: Reading) -> ParsedAddress:
    located, phones = reading.located, reading.pieces.phones
    split = split_rest(reading)
    warnings = list(located.warnings)
    confidence = located.confidence
    if not split.detail and not located.street:
        warnings.append("no_detail")
        confidence *= 0.85
    province, city, district, adcode = _names(located.here)
    phone = phones[0] if phones else ""
    if split.extension and phone and "-" not in phone:
        phone = f"{phone}-{split.extension}"
    return ParsedAddress(
        split.name,
        phone,
        province,
        city,
        district,
        located.street,
        split.detail,
        adcode,
        round(confidence, 2),
        tuple(warnings),
        reading.pieces.postcode,
        _filled(located, province, city, district),
        " ".join([*split.remark, *phones[1:]]),
    )


def _filled(located: Located, province: str, city: str, district: str) -> tuple[str, ...]:
    """Levels that are known without being named; a municipality is named with its province."""
    named = set(located.named)
    if province == city and named & {Level.PROVINCE, Level.CITY}:
        named |= {Level.PROVINCE, Level.CITY}
    if city == district and Level.DISTRICT in named:
        named.add(Level.CITY)
    levels = ((Level.PROVINCE, province), (Level.CITY, city), (Level.DISTRICT, district))
    return tuple(level.value for level, value in levels if value and level not in named)


def _names(here: tuple[Division, ...]) -> tuple[str, str, str, str]:
    """Province, city, district and adcode; of several candidates only what they share."""
    found = [r for d in here if (r := region(d.adcode)) is not None]
    if not found:
        return "", "", "", ""
    first = found[0]
    if len(found) == 1:
        return first.province, first.city, first.district, first.adcode
    province, city, district = (
        value if all(getattr(r, level) == value for r in found) else ""
        for level, value in (
            ("province", first.province),
            ("city", first.city),
            ("district", first.district),
        )
    )
    return province, city if province else "", district, ""
