"""If these break, the detail on the label loses words, repeats the region or holds a remark."""

from __future__ import annotations

import pytest

from yichuan.regions.parse import parse_address


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        ("浙江省杭州市西湖区某路1号 3幢 502", "某路1号 3幢 502"),
        ("浙江省杭州市西湖区，某路1号，3幢，502", "某路1号，3幢，502"),
        ("某路1号3幢 浙江省杭州市西湖区", "某路1号3幢"),
        ("浙江省杭州市西湖区浙江省杭州市西湖区某路1号", "某路1号"),
        ("某路1号（浙江省某某中心）", "某路1号（浙江省某某中心）"),
        ("浙江省杭州市西湖区某路1号（某某大厦）", "某路1号（某某大厦）"),
        ("苏州市高新区某路1号", "高新区某路1号"),
        ("北京市朝阳区三环到四环之间某路1号", "某路1号"),
    ],
)
def test_detail(raw: str, detail: str) -> None:
    assert parse_address(raw).detail == detail


def test_remarks_go_apart() -> None:
    raw = "请发到：浙江省杭州市西湖区某路1号 张三 13800000000 麻烦包装好一点不要外伤"
    found = parse_address(raw)
    assert (found.name, found.detail) == ("张三", "某路1号")
    assert "包装好" in found.remark


def test_second_address_goes_apart() -> None:
    found = parse_address("浙江省杭州市西湖区某路1号；江苏省苏州市昆山市某路2号")
    assert (found.city, found.detail) == ("杭州市", "某路1号")
    assert "昆山" in found.remark


def test_second_number_goes_apart() -> None:
    found = parse_address("张三 13800000000 0571-88000000 浙江省杭州市西湖区某路1号")
    assert found.phone == "13800000000"
    assert found.remark == "0571-88000000"
