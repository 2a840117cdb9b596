"""If these break, an order with name, phone and address in one line is refused or loses a part."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from yichuan.orders.recipients import person
from yichuan.orders.schemas import RecipientIn

LINE = "李雷 13911112222 杭州市西湖区文三路100号"


@pytest.mark.parametrize(
    "wish",
    [
        {"raw": LINE},
        {"address": LINE},
        {"name": "李雷", "address": "13911112222 杭州西湖区文三路100号"},
        {"name": "李雷", "phone": "13911112222", "address": "浙江省杭州市西湖区文三路100号"},
        {"name": "李雷", "phone": "13911112222", "city": "杭州", "address": "西湖区文三路100号"},
    ],
)
def test_parts_may_stand_in_one_line(wish: dict[str, str]) -> None:
    found = person(RecipientIn(**wish))
    assert (found.name, found.phone) == ("李雷", "13911112222")
    assert (found.province, found.city, found.district) == ("浙江省", "杭州市", "西湖区")
    assert found.address == "文三路100号"


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "李雷", "address": "浙江省杭州市西湖区文三路100号"},
        {"name": "李雷", "phone": "13911112222", "address": "某路100号"},
        {"phone": "13911112222", "province": "浙江省", "address": "杭州市西湖区文三路100号"},
        {"name": "李雷", "phone": "13911112222", "province": "浙江省"},
        {"name": "李雷", "phone": "13911112222", "address": "软件大道100号"},
        {"name": "李雷", "phone": "13911112222", "address": "鼓楼区某路100号"},
    ],
)
def test_what_no_field_says_is_still_asked_for(wish: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="recipient needs"):
        RecipientIn(**wish)


def test_a_guessed_place_does_not_enter_an_order() -> None:
    found = person(RecipientIn(raw="李雷 13911112222 软件大道100号"))
    assert (found.name, found.address) == ("李雷", "软件大道100号")
    assert (found.province, found.city, found.adcode) == (None, None, None)
