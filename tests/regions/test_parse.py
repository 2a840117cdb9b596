"""If these break, pasted addresses (粘贴识别) fill the order form with the wrong fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.regions.divisions import Division, divisions, region
from yichuan.regions.parse import ANSWER, ParsedAddress, parse_address
from yichuan.regions.streets import street_tables

PASTED = [
    "张三，13800000000，广东省 深圳市 南山区 粤海街道 科技园北区2号楼1201 ，000000",
    "张三，86-13800000000，广东省深圳市南山区粤海街道科技园北区2号楼1201",
    "收货人: 张三\n手机号码: 13800000000\n所在地区: 广东省深圳市南山区粤海街道\n"
    "详细地址: 科技园北区2号楼1201",
    "收件人：张三\n电话：138 0000 0000\n地址：广东深圳南山区粤海街道科技园北区2号楼1201",
    "广东省深圳市南山区粤海街道科技园北区2号楼1201 张三 13800000000",
    "张三 13800000000 深圳南山区粤海街道科技园北区2号楼1201",
    "张三13800000000广东省深圳市南山区粤海街道科技园北区2号楼1201",
    "13800000000 广东省深圳市南山区粤海街道办事处科技园北区2号楼1201 张三收",
    "地址：广东省/深圳市/南山区 粤海街道 科技园北区2号楼1201 联系人：张三 联系电话：13800000000",
    "张三广东省深圳市南山区粤海街道科技园北区2号楼1201 13800000000",
    "廣東省深圳市南山區粵海街道科技园北区2号楼1201，张三，13800000000",
]


@pytest.mark.parametrize("raw", PASTED)
def test_shops_copy_formats(raw: str) -> None:
    found = parse_address(raw)
    assert found.name == "张三"
    assert found.phone == "13800000000"
    assert (found.province, found.city, found.district) == ("广东省", "深圳市", "南山区")
    assert found.street == "粤海街道"
    assert found.detail == "科技园北区2号楼1201"
    assert found.adcode == "440305"
    assert found.confidence > 0.85


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("陈女士 13800000000 上海市徐汇区某路1号", "陈女士"),
        ("上海市徐汇区某路1号 小鱼儿 13800000000", "小鱼儿"),
        ("上海市徐汇区某路1号3楼李四13800000000", "李四"),
        ("高明 13800000000 广东省惠州市博罗县某路1号", "高明"),
        ("王某某，上海市徐汇区某路1号", "王某某"),
        ("张三[1234]，13800000000，上海市徐汇区某路1号", "张三"),
    ],
)
def test_names(raw: str, name: str) -> None:
    assert parse_address(raw).name == name


def test_number_behind_the_name_belongs_to_the_phone() -> None:
    found = parse_address("张三[1234]，13800000000，上海市徐汇区某路1号")
    assert found.phone == "13800000000-1234"


@pytest.mark.parametrize("raw", ["广州某某中心1401", "某某国际", "深圳市福田区某路 某某大厦"])
def test_company_addresses_have_no_person(raw: str) -> None:
    found = parse_address(raw)
    assert (found.name, found.phone) == ("", "")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("湖北省仙桃市某路1号", ("湖北省", "仙桃市", "仙桃市")),
        ("北京朝阳区某路1号", ("北京市", "北京市", "朝阳区")),
        ("東莞市虎門鎮某路1號", ("广东省", "东莞市", "")),
        ("香港九龍城區某道1號", ("香港特别行政区", "香港特别行政区", "九龙城区")),
        ("北京市宣武区某路1号", ("北京市", "北京市", "西城区")),
        ("湖北省襄樊市襄阳区某路1号", ("湖北省", "襄阳市", "襄州区")),
        ("安徽省巢湖市庐江县某路1号", ("安徽省", "合肥市", "庐江县")),
        ("山东省莱芜市钢城区某路1号", ("山东省", "济南市", "钢城区")),
        ("昌 平 区 某路1号", ("北京市", "北京市", "昌平区")),
    ],
)
def test_todays_official_names(raw: str, expected: tuple[str, str, str]) -> None:
    found = parse_address(raw)
    assert (found.province, found.city, found.district) == expected


@pytest.mark.parametrize(
    ("raw", "warning"),
    [
        ("广东省杭州市西湖区某路1号", "conflict: 杭州市"),
        ("深圳市朝阳区某路1号", "conflict: 朝阳区"),
        ("北京市崇文区某路1号", "old_name: 崇文区"),
        ("鼓楼区某路1号", "ambiguous: 鼓楼区"),
        ("寮步镇某路1号", "inferred: street"),
        ("某路1号", "no_region"),
        ("深圳市南山区", "no_detail"),
    ],
)
def test_warnings(raw: str, warning: str) -> None:
    found = parse_address(raw)
    assert any(w.startswith(warning) for w in found.warnings)
    assert found.confidence < 0.97


def test_candidates_share_what_they_can() -> None:
    found = parse_address("河北省新华区某路1号")
    assert found.guessed
    assert (found.province, found.city, found.district) == ("河北省", "石家庄市", "新华区")
    found = found.known()
    assert (found.province, found.city, found.district) == ("河北省", "", "新华区")
    assert found.adcode == ""


def test_answer_fields() -> None:
    assert list(parse_address("深圳").as_dict()) == list(ANSWER)


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    found = parse_address("深圳市南山区某路1号" + " 字" * 5000)
    assert found.city == "深圳市"
    assert len(found.detail) < 1100


PLACES = [
    d
    for d in divisions().values()
    if d.level == "district" and d.adcode[:2] < "71" and d.adcode[4] != "7" and len(d.name) > 2
]
NAMES = ("张三", "欧阳小明", "陈女士", "刘某某", "王先生")
DETAILS = ("建设路88号3栋1单元502室", "幸福小区12-3-401", "人民大道与解放路交叉口东方大厦5F")


@st.composite
def pasted(draw: st.DrawFn) -> tuple[str, Division, str, str, str, str]:
    """A pasted address of our own making and its parts."""
    division = draw(st.sampled_from(PLACES))
    official = region(division.adcode)
    assert official is not None
    towns = street_tables().by_district.get(division.adcode, "").split()
    towns = [t for t in towns if t.endswith(("街道", "镇")) and len(t) < 7 and "区" not in t]
    street = draw(st.sampled_from(towns)) if towns else ""
    name, detail = draw(st.sampled_from(NAMES)), draw(st.sampled_from(DETAILS))
    phone = "1" + draw(st.from_regex(r"[3-9][0-9]{9}", fullmatch=True))
    city = official.city if official.city != official.province else ""
    district = official.district if official.district != official.city else ""
    gap = draw(st.sampled_from(["", " "]))
    place = gap.join(t for t in (official.province, city, district, street, detail) if t)
    order = draw(st.permutations([name, phone, place]))
    between = draw(st.sampled_from([" ", "，", "\n"]))
    return between.join(order), division, name, phone, street, detail


@given(pasted())
def test_any_order_of_the_parts(case: tuple[str, Division, str, str, str, str]) -> None:
    raw, division, name, phone, street, detail = case
    found = parse_address(raw)
    assert (found.adcode, found.name, found.phone) == (division.adcode, name, phone)
    assert (found.street, found.detail) == (street, detail)


def same(one: ParsedAddress, other: ParsedAddress) -> bool:
    fields = (*ANSWER[:-1],)
    return all(getattr(one, f) == getattr(other, f) for f in fields)


@given(pasted())
def test_formatted_parses_to_the_same(case: tuple[str, Division, str, str, str, str]) -> None:
    found = parse_address(case[0])
    assert same(parse_address(found.formatted()), found)


WORDS = st.sampled_from(
    [
        *"省市区县镇路收：，（）-/转𠮷",
        *("1号", "中山", "北京", "朝阳区", "南山", "深圳市", "高新区", "恩施州", "街道"),
        *("13800000000", "020-8", "86", "地址：", "收货人", "张三", " ", "\n", "\ud800"),
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map("".join)))
def test_never_raises(raw: str) -> None:
    found = parse_address(raw)
    assert 0.0 <= found.confidence <= 1.0
    assert found.adcode == "" or found.adcode in divisions()
    parse_address(found.formatted())
