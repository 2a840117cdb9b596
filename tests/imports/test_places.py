"""If these break, files with one address column lose the phone or ship to nowhere."""

from __future__ import annotations

from yichuan.imports.places import recipient


def test_one_line_fills_what_the_columns_leave_out() -> None:
    line = "李雷 13911112222 杭州市西湖区文三路100号"
    found = recipient(None, None, None, None, None, line)
    assert (found.name, found.phone) == ("李雷", "13911112222")
    assert (found.province, found.city, found.district) == ("浙江省", "杭州市", "西湖区")
    assert found.address == "文三路100号"


def test_columns_come_first() -> None:
    line = "韩梅梅 13911112222 杭州市西湖区文三路100号"
    found = recipient("李雷", "13833334444", "浙江", "杭州", "余杭区", line)
    assert (found.name, found.phone) == ("李雷", "13833334444")
    assert (found.district, found.address) == ("余杭区", line)


def test_a_guessed_place_is_no_destination() -> None:
    found = recipient(None, None, None, None, None, "李雷 13911112222 软件大道100号")
    assert (found.name, found.phone) == ("李雷", "13911112222")
    assert not found.province
    assert not found.city
