"""The catalogue. Broken, a courier cannot be chosen, or two firms' parcels are taken for one's."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files

import pytest

from conftest import datasets
from yichuan.couriers import offers, recognise
from yichuan.couriers.catalogue import KINDS, SYSTEMS, Entry, entries, find, of_system, plain
from yichuan.couriers.connectors import registry
from yichuan.couriers.connectors.kdniao import build
from yichuan.simulator.catalogue import couriers as simulated


def doubled(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def column(name: str) -> list[str]:
    """The couriers that a packaged table of the room names."""
    text = (files("yichuan.couriers") / name).read_text("utf-8")
    return [row["courier"] for row in csv.DictReader(text.splitlines())]


def test_codes_follow_one_rule_and_none_is_doubled() -> None:
    """KDNiao's in upper case; the others' behind a prefix with a dot, which KDNiao never has."""
    known = entries().values()
    assert doubled([entry.code.casefold() for entry in known]) == []
    for entry in known:
        if entry.kdniao is not None:
            assert entry.code == entry.kdniao.upper()
            assert "." not in entry.code
        else:
            system = "kuaidi100" if entry.kuaidi100 else "17track"
            assert entry.code == f"{system}.{entry.codes_in(system)[0]}".upper()


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_other_code_means_one_courier(system: str) -> None:
    codes = [code for entry in entries().values() for code in entry.codes_in(system)]
    assert doubled(codes) == []
    assert all(of_system(system, code) in entries() for code in codes)


def test_every_code_of_the_three_systems_is_there() -> None:
    folder = datasets()
    for system, field in (("kdniao", "code"), ("kuaidi100", "code"), ("17track", "key")):
        name = f"carriers_{system}.csv"
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            theirs = {row[field].strip() for row in csv.DictReader(file)}
        ours = {code for entry in entries().values() for code in entry.codes_in(system)}
        assert ours == theirs


def test_no_table_names_a_courier_that_is_not_there() -> None:
    named = {
        *column("services.csv"),
        *column("number_volumes.csv"),
        *column("connectors/kdniao/waybill_couriers.csv"),
        *simulated(),
        *(form.courier for form in recognise.formats()),
        *recognise.posts().values(),
        recognise.NO_POST,
        *(entry.same_as for entry in entries().values() if entry.same_as),
    }
    for connector in registry.connectors().values():
        named |= set(connector.couriers or ())
        for limited in connector.only.values():
            named |= limited
    assert sorted(named - set(entries())) == []


def test_a_double_points_at_the_code_that_stands_for_both() -> None:
    for entry in entries().values():
        if entry.same_as is not None:
            assert entries()[entry.same_as].same_as is None
            assert entry.kuaidi100 == entry.track17 == ()


def test_no_name_of_a_courier_is_an_alias_of_another() -> None:
    owners: dict[str, set[str]] = {}
    for entry in entries().values():
        stands_for = entry.same_as or entry.code
        for alias in entry.aliases:
            owners.setdefault(plain(alias), set()).add(stands_for)
    main = {plain(entry.name_zh): entry.same_as or entry.code for entry in entries().values()}
    wrong = [
        (alias, codes)
        for alias, codes in owners.items()
        if len(codes) > 1 or (alias in main and codes != {main[alias]})
    ]
    assert wrong == []


def test_every_courier_is_described() -> None:
    for entry in entries().values():
        assert entry.name_zh, entry.code
        assert entry.kind in KINDS, entry.code
        assert set(entry.added) <= {"upstairs", "installation"}, entry.code
    kinds = Counter(entry.kind for entry in entries().values())
    assert set(kinds) == set(KINDS)
    bulky = [entry for entry in entries().values() if entry.added]
    assert {"JD", "DBL", "RRS"} <= {entry.code for entry in bulky}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("YTO", "YTO"),
        (" yto ", "YTO"),
        ("圆通", "YTO"),
        ("圆通速递", "YTO"),
        ("韵达快递", "YD"),
        ("中通快运", "ZTOKY"),
        ("京东物流", "JD"),
        ("EasyGet", "EASYGET"),
        ("波兰邮政", "BLYZ"),
        ("J&T Express (China)", "JTSD"),
        ("日本邮政", "JP"),
        ("ZTO56", "ZTO56"),
        ("没有这家快递", None),
        ("", None),
        ("()", None),
    ],
)
def test_names_that_people_write(text: str, code: str | None) -> None:
    assert find(text) == code


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SF", "domestic"),
        ("EMS", "domestic"),
        ("ANEKY", "freight"),
        ("HGLL", "cold_chain"),
        ("SS", "same_city"),
        ("YTOGJ", "cross_border"),
        ("UPS", "international"),
        ("JP", "postal"),
    ],
)
def test_kinds(code: str, kind: str) -> None:
    assert entries()[code].kind == kind


def test_the_three_systems_agree_on_the_large_couriers() -> None:
    def codes(entry: Entry) -> tuple[str, str]:
        return entry.kuaidi100[0], entry.track17[0] if entry.track17 else ""

    assert codes(entries()["SF"]) == ("shunfeng", "100012")
    assert codes(entries()["ZTO"]) == ("zhongtong", "190455")
    assert codes(entries()["JTSD"]) == ("jtexpress", "190442")
    assert codes(entries()["JD"]) == ("jd", "191121")
    assert codes(entries()["ZTOKY"])[0] == "zhongtongkuaiyun"
    assert of_system("kuaidi100", "youzhengguonei") == "YZPY"


def test_kdniao_is_told_its_own_spelling() -> None:
    assert b'"EasyGet"' in build.query("EASYGET", "123456")
    assert b'"YTO"' in build.query("YTO", "123456")


def test_what_we_can_do_is_no_more_than_a_connector_does() -> None:
    """KDNiao tracks a thousand couriers and gives out the numbers of some dozens."""
    assert {"number", "label", "cancel", "track", "push"} <= set(offers.best("YTO"))
    assert "number" not in offers.best("AAE")
    assert "track" in offers.best("AAE")
    unknown = next(code for code in entries() if code.startswith("17TRACK."))
    assert "kdniao" not in [offer.connector.name for offer in offers.of(unknown)]
    for courier, found in offers.offers().items():
        for offer in found:
            assert all(offer.connector.does(what, courier) for what in offer.can)
