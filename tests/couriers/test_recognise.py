"""单号识别. Broken, own numbers are tracked at the wrong courier, or clerks type what we know."""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import datasets
from yichuan.couriers.recognise import (
    CERTAIN,
    Format,
    Learned,
    all_shapes,
    count,
    formats,
    item_of_post,
    recognise,
    tidy,
)

CHECKED = [form for form in formats() if form.checksum is not None]


def couriers(number: str, learned: Learned | None = None) -> list[str]:
    """Candidates, best first."""
    found = recognise(number, learned) if learned else recognise(number)
    return [candidate.courier for candidate in found.candidates]


def taught(*confirmed: tuple[str, str]) -> dict[str, dict[str, int]]:
    """The counts of confirmed (courier, number) pairs."""
    counts: dict[str, dict[str, int]] = {}
    for (shape, courier), n in count(confirmed).items():
        counts.setdefault(shape, {})[courier] = n
    return counts


def test_the_published_examples() -> None:
    """All valid ones are taken, all invalid ones refused, each by its own format."""
    raw = json.loads((datasets() / "tracking_number_patterns.json").read_text("utf-8"))
    by_id = {form.id: form for form in formats()}
    wrong, seen = [], {"valid": 0, "invalid": 0}
    for item in raw["international"]:
        for kind in ("valid", "invalid"):
            for example in item[f"examples_{kind}"]:
                number = tidy(example)
                post = item["id"] == "s10"
                found = item_of_post(number) if post else by_id[item["id"]].match(number)
                seen[kind] += 1
                if (found is not None) != (kind == "valid"):
                    wrong.append((item["id"], example))
    assert wrong == []
    assert seen == {"valid": 192, "invalid": 88}


@pytest.mark.parametrize("form", CHECKED, ids=lambda form: form.id)
def test_exactly_the_right_check_digit_fits(form: Format) -> None:
    """Of the numbers that differ in the check digit alone, one is right."""
    rng = random.Random(form.id)
    for _ in range(5):
        number = _any(form, rng)
        found = form.pattern.fullmatch(number)
        assert found is not None
        at = found.start("CheckDigit")
        others = [number[:at] + digit + number[at + 1 :] for digit in "0123456789"]
        fitting = [other for other in others if form.match(other) == "verified"]
        letters = form.checksum is not None and "alphabet" in form.checksum
        assert len(fitting) == 1 or (letters and not fitting)


def _any(form: Format, rng: random.Random) -> str:
    """A number of a format's shape, found by trying."""
    head = {"ups": "1Z", "ups-waybill": "A", "ontrac_c": "C", "ontrac_d": "D"}.get(form.id, "")
    starts = ("", "96", "777", "80", "94", "92", "91", "95")
    for _ in range(20_000):
        start, length = head or rng.choice(starts), rng.choice(list(form.sizes))
        number = start + "".join(rng.choices("0123456789", k=length - len(start)))
        if form.pattern.fullmatch(number):
            return number
    raise AssertionError(f"no number of {form.id} found")


@pytest.mark.parametrize(
    ("number", "courier"),
    [
        ("YT1234567890123", "YTO"),
        ("yt 1234 5678 90123", "YTO"),
        ("SF1234567890123", "SF"),
        ("JT5000000000001", "JTSD"),
        ("JDVA00000000001", "JD"),
        ("DPK210000000001", "DBL"),
        ("771000000000001", "STO"),
        ("75000000000001", "ZTO"),
        ("431000000000001", "YD"),
        ("9876543210000", "YZPY"),
    ],
)
def test_formats_of_today_come_first(number: str, courier: str) -> None:
    assert couriers(number)[0] == courier


def test_items_of_the_posts() -> None:
    """A made-up serial: 12345678 has check digit 5; countries and services tell the courier."""
    assert recognise("EE123456785CN").certain == "EMS"
    assert couriers("RR123456785CN")[0] == "CHINAPOST"
    (first, *_) = recognise("RR123456785GB").candidates
    assert (first.courier, first.check_digit_verified, first.country) == ("IYGYZ", True, "GB")
    assert couriers("RR123456785CF")[0] == "UPU"
    assert recognise("RR123456784GB").certain is None


def test_overlapping_formats_are_never_certain() -> None:
    """Twelve digits may be anyone's: the first candidate must not be taken without asking."""
    for number in ("300512345678", "668012345678", "888812345678", "120012345678"):
        found = recognise(number)
        assert len(found.candidates) > 2
        assert found.certain is None


def test_a_merchant_who_ships_yto_gets_yto_first() -> None:
    """A legacy shape that several couriers share: one experience is enough to turn the order."""
    number = "V123456789"
    assert couriers("880012345678")[0] != "YTO"
    confirmed = [("YTO", f"8800{n:08d}") for n in range(20)]
    learned = Learned(platform=taught(*confirmed), merchant=taught(*confirmed))
    assert couriers("880012345678", learned)[0] == "YTO"
    assert recognise("880012345678", learned).candidates[0].confirmed == 20
    # Other beginnings: its volume counts, not another courier's format.
    assert couriers(number, learned)[0] == "YTO"
    assert couriers("SF1234567890123", learned)[0] == "SF"


def test_twelve_digits_are_a_merchants_sf_when_its_others_are() -> None:
    """Numbers of one length but of no common beginning teach too; what is told stays possible."""
    number = "933000116516"
    assert couriers(number)[0] == "ZTO"
    shipped = [("SF", f"{head}000{head}000") for head in range(101, 901, 100)]
    known = Learned({}, taught(*shipped))
    assert couriers(number, known)[0] == "SF"
    assert couriers("SF1234567890123", known)[0] == "SF"
    assert couriers("JT5190000000001", known)[0] == "JTSD"


def test_one_merchant_is_not_the_platform() -> None:
    mine = taught(*[("UC", f"9001{n:08d}") for n in range(50)])
    others = taught(*[("YTO", f"9001{n:08d}") for n in range(1000)])
    assert couriers("900112345678", Learned(others, mine))[0] == "UC"
    assert couriers("900112345678", Learned(others, {}))[0] == "YTO"


def test_a_courier_without_a_format_is_learned() -> None:
    learned = Learned(taught(*[("SX", f"QQ88-{n:06d}") for n in range(30)]), {})
    assert couriers("QQ88-123456") == []
    assert couriers("QQ88-123456", learned) == ["SX"]


def test_no_number_can_be_read_back_from_what_is_kept() -> None:
    number = "YT1234567890123"
    assert all(len(shape) <= len("15:YT12") for shape in all_shapes([number]))


@given(
    st.one_of(st.text(max_size=45), st.from_regex(re.compile(r"[0-9A-Z]{5,25}"), fullmatch=True))
)
def test_any_text_has_an_answer(text: str) -> None:
    learned = Learned(taught(("YTO", "123456789012"), ("SF", "SF12345")), {})
    for found in (recognise(text), recognise(text, learned)):
        scores = [candidate.score for candidate in found.candidates]
        assert scores == sorted(scores, reverse=True)
        assert sum(scores) <= 1.001
        assert all(0 < score <= 1 for score in scores)
        assert (found.certain is not None) == bool(scores and scores[0] >= CERTAIN)
