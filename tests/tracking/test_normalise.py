"""Courier texts → details. If it broke, buyers would read "in transit" under a delivered parcel.

`sentences.csv` holds sentences written for these tests in the couriers' ways of speaking; real
traces are read from the datasets where these are there, and never kept here.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.tracking.cities import city
from yichuan.tracking.commands import convert
from yichuan.tracking.details import details
from yichuan.tracking.lexicon import Entry, Lexicon, Signals
from yichuan.tracking.normalise import detail_of_event, detail_of_text, in_order, reader, remembered
from yichuan.tracking.places import city_of
from yichuan.tracking.signature import signature_of

HERE = Path(__file__).parent
DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
SENTENCES = [tuple(row) for row in csv.reader((HERE / "sentences.csv").open(encoding="utf-8"))][1:]


@pytest.mark.parametrize(("detail", "text"), SENTENCES)
def test_sentences(detail: str, text: str) -> None:
    """One sentence in one courier's language."""
    assert detail_of_text(text) == detail


def phrases(part: str) -> list[tuple[str, str]]:
    """(text, detail) of one part of `phrases.csv`."""
    lines = (HERE / "phrases.csv").read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [(row["text"], row["detail"]) for row in rows if row["part"] == part]


def misread(rows: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(d, g, t) for t, d in rows if (g := detail_of_text(t)) != d]


def test_phrases_of_the_trade() -> None:
    """Sentences collected over ten years of couriers' systems: each is read as a person would."""
    assert misread(phrases("tuned")) == []


def test_phrases_no_rule_was_written_for() -> None:
    """The same, for sentences kept aside: a courier's next wording must not need a release."""
    rows = phrases("held")
    assert len(rows) > 150
    assert len(misread(rows)) / len(rows) <= 0.03


@pytest.mark.skipif(not (DATA / "traces_real.jsonl").exists(), reason="datasets: set YICHUAN_DATA")
def test_real_traces() -> None:
    """At least 97 of 100 real events are read as a person would."""
    right = total = 0
    for line in (DATA / "traces_real.jsonl").open(encoding="utf-8"):
        events = json.loads(line)["events"]
        read = in_order([detail_of_text(event["text"]) for event in events])
        for event, detail in zip(events, read, strict=True):
            if not event.get("ambiguous"):
                total += 1
                right += detail == event["detail"]
    assert right / total >= 0.97


@given(st.text(max_size=80))
def test_any_text_has_a_detail(text: str) -> None:
    """No text breaks the reader, and it says the same each time."""
    assert detail_of_text(text) in details()
    remembered.cache_clear()
    assert detail_of_text(text) == detail_of_text(text)


def test_spaces_brackets_and_traditional_characters_do_not_matter() -> None:
    """Hong Kong and Taiwan write the same sentences in other characters."""
    assert detail_of_text("快件 已 签 收") == "delivered"
    assert detail_of_text("您的快件已簽收") == "delivered"
    assert detail_of_text("快件離開【甲轉運中心】，已發往【乙轉運中心】") == "departed_from_hub"


def test_rules_are_all_alive() -> None:
    """A rule hidden by one above it is dead weight that misleads the next reader."""
    rules = reader().rules
    for place, rule in enumerate(rules):
        hidden = [
            above
            for above in rules[:place]
            if above.all & rule.all == above.all and not above.none and not above.any
        ]
        assert not hidden, f"rule {rule.line} ({rule.detail}) is hidden by {hidden[0].line}"


def test_a_longer_word_hides_a_shorter_one() -> None:
    """请准备签收 is a wish, 签收 a signature."""
    signals = Signals(["sign"])
    words = Lexicon([Entry("签收", ("sign",)), Entry("请[^，]{0,4}签收", ())], signals)
    assert signals.names(words.mask("快件已签收")) == ["sign"]
    assert signals.names(words.mask("请您准备签收")) == []


@pytest.mark.parametrize("pattern", [".签收", "(?=签)", "签*收", "\\d件"])
def test_a_pattern_must_begin_plainly(pattern: str) -> None:
    """Or the search would slow down for every text; the table refuses it at once."""
    with pytest.raises(ValueError):
        Lexicon([Entry(pattern, ())], Signals([]))


@pytest.mark.parametrize(
    ("text", "coded", "detail"),
    [
        ("快件已暂存至甲小区驿站", "delivered", "delivery_to_locker"),
        ("您的包裹运输中", "departed_from_hub", "departed_from_hub"),
        ("问题件", "refused", "refused"),
        ("暂无说明", "delivered", "delivered"),
        ("已签收", None, "delivered"),
        ("", None, "none"),
    ],
)
def test_text_and_code(text: str, coded: str | None, detail: str) -> None:
    """A code that calls a station a signature is not believed; where the text is mute it is."""
    assert detail_of_event(text, coded) == detail


def test_an_intake_scan_is_no_arrival() -> None:
    """A branch scans a parcel in before it has gone anywhere: not 到达派件地."""
    stated = ["picked_up", "arrived_at_destination", "departed_from_hub", "arrived_at_destination"]
    assert in_order(stated) == ["picked_up", "arrived_at_hub", *stated[2:]]
    assert in_order(["arrived_at_destination", "out_for_delivery"])[0] == "arrived_at_destination"


@pytest.mark.parametrize(
    ("way", "last_leg"),
    [
        ("picked_up left ARRIVED left left hub left LAST LAST out", True),
        ("ARRIVED picked_up left hub LAST out", True),
        ("ARRIVED in_transit left hub left LAST", True),
        ("ARRIVED in_transit left left left out", True),
        ("LAST left out", False),
        ("none LAST out return_initiated left hub", False),
        ("LAST refused left hub", False),
    ],
)
def test_what_follows_an_arrival_tells_whether_it_was_the_last(way: str, last_leg: bool) -> None:
    """Or a buyer reads 到达派件地 while the parcel is two hubs away."""
    names = {"left": "departed_from_hub", "hub": "arrived_at_hub", "out": "out_for_delivery"}
    names |= {"ARRIVED": "arrived_at_destination", "LAST": "arrived_at_destination"}
    wanted = [
        "arrived_at_hub" if word == "ARRIVED" else names.get(word, word) for word in way.split()
    ]
    stated = [names.get(word, word) for word in way.split()]
    assert in_order(stated) == wanted
    assert (wanted != stated) is last_leg


@pytest.mark.parametrize(
    ("text", "location", "found"),
    [
        ("【深圳市】快件已到达【龙岗坂田】", None, "深圳市"),
        ("【广东省广州市嘉禾公司】 已收件", None, "广州市"),
        ("离开广州市 发往揭阳市（经转）【广州市】", None, "广州市"),
        ("快件离开深圳市，发往广州市", None, "深圳市"),
        ("您的包裹运输中", "浙江省温州市平阳县", "温州市"),
        ("", "新疆维吾尔自治区伊犁哈萨克自治州", "伊犁哈萨克自治州"),
        ("快件已存放至城市广场超市", None, None),
        ("快件已到达【福建泉州转运中心】", None, None),
    ],
)
def test_cities_by_their_own_name(text: str, location: str | None, found: str | None) -> None:
    """Where it is, not where it goes; a supermarket is no city."""
    assert city_of(text, location) == found


def test_cities_of_facilities() -> None:
    """With the divisions' table a facility's name is enough, and a county-level city is lifted."""
    assert city("快件已到达【福建泉州转运中心】") == "泉州市"
    assert city("到达：浙江义乌市公司 已收件") == "金华市"
    assert city_of("到【甲集散中心】", None, {"甲集散中心": "甲市"}.get) == "甲市"


@pytest.mark.parametrize(
    ("text", "by", "kind"),
    [
        ("客户 签收人: 葛 已签收 感谢使用", "葛", None),
        ("已签收，签收人是【本人】", "本人", "self"),
        ("快件已签收，签收人：门卫", "门卫", "gate"),
        ("投递并签收，签收人：他人收 他人收", "他人收", "third_party"),
        ("客户 签收人: 快递柜 已签收", "快递柜", "locker"),
        ("客户 签收人: 甲小区菜鸟驿站 已签收", "甲小区菜鸟驿站", "station"),
        ("快件已被 家人 签收", "家人", "family"),
        ("已签收，签收人凭取件码签收", None, "self"),
        ("【甲公司物业路分部】已签收，签收人是【已签收】", None, None),
        ("Delivered - Signed for by: LI", "LI", None),
    ],
)
def test_who_signed(text: str, by: str | None, kind: str | None) -> None:
    """As the text says, nothing invented."""
    found = signature_of(text, "delivered")
    assert (found.by, found.kind) == (by, kind)


def converted(*lines: str) -> tuple[list[dict[str, object]], tuple[int, int]]:
    target = io.BytesIO()
    counts = convert(io.BytesIO("\n".join(lines).encode()), target)
    return [json.loads(line) for line in target.getvalue().splitlines()], counts


def test_the_command_keeps_what_came_and_adds_what_it_means() -> None:
    """The contract of `yichuan tracking normalise`."""
    events = [
        {"time": "2024-05-01 18:00:00", "text": "【深圳市】快件已签收，签收人：本人", "x": 1},
        {"time": "2024-05-01 08:00:00", "text": "派件中", "code": "204"},
        {"time": "garbled", "text": "快件丢失"},
    ]
    line = {"courier": "kdniao", "id": 7, "events": events}
    (answer,), counts = converted(json.dumps(line, ensure_ascii=False))
    assert counts == (1, 0)
    assert (answer["milestone"], answer["detail"], answer["id"]) == ("delivered", "delivered", 7)
    assert answer["problem"] is None
    first, second, third = answer["events"]  # type: ignore[misc]
    assert first == {**events[0], "milestone": "delivered", "detail": "delivered", "city": "深圳市"}
    assert (second["milestone"], third["detail"]) == ("out_for_delivery", "lost")


def test_a_bad_line_is_answered_and_the_next_one_read() -> None:
    """Each in its place, with its number."""
    answers, counts = converted(
        "nonsense",
        "[]",
        '{"events":{}}',
        '{"events":[{"text":5}]}',
        "",
        '{"events":[{"text":"已揽收"},{"text":"派件中"}]}',
        '{"courier":"SF","events":[]}',
    )
    assert counts == (2, 4)
    assert [answer.get("line") for answer in answers] == [1, 2, 3, 4, None, None]
    assert answers[4]["milestone"] == "out_for_delivery"
    assert (answers[5]["milestone"], answers[5]["detail"]) == (None, "none")


@given(
    st.lists(
        st.sampled_from([text for _, text in SENTENCES])
        | st.text("林华伟囗〇鑫0123456789123456789电话ＡA 店号天【】，", max_size=14),
        min_size=1,
        max_size=3,
    )
)
def test_names_and_phones_do_not_change_what_a_text_says(parts: list[str]) -> None:
    """Texts are remembered without what differs from parcel to parcel."""
    lexicon, text = reader().chinese, "".join("".join(parts).split())
    assert lexicon.mask(lexicon.blurred(text)) == lexicon.mask(text)
    assert len(lexicon.blurred(text)) == len(text)
